"""The command line: one file a command, each imported when it is asked for.

Exit codes, the same in every format: 0 nothing at or above `--fail-on`, 1 findings, 2 wrong usage, 3 internal error or
incomplete analysis under `--strict`, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from statelint import __version__, collector

COMMANDS = {  # command → its module, in the order of the help
    "check": "analyse the project and report what keeps state",
    "audit": "write the readiness report: verdict, state map, plan",
    "fleet": "analyse all repositories of a list and rank them",
    "explain": "show one finding's whole trace and story",
    "rule": "show a rule's page",
    "baseline": "accept what is there, so that only new findings count",
    "suppressions": "list every suppression with its reason",
    "config": "show, check or write the configuration",
    "files": "list what is analysed, and what is not and why",
    "test": "run the annotations of house rules",
    "clean": "remove the cache",
    "completions": "print the completion script of a shell",
    "server": "speak the language server protocol on stdin and stdout",
}
START = f"""statelint {__version__}: finds state in one process or on one disk that keeps a service from scaling out

  statelint check              analyse the project in this folder
  statelint check src/shop     the same, but report only what touches these files
  statelint explain ID         one finding from the line that defines it to the route that reaches it
  statelint rule SL101         what a rule finds, why, and what to use instead
  statelint audit              a report for people: verdict, state map, plan
  statelint files --why        what is analysed, and what is not

statelint --help lists all commands.
"""


class Commands(click.Group):
    """Commands that are found by the name of their module in this folder."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"statelint.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            if os.sep in name or "/" in name or Path(name).exists():
                raise click.UsageError(f"no command `{name}`; did you mean `statelint check {name}`?")
            from statelint.config import nearest

            raise click.UsageError(f"no command `{name}`{nearest(name, self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


EXAMPLES = """\b
  statelint check
  statelint explain src/shop/cart.py:7
  statelint COMMAND --help
"""


@click.group(
    cls=Commands, invoke_without_command=True, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, "-V", "--version", prog_name="statelint", message="%(prog)s %(version)s")
@click.pass_context
def program(ctx: click.Context) -> None:
    """Find accidental statefulness in Python services: state in one process's memory or on one machine's disk."""
    if ctx.invoked_subcommand is None:
        click.echo(START, nl=False)


def main() -> None:
    """Run the command line and leave the process with its exit code, at once.

    Python would take the relations of a large project apart object by object first, which takes a second, as long as
    it takes to look for cycles among them.
    """
    collector.stop()
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run one command; the exit code. Wrong usage is 2, a bug of ours 3, and a closed pipe is no error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = program.main(arguments, prog_name="statelint", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        return _wrong_usage(error)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _failed(error)


def _wrong_usage(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    message = _worded(error)
    click.echo(f"statelint: {message[:1].lower()}{message[1:].rstrip('.')}", err=True)
    if context is not None:
        click.echo(f"Try `{context.command_path} --help`.", err=True)
    return 2


def _worded(error: click.ClickException) -> str:
    """What is wrong, with the nearest of the words that would have been right."""
    from statelint.config import nearest

    context = getattr(error, "ctx", None)
    if isinstance(error, click.NoSuchOption):
        known = [name for p in context.command.params for name in p.opts] if context else []
        return f"no option `{error.option_name}`{nearest(error.option_name, known)}"
    if isinstance(error, click.BadParameter) and error.param and isinstance(error.param.type, click.Choice):
        choices = [str(choice) for choice in error.param.type.choices]
        given = error.message.partition("'")[2].partition("'")[0]
        name = error.param.opts[0] if isinstance(error.param, click.Option) else "this"
        allowed = f"{', '.join(choices[:-1])} or {choices[-1]}"
        return f"{name} takes {allowed}, not `{given}`{nearest(given, choices)}"
    word = error.format_message().partition("No such command '")[2].partition("'")[0]
    if word and context and isinstance(context.command, click.Group):
        return f"no command `{word}`{nearest(word, context.command.list_commands(context))}"
    return error.format_message()


def _failed(error: Exception) -> int:
    from statelint.config import ConfigError

    if isinstance(error, ConfigError):
        click.echo(f"statelint: {error}", err=True)
        return 2
    import traceback

    click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    click.echo("statelint: internal error; this is a bug in statelint, not in your project", err=True)
    return 3
