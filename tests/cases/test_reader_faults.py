"""Fault tests after the PIN: the reader process is dead, slow or restarted, or a hop arrives twice."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.cases.reader_pins import delete_old_requests
from hotline.cases.rules_reading_requests import KEPT_FOR
from hotline.cases.service_receipts import text_digest
from hotline.cases.tables import PinReading, PinReadingAsk
from hotline.core.contexts import Job
from hotline.core.ussd import UssdHop
from hotline.gateway.tables import Dialogue
from hotline.people.rules import Level
from hotline.people.tables import Person, Responder
from hotline.people.tables_audit import AuditEntry
from tests.cases.dialling import OwnCase, enters, now
from tests.cases.test_reader import LANDMARK, USUAL, alerted
from tests.support.callers import Caller, Line
from tests.support.reading import OTHER_PIN, PHONE, PIN, ReaderBeside

WAITS = "CON One moment.\n1 See"
OFF = "CON We cannot check your PIN now.\n1 Try again\n2 Take a case without reading it"


def at_the_case(beside: ReaderBeside, phone: Caller) -> None:
    """Enters the PIN and opens the only case."""
    enters(phone, "1", "1")
    beside.waited.clear()


def reads_of(beside: ReaderBeside) -> int:
    return sum(row.action == "tip_read" for row in beside.line.all(AuditEntry))


def test_dead_reader_allows_taking_case_unread(beside: ReaderBeside, own_case: OwnCase) -> None:
    phone, known_as = own_case
    beside.stopped = True
    phone.dial("90")
    assert phone.key(PIN).startswith(WAITS)
    assert sum(beside.waited) == pytest.approx(2.0)
    assert phone.key("1").startswith(OFF)
    assert phone.key("1").startswith(OFF)
    assert known_as.reference in phone.key("2")
    assert phone.key("1").startswith("END You took the case without reading it.")
    assert now(beside, known_as).acknowledged_at is not None
    assert now(beside, known_as).opened_at is None


def test_slow_reader_acts_once_and_shows_result_at_next_key(
    beside: ReaderBeside, own_case: OwnCase
) -> None:
    phone, known_as = own_case
    at_the_case(beside, phone)
    beside.stopped = True
    assert phone.key("2").startswith(WAITS)
    beside.look()
    took = now(beside, known_as).acknowledged_at
    assert took is not None
    assert phone.again().startswith(WAITS)
    beside.line.clock.turn(seconds=20)
    beside.stopped = False
    assert phone.key("1").startswith(f"CON {known_as.reference} is your case. By ")
    assert now(beside, known_as).acknowledged_at == took


def test_restarted_reader_continues_session(beside: ReaderBeside, own_case: OwnCase) -> None:
    phone, _ = own_case
    at_the_case(beside, phone)
    first = phone.key("1")
    beside.restart()
    beside.line.flush()
    assert phone.again() == first
    assert reads_of(beside) == 2


def test_new_reader_key_asks_for_pin_again(beside: ReaderBeside) -> None:
    phone = alerted(beside, *USUAL[:-1], f"{LANDMARK}, {LANDMARK}")
    first = phone.key(PIN)
    second = phone.key("9")
    assert first != second
    beside.stopped = True
    assert phone.again().startswith("CON You cannot read this page now.")
    assert phone.key("0").startswith("CON You cannot read this page now.")
    assert phone.key("0").startswith("CON Enter your work PIN, 6 digits.")
    beside.stopped = False
    phone.text = phone.text.removesuffix("*0*0")
    assert phone.again() == second


def test_job_contains_only_id_and_reader_works_without_redis(
    beside: ReaderBeside, own_case: OwnCase
) -> None:
    phone, _ = own_case
    phone.dial("90")
    phone.key(PIN)
    (ask,) = beside.line.all(PinReadingAsk)
    assert (Job.READ, ask.id) in beside.line.jobs.scheduled
    beside.line.jobs.dead = True
    phone = beside.line.caller(PHONE)
    assert enters(phone).startswith("CON Open cases: 1.")


def test_request_older_than_ten_minutes_is_deleted(beside: ReaderBeside, own_case: OwnCase) -> None:
    phone, known_as = own_case
    assert timedelta(minutes=3) <= KEPT_FOR, "no session lasts longer"
    at_the_case(beside, phone)
    beside.stopped = True
    phone.key("2")
    beside.line.clock.turn(seconds=KEPT_FOR.total_seconds())
    beside.look()
    assert now(beside, known_as).acknowledged_at is None
    delete_old_requests(beside.line.context)
    assert beside.line.all(PinReading) == []
    assert beside.line.all(PinReadingAsk) == []


@pytest.mark.parametrize("keyed", ["1", "2"])
def test_concurrent_equal_hops_act_once(
    beside: ReaderBeside, own_case: OwnCase, keyed: str
) -> None:
    phone, known_as = own_case
    at_the_case(beside, phone)
    twin = beside.line.caller(PHONE)
    twin.session_id, twin.text = phone.session_id, f"{phone.text}*{keyed}"

    def again() -> None:
        beside.while_waiting = None
        twin.again()

    beside.while_waiting = again
    assert phone.key(keyed) == twin.screen
    assert reads_of(beside) == (2 if keyed == "1" else 1)
    acted = [row for row in beside.line.all(AuditEntry) if row.subject.startswith("tip:")]
    assert len(acted) == reads_of(beside)
    assert (now(beside, known_as).acknowledged_at is None) == (keyed == "1")


def test_third_waiting_request_is_refused(beside: ReaderBeside, own_case: OwnCase) -> None:
    phone, _ = own_case
    phone.dial("90")
    places = beside.line.context.reader.places
    assert places.acquire(blocking=False)
    assert places.acquire(blocking=False)
    assert phone.key(PIN).startswith(WAITS)
    assert beside.waited == []
    places.release()
    assert phone.key("1").startswith("CON We do not know if helpers may come.")
    assert places.acquire(blocking=False)


def test_correct_pin_resets_wrong_attempts(beside: ReaderBeside, own_case: OwnCase) -> None:
    phone, known_as = own_case

    def wrong() -> int:
        with beside.line.database.reading() as session:
            return len(session.get_one(Responder, known_as.responder_id).wrong_pins)

    phone.dial("90")
    phone.key(OTHER_PIN)
    for _ in range(3):
        beside.line.flush()
        phone.again()
    assert wrong() == 1
    phone.key(PIN)
    assert wrong() == 0


def test_old_pin_reads_nothing_after_change(beside: ReaderBeside, own_case: OwnCase) -> None:
    phone, _ = own_case
    phone.dial("90")
    phone.key(PIN)
    phone.text = phone.text.replace(PIN, OTHER_PIN)
    assert phone.again().startswith("CON Wrong PIN.")
    phone.text += "*1"
    assert "K" not in phone.again().split("\n")[0].removeprefix("CON Wrong PIN.")


def test_phone_without_pin_sees_today_s_list(line: Line, beside: ReaderBeside) -> None:
    line.enrol(Level.RESPONDER, PHONE, "en")
    assert line.caller(PHONE).dial("90").startswith("END Nothing new.")


def test_pin_is_in_no_row_job_log_or_guessable_digest(
    beside: ReaderBeside,
    own_case: OwnCase,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    phone, _ = own_case
    phone.dial("90")
    phone.key(OTHER_PIN, PIN, "1", "1", "1")
    phone.text += "*00*5*1"
    phone.again()
    line = beside.line
    said = (
        caplog.text + repr(line.jobs.scheduled) + repr(UssdHop(phone.session_id, PHONE, phone.text))
    )
    kept = line.written(tmp_path) if line.database.is_sqlite else repr(rows_of(line)).encode()
    for pin in (PIN, OTHER_PIN):
        assert pin not in said
        assert pin.encode() not in kept
    key = line.context.pseudonyms.session(phone.session_id)
    parts = phone.text.split("*")
    texts = ["*".join(parts[:upto]) for upto in range(1, len(parts) + 1)]
    tried = {line.context.pseudonyms.heard(key, text) for text in texts if PIN in text}
    tried |= {text_digest(line.context, key, text) for text in texts if PIN in text}
    held = {row.text_digest for row in line.all(PinReading)}
    with line.database.reading() as session:
        held |= set(session.scalars(select(Dialogue.text_key)))
    assert not tried & held


def rows_of(line: Line) -> list[object]:
    """Returns every row with data of a session."""
    return [
        vars(row) for table in (PinReading, PinReadingAsk, AuditEntry) for row in line.all(table)
    ]


def test_every_phone_sees_same_pin_prompt(beside: ReaderBeside, own_case: OwnCase) -> None:
    phone, _ = own_case
    hers_first = phone.dial("90")
    stranger = beside.line.caller("+250788000055")
    screen = stranger.dial("90")
    assert screen.startswith("CON PIN y'akazi, imibare 6.")
    with beside.line.database.writing() as session:
        row = session.get_one(Responder, own_case[1].responder_id)
        session.get_one(Person, row.person_id).languages = ["rw"]
    assert beside.line.caller(PHONE).dial("90") == screen
    assert hers_first.startswith("CON Enter your work PIN")
    assert stranger.key(PIN).startswith("CON PIN si yo.")
    assert stranger.again().startswith("CON PIN si yo.")
    assert stranger.key("815261").startswith("CON PIN si yo.")
    assert stranger.key("815262") == "END Ongera ugerageze nyuma ya 24/11 10:10."
    assert stranger.again() == "END Ongera ugerageze nyuma ya 24/11 10:10."
    assert {row.responder_id for row in beside.line.all(PinReading)} == {None}


def test_hidden_phone_sees_prompt_and_dialled_pin_is_ignored(
    beside: ReaderBeside, own_case: OwnCase
) -> None:
    stranger = beside.line.caller("UNKNOWN")
    assert stranger.dial(f"90*{PIN}").startswith("CON PIN y'akazi, imibare 6.")
    mine = beside.line.caller(PHONE)
    assert mine.dial(f"90*{PIN}").startswith("CON Enter your work PIN")
    assert beside.line.all(PinReading) == []


def test_phone_without_pin_sees_empty_list(beside: ReaderBeside, own_case: OwnCase) -> None:
    beside.line.enrol(Level.RESPONDER, "+250788000056", "en")
    colleague = beside.line.caller("+250788000056")
    assert colleague.dial("90").startswith("CON Enter your work PIN")
    assert colleague.key("000000").startswith("END Nothing new.")
    assert beside.line.all(PinReading) == []
