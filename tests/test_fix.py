"""Fixes of one file: what the text becomes, and what is left alone because it is not plain."""

from __future__ import annotations

from pathlib import Path

import pytest
from analysing import analyse

from statelint.fix import patched

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web  # the shop
spec:
  sessionAffinity: {value}  # since the uploads
  ports:
    - port: 80
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
{annotations}
spec:
  rules: []
"""
AFFINITY = "nginx.ingress.kubernetes.io/affinity"


def mended(folder: Path, name: str, text: str) -> str:
    """The text with every fix that its project offers."""
    (folder / name).write_bytes(text.encode())
    report = analyse(folder)
    assert any(finding.span.path == name for finding in report.findings), "nothing to mend"
    return patched(name, text, [f for f in report.findings if f.span.path == name])[0]


def ingress(*lines: str) -> str:
    return INGRESS.format(annotations="\n".join(lines))


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        pytest.param("a.yaml", SERVICE.format(value="ClientIP"), SERVICE.format(value="None"), id="value"),
        pytest.param("a.yaml", SERVICE.format(value="'ClientIP'"), SERVICE.format(value="'None'"), id="quotes"),
        pytest.param(
            "a.yaml",
            SERVICE.format(value="ClientIP").replace("\n", "\r\n"),
            SERVICE.format(value="None").replace("\n", "\r\n"),
            id="line ends",
        ),
        pytest.param(
            "a.yaml", SERVICE.format(value="ClientIP")[:-1], SERVICE.format(value="None")[:-1], id="no final line end"
        ),
        pytest.param(
            "a.yaml",
            SERVICE.format(value="ClientIP").replace("  ports", "  sessionAffinityConfig:\n    clientIP: {}\n  ports"),
            SERVICE.format(value="None"),
            id="what means nothing without it",
        ),
        pytest.param(
            "a.yaml",
            ingress("    # ours", f"    {AFFINITY}: cookie  # pin", "    other: x"),
            ingress("    # ours", "    other: x"),
            id="entry",
        ),
        pytest.param(
            "a.yaml",
            ingress(
                "    other: x", f"    {AFFINITY}: cookie", "    nginx.ingress.kubernetes.io/session-cookie-name: a"
            ),
            ingress("    other: x"),
            id="entries that go along",
        ),
        pytest.param(
            "a.yaml",
            ingress(f"    {AFFINITY}: cookie", "    nginx.ingress.kubernetes.io/session-cookie-name: a"),
            ingress("").replace("  annotations:\n\n", ""),
            id="nothing left in the mapping",
        ),
        pytest.param(
            "a.yaml",
            ingress("").replace("annotations:\n", f'annotations: {{"{AFFINITY}": cookie, other: x}}\n'),
            ingress("").replace("annotations:\n", "annotations: {other: x}\n"),
            id="first in flow style",
        ),
        pytest.param(
            "a.yaml",
            ingress("").replace("annotations:\n", f'annotations: {{other: x, "{AFFINITY}": cookie }}\n'),
            ingress("").replace("annotations:\n", "annotations: {other: x }\n"),
            id="last in flow style",
        ),
        pytest.param(
            "a.yaml",
            f"# two\n{SERVICE.format(value='None')}---\n{SERVICE.format(value='ClientIP')}...\n---\nbroken: [\n",
            f"# two\n{SERVICE.format(value='None')}---\n{SERVICE.format(value='None')}...\n---\nbroken: [\n",
            id="several documents, one broken",
        ),
        pytest.param(
            "compose.yaml",
            "services:\n  shop:\n    image: x\n    labels:\n      - traefik.enable=true\n"
            "      - traefik.http.services.a.loadbalancer.sticky.cookie=true\n"
            "      - traefik.http.services.a.loadbalancer.sticky.cookie.name=x\n    ports: []\n",
            "services:\n  shop:\n    image: x\n    labels:\n      - traefik.enable=true\n    ports: []\n",
            id="labels",
        ),
        pytest.param(
            "compose.yaml",
            "services:\n  shop:\n    image: x\n    labels:\n"
            "      traefik.http.services.a.loadbalancer.sticky.cookie: 'true'\n"
            "      traefik.http.services.a.loadbalancer.sticky.cookie.name: x\n",
            "services:\n  shop:\n    image: x\n",
            id="all labels of a service",
        ),
        pytest.param(
            "traefik.toml",
            "[http.services.a.loadBalancer.sticky.cookie]  # pin\n  name = 'a'\n  secure = true\n\n"
            "# the servers\n[[http.services.a.loadBalancer.servers]]\n  url = 'http://a'\n",
            "\n# the servers\n[[http.services.a.loadBalancer.servers]]\n  url = 'http://a'\n",
            id="table",
        ),
        pytest.param(
            "stack.json",
            '{"Resources": {"G": {"Type": "AWS::GlobalAccelerator::Listener", "Properties": {\n'
            '  "ClientAffinity": "SOURCE_IP",\n  "Protocol": "TCP"}}}}\n',
            '{"Resources": {"G": {"Type": "AWS::GlobalAccelerator::Listener", "Properties": {\n'
            '  "ClientAffinity": "NONE",\n  "Protocol": "TCP"}}}}\n',
            id="JSON",
        ),
        pytest.param(
            "site.json",
            '{"resources": [{\n  "type": "Microsoft.Web/sites",\n  "properties": {\n    "httpsOnly": true\n  }\n}]}\n',
            '{"resources": [{\n  "type": "Microsoft.Web/sites",\n  "properties": {\n'
            '    "clientAffinityEnabled": false,\n    "httpsOnly": true\n  }\n}]}\n',
            id="what is the default is written out",
        ),
        pytest.param(
            "group.tf",
            'resource "aws_lb_target_group" "a" {\n  port = 80\n  stickiness {\n'
            '    type            = "lb_cookie"\n'
            "    cookie_duration = 60 # a minute\n  }\n}\n",
            'resource "aws_lb_target_group" "a" {\n  port = 80\n  stickiness {\n    enabled         = false\n'
            '    type            = "lb_cookie"\n    cookie_duration = 60 # a minute\n  }\n}\n',
            id="a block that keeps its last value when it goes",
        ),
        pytest.param(
            "group.tf",
            'resource "aws_lb_target_group" "a" {\n stickiness {\n  enabled = true\n  type = "lb_cookie"\n  }\n}\n',
            'resource "aws_lb_target_group" "a" {\n stickiness {\n  enabled = false\n  type = "lb_cookie"\n  }\n}\n',
            id="on becomes off",
        ),
        pytest.param(
            "pool.tf",
            'resource "openstack_lb_pool_v2" "a" {\n  protocol = "HTTP"\n\n  persistence {\n'
            '    type        = "APP_COOKIE"\n    cookie_name = "a"\n  }\n}\n',
            'resource "openstack_lb_pool_v2" "a" {\n  protocol = "HTTP"\n\n}\n',
            id="a block",
        ),
        pytest.param(
            "nginx.conf",
            "http { upstream a { ip_hash; server a; }\n  upstream b {\n    sticky cookie srv\n      expires=1h; # pin\n"
            "    server b:1; # one\n  }\n}\n",
            "http { upstream a { server a; }\n  upstream b {\n    server b:1; # one\n  }\n}\n",
            id="directives",
        ),
        pytest.param(
            "haproxy.cfg",
            "backend a\n    balance source  # pin\n    stick-table type ip\n    stick on src\n    server a a:1\n",
            "backend a\n    balance roundrobin  # pin\n    stick-table type ip\n    server a a:1\n",
            id="lines",
        ),
        pytest.param(
            "proxy.conf",
            'ProxyPass "/" "balancer://a/" stickysession=ROUTE nofailover=On\nProxyPassReverse "/" "balancer://a/"\n',
            'ProxyPass "/" "balancer://a/" nofailover=On\nProxyPassReverse "/" "balancer://a/"\n',
            id="a word of a line",
        ),
        pytest.param(
            "proxy.conf",
            '<Proxy "balancer://a">\n  ProxySet stickysession=ROUTE\n  ProxySet lbmethod=byrequests\n</Proxy>\n',
            '<Proxy "balancer://a">\n  ProxySet lbmethod=byrequests\n</Proxy>\n',
            id="the only word of a line",
        ),
        pytest.param(
            "feature.tf",
            'resource "heroku_app_feature" "a" {\n  app_id = heroku_app.a.id\n  name   = "http-session-affinity"\n}\n',
            'resource "heroku_app_feature" "a" {\n  enabled = false\n\n  app_id = heroku_app.a.id\n'
            '  name   = "http-session-affinity"\n}\n',
            id="a key beside the setting",
        ),
        pytest.param(
            "Caddyfile",
            "shop.example {\n\treverse_proxy a:1 b:1 {\n\t\tlb_policy ip_hash # pin\n\t\tlb_retries 2\n\t}\n}\n",
            "shop.example {\n\treverse_proxy a:1 b:1 {\n\t\tlb_retries 2\n\t}\n}\n",
            id="lines in blocks",
        ),
        pytest.param(
            "workers.properties",
            "worker.lb.type=lb\nworker.lb.sticky_session=true\n",
            "worker.lb.type=lb\nworker.lb.sticky_session=false\n",
            id="properties",
        ),
        pytest.param(
            "applicationHost.xml",
            '<webFarms>\n  <webFarm>\n    <affinity useCookie="true" cookieName="x" />\n  </webFarm>\n</webFarms>\n',
            '<webFarms>\n  <webFarm>\n    <affinity useCookie="false" cookieName="x" />\n  </webFarm>\n</webFarms>\n',
            id="attribute",
        ),
        pytest.param(
            "release.sh",
            "#!/bin/sh\ngcloud run deploy shop --session-affinity --image x\n",
            "#!/bin/sh\ngcloud run deploy shop --no-session-affinity --image x\n",
            id="a word of a command",
        ),
        pytest.param(
            "svc.yaml",
            "{{- if .Values.x }}\nx: 1\n{{- end }}\n"
            + SERVICE.format(value="ClientIP").replace("name: web", "name: {{ .Release.Name }}-web"),
            "{{- if .Values.x }}\nx: 1\n{{- end }}\n"
            + SERVICE.format(value="None").replace("name: web", "name: {{ .Release.Name }}-web"),
            id="a plain line of a template",
        ),
    ],
)
def test_text_becomes(tmp_path: Path, name: str, before: str, after: str) -> None:
    assert mended(tmp_path, name, before) == after


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param(
            "svc.yaml",
            SERVICE.format(value="x").replace(
                "  sessionAffinity: x", "  {{- if .Values.sticky }}\n  sessionAffinity: ClientIP\n  {{- end }}"
            ),
            id="a template decides",
        ),
        pytest.param(
            "values.yaml", "service:\n  sessionAffinity: ClientIP {{ .Values.more }}\n", id="a template on the line"
        ),
        pytest.param("svc.yaml", SERVICE.format(value="&pin ClientIP") + "other: *pin\n", id="an anchor at the value"),
        pytest.param(
            "stack.yaml",
            "Resources:\n  G:\n    Type: AWS::GlobalAccelerator::Listener\n    Properties:\n"
            "      ClientAffinity: !If [Prod, SOURCE_IP, NONE]\n",
            id="a condition in a tag",
        ),
        pytest.param(
            "ingress.yaml",
            ingress("").replace("annotations:\n", f"annotations: {{a: b, # x\n    {AFFINITY}: cookie}}\n"),
            id="a comment that would go along",
        ),
        pytest.param(
            "route.yaml",
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec:\n  rules:\n"
            "    - sessionPersistence:\n        sessionName: a\n",
            id="an item that would be empty",
        ),
        pytest.param(
            "shop.conf.j2",
            "upstream a {\n{% if sticky %}\n    ip_hash;\n{% endif %}\n    server a:1;\n}\n",
            id="a template decides on a directive",
        ),
        pytest.param(
            "policy.tf",
            'resource "aws_lb_cookie_stickiness_policy" "a" {\n  name = "a"\n}\n',
            id="a resource that others may name",
        ),
        pytest.param(
            "service.tf",
            'variable "pin" {\n  default = "SOURCE_IP"\n}\n\nresource "aws_globalaccelerator_listener" "a" {\n'
            "  client_affinity = var.pin\n}\n",
            id="a variable",
        ),
    ],
)
def test_what_is_not_plain_stays(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    report = analyse(tmp_path)
    assert not [finding for finding in report.findings if finding.fix]
    assert patched(name, text, report.findings)[0] == text


def test_an_anchored_body_is_mended_once_for_all_its_aliases(tmp_path: Path) -> None:
    text = (
        "base: &base\n  spec: {sessionAffinity: ClientIP}\none:\n  <<: *base\n  apiVersion: v1\n  kind: Service\n"
        "  metadata: {name: one}\ntwo:\n  <<: *base\n  apiVersion: v1\n  kind: Service\n  metadata: {name: two}\n"
    )
    assert mended(tmp_path, "a.yaml", text) == text.replace("ClientIP", "None")


def test_a_byte_order_mark_does_not_shift_the_edit(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + SERVICE.format(value="ClientIP").encode())
    (finding,) = analyse(tmp_path).findings
    assert finding.fix and finding.fix.edits[0].span[1:] == (6, 20, 6, 28) and finding.fix.edits[0].text == "None"


def test_a_fix_is_unsafe_while_the_stickiness_hides_state(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SERVICE.format(value="ClientIP"))
    (alone,) = analyse(tmp_path).findings
    assert alone.fix and alone.fix.safe and not alone.fix.note
    (tmp_path / "web.py").write_text(
        "from flask import Flask\n\napp = Flask(__name__)\nCARTS = {}\n\n\n"
        '@app.post("/cart/<user>")\ndef add(user):\n    CARTS[user] = 1\n    return "ok"\n'
    )
    (found,) = (finding for finding in analyse(tmp_path).findings if finding.fix)
    assert found.fix and not found.fix.safe
    assert found.fix.note == "1 object keeps state in the process or on its disk, which it hides"


def test_what_may_be_meant_is_not_safe_to_take_away(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ingress('    nginx.ingress.kubernetes.io/upstream-hash-by: "$request_uri"'))
    (found,) = analyse(tmp_path).findings
    assert found.fix and (found.fix.safe, found.fix.note) == (False, "it may be meant")


def test_many_fixes_in_one_file_are_planned_and_made_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from statelint.fix import settings

    text = "---\n".join(SERVICE.format(value="ClientIP").replace("web", f"web{n}") for n in range(100))
    asked = []
    real = settings.together
    monkeypatch.setattr(settings, "together", lambda *given: asked.append(given) or real(*given))
    assert mended(tmp_path, "a.yaml", text) == text.replace("ClientIP", "None")
    assert len(asked) == 2, "reading the whole file again for each fix takes minutes"
