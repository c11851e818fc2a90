"""R10: tests a handover at 06:00: the night writes about a case, and the day sees it on phone and page until it is
confirmed. A person who may not see the case learns nothing."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.alerts import service_assignment
from hotline.alerts.queries_retention import erase_text
from hotline.cases import decrypt_desk_reading, queries_board
from hotline.core.actors import AccountRole
from hotline.errors import KeyMissing
from hotline.gateway.tables import Assignment
from hotline.people.decrypt_members import wrap_desk_key
from hotline.people.rules_desks import of_account
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_desks import DeskMember
from hotline.people.tables_roster import HandoverNote, delete_old
from hotline.text.languages import CODES
from hotline.tips.queries_visible import Exclusion, desk_viewer
from tests.console.conftest import Desk, MakeDesk, Tab, desk, make_desk
from tests.console.desk_tips import DISTRICT, tell
from tests.console.tip_desks import Desks, desks
from tests.flows.responder_screens import words_of
from tests.support.callers import DANGER_HERE, DESK_KEY, make_ready, told
from tests.support.reading import OTHER_PIN, PIN, at_home, reader_beside, with_pin

__all__ = ["desk", "desks", "make_desk"]

DAY_PHONE, ELSEWHERE, BESIDE = "+250788000013", "+250788000014", "+250788000015"
NOTE = "The neighbour keeps the key of the gate"


def officer(desk: Desk, name: str, code: str, language: str) -> Tab:
    """Signs in an account that has this desk's key."""
    person = desk.person(name, AccountRole.DESK, language=language)
    with desk.context.database.writing() as session:
        account = session.get_one(ConsoleAccount, person.account_id)
        assert account.public_key is not None
        member = of_account(account.id)
        wrapped = wrap_desk_key(bytes(DESK_KEY), account.public_key, code, member)
        at = desk.clock()
        session.add(DeskMember(desk_code=code, member=member, wrapped_key=wrapped, created_at=at))
    return desk.tab(AccountRole.DESK, name=name)


@pytest.mark.row("R10")
@pytest.mark.parametrize("language", CODES)
def test_r10_the_night_writes_about_a_case_and_the_day_reads_it_at_six(
    make_desk: MakeDesk, tmp_path: Path, language: str
) -> None:
    here = make_desk()
    line = make_ready(here.context.database, tmp_path, here.clock)
    line.context = replace(line.context, encrypter=here.context.encrypter)
    beside = reader_beside(line)
    told(line, *DANGER_HERE)
    tip = line.tips[-1]
    phone_id = with_pin(beside, msisdn=DAY_PHONE, desks=(tip.place,), language=language)
    service_assignment.assign_pending(line.context)
    for number, code in ((ELSEWHERE, "31"), (BESIDE, tip.place)):
        with_pin(beside, msisdn=number, pin=OTHER_PIN, desks=(code,), language=language)
    night = officer(here, "Desk 1", tip.place, language)

    def shifts(number: str, pin: str, *keyed: str) -> str:
        here.clock.turn(minutes=1)
        phone = line.caller(number)
        phone.dial("90")
        return at_home(phone, "2", *keyed, pin=pin)

    def waits(count: int) -> str:
        said = words_of("responders", "shifts", language)
        return said.partition("{open}")[2].replace("{waits}", str(count))

    sent = {"tip": str(tip.id), "note": NOTE}
    assert night.post("/handover", sent).status_code == 303
    assert [one.body for one in line.all(HandoverNote)] == [None]

    here.clock.turn(hours=10)
    day = officer(here, "Desk 2", tip.place, language)
    other = officer(here, "Desk 3", "31", language)
    assert other.post("/handover", sent).status_code == 422
    shown = day.get("/handover").text
    assert f"tip={tip.id}#write" in shown
    assert NOTE not in shown
    assert waits(1) in shifts(DAY_PHONE, PIN)
    # A colleague of the desk who was not alerted cannot open the case by phone.
    for number in (ELSEWHERE, BESIDE):
        assert waits(0) in shifts(number, OTHER_PIN)
    page = shifts(DAY_PHONE, PIN, "4")
    (ref,) = [one.reference for one in line.all(Assignment) if one.responder_id == phone_id]
    assert f"{ref} {NOTE}" in page.replace("\n", " ")
    assert waits(1) in shifts(DAY_PHONE, PIN)
    shifts(DAY_PHONE, PIN, "4", "1")
    assert waits(0) in shifts(DAY_PHONE, PIN)

    assert NOTE in day.post("/handover/read").text
    assert NOTE not in other.post("/handover/read").text
    read = [row.actor for row in line.all(AuditEntry) if row.action == "handover_read"]
    assert len(read) == 3
    assert "Desk 2" in read[-1]
    with line.database.writing() as session:
        delete_old(session, here.clock() + timedelta(days=4))
        assert queries_board.case_notes(session, desk_viewer(tip.place))
        erase_text(session, [tip.id], here.clock())
    assert line.all(HandoverNote) == []


@pytest.mark.row("A8")
def test_a8_a_note_about_a_case_never_reaches_an_excluded_person(desks: Desks) -> None:
    tip_id = tell(desks.desk)
    assert desks.district.post("/handover", {"tip": str(tip_id), "note": NOTE}).status_code == 303
    assert "Notes that wait for you: 1" in desks.second.get("/handover").text
    with desks.desk.context.database.writing() as session:
        person_id = session.get_one(
            ConsoleAccount, desks.desk.people["National 2"].account_id
        ).person_id
        at = desks.desk.clock()
        session.add(Exclusion(tip_id=tip_id, person_id=person_id, reason="named", by="x", at=at))
    desks.desk.clock.turn(minutes=1)
    for tab in (desks.second, desks.other):
        page = tab.get("/handover").text
        assert "Notes that wait for you: 0" in page
        assert "Open cases: 0" in page
        assert f"tip={tip_id}" not in page
        assert NOTE not in tab.post("/handover/read").text
        assert tab.post("/handover", {"tip": str(tip_id), "note": NOTE}).status_code == 422
    assert NOTE in desks.national.post("/handover/read").text


def test_a_case_whose_weekly_key_was_destroyed_leaves_the_other_notes(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip_id = tell(desks.desk)
    for sent in ({"tip": str(tip_id), "note": "About it"}, {"desk": DISTRICT, "note": NOTE}):
        assert desks.district.post("/handover", sent).status_code == 303

    def destroyed(*_: object) -> None:
        raise KeyMissing("the key of that week was destroyed")

    monkeypatch.setattr(decrypt_desk_reading, "tip_key", destroyed)
    shown = desks.district.post("/handover/read")
    assert (shown.status_code, NOTE in shown.text) == (200, True)
