"""Tests that a page shows stored text as text, even if it looks like markup."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from itertools import product

import pytest

from hotline.alarms import tables
from hotline.alarms.rules import Alarm, AlarmState
from hotline.console.routes import ROUTES
from hotline.console.templating import Templates
from hotline.core.actors import AccountRole
from hotline.gateway import service_pause
from hotline.people import tables_audit
from tests.console.conftest import Desk
from tests.console.test_routes import GUARDED, path_of
from tests.support.servers import pair

SCRIPTS = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "<svg onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><button>x",
    "<style>*{background:url(//evil.example)}</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<!--<script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "{{ 7 * 7 }}",
    "{% for x in y %}{{ x }}{% endfor %}",
    "{by.__class__}",
    "%(name)s %s",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "\u2028<script>alert(1)</script>",
    "\u202e<script>",
    "<scr\0ipt>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js>",
    "<body onpageshow=alert(1)>",
    "<details open ontoggle=alert(1)>",
)
OURS = re.compile(
    "html|head|meta|title|link|script|body|a|header|div|nav|ul|li|form|input|button|p|main|h[123]|span|table|caption"
    "|thead|tr|th|tbody|td|code|label|select|option|legend|fieldset|dl|dt|dd|section|ol|pre|br|textarea|details|summary|dialog"
    "|svg|defs|marker|path|rect|text"
)
"""The HTML elements that the console's own templates use."""


class Drawn(HTMLParser):
    """The suspicious elements and attributes of a page: they are in no template of the console, or they would run or
    load something.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.strange: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not OURS.fullmatch(tag):
            self.strange.append(tag)
        for name, value in attrs:
            far = "evil.example" in (value or "") and name in {"src", "href", "action", "content"}
            if name.startswith("on") or far or (value or "").lower().startswith("javascript:"):
                self.strange.append(f"{tag} {name}")
        if tag == "script" and not (dict(attrs).get("src") or "").startswith("/static/"):
            self.strange.append("script")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.strange.append(f"comment {data}")


def drawn(page: str) -> Drawn:
    parser = Drawn()
    parser.feed(page)
    parser.close()
    return parser


@pytest.mark.parametrize("path", ["/", "/audit", "/flows", "/account"])
def test_stored_scripts_are_shown_as_text(desk: Desk, path: str) -> None:
    tab = desk.tab(AccountRole.ADMIN, AccountRole.EDITOR, name="Admin 1")
    store_scripts(desk)
    page = drawn(tab.read(path))
    assert page.strange == []
    assert SCRIPTS[3] in "".join(page.words)


def store_scripts(desk: Desk) -> None:
    """Stores each script in the audit log, in an alarm and in the reason why messages are paused."""
    at = desk.clock()
    with desk.writing() as session:
        for number, script in enumerate(SCRIPTS):
            plain = script.replace("\0", "")
            tables_audit.append_row(session, at, f"cli:{plain}", "lane_held", plain, plain)
            alarm = [*Alarm][number % len(Alarm)]
            state = AlarmState(alarm, since=at, next_at=at + timedelta(1), notices=1)
            tables.save(session, alarm, state, plain)
    service_pause.pause(desk.context, by=SCRIPTS[0], reason=SCRIPTS[3])


def test_typed_script_comes_back_as_text(desk: Desk) -> None:
    tab = desk.tab(AccountRole.ADMIN, name="Admin 1")
    for script in SCRIPTS:
        answer = tab.post("/accounts", {"name": script, "roles": "editor"})
        page = drawn(answer.text)
        assert page.strange == [], script


def test_phrase_is_no_template_and_value_no_phrase(desk: Desk) -> None:
    templates = Templates({"en": {"Hello {name}": "<b>Hello</b> {name}"}})
    said = templates._marked("en", "Hello {name}", name="{name} <i>")
    assert said == "&lt;b&gt;Hello&lt;/b&gt; {name} &lt;i&gt;"
    for words in ("{name}", "{", "{0.__class__}"):
        assert templates._marked("en", words) == templates.say("en", words) == words


__all__ = ["pair"]

STRANGE = (
    *("é", "\0", "a\0b", "{", "%s", "-1", "１２", "\u202e", "\U0001f600"),
    *("9" * 40, "a" * 5000),
)
FIELDS = (
    *("name", "roles", "language", "to", "do", "reason", "sealed", "have", "kept.x"),
    *(f"secret_{name}" for name in ("password", "code", "new", "old", "new_code", "recovery")),
)
QUERIES = ("who", "did", "tip", "day", "before", "to", "language", "done", "auto")
PARTS = ("<flow>", "<token>", "<name>", "<int:account_id>", "<int:approval_id>", "<int:draft_id>")


def test_any_field_or_query_gives_a_page(desk: Desk) -> None:
    tab = desk.tab(AccountRole.ADMIN, AccountRole.EDITOR, name="Admin 1")
    posted = ("/enter", "/recover", "/welcome/none", "/accounts", "/approvals/1", "/account/factor")
    broken = []
    for strange in STRANGE:
        query = dict.fromkeys(QUERIES, strange)
        url = desk.context.console_url
        answers = [(path, tab.post(path, dict.fromkeys(FIELDS, strange))) for path in posted]
        for path in ("/audit", "/enter", "/account", "/flows"):
            answers += [(path, tab.client.get(path, base_url=url, query_string=query))]
        broken += [(path, strange[:9]) for path, got in answers if got.status_code >= 500]
    assert broken == []


@pytest.mark.parametrize("key", ["é", "\U0001f600", "k" * 5000])
def test_form_key_of_other_letters_is_refused(desk: Desk, key: str) -> None:
    desk.tab(AccountRole.EDITOR).refused("/leave", key=key)


@pytest.mark.parametrize("token", ["é", "a" * 5000, '"', "%00"])
def test_cookie_of_other_letters_is_no_session(desk: Desk, token: str) -> None:
    answer = desk.app.test_client().get(
        "/", base_url=desk.context.console_url, headers={"Cookie": f"__Host-hotline={token}"}
    )
    assert answer.status_code == 303


def test_any_address_gives_a_page(desk: Desk) -> None:
    tab = desk.tab(AccountRole.ADMIN, AccountRole.EDITOR, name="Admin 1")
    strange = ("%00", "%C3%A9", "9" * 10, "9" * 30, "%F0%9F%98%80", "..%2F", "%7B", "-1")
    for route, part, value in product(ROUTES, PARTS, strange):
        if part in route.rule:
            path = route.rule.replace(part, value)
            if "<" not in path:
                answer = tab.get(path) if route.method == "GET" else tab.post(path)
                assert answer.status_code < 500, (path, answer.status_code)


def test_unknown_method_is_unknown_address(desk: Desk) -> None:
    tab = desk.tab(AccountRole.ADMIN, name="Admin 1")
    for route in GUARDED[:6]:
        answer = tab.client.delete(path_of(route), base_url=desk.context.console_url)
        assert answer.status_code == 404
    assert len(GUARDED) < len(ROUTES)
