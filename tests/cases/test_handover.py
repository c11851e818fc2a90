"""R10: tests notes from one shift to the next: encrypted for a desk, for 72 hours, until each person confirms them."""

import pytest
from nacl.public import PrivateKey

from hotline.cases.service_handover import bound_to
from hotline.keys import one_off
from hotline.people.tables import Person, Responder
from hotline.people.tables_roster import HandoverNote, add_note, delete_old
from tests.console.conftest import Desk, desk
from tests.console.tip_desks import Desks, desks
from tests.support.builders import make_account
from tests.support.callers import DESK_KEY
from tests.support.reading import OTHER_PIN, PHONE, PIN, ReaderBeside, with_pin

__all__ = ["Desk", "desk", "desks"]

COLLEAGUE, NOTE = "+250788000013", "The car is at the workshop"


def leave_note(beside: ReaderBeside, desk_code: str = "12", key: PrivateKey = DESK_KEY) -> None:
    """Leaves a note of another person, who is on no phone."""
    with beside.line.database.writing() as session:
        author = Person(name="Responder 9", languages=["en"])
        session.add(author)
        session.flush()
        public = bytes(key.public_key)
        body = one_off.seal({"note": NOTE}, public=public, bound=bound_to(desk_code))
        add_note(session, desk_code, author.id, body, beside.line.clock())


def shifts(beside: ReaderBeside, number: str, pin: str, *keyed: str) -> str:
    beside.line.clock.turn(minutes=1)
    phone = beside.line.caller(number)
    phone.dial("90")
    return phone.key(pin, "2", *keyed)


@pytest.mark.row("R10")
def test_r10_a_note_waits_on_each_phone_of_the_desk_until_it_is_confirmed(
    beside: ReaderBeside,
) -> None:
    beside.line.clock.turn(hours=3)
    with_pin(beside, desks=("12",))
    with_pin(beside, msisdn=COLLEAGUE, pin=OTHER_PIN, desks=("24",))
    leave_note(beside)
    assert NOTE.encode() not in beside.line.all(HandoverNote)[0].body
    waits = "CON Handover: 0 open, 1 waits for you"
    assert shifts(beside, PHONE, PIN).startswith(waits)
    assert NOTE in shifts(beside, PHONE, PIN, "4")
    assert shifts(beside, PHONE, PIN).startswith(waits)
    assert shifts(beside, PHONE, PIN, "4", "1").startswith("CON Open cases: 0.")
    assert shifts(beside, PHONE, PIN).startswith("CON Handover: 0 open, 0 waits for you")

    other = shifts(beside, COLLEAGUE, OTHER_PIN)
    assert other.startswith("CON Handover: 0 open, 0 waits for you")
    assert "Read handover" not in other
    leave_note(beside)
    assert shifts(beside, PHONE, PIN).startswith(waits)
    beside.line.clock.turn(hours=72)
    assert "0 waits for you" in shifts(beside, PHONE, PIN)
    with beside.line.database.writing() as session:
        delete_old(session, beside.line.clock())
    assert beside.line.all(HandoverNote) == []


@pytest.mark.row("R10")
def test_r10_a_desk_writes_reads_and_confirms_in_the_console(desks: Desks) -> None:
    sent = {"desk": "national", "note": NOTE}
    assert desks.national.post("/handover", sent).status_code == 303
    assert "Notes that wait for you: 0" in desks.national.get("/handover").text
    assert "Notes that wait for you: 1" in desks.second.get("/handover").text
    assert "Notes that wait for you: 0" in desks.district.get("/handover").text
    shown = desks.second.post("/handover/read", {}).text
    assert NOTE in shown
    assert NOTE not in desks.district.post("/handover/read", {}).text
    until = shown.partition('name="until" value="')[2].partition('"')[0]
    for wrong, status in (("then", 422), ("0001-01-01T00:00+14:00", 422), (until[:19], 303)):
        answer = desks.second.post("/handover/confirm", {"until": wrong})
        assert answer.status_code == status, wrong
    assert desks.second.post("/handover/confirm", {"until": until}).status_code == 303
    assert "Notes that wait for you: 0" in desks.second.get("/handover").text


def test_a_note_with_a_number_an_address_or_a_reference_is_refused(desks: Desks) -> None:
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
def test_a_phone_confirms_no_note_after_one_that_only_the_console_shows(
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
    assert f"{left} waits for you" in shifts(beside, PHONE, PIN)
