"""Tests attacks on the hook for conversations: guessed secrets, and a phone that enters another caller's session."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import update

from hotline.alarms import tables
from hotline.alarms.rules import Alarm
from hotline.cases import service_retention
from hotline.core.tables import AttemptRow
from hotline.counters import service
from hotline.dialogue.service_session import failure
from hotline.gateway.tables import Dialogue
from hotline.programmes import service_enrolment
from hotline.programmes.rules import Programme
from hotline.programmes.tables import Participant
from tests.alerts.test_concurrency import together
from tests.support.callers import DANGER_HERE, REST, Caller, Line, told
from tests.support.receipts import MY_NUMBER, NOTHING, OTHER_PHONE, PIN, given, wrong

FOUND = "Byakiriwe."
THIRD_PHONE = "+250788000056"


def sends(caller: Caller, text: str) -> str:
    """Sends a hop with exactly this text, as the gateway would, even if the text does not continue the session's
    earlier text."""
    caller.text = text
    return caller.again()


def asks(number: str, pin: str) -> str:
    return "*".join((*MY_NUMBER, number, pin))


def standing(line: Line) -> set[Alarm]:
    with line.database.reading() as session:
        return set(tables.raised_alarms(session))


@pytest.fixture
def intruder(line: Line) -> Caller:
    caller = line.caller(OTHER_PHONE)
    caller.dial()
    return caller


def compared(line: Line) -> int:
    return sum(guess.compared for guess in line.all(AttemptRow))


def test_shorter_session_text_checks_no_pin(line: Line, intruder: Caller) -> None:
    _, number = given(line)
    sends(intruder, asks(number, wrong()) + "*1*1*1*1*1*1*1")
    for pin in ("0001", "0002", PIN):
        line.flush()
        assert NOTHING in sends(intruder, asks(number, pin))
    assert compared(line) == 1


def test_differing_texts_of_one_session_check_no_pin(line: Line, intruder: Caller) -> None:
    _, number = given(line)
    for pin in (wrong(), "0001", "0002", PIN):
        line.flush()
        assert NOTHING in sends(intruder, asks(number, pin))
    assert compared(line) == 1


def test_growing_texts_count_attempts_up_to_limit(line: Line, intruder: Caller) -> None:
    """Each text begins with the text before it, and is longer."""
    _, number = given(line)
    text = asks(number, wrong())
    for _ in range(12):
        assert NOTHING in sends(intruder, text)
        text += f"*1*{number}*{wrong()}"
    line.flush()
    assert NOTHING in sends(intruder, text.removesuffix(wrong()) + PIN)
    assert compared(line) == 5
    assert len(line.all(AttemptRow)) == 13


def test_new_sessions_share_the_phone_s_limit(line: Line) -> None:
    _, number = given(line)
    for at in range(8):
        caller = line.caller(OTHER_PHONE)
        caller.dial()
        sends(caller, asks(number, f"{at:04}"))
    caller = line.caller(OTHER_PHONE)
    caller.dial()
    assert NOTHING in sends(caller, asks(number, PIN))
    assert compared(line) == 5


def test_five_of_sixty_concurrent_pins_are_checked(line: Line) -> None:
    """Seven sessions of one phone try sixty PINs at the same time. If a text does not continue the earlier text of its
    session, the PIN in it is never checked."""
    _, number = given(line)
    same, others = line.caller(OTHER_PHONE), [line.caller(OTHER_PHONE) for _ in range(6)]
    for caller in (same, *others):
        caller.dial()
    pins = [f"{at:04}" for at in range(60)]
    shown: list[str] = []

    def act(at: int, pin: str) -> Callable[[], object]:
        mine = replace(same if at % 2 else others[at // 2 % 6])
        return lambda: shown.append(sends(mine, asks(number, pin)))

    for first in range(0, 60, 10):
        together(*(act(at, pins[at]) for at in range(first, first + 10)))
    assert all(NOTHING in screen for screen in shown)

    assert compared(line) == 5
    late = line.caller(OTHER_PHONE)
    late.dial()
    assert NOTHING in sends(late, asks(number, PIN))


def test_phone_over_its_limit_does_not_block_receipt(line: Line) -> None:
    _, number = given(line)
    for at in range(30):
        caller = line.caller(OTHER_PHONE)
        caller.dial()
        sends(caller, asks(number, f"{at:04}"))
    other = line.caller(THIRD_PHONE)
    other.dial()
    assert FOUND in sends(other, asks(number, PIN))


def test_attempt_is_stored_even_if_the_hop_fails(line: Line) -> None:
    """The hotline stores that a PIN was tried before it stores the other changes of the hop, and before it makes a
    screen."""
    _, number = given(line)
    caller = line.caller(OTHER_PHONE)
    caller.dial()
    with line.database.writing() as session:
        session.execute(update(Dialogue).values(committed=10_000, text_key=None))
    assert NOTHING in sends(caller, asks(number, wrong()))
    assert compared(line) == 0


def joins(line: Line, *codes: str, msisdn: str = OTHER_PHONE) -> Caller:
    line.clock.turn(seconds=30)
    caller = line.caller(msisdn)
    caller.dial("45")
    caller.key("1", *codes)
    return caller


def test_correct_code_after_five_wrong_ones_is_refused(line: Line) -> None:
    code, _ = service_enrolment.create_code(line.context, Programme.LEADERS, "Gasabo", by="Admin")
    tried = [str(10_000_000 + at) for at in range(5)]
    caller = joins(line, *tried)
    assert "ntifungura" in caller.key(code)
    line.flush()
    assert "ntifungura" in caller.again()
    assert line.all(Participant) == []

    line.clock.turn(hours=1)
    assert "Byakiriwe" in joins(line, code).screen
    assert len(line.all(Participant)) == 1


def test_each_code_in_one_text_counts_as_attempt(line: Line) -> None:
    code, _ = service_enrolment.create_code(line.context, Programme.LEADERS, "Gasabo", by="Admin")
    caller = joins(line)
    tried = [str(10_000_000 + at) for at in range(60)]
    assert "ntifungura" in sends(caller, "*".join(("45", "1", *tried, code)))
    assert line.all(Participant) == []
    assert compared(line) == 5


def test_attempt_does_not_store_the_code(line: Line, stored: Callable[[], bytes]) -> None:
    code, _ = service_enrolment.create_code(line.context, Programme.LEADERS, "Gasabo", by="Admin")
    joins(line, code)
    assert code.encode() not in stored()


STANDS: Sequence[tuple[str, ...]] = ((), ("1",), DANGER_HERE, (*DANGER_HERE, "1", "1", *REST, "2"))


@pytest.mark.adversary("a forger of callbacks")
@pytest.mark.parametrize("keyed", STANDS, ids=["front", "lesson", "filed", "receipt"])
@pytest.mark.parametrize("flushed", [False, True])
def test_other_phone_cannot_continue_the_session(
    line: Line, keyed: tuple[str, ...], flushed: bool
) -> None:
    hers = told(line, *keyed)
    screen = hers.screen
    before = [(tip.state, tip.receipt_key) for tip in line.tips]
    theirs = replace(hers, msisdn=OTHER_PHONE)
    if flushed:
        line.flush()
    for text in (hers.text, f"{hers.text}*{PIN}" if hers.text else PIN, ""):
        assert sends(theirs, text) == failure(line.context)

    assert [(tip.state, tip.receipt_key) for tip in line.tips] == before
    assert hers.again() == screen
    assert standing(line) == {Alarm.STRANGE_CALLER}
    with line.database.reading() as session:
        assert service.counted_today(session, service.STRANGE_CALLER, line.clock()) == 3


def test_session_continues_when_the_week_changes(line: Line) -> None:
    line.clock.turn(days=5, hours=15, minutes=58)
    hers = told(line, *DANGER_HERE[:-1])
    for _ in range(2):
        line.clock.turn(minutes=3)
        line.flush()
        assert hers.again().startswith("CON ")
    assert hers.key(DANGER_HERE[-1]).startswith("CON ")
    assert line.tip.state == "filed"
    assert standing(line) == set()


def test_two_formats_of_a_number_are_one_phone(line: Line) -> None:
    hers = told(line, "1")
    at_home = replace(hers, msisdn="0" + hers.msisdn.removeprefix("+250"))
    line.flush()
    assert at_home.again() == hers.screen


def test_old_session_forgets_phone_and_cannot_continue(line: Line) -> None:
    hers = told(line, "1")
    line.clock.turn(hours=2)
    for _ in range(3):
        service_retention.erase_batch(line.context)
    assert {row.caller_key for row in line.all(Dialogue)} == {""}
    line.flush()
    assert hers.again() == failure(line.context)
