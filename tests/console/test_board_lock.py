"""Tests the lock of a board. A locked board hides cases and places and shows only numbers, and only the account that
is signed in can unlock it.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from hotline.console.routes import PAGES, Needs
from hotline.core.actors import AccountRole
from hotline.duty import service_accounts, service_invitations, service_removal
from hotline.people import service_sessions, tables_audit
from hotline.people.rules_sign_in import BOARD_EACH
from hotline.people.tables_desks import DeskMember
from hotline.people.tables_sessions import ConsoleSession, desks_with_board
from tests.console.conftest import Desk, Tab
from tests.console.desk_tips import DISTRICT, admitted, man, tell
from tests.console.test_routes import path_of
from tests.console.tip_desks import on_board
from tests.support.signing import PASSWORD, SERVER


@pytest.fixture
def tab(desk: Desk) -> Tab:
    """Opens the board of Gasabo with two open tips, one of them about danger, and then waits for 15 minutes, until the
    board is locked."""
    man(desk)
    tab = admitted(desk, "Desk 1", AccountRole.DESK, DISTRICT)
    tell(desk, urgency=1)
    tell(desk, urgency=3)
    assert on_board(tab) == {"untaken": [1, 2]}
    desk.clock.turn(minutes=15)
    return tab


def key(tab: Tab) -> str:
    found = service_sessions.find_locked(tab.desk.context, tab.token)
    return found.session_key if found else "none"


def unlock(tab: Tab, **changed: str) -> TestResponse:
    who = tab.desk.people["Desk 1"]
    fields = {"secret_password": who.password, "secret_code": who.code(), "to": "/"} | changed
    return tab.post("/board/unlock", fields, key=changed.pop("key", key(tab)))


def stored(desk: Desk) -> list[ConsoleSession]:
    with desk.reading() as session:
        return [*session.scalars(select(ConsoleSession))]


def counted(tab: Tab) -> str:
    """Returns the number of dangers on the locked page."""
    found = re.search(r"<h1>(\d+) urgent</h1>", tab.get("/board/locked?auto").text)
    return found[1] if found else ""


@pytest.mark.adversary("a person who finds an open screen")
def test_locked_board_shows_only_a_count(tab: Tab) -> None:
    moved = tab.get("/?auto")
    assert (moved.status_code, moved.headers["Location"]) == (303, "/board/locked?to=/")
    page = tab.get(moved.headers["Location"])
    assert counted(tab) == "1"
    for hidden in ("Gasabo", "/tips", "/handover", "Board</a>", "secret_"):
        assert hidden not in page.text
    said = tab.read("/board/since?auto")
    assert re.fullmatch(r"locked 1 [0-9a-f]{16}", said)
    assert tab.get(f"/board/since?auto&number={said}").status_code == 304
    tell(tab.desk, urgency=1)
    tab.desk.clock.turn(seconds=21)
    now = tab.read("/board/since?auto")
    assert now.startswith("locked 2 ")
    assert now.split()[2] != said.split()[2], "a new danger sounds"


@pytest.mark.adversary("a person who finds an open screen")
def test_locked_session_opens_no_other_page(tab: Tab) -> None:
    assert {page.endpoint for page in PAGES if page.needs is Needs.SHIFT} == {
        "board.since",
        "board.locked",
        "board.unlock",
    }
    own = key(tab)
    for one in PAGES:
        if one.needs is Needs.SHIFT:
            continue
        path = path_of(one)
        if one.method == "POST":
            assert tab.post(path, {"secret_password": PASSWORD}, key=own).status_code == 401, path
        else:
            answer = tab.get(path)
            assert answer.headers["Location"].startswith("/board/locked?to="), path
            assert tab.get(path, **{"X-Part": "1"}).status_code == 401, path
    context = tab.desk.context
    assert service_sessions.find_session(context, tab.token) is None
    assert service_sessions.key_of(context, tab.token) is None
    assert stored(tab.desk)[0].locked_key is None
    assert service_sessions.step_up(context, tab.token, PASSWORD, "1") is None


def test_only_same_account_unlocks_board(tab: Tab) -> None:
    desk = tab.desk
    other = desk.person("Desk 2", AccountRole.DESK)
    stolen = tab.token
    for wrong in (
        {"secret_password": "another-password"},
        {"secret_code": "000000"},
        {"secret_code": other.code(), "name": "Desk 2"},
        {"secret_password": "", "secret_code": ""},
    ):
        refused = unlock(tab, **wrong)
        assert refused.status_code == 422
        assert "The name, password or code is wrong" in refused.text
        assert "Gasabo" not in refused.text
    assert "/board/locked" in unlock(tab, key="of another page").headers["Location"]
    assert tab.post("/board/unlock", key=key(tab), Origin="https://x.example").status_code == 403
    desk.clock.turn(minutes=2)
    opened = unlock(tab, to="//elsewhere.example")
    assert (opened.status_code, opened.headers["Location"]) == (303, "/")
    assert on_board(tab) == {"untaken": [1, 2]}
    assert service_sessions.find_locked(desk.context, stolen) is None, "the old cookie is worthless"
    thief = desk.outside()
    thief.take(stolen)
    assert thief.get("/board/since").status_code == 303


@pytest.mark.parametrize("way", ["ended", "suspended", "role", "others", "shift"])
def test_ended_session_ends_its_locked_board(tab: Tab, way: str) -> None:
    desk, who = tab.desk, tab.desk.people["Desk 1"]
    assert counted(tab) == "1"
    if way == "ended":
        service_removal.end_account(desk.context, SERVER, who.account_id)
    elif way == "suspended":
        service_invitations.suspend(desk.context, SERVER, who.account_id, "a test")
    elif way == "role":
        roles = [AccountRole.EDITOR]
        service_invitations.set_roles(desk.context, SERVER, who.account_id, roles, "a test")
    elif way == "others":
        service_sessions.end_others(desk.context, who.enters().token)
    else:
        desk.clock.turn(hours=12, minutes=44)
        service_accounts.delete_expired(desk.context)
        assert counted(tab) == "1"
        desk.clock.turn(minutes=1)
    assert tab.get("/board/since?auto").status_code in (303, 404)
    assert counted(tab) == ""
    assert unlock(tab, key="none").status_code in (401, 404)


def test_lock_stays_after_clock_set_back_and_counts_visible_tips(tab: Tab) -> None:
    assert counted(tab) == "1"
    tab.desk.clock.turn(minutes=-12)
    assert tab.get("/").headers["Location"].startswith("/board/locked")
    assert stored(tab.desk)[0].locked_at is not None
    with tab.desk.writing() as session:
        session.query(DeskMember).filter_by(desk_code=DISTRICT).delete()
        tables_audit.append_row(session, tab.desk.clock(), "x", "member_left")
    assert counted(tab) == "0", "membership of the desk ended meanwhile"


def test_polling_is_no_activity_and_seldom_writes(tab: Tab) -> None:
    desk, again = tab.desk, Tab(tab.desk, tab.desk.app.test_client())
    again.take(desk.people["Desk 1"].enters().token)
    began, written = desk.clock(), set()
    for _ in range(14 * 2):
        assert again.read("/board/since").isdecimal()
        row = stored(desk)[-1]
        assert row.seen_at == began
        written.add(row.board_at)
        desk.clock.turn(seconds=30)
    assert len(written) <= 1 + 14 * 60 // BOARD_EACH.total_seconds()
    desk.clock.turn(minutes=1)
    assert again.read("/board/since").startswith("locked")


def test_locked_board_counts_as_open_while_it_polls(tab: Tab) -> None:
    at = tab.desk.clock()
    assert tab.read("/board/since?auto").startswith("locked")
    with tab.desk.reading() as session:
        before = at - timedelta(seconds=1)
        assert desks_with_board(session, before, at) == {DISTRICT}
        assert desks_with_board(session, at, at) == frozenset()
        assert desks_with_board(session, before, before) == frozenset(), "its clock was ahead"
        assert desks_with_board(session, before, at + timedelta(hours=1)) == frozenset()


def test_clock_process_locks_board_of_closed_tab(tab: Tab) -> None:
    service_accounts.delete_expired(tab.desk.context)
    (row,) = stored(tab.desk)
    assert (row.locked_at, row.locked_key) == (tab.desk.clock(), None)
    tab.desk.clock.turn(minutes=-12)
    assert tab.get("/").headers["Location"].startswith("/board/locked")


def test_session_without_board_ends_as_usual(desk: Desk) -> None:
    editor = desk.tab(AccountRole.EDITOR)
    assert editor.get("/").status_code == 200
    desk.clock.turn(minutes=15)
    assert editor.get("/").headers["Location"].startswith("/enter")
