"""The page `docs/features.md`: everything that the interface can do, each row linked to the tests that prove it.

`python tests/feature_page.py` writes it; a test fails when it is out of date or names a test that is not there.
"""

from __future__ import annotations

from pathlib import Path

from statelint.report import HOMEPAGE

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "features.md"

FEATURES: dict[str, list[tuple[str, str]]] = {  # section → (what, the tests as FILE::NAME without `test_`)
    "Commands": [
        ("`statelint` alone prints a start page of ten lines", "cli::the_start_page_fits_and_names_the_way_in"),
        ("`--help` of each command fits a screen and has examples", "cli::the_help_fits_a_screen_and_has_examples"),
        ("`check` analyses the whole project; PATHS limit what is reported",
         "cli::paths_limit_the_report_and_not_the_analysis triage::paths_limit_what_is_shown_by_any_step"),
        ("The root is the nearest marked folder, else the folder that is asked for",
         "cli::a_folder_that_is_a_project_is_analysed_as_one "
         "cli::a_folder_below_one_that_is_no_project_is_analysed_alone"),
        ("`audit` in the terminal, as Markdown, JSON and HTML; `--check` tells when it is out of date",
         "cli::the_audit_in_four_formats_and_out_of_date"),
        ("The audit says what is outside already, which service is blocked, what was decided and what is benign",
         "audit::what_is_outside_already_is_listed_and_nothing_else audit::services_are_told_apart "
         "audit::what_is_benign_is_counted_by_its_reason cli::the_audit_lists_decisions"),
        ("`fleet` analyses the repositories of a list as if each were alone, and ranks them; the list",
         "fleet::each_repository_is_analysed_as_if_alone fleet::orders_and_weights fleet::the_list"),
        ("A repository that crashes or hangs costs no other; exit codes of a fleet",
         "fleet::a_crash_or_a_hang_costs_one_repository fleet::exit_codes fleet::the_code_of_a_repository_is_not_run"),
        ("`fleet` as text, Markdown, JSON with its schema and HTML",
         "fleet::several_outputs fleet::the_json_fits_its_published_schema fleet::no_name_is_obeyed "
         "fleet::the_text_is_short_unless_all_is_wanted"),
        ("`explain` by id, place or object, with the story of two replicas", "cli::explain"),
        ("`explain` says why something is not reported", "cli::explain_says_why_something_is_not_reported"),
        ("`rule` shows every rule's page", "cli::rule_pages rule_pages::the_example_has_its_finding_and_is_mended"),
        ("`baseline` create, update, prune, show",
         "cli::baseline_from_beginning_to_end triage::baseline_file "
         "triage::baseline_hides_what_is_known_and_counts_what_is_gone"),
        ("`suppressions` lists reasons, owners, dates and what is unused", "suppressions::listing"),
        ("`config` show with origins, verify, init, schema",
         "cli::config_commands cli::config_init_looks_at_the_repository schemas::our_own_schemas_are_schemas_and_fit"),
        ("`files --why` says what counts as what", "cli::files_say_what_they_count_as"),
        ("`test` runs the projects beside house rules",
         "house_rules::the_projects_beside_a_rule_pass house_rules::a_wrong_expectation_fails_in_both_directions"),
        ("`clean`; `completions` of commands, options, rules and formats",
         "cli::clean_removes_the_cache_and_nothing_else cli::completions"),
        ("`server`: diagnostics, hover, quick fixes for editors",
         "server::diagnostics_have_places_levels_and_related_places "
         "server::hover_tells_who_writes_and_reaches_the_state server::a_quick_fix_suppresses_with_a_reason "
         "server::a_quick_fix_adds_to_the_baseline server::a_quick_fix_mends_a_setting"),
        ("A path or a slip of the finger gets the nearest name", "cli::wrong_usage_is_two_and_says_what_was_meant"),
    ],
    "Choosing": [
        ("Codes, names, prefixes, categories, ALL: the closest selector wins", "triage::the_closest_selector_decides"),
        ("Severity by rule or category, thresholds",
         "triage::severity_from_the_configuration triage::thresholds options::levels_and_thresholds"),
        ("Arguable findings only with `--pedantic`", "triage::arguable_ones_are_hidden_counted_and_weaker"),
        ("Preview rules wait to be asked for", "triage::preview_rules_wait_to_be_asked_for"),
        ("Excluded paths, also when named, unless told otherwise",
         "cli::named_paths_are_excluded_too_unless_told_otherwise"),
        ("`--tracked-only`", "hooks::untracked_files_change_nothing_and_deleted_ones_are_no_error"),
        ("`--stdin-filename`: text from an editor", "cli::standard_input_stands_for_a_file"),
        ("`--new-since REV`, `--anchor changed`", "cli::new_since_a_revision cli::a_shallow_clone_is_told_so"),
    ],
    "Exit codes and streams": [
        ("0, 1, 2, 3, the same in every format",
         "cli::exit_codes_are_the_same_in_every_format cli::a_bug_of_ours_is_three_and_says_so"),
        ("`--fail-on`, `--exit-zero`, `--strict`", "options::exit_codes_by_option"),
        ("stdout is data, stderr is talk", "cli::stdout_is_data_and_stderr_is_talk"),
        ("What is hidden is said, with the way to see it", "cli::what_is_hidden_is_said_with_the_way_to_see_it"),
        ("NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, `--color`", "cli::colour"),
        ("Poor streams get ASCII, closed pipes end quietly",
         "cli::a_poor_stream_gets_a_poor_drawing cli::a_closed_pipe_ends_quietly"),
        ("No text of the project is read as markup or obeyed", "reports::no_control_character_of_the_project_gets_out"),
        ("`--statistics`, `--max-findings`, `-q`, `-v`", "options::what_is_said_beside_the_findings"),
    ],
    "Formats": [
        ("`full`: steps in causal order, collapsed chains, cut lines, one of many",
         "reports::full_draws_steps_from_definition_to_entry reports::full_collapses_long_chains "
         "reports::full_cuts_long_lines_around_the_place reports::full_lists_many_of_one_rule_in_one_file"),
        ("`concise`", "reports::concise_is_one_line_with_the_trace"),
        ("`json`, `jsonl` and their schema",
         "reports::json_fits_its_published_schema reports::json_lines schemas::our_own_schemas_are_schemas_and_fit"),
        ("`sarif` with GitHub's hashes and limits",
         "reports::sarif reports::line_hashes_are_those_of_the_upload_action reports::sarif_keeps_to_the_limits"),
        ("`github`: ten annotations a level, escapes, a summary",
         "reports::github_shows_ten_a_level_worst_first_and_counts_the_rest reports::github_escapes "
         "schemas::annotations_keep_to_the_limits_of_github schemas::the_summary_of_a_step_stays_below_a_mebibyte "
         "cli::github_gets_a_summary_too"),
        ("`gitlab`, `rdjson`, `sonarqube` fit their schemas", "schemas::json_formats reports::gitlab reports::rdjson"),
        ("`junit`, `checkstyle` fit their schemas", "schemas::xml_formats reports::junit_counts_and_parses"),
        ("`azure`, `teamcity` escape", "reports::azure_and_teamcity_escape"),
        ("`markdown`, `html`", "reports::markdown_keeps_its_table reports::html_is_one_file_and_escapes"),
        ("Several at once: `-o FORMAT=PATH`", "cli::several_outputs_at_once"),
        ("Ids survive moves, renames and edits around them",
         "same_bytes::ids_survive_moves_and_edits triage::the_id_depends_on_rule_kind_and_name_alone"),
        ("Identical bytes for identical input", "same_bytes::cache_and_processes_change_nothing"),
    ],
    "Suppressing and deciding": [
        ("The grammar of comments, and what is malformed", "suppressions::the_whole_grammar suppressions::malformed"),
        ("On the definition, on the next statement, on one way in",
         "suppressions::a_comment_on_the_definition_silences_the_object "
         "suppressions::a_comment_on_its_own_line_covers_the_next_statement "
         "suppressions::a_comment_on_a_write_takes_only_that_way_in"),
        ("Expiry, unused, unknown, without reason, in a string, `expect`",
         "suppressions::an_expired_comment_brings_the_finding_back suppressions::unknown_reasonless_unused "
         "suppressions::strings_count_in_files_without_findings_too suppressions::expectations"),
        ("`[[ignore]]`, `per-file-ignores`, `declare`",
         "triage::ignore_tables_need_all_that_they_name triage::per_file_ignores "
         "triage::declared_objects_are_silent_and_counted"),
        ("`--add-ignore` writes comments that change nothing",
         "cli::add_ignore_silences_everything_with_a_reason"),
    ],
    "Fixing": [
        ("`--diff` shows a patch that applies", "fix_command::diff_shows_a_patch_that_applies_and_writes_nothing"),
        ("`--fix` writes what is safe, `--unsafe-fixes` the rest",
         "fix_command::fix_writes_and_reports_what_is_left fix_command::unsafe_fixes_are_made_only_when_asked_for"),
        ("A fix that does not stand the trial is not written",
         "fix_command::a_fix_that_does_not_stand_the_trial_is_not_written"),
    ],
    "Configuration": [
        ("The nearest file holds; nothing is merged but `extend`",
         "config::the_nearest_file_holds_and_is_not_merged config::extend config::names_of_files_in_order"),
        ("Unknown keys and values are refused with the nearest known one", "config::refusals"),
        ("Globs hold relative to their file", "config::globs_hold_relative_to_their_file"),
        ("`required-version`", "config::required_version"),
        ("`[[service]]`: replicas, deployment, settings",
         "services::a_service_that_runs_once_gives_notes_with_its_deployment "
         "services::a_trace_ends_with_the_copies_of_its_own_service "
         "services::settings_that_production_does_not_run_with_say_nothing"),
        ("`models`: the vocabulary of the house", "house_words::a_word_of_the_house"),
        ("`rules`: house rules in YAML", "house_rules::check_uses_the_rules_of_the_house"),
        ("The analysed code never runs", "hostile_input::analysed_code_never_runs"),
    ],
    "Hooks and CI": [
        ("The same findings from hook, `--all-files` and command line",
         "hooks::the_same_findings_with_all_names_without_and_on_the_command_line hooks::in_the_real_runner"),
        ("What has a step in the changed files", "hooks::a_changed_file_gives_what_has_a_step_in_it"),
        ("GitHub action: report, then fail; inputs are words",
         "ci::the_action_reports_and_then_fails ci::inputs_are_words_and_never_commands "
         "ci::the_action_passes_its_linter"),
        ("GitLab template", "ci::the_gitlab_job_writes_its_report_and_then_fails"),
    ],
    "Clusters": [
        ("`--executor dask|ray`: the same bytes, also with a worker killed in the middle",
         "executors::a_worker_killed_in_the_middle_loses_nothing fleet::a_worker_killed_in_the_middle_loses_nothing "
         "fleet::jobs_order_and_cache_change_nothing"),
        ("What a cluster loses or cannot do is done here, and that is said",
         "executors::what_a_cluster_gives_up_is_done_here executors::a_worker_with_another_version_does_nothing "
         "fleet::what_no_worker_sees_is_analysed_here"),
        ("No cluster, or no library for it: what to do is said",
         "executors::where_no_cluster_is_reached_it_is_said_what_to_do executors::a_library_that_is_missing_is_named "
         "executors::a_slip_of_the_finger_gets_the_nearest_kind"),
        ("A fully cached run asks no cluster", "executors::a_cluster_is_not_asked_for_what_is_known"),
    ],
    "Documentation and start-up": [
        ("The first ten minutes, run as they are shown", "features::the_first_minutes_are_as_they_are_shown"),
        ("Pages of rules are current, their examples run",
         "rule_pages::pages_are_current rule_pages::the_example_has_its_finding_and_is_mended"),
        ("Pages of rules say how right each was on labelled applications",
         "rule_pages::pages_say_how_right_the_rule_was_where_that_is_known "
         "rule_pages::right_is_what_a_person_called_state"),
        ("Light commands and cached runs import neither parser nor drawing",
         "start_up::commands_that_analyse_nothing_import_neither_parser_nor_drawing "
         "start_up::a_fully_cached_check_imports_neither_parser_nor_drawing"),
        ("A run in which nothing has changed opens no file, and an edit that changes no fact needs no analysis",
         "unchanged::a_run_in_which_nothing_has_changed_opens_no_file unchanged::what_is_analysed_again "
         "unchanged::after_any_edits_the_report_is_that_of_a_cold_run"),
        ("`--version` starts as fast as its option parser", "start_up::version_is_as_quick_as_its_option_parser"),
    ],
}  # fmt: skip


def tests(row: str) -> list[tuple[str, str]]:
    """(file below `tests/`, name of the function) of each test of a row."""
    return [(f"test_{file}.py", f"test_{name}") for file, _, name in (word.partition("::") for word in row.split())]


def page() -> str:
    """The text of the page."""
    parts = ["# Features", "Each row names the tests that prove it."]
    for section, rows in FEATURES.items():
        lines = [f"## {section}", "", "| what | proved by |", "|---|---|"]
        for what, named in rows:
            links = "<br>".join(f"[{name}]({HOMEPAGE}/blob/main/tests/{file})" for file, name in tests(named))
            lines.append(f"| {what} | {links} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
