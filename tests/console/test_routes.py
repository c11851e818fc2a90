"""Tests the table of routes: for each role, each address answers as the table says, and the table contains every page
of the console. Also tests the page that lists the rights of each role."""

import re
from collections.abc import Iterator
from html import unescape
from inspect import signature

import pytest

from hotline.console.routes import DEMO, PAGES, ROUTES, Method, Needs, PageRoute, Route
from hotline.core.actors import ACCOUNT_ROLES, ROLES, AccountRole
from hotline.core.database import Row
from hotline.people.rules_audit import action_sentence
from tests.architecture.test_audit_sentences import is_known_action
from tests.console.conftest import NUMBER, Desk, Tab
from tests.console.desk_tips import with_a_release, with_a_tip
from tests.console.rows_in_pages import note_encrypted

GUARDED = [route for route in ROUTES if isinstance(route, PageRoute)]
FILLED = {
    "<flow>": "front",
    "<node>": "front",
    "<language>": "rw",
    "<kind>": "csv",
    "<sheet>": "roster",
    "<code>": "12",
    "<digits>": "11",
    "<act>": "screened",
    "<alarm>": "outgoing queue",
    "<programme>": "leaders",
    "<period>": "2026-Q3",
}
"""For each variable part of an address, the value of an existing row. Every id is 1."""
ELSEWHERE = "https://elsewhere.example"


def path_of(route: PageRoute) -> str:
    path = re.sub(r"<int:\w+_id>", "1", route.rule)
    for part, value in FILLED.items():
        path = path.replace(part, value)
    assert "<" not in path, f"say in FILLED what stands for {path}"
    return path


def named(route: Route) -> str:
    return f"{route.method} {route.rule}"


@pytest.fixture
def tabs(desk: Desk) -> dict[AccountRole, Tab]:
    """Signs in one account of each role, with the admin last. Before an admin exists, the server itself counts as the
    second person that approves."""
    roles = sorted(AccountRole, key=lambda role: role is AccountRole.ADMIN)
    opened = {role: desk.tab(role) for role in roles}
    with_a_tip(desk)
    with_a_release(desk)
    return opened


def answers(
    tabs: dict[AccountRole, Tab], method: str
) -> Iterator[tuple[PageRoute, AccountRole, Tab]]:
    for route in GUARDED:
        for role, tab in tabs.items():
            if route.method == method:
                yield route, role, tab


def test_each_page_has_exactly_one_row(desk: Desk) -> None:
    found = desk.app.url_map.iter_rules()
    rules = {(method, rule.rule) for rule in found for method in rule.methods or ()}
    told = {(route.method, route.rule) for route in ROUTES}
    assert rules == told | {("HEAD", rule) for method, rule in told if method == "GET"}
    assert len({route.endpoint for route in ROUTES}) == len(ROUTES)


def test_each_row_names_a_view() -> None:
    """Modules are imported when a page is requested, so only this test finds a wrong module name early."""
    wrong = []
    for route in (*ROUTES, *DEMO):
        try:
            view = route.view()
        except (ImportError, AttributeError) as missing:
            wrong.append(f"{named(route)}: {missing}")
            continue
        words = {"visit", *re.findall(r"<(?:int:)?(\w+)>", route.rule)}
        if not words <= {*signature(view).parameters}:
            wrong.append(f"{named(route)}: not what {route.name} takes")
    assert wrong == []


def test_each_row_has_needed_fields() -> None:
    for route in GUARDED:
        assert route.roles, named(route)
        needs = route.needs is not Needs.SHIFT and route.needs
        assert route.method == "POST" or not (needs or route.audit), named(route)
        assert not route.audit or is_known_action(route.audit), named(route)
        assert not route.menu or (route.method == "GET" and "<" not in route.rule), named(route)


def test_audited_actions_need_fresh_second_factor() -> None:
    """The audit log stores each audited action for ever under the name of a person. So a stranger at an open browser
    must not be able to do an action in that person's name."""
    loose = [route.endpoint for route in GUARDED if route.audit and route.needs is Needs.NOTHING]
    assert loose == ["tips.search"], "a search changes nothing, and may be urgent"


@pytest.mark.row("A10")
def test_get_answers_only_roles_of_its_row(
    tabs: dict[AccountRole, Tab], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, encrypted = [], note_encrypted(monkeypatch)
    for route, role, tab in answers(tabs, "GET"):
        wanted = 200 if route.admits(frozenset({role})) else 404
        found = tab.get(path_of(route)).status_code
        if found != wanted:
            wrong.append(f"{named(route)} for {role}: {found}, not {wanted}")
    assert wrong == []
    assert len(encrypted) > 30, "too few pages were rendered, so this test proves little"
    assert not any(encrypted.values()), encrypted


def test_relations_never_load_lazily() -> None:
    """Reading a related row that is not loaded raises an error. So templates never query the database."""
    relations = [one for mapper in Row.registry.mappers for one in mapper.relationships]
    assert relations, "no relation was found, so this test proves nothing"
    assert {str(one) for one in relations if one.lazy != "raise"} == set()


def test_forbidden_page_looks_like_missing_page(desk: Desk) -> None:
    tab = desk.tab(AccountRole.EDITOR)
    there, nowhere = tab.get("/accounts"), tab.get("/nothing-like-this")
    assert there.status_code == nowhere.status_code == 404
    assert there.data.replace(b"/accounts", b"") == nowhere.data.replace(b"/nothing-like-this", b"")
    assert there.headers.to_wsgi_list() == nowhere.headers.to_wsgi_list()


@pytest.mark.parametrize("key", ["no key", "a foreign key"])
def test_post_without_form_key_changes_nothing(tabs: dict[AccountRole, Tab], key: str) -> None:
    sent = "" if key == "no key" else "0" * 64
    for route, role, tab in answers(tabs, "POST"):
        answer = tab.post(path_of(route), {"words": "typed", "secret_password": "seen"}, key=sent)
        if not route.admits(frozenset({role})):
            assert answer.status_code == 404, f"{named(route)} for {role}"
            continue
        assert answer.status_code == 422, f"{named(route)} for {role}"
        assert re.search(r'name="words" value="typed"', answer.text)
        assert tab.form_key in answer.text
        assert "seen" not in answer.text


def test_post_from_other_site_is_refused(tabs: dict[AccountRole, Tab]) -> None:
    first = next(iter(tabs))
    for route, role, tab in answers(tabs, "POST"):
        for origin in (ELSEWHERE, "null", "") if role is first else (ELSEWHERE,):
            answer = tab.post(path_of(route), Origin=origin)
            assert answer.status_code == 403, f"{named(route)} for {role} from {origin!r}"


def test_stale_second_factor_is_asked_again(desk: Desk, tabs: dict[AccountRole, Tab]) -> None:
    for _ in range(4):
        desk.clock.turn(minutes=4)
        for tab in tabs.values():
            tab.get("/")
    for route, role, tab in answers(tabs, "POST"):
        loose = (Needs.NOTHING, Needs.SHIFT)
        if route.needs not in loose and route.admits(frozenset({role})):
            answer = tab.post(path_of(route), {"words": "typed"})
            assert answer.status_code == 422, f"{named(route)} for {role}"
            assert 'name="secret_code"' in answer.text
            assert 'name="words" value="typed"' in answer.text


def test_page_without_session_leads_to_sign_in(desk: Desk) -> None:
    never, ended = desk.outside(), desk.tab(AccountRole.EDITOR)
    ended.post("/leave")
    for tab in (never, ended):
        for route in GUARDED:
            path = path_of(route)
            if route.method == "GET":
                answer = tab.get(path)
                assert (answer.status_code, answer.location) == (303, f"/enter?to={path}")
            else:
                assert tab.post(path).status_code == 401


def test_pending_role_gives_no_access(desk: Desk) -> None:
    for name in ("Admin 1", "Admin 2"):
        desk.person(name, AccountRole.ADMIN)
    tab = desk.tab(AccountRole.APPROVER)
    assert tab.get("/").status_code == tab.get("/account").status_code == 200
    assert tab.get("/flows").status_code == 404


def rows_of(page: str, heading: str) -> list[list[str]]:
    """Returns the words of each cell of the first table below a heading."""
    table = page[page.index(f'id="{heading}"') :].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[unescape(re.sub(r"<[^>]+>", " ", one)).strip() for one in row] for row in cells]


@pytest.mark.row("A10")
def test_auditor_prints_rights_of_the_routes(desk: Desk) -> None:
    desk.person("Editor 7", AccountRole.EDITOR)
    page = desk.tab(AccountRole.AUDITOR, name="Auditor 1").read("/rights")
    people = {row[0]: row[1:] for row in rows_of(page, "people")}
    assert people["Editor 7"][0] == "editor"
    assert "a password and a code" in people["Editor 7"][3]
    assert [row[0] for row in rows_of(page, "roles")] == [*ROLES]
    shown = {row[0]: row[1].split(", ") for row in rows_of(page, "commands")}
    assert not [does for does in shown if "/" in does], "an address says nothing to an auditor"
    assert "sent a test SMS to all on-call contacts" in shown
    for route in PAGES:
        if route.method is Method.POST and route.audit == "account_invited":
            does = action_sentence(route.audit)[0].format(subject="...", outcome="...")
            wanted = [role for role in ACCOUNT_ROLES if role in route.roles]
            assert shown[does] == wanted == [AccountRole.ADMIN]


def test_page_of_rights_shows_no_phone_number(desk: Desk) -> None:
    page = desk.tab(AccountRole.ADMIN, name="Admin 7").read("/rights")
    assert "Responder 1" in page
    assert "phone: the person has no PIN yet" in page
    assert NUMBER[-6:] not in page
    assert desk.tab(AccountRole.NATIONAL).get("/rights").status_code == 404
