"""Tests how a person makes a roster on the console's page or from a spreadsheet, and which people are notified of
gaps in the roster.
"""

import io
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from hotline.core.actors import AccountRole, AccountState
from hotline.core.database import Session
from hotline.duty import service_enrolment, service_roster, service_sheets
from hotline.gateway.tables import Message
from hotline.people import service_sessions, tables_roster
from hotline.people.rules import every_district
from hotline.people.rules_roster import WEEKDAYS, half_day, week_of
from hotline.people.tables import Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_roster import Duty, SheetImport
from hotline.text.places import place_name
from tests.console.conftest import Desk, Tab
from tests.console.desk_tips import man
from tests.support.made_once import lay_rows

DISTRICTS = every_district()
LEVELS = ("responder", "responder", "responder", "coordinator")
"""The levels of the people in each district, in the order in which they are enrolled."""


def enrol(desk: Desk, count: int = 122) -> None:
    """Enrols people of every district, and two people of the national desk. Gives all of them PINs."""
    lines = ["name,msisdn,language,level,districts,categories"]
    for n in range(count - 2):
        place = place_name(DISTRICTS[n % len(DISTRICTS)], "en")
        level = LEVELS[n // len(DISTRICTS)]
        lines.append(f"Officer {n},+2507880{10_000 + n},en,{level},{place},")
    lines += [f"Nation {n},+2507889{10_000 + n},en,national,," for n in (1, 2)]
    service_enrolment.import_responders(desk.context, "\n".join(lines))
    with desk.writing() as session:
        session.execute(
            update(Responder).where(Responder.pin_wrap.is_(None)).values(pin_wrap=b"pin")
        )


def whole_week(*, skip: tuple[str, int, int] | None = None, count: int = len(DISTRICTS)) -> str:
    """Returns a sheet for the first `count` districts. Each district has a day shift and a night shift on every day.
    The shift `skip` is missing."""
    rows = ["desk,name,weekday,from,to,rank"]
    for n, code in enumerate(DISTRICTS[:count]):
        for day, name in enumerate(WEEKDAYS):
            for half, times in enumerate(("06:00,18:00", "18:00,06:00")):
                if (code, day, half) != skip:
                    who = n + len(DISTRICTS) * half
                    rows.append(f"{place_name(code, 'en')},Officer {who},{name},{times},1")
    return "\n".join(rows)


def this_week(desk: Desk) -> date:
    return week_of(desk.clock())


def check(tab: Tab, week: date, text: str) -> TestResponse:
    fields = {"sheet": (io.BytesIO(text.encode()), "roster.csv")}
    return tab.post(f"/sheets/roster?week={week}&desk=", fields)


def sheet(desk: Desk, week: date, text: str) -> None:
    service_roster.import_roster(desk.context, "Admin 1", text, week)


def written(session: Session, template: str) -> list[int | None]:
    rows = session.scalars(select(Message).where(Message.template == template))
    return [one.responder_id for one in rows]


@pytest.fixture
def tab(desk: Desk) -> Tab:

    def fill() -> None:
        man(desk)
        enrol(desk)

    lay_rows(desk.context.database, f"people of all districts, {desk.clock.at}", fill)
    return desk.tab(AccountRole.ADMIN, name="Admin 1")


@pytest.mark.row("R10")
def test_r10_roster_of_30_districts_by_sheet_and_screen(desk: Desk, tab: Tab) -> None:
    week = this_week(desk) + timedelta(days=7)
    wrong = whole_week().replace("Officer 31,mon", "Nobody,mon")
    answer = check(tab, week, wrong).text
    assert '<td class="number">17</td>' in answer
    assert "name: No one at this desk has this name." in answer
    assert "secret_sheet" not in answer, "no one can confirm a sheet with a wrong row"
    with desk.reading() as session:
        assert session.scalars(select(Duty)).all() == [], "all or nothing"
    gap = (DISTRICTS[0], 2, 1)
    sheet(desk, week, whole_week(skip=gap))
    page = tab.get(f"/roster?week={week}")
    assert len(page.data) < 60_000
    assert page.text.count('class="gap"') == 1
    cell = re.search(r'<td class="gap">.*?value="([^"]+)".*?<b>(.*?)</b>', page.text)
    assert cell is not None
    assert cell.groups() == (f"{DISTRICTS[0]}.5", "no one")
    first, other = _ids(desk, "Officer 0"), _ids(desk, "Officer 1")
    change = f"/roster?week={week}&desk="
    refused = tab.refused(change, {"do": "put", "who": other, "c": cell.group(1)})
    assert "Choose a member of all desks that you ticked." in refused
    tab.sends(change, {"do": "put", "who": first, "c": cell.group(1)})
    assert 'class="gap"' not in tab.read(f"/roster?week={week}")
    later = week + timedelta(days=7)
    tab.sends(f"/roster?week={later}&desk=", {"do": "copy"})
    assert 'class="gap"' not in tab.read(f"/roster?week={later}")
    cells = [f"{DISTRICTS[0]}.{half}" for half in range(14)]
    assert tab.post(f"/roster?week={later}&desk={DISTRICTS[0]}", {"do": "off", "c": cells[:2]})
    own = tab.read(f"/roster?week={later}&desk={DISTRICTS[0]}")
    assert own.count('class="gap"') == 2
    assert "Officer 0" in own
    with desk.reading() as session:
        done = session.scalars(select(AuditEntry).where(AuditEntry.action == "roster_changed"))
        assert {one.subject for one in done} == {f"desk:{code}" for code in DISTRICTS}


def _ids(desk: Desk, name: str) -> str:
    with desk.reading() as session:
        return str(session.scalars(select(Responder.id).where(Responder.name == name)).one())


def test_r10_sheet_is_checked_and_import_continues(desk: Desk, tab: Tab) -> None:
    week = this_week(desk)
    page = check(tab, week, whole_week(count=3)).text
    assert '<span class="tag good">new</span> 42' in page
    locked = page.partition('name="secret_sheet" value="')[2].partition('"')[0]
    taken = tab.post(f"/sheets/roster/take?week={week}&desk=", {"secret_sheet": locked})
    assert taken.headers["Location"].endswith(f"/sheets/roster?week={week}&desk=")

    def killed(_point: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        service_sheets.import_confirmed(replace(desk.context, failpoint=killed))
    status = tab.get(f"/sheets/roster?week={week}")
    assert "14 of 42" in status.text
    assert status.headers["Refresh"] == f"3; url=/sheets/roster?week={week}&auto="
    other = desk.tab(AccountRole.DESK, name="Desk 1")
    assert "Recent imports" not in other.read("/sheets/roster")
    service_sheets.import_confirmed(desk.context)
    status = tab.get(f"/sheets/roster?week={week}")
    assert "42 of 42" in status.text
    assert "Refresh" not in status.headers
    with desk.reading() as session:
        assert len(session.scalars(select(Duty)).all()) == 42
        (row,) = session.scalars(select(SheetImport))
        assert (row.encrypted, row.faults) == (None, None)
    smaller = whole_week(count=3).replace("18:00,06:00,1", "18:00,07:00,1", 1).rpartition("\n")[0]
    page = check(tab, week, smaller).text
    counts = re.findall(r'class="tag \w+">(\w[\w ]*)</span> (\d+)', page)
    assert counts == [("changed", "1"), ("unchanged", "40"), ("taken off", "1")]


@pytest.mark.parametrize("lost", ["one desk", "every role", "the account"])
def test_sheet_of_account_that_lost_desk_is_not_imported(desk: Desk, tab: Tab, lost: str) -> None:
    week = this_week(desk)
    locked = check(tab, week, whole_week(count=2)).text.partition('name="secret_sheet" value="')[2]
    fields = {"secret_sheet": locked.partition('"')[0]}
    tab.post(f"/sheets/roster/take?week={week}&desk=", fields)
    with desk.writing() as session:
        account = session.scalars(select(ConsoleAccount)).one()
        account.roles = ["desk"] if lost == "one desk" else []
        if lost == "the account":
            account.roles, account.state = ["admin"], AccountState.ENDED
    service_sheets.import_confirmed(desk.context)
    with desk.reading() as session:
        assert session.scalars(select(Duty)).all() == []
        (row,) = session.scalars(select(SheetImport))
        assert row.encrypted is None
        assert any(why in (row.faults or "") for why in ("Enter one of your desks", "no longer"))


def test_r10_holiday_uses_other_day_and_is_undone(desk: Desk, tab: Tab) -> None:
    week, path = this_week(desk) + timedelta(days=7), "/roster?week={}&desk="
    here = path.format(week)
    sheet(desk, week, whole_week(skip=(DISTRICTS[0], 6, 0)))
    wednesday = week + timedelta(days=2)
    made = {"do": "holiday", "day": f"{wednesday}", "like": "6"}
    tab.refused(here, {**made, "day": "2026-02-30"})
    tab.sends(here, made)
    page = tab.read(here)
    assert "Wed day (holiday)" in page
    assert page.count('class="gap"') == 2, "on Wednesday as on Sunday"
    cells = {"do": "off", "c": f"{DISTRICTS[1]}.4"}
    assert "A public holiday uses the shifts of a weekday" in tab.post(here, cells).text
    other = desk.tab(AccountRole.DESK, name="Desk 1")
    assert "Public holidays" not in other.read(here)
    other.refused(here, made)
    (ends,) = re.findall(r'value="(holiday-end\.[^"]+)"', page)
    undone = tab.post(here, {"do": ends})
    page = tab.read(undone.headers["Location"])
    assert page.count('class="gap"') == 1
    (again,) = re.findall(r'value="(holiday\.[^"]+)"', page)
    tab.post(here, {"do": again})
    assert tab.read(here).count('class="gap"') == 2
    with desk.reading() as session:
        log = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("holiday")))
        assert [one.action for one in log] == ["holiday_set", "holiday_removed", "holiday_set"]
        shifts = tables_roster.roster(session, *half_day(week, 5)).shifts(*half_day(week, 5))
        assert len(shifts) == 30, "alerts follow the holiday too"


def test_r10_desk_prints_roster_and_missing_pins_show_once(desk: Desk, tab: Tab) -> None:
    week = this_week(desk)
    sheet(desk, week, whole_week())
    paper = tab.read(f"/roster/print?week={week}")
    assert "<td>O0 </td><td>O30 </td>" in paper
    assert not re.search(r"Officer|otline|\+?250", paper)

    own = desk.tab(AccountRole.DESK, name="Desk 1")
    page = own.read(f"/roster?week={week}")
    assert 'name="c"' not in page, "this account works at no desk yet"
    own.refused(f"/roster?week={week}&desk=", {"do": "off", "c": f"{DISTRICTS[0]}.1"})
    with desk.writing() as session:
        assert len(session.scalars(select(Duty)).all()) == 30 * 14
        session.execute(update(Responder).values(pin_wrap=None))
    for page in (tab.read(f"/roster?week={week}"), tab.read(f"/roster/print?week={week}")):
        assert 'class="gap"' not in page
        assert "no PIN" in page
        assert "all districts, the national desk" in page


def test_r10_gaps_are_reported_on_mondays_and_a_day_before(desk: Desk, tab: Tab) -> None:
    gap = (DISTRICTS[0], 2, 1)
    desk.clock.turn(hours=24 - desk.clock().hour + 8)
    service_roster.report_gaps(desk.context)
    with desk.reading() as session:
        assert written(session, "GAPS_FOUND") == [], "no desk has a roster yet"
    week = this_week(desk) + timedelta(days=7)
    sheet(desk, this_week(desk), whole_week())
    sheet(desk, week, whole_week(skip=gap))
    sheet(desk, week + timedelta(days=7), whole_week())
    leader = _leader(desk, DISTRICTS[0])
    for hours, expected in ((2, [leader]), (3, [leader])):
        desk.clock.turn(hours=hours)
        service_roster.report_gaps(desk.context)
        with desk.reading() as session:
            assert written(session, "GAPS_FOUND") == expected
    starts = half_day(week, 5)[0]
    desk.clock.turn(seconds=int((starts - timedelta(hours=9) - desk.clock()).total_seconds()))
    for _ in range(2):
        service_roster.report_gaps(desk.context)
        desk.clock.turn(hours=2)
    with desk.reading() as session:
        assert written(session, "GAPS_FOUND") == [leader, leader], "again a day before, once"
    found = service_roster.gaps_ahead(desk.context, timedelta(days=2))
    assert [one.starts_at for one in found if one.desk == DISTRICTS[0]][:1] == [starts]
    monday = half_day(week + timedelta(days=7), 0)[0] + timedelta(hours=2, minutes=1)
    desk.clock.turn(seconds=int((monday - desk.clock()).total_seconds()))
    sheet(desk, week + timedelta(days=7), whole_week(skip=(DISTRICTS[0], 3, 0)))
    for _ in range(2):
        service_roster.report_gaps(desk.context)
        desk.clock.turn(hours=2)
    with desk.reading() as session:
        rows = session.scalars(select(Message).where(Message.template == "GAPS_WEEK")).all()
        assert {one.parameters["count"] for one in rows} == {"1"}
        assert len(rows) == len({one.responder_id for one in rows}) == 2


def _leader(desk: Desk, code: str) -> int:
    with desk.reading() as session:
        (one,) = (
            one
            for one in session.scalars(select(Responder))
            if one.level == "coordinator" and code in one.districts
        )
        return one.id


def test_r10_gap_is_taken_and_offered_shift_is_taken(desk: Desk, tab: Tab) -> None:
    week = this_week(desk) + timedelta(days=7)
    sheet(desk, this_week(desk), whole_week())
    sheet(desk, week, whole_week(skip=(DISTRICTS[0], 2, 1)))
    sheet(desk, week + timedelta(days=7), whole_week())
    owner, other = int(_ids(desk, "Officer 0")), int(_ids(desk, "Officer 60"))
    with desk.writing() as session:
        one, two = session.get_one(Responder, owner), session.get_one(Responder, other)
        at = desk.clock()
        (free,) = service_roster.free_shifts(session, other, at)
        assert free.starts_at == half_day(week, 5)[0]
        name = service_roster.shift_name(free)
        assert service_roster.take_shift(session, desk.context, two, name)
        assert not service_roster.take_shift(session, desk.context, one, name), "taken by another"
        assert service_roster.free_shifts(session, owner, at) == []
        mine = service_roster.own_shifts(session, owner, at)[-1]
        assert service_roster.offer_shift(
            session, desk.context, one, service_roster.shift_name(mine)
        )
        assert owner not in written(session, "SHIFT_OFFERED")
        assert service_roster.free_shifts(session, owner, at) == []
        (offered,) = service_roster.free_shifts(session, other, at)
        assert service_roster.take_shift(
            session, desk.context, two, service_roster.shift_name(offered)
        )
        leader = _leader(desk, DISTRICTS[0])
        assert written(session, "SHIFT_TAKEN") == [leader, leader, owner]
        assert mine not in service_roster.own_shifts(session, owner, at)
        assert mine.starts_at in {
            o.starts_at for o in service_roster.own_shifts(session, other, at)
        }
    by = service_sessions.find_session(desk.context, tab.token)
    assert by is not None
    _, many, alone = service_roster.board(desk.context, by)
    assert set(many.values()) <= {5, 6, 7, 8}
    assert alone == {"Officer 60"}
    assert (
        "Each of these people took an offered shift and is the only person on duty in it: Officer 60"
        in tab.read("/roster")
    )
