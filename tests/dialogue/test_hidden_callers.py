"""Tests callers whose number the gateway hides or writes in the national format: they can use the hotline."""

from hotline.core.tables import AttemptRow
from hotline.counters.tables import Tally
from hotline.programmes import service_enrolment
from hotline.programmes.rules import Programme
from hotline.programmes.tables import Participant
from tests.support.callers import DANGER_HERE, QUIET_HERE, REST, Caller, Line
from tests.tips.test_call_back_asked import CALL_ME, calls_from, key_of

HIDDEN = ["", "anonymous", "+", "Unknown", "0", "restricted number"]


def dialled(line: Line, number: str, *keyed: str) -> Caller:
    caller = line.caller(number)
    caller.dial()
    caller.key(*keyed)
    return caller


def test_hidden_caller_reads_and_reports(line: Line) -> None:
    plain = line.caller().dial()
    for number in HIDDEN:
        caller = dialled(line, number)
        assert caller.screen == plain
        caller.key(*DANGER_HERE)
        line.flush()
        assert caller.again().startswith("CON ")
    assert [tip.state for tip in line.tips] == ["filed"] * len(HIDDEN)


def test_two_hidden_callers_share_nothing(line: Line) -> None:
    dialled(line, "anonymous", *DANGER_HERE)
    dialled(line, "anonymous", *DANGER_HERE)
    one, other = line.tips
    assert one.contact_key != other.contact_key
    persons = [row for row in line.all(Tally) if row.measure == "person"]
    assert persons == []


def test_hidden_caller_cannot_enrol_or_test_codes(line: Line) -> None:
    code, _ = service_enrolment.create_code(line.context, Programme.LEADERS, "Gasabo", by="Admin")
    line.clock.turn(seconds=30)
    caller = line.caller("anonymous")
    caller.dial("45")
    assert "ntifungura" in caller.key("1", code)
    assert line.all(Participant) == []
    assert line.all(AttemptRow) == []


def test_local_format_of_number_is_the_same_phone(line: Line) -> None:
    dialled(line, "+250788000077", *DANGER_HERE)
    dialled(line, "0788000077", *DANGER_HERE)
    one, other = line.tips
    assert one.contact_key == other.contact_key


def test_hidden_caller_gets_no_call_back_offer(line: Line) -> None:
    line = calls_from(line, "112")
    shown, hidden = dialled(line, "+250788000077"), dialled(line, "anonymous")
    for caller in (shown, hidden):
        caller.key(*QUIET_HERE, *REST)
    assert key_of(shown, CALL_ME)
    assert not key_of(hidden, CALL_ME)
