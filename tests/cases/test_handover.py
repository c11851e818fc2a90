"""Tests handover notes from one shift to the next. A general note is encrypted for one desk and stored for
72 hours. Each person of the desk sees a note until the person confirms it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from nacl.public import PrivateKey

from hotline.alerts import service_assignment
from hotline.alerts.queries_retention import erase_text
from hotline.cases import decrypt_desk_reading, queries
from hotline.cases.service_handover import bound_to
from hotline.core.actors import AccountRole
from hotline.gateway.tables import Assignment
from hotline.keys import one_off
from hotline.people.decrypt_members import wrap_desk_key
from hotline.people.rules import of_account
from hotline.people.rules_roster import WEEK, DutyRow, half_day, week_of
from hotline.people.tables import Person, Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_desks import DeskMember
from hotline.people.tables_roster import (
    DutyOverride,
    HandoverNote,
    add_note,
    delete_old,
    replace_rows,
)
from hotline.text.errors import KeyMissing
from hotline.text.languages import CODES
from hotline.text.time import KIGALI
from hotline.tips.queries_visible import Exclusion, desk_viewer
from tests.cases.dialling import called, enters
from tests.console.conftest import Desk, MakeDesk, Tab, desk, make_desk
from tests.console.desk_tips import DISTRICT, tell
from tests.console.tip_desks import Desks, desks
from tests.flows.responder_screens import words_of
from tests.support.builders import make_account
from tests.support.callers import DANGER_HERE, DESK_KEY, make_ready, told
from tests.support.reading import (
    OTHER_PIN,
    PHONE,
    PIN,
    ReaderBeside,
    reader_beside,
    with_pin,
)

__all__ = ["Desk", "desk", "desks", "make_desk"]

COLLEAGUE, NOTE = "+250788000013", "The car is at the workshop"


def leave_note(beside: ReaderBeside, desk_code: str = "12", key: PrivateKey = DESK_KEY) -> None:
    """Stores a handover note whose author has no phone."""
    with beside.line.database.writing() as session:
        author = Person(name="Responder 9", languages=["en"])
        session.add(author)
        session.flush()
        public = bytes(key.public_key)
        body = one_off.seal({"note": NOTE}, public=public, bound=bound_to(desk_code))
        add_note(session, desk_code, author.id, body, beside.line.clock())


def shifts(beside: ReaderBeside, number: str, pin: str, *keyed: str) -> str:
    beside.line.clock.turn(minutes=1)
    phone = called(beside.line, number)
    return phone.key(pin, "2", *keyed)


@pytest.mark.row("R10")
def test_r10_handover_note_waits_until_it_is_confirmed(
    beside: ReaderBeside,
) -> None:
    beside.line.clock.turn(hours=3)
    with_pin(beside, desks=("12",))
    with_pin(beside, msisdn=COLLEAGUE, pin=OTHER_PIN, desks=("24",))
    leave_note(beside)
    assert NOTE.encode() not in beside.line.all(HandoverNote)[0].body
    waits = "CON Open cases: 0. Handover notes to read: 1"
    assert shifts(beside, PHONE, PIN).startswith(waits)
    assert NOTE in shifts(beside, PHONE, PIN, "4")
    assert shifts(beside, PHONE, PIN).startswith(waits)
    assert shifts(beside, PHONE, PIN, "4", "1").startswith("CON Open cases: 0.")
    assert shifts(beside, PHONE, PIN).startswith("CON Open cases: 0. Handover notes to read: 0")

    other = shifts(beside, COLLEAGUE, OTHER_PIN)
    assert other.startswith("CON Open cases: 0. Handover notes to read: 0")
    assert "Read handover" not in other
    leave_note(beside)
    assert shifts(beside, PHONE, PIN).startswith(waits)
    beside.line.clock.turn(hours=72)
    assert "Handover notes to read: 0" in shifts(beside, PHONE, PIN)
    with beside.line.database.writing() as session:
        delete_old(session, beside.line.clock())
    assert beside.line.all(HandoverNote) == []


@pytest.mark.row("R10")
def test_r10_desk_writes_reads_and_confirms_in_console(desks: Desks) -> None:
    sent = {"desk": "national", "note": NOTE}
    assert desks.national.post("/handover", sent).status_code == 303
    page = desks.national.get("/handover").text
    assert "Notes for you to read: 0" in page
    assert '<option value="national">National desk</option>' in page
    assert "Notes for you to read: 1" in desks.second.get("/handover").text
    assert "Notes for you to read: 0" in desks.district.get("/handover").text
    shown = desks.second.post("/handover/read", {}).text
    assert NOTE in shown
    assert NOTE not in desks.district.post("/handover/read", {}).text
    until = shown.partition('name="until" value="')[2].partition('"')[0]
    for wrong, status in (("then", 422), ("0001-01-01T00:00+14:00", 422), (until[:19], 303)):
        answer = desks.second.post("/handover/confirm", {"until": wrong})
        assert answer.status_code == status, wrong
    assert desks.second.post("/handover/confirm", {"until": until}).status_code == 303
    assert "Notes for you to read: 0" in desks.second.get("/handover").text


def test_note_with_number_address_or_reference_is_refused(desks: Desks) -> None:
    for note in (
        *("", "x" * 161, "Call 0788 123 456", "Write to a@b.rw", "Ask +250788123456"),
        *("k7q4: wait", "0788:123:456", "K7-Q4"),
    ):
        refused = desks.national.post("/handover", {"desk": "national", "note": note})
        assert refused.status_code == 422, note
        assert "Write at most 160 letters" in refused.text, note
    times = {"desk": "national", "note": "Back at 9H34, after 3KM"}
    assert desks.national.post("/handover", times).status_code == 303
    assert desks.national.post("/handover", {"desk": "12", "note": "x"}).status_code == 422


@pytest.mark.parametrize(("has_account", "left"), [(False, 0), (True, 2)])
def test_phone_confirms_no_note_after_a_console_only_note(
    beside: ReaderBeside, has_account: bool, left: int
) -> None:
    phone_id = with_pin(beside, desks=("12",))
    leave_note(beside, key=PrivateKey.generate())
    beside.line.clock.turn(minutes=1)
    leave_note(beside)
    if has_account:
        with beside.line.database.writing() as session:
            owner = session.get_one(Person, session.get_one(Responder, phone_id).person_id)
            session.add(make_account("Desk 1", person=owner))
    page = shifts(beside, PHONE, PIN, "4")
    assert page.count(NOTE) == 1
    shifts(beside, PHONE, PIN, "4", "1")
    assert f"Handover notes to read: {left}" in shifts(beside, PHONE, PIN)


# Tests a handover at 06:00. The night shift writes a note about a case. The people of the day shift see the note on
# phones and pages until they confirm the note. A person who may not see the case learns nothing.


DAY_PHONE, ELSEWHERE, BESIDE = "+250788000013", "+250788000014", "+250788000015"
CASE_NOTE = "The neighbour keeps the key of the gate"


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
def test_r10_day_shift_reads_case_note_of_night_shift(
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
        return enters(phone, "2", *keyed, pin=pin)

    def waits(count: int) -> str:
        said = words_of("responders", "shifts", language)
        return said.partition("{open}")[2].replace("{waits}", str(count))

    sent = {"tip": str(tip.id), "note": CASE_NOTE}
    assert night.post("/handover", sent).status_code == 303
    assert [one.body for one in line.all(HandoverNote)] == [None]

    here.clock.turn(hours=10)
    day = officer(here, "Desk 2", tip.place, language)
    other = officer(here, "Desk 3", "31", language)
    assert other.post("/handover", sent).status_code == 422
    shown = day.get("/handover").text
    assert f"tip={tip.id}#write" in shown
    assert CASE_NOTE not in shown
    assert waits(1) in shifts(DAY_PHONE, PIN)
    # A colleague who was not alerted about the case has no note to confirm on the phone.
    for number in (ELSEWHERE, BESIDE):
        assert waits(0) in shifts(number, OTHER_PIN)
    page = shifts(DAY_PHONE, PIN, "4")
    (ref,) = [one.reference for one in line.all(Assignment) if one.responder_id == phone_id]
    assert f"{ref} {CASE_NOTE}" in page.replace("\n", " ")
    assert waits(1) in shifts(DAY_PHONE, PIN)
    shifts(DAY_PHONE, PIN, "4", "1")
    assert waits(0) in shifts(DAY_PHONE, PIN)

    assert CASE_NOTE in day.post("/handover/read").text
    assert CASE_NOTE not in other.post("/handover/read").text
    read = [row.actor for row in line.all(AuditEntry) if row.action == "handover_read"]
    assert len(read) == 3
    assert "Desk 2" in read[-1]
    with line.database.writing() as session:
        delete_old(session, here.clock() + timedelta(days=4))
        assert queries.case_notes(session, desk_viewer(tip.place))
        erase_text(session, [tip.id], here.clock())
    assert line.all(HandoverNote) == []


@pytest.mark.row("A8")
def test_a8_excluded_person_gets_no_note_about_the_case(desks: Desks) -> None:
    tip_id = tell(desks.desk)
    assert (
        desks.district.post("/handover", {"tip": str(tip_id), "note": CASE_NOTE}).status_code == 303
    )
    assert "Notes for you to read: 1" in desks.second.get("/handover").text
    with desks.desk.context.database.writing() as session:
        person_id = session.get_one(
            ConsoleAccount, desks.desk.people["National 2"].account_id
        ).person_id
        at = desks.desk.clock()
        session.add(Exclusion(tip_id=tip_id, person_id=person_id, reason="named", by="x", at=at))
    desks.desk.clock.turn(minutes=1)
    for tab in (desks.second, desks.other):
        page = tab.get("/handover").text
        assert "Notes for you to read: 0" in page
        assert "Open cases: 0" in page
        assert f"tip={tip_id}" not in page
        assert CASE_NOTE not in tab.post("/handover/read").text
        assert tab.post("/handover", {"tip": str(tip_id), "note": CASE_NOTE}).status_code == 422
    assert CASE_NOTE in desks.national.post("/handover/read").text


def test_destroyed_weekly_key_leaves_other_notes_readable(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip_id = tell(desks.desk)
    for sent in ({"tip": str(tip_id), "note": "About it"}, {"desk": DISTRICT, "note": CASE_NOTE}):
        assert desks.district.post("/handover", sent).status_code == 303

    def destroyed(*_: object) -> None:
        raise KeyMissing("the key of that week was destroyed")

    monkeypatch.setattr(decrypt_desk_reading, "unlock_tip", destroyed)
    shown = desks.district.post("/handover/read")
    assert (shown.status_code, CASE_NOTE in shown.text) == (200, True)


# Tests the phone screens after the PIN on which a responder takes a free shift, and later offers this shift to
# colleagues.


DESK = "12"


@pytest.mark.row("R10")
def test_r10_open_shift_is_taken_and_offered_again_by_phone(
    beside: ReaderBeside,
) -> None:
    line = beside.line
    one = with_pin(beside, desks=(DESK,))
    two = with_pin(beside, msisdn=COLLEAGUE, pin=OTHER_PIN, desks=(DESK,))
    week = week_of(line.clock()) + WEEK
    night = half_day(week, 3)
    with line.context.database.writing() as session:
        for monday in (week - WEEK, week, week + WEEK):
            every = [
                DutyRow(DESK, two, monday, half // 2, starts, starts + 720)
                for half in range(14)
                for starts in [18 * 60 if half % 2 else 6 * 60]
                if (monday, half) != (week, 3)
            ]
            replace_rows(session, monday, [DESK], every)
    phone = called(line)
    told = f"1 {night[0].astimezone(KIGALI):%d/%m} 18:00-06:00 Gasabo"
    assert told in phone.key(PIN, "2", "2")
    assert phone.key("1") == "END The shift is yours. Thank you."
    (row,) = line.all(DutyOverride)
    assert (row.responder_id, row.replaces, row.starts_at) == (one, None, night[0])

    late = called(line, COLLEAGUE)
    assert late.key(OTHER_PIN, "2", "2").startswith("CON There are no shifts that you can choose.")

    phone = called(line)
    assert told in phone.key(PIN, "2", "1")
    assert phone.key("1").startswith("END We offered the shift to your colleagues.")
    late = called(line, COLLEAGUE)
    assert told in late.key(OTHER_PIN, "2", "2")
    assert late.key("1") == "END The shift is yours. Thank you."
    taken = line.all(DutyOverride)[-1]
    assert (taken.responder_id, taken.replaces) == (two, one)
