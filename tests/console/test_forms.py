"""Tests the markup of every page: the labels, the ids and the keys of forms. Also tests that no form contains a
secret that a user typed.
"""

from html.parser import HTMLParser

import pytest
from markupsafe import Markup

from hotline.console.templating import with_contents
from hotline.core.actors import AccountRole
from tests.console.conftest import Desk
from tests.console.test_headers import PAGES

HIDDEN_TYPES = {"hidden", "submit"}


class Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.labelled: list[str] = []
        self.fields: list[dict[str, str]] = []
        self.forms: list[dict[str, str]] = []
        self.headings: list[str] = []
        self._is_in_label = False
        self.is_refused = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and found.get("href", "").startswith("#"):
            self.targets.append(found["href"][1:])
        self.targets += found.get("aria-describedby", "").split()
        if tag == "label":
            self._is_in_label = "for" not in found
            self.labelled.append(found.get("for", ""))
        elif self._is_in_label and "id" in found:
            self.labelled.append(found["id"])
        if tag == "form":
            self.forms.append(found | {"has_key": "", "sends": ""})
        if found.get("name") == "form_key":
            self.forms[-1]["has_key"] = "yes"
        if tag == "button" and found.get("type", "submit") == "submit":
            self.forms[-1]["sends"] = "yes"
        if tag in {"input", "select", "textarea"} and _is_shown(found):
            self.fields.append(found)
        if found.get("class") == "errors":
            self.is_refused = True
        if tag == "h1":
            self.headings.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._is_in_label = False


def _is_shown(field: dict[str, str]) -> bool:
    return field.get("type") not in HIDDEN_TYPES and "hidden" not in field


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    return parser


@pytest.mark.row("A1")
@pytest.mark.parametrize("factor", ["fresh", "stale"])
def test_each_field_has_label_and_each_form_key(desk: Desk, factor: str) -> None:
    tab = desk.tab(AccountRole.ADMIN, AccountRole.EDITOR, name="Admin 1")
    tab.post("/accounts", {"name": "Editor 1", "roles": "editor", "language": "en"})
    if factor == "stale":
        desk.clock.turn(minutes=10)
        tab.get("/")
        desk.clock.turn(minutes=6)
    for path in (*PAGES, "/enter", "/recover", "/nothing"):
        answer = tab.get(path.replace("/accounts/1", "/accounts/2"))
        assert_reachable(path, outline(answer.text))


def assert_reachable(path: str, page: Outline) -> None:
    assert len(page.ids) == len(set(page.ids)), path
    assert set(page.targets) <= set(page.ids)
    assert len(page.headings) == 1
    for field in page.fields:
        named = set(field.get("aria-labelledby", "").split())
        assert field.get("id") in page.labelled or (named and named <= set(page.ids)), field
        secret = field.get("type") == "password" or field.get("autocomplete") == "one-time-code"
        assert not secret or field["name"].startswith("secret_"), field
        assert not (secret and field.get("value")), field
    for form in page.forms:
        is_open = form.get("action") in {"/enter", "/recover"} or form.get("method") == "get"
        assert is_open or form["has_key"], form
        # If a screen cannot be deleted, the page gives the reason and its form has no button.
        assert form["sends"] or page.is_refused, f"{path}: nothing sends {form}"


def test_error_summary_links_to_its_fields(desk: Desk) -> None:
    tab = desk.tab(AccountRole.ADMIN, name="Admin 1")
    page = tab.post("/accounts", {"name": "", "roles": []}).text
    assert '<div class="errors" role="alert" tabindex="-1" autofocus' in page
    found = outline(page)
    assert "f-name" in found.targets
    assert set(found.targets) <= set(found.ids)
    assert 'aria-invalid="true" aria-describedby="w-name h-name"' in page


def test_recovery_code_field_has_letter_keyboard(desk: Desk) -> None:
    tab = desk.tab(AccountRole.EDITOR)
    numeric = {
        field["name"]: field.get("inputmode") == "numeric"
        for path in ("/enter", "/recover", "/account/factor")
        for field in outline(tab.read(path)).fields
    }
    assert numeric["secret_code"] is numeric["secret_recovery"] is False
    assert numeric["secret_new_code"]


def test_long_page_lists_sections_below_notices() -> None:
    """A notice may say that a visit is dangerous, so no list comes before it."""
    warning = Markup('<p class="notice bad">Visit discreetly.</p>\n')
    section = Markup('<h2>{} <span class="tag soft">draft</span></h2>' + "<p>text</p>" * 20)
    long = warning + section.format("One") + section.format("Two & a half")
    notices, headings, rest = with_contents(long)
    assert notices == warning
    assert headings == [("section-1", "One"), ("section-2", Markup("Two &amp; a half"))]
    assert rest.startswith('<h2 id="section-1">One')
    assert with_contents(section.format("One")) == ("", (), section.format("One"))
    assert with_contents(Markup("<h2>One</h2><h2>Two</h2>"))[1] == ()
