"""Tests a hotline that cannot send alerts: no screen promises an alert, `/readyz` gives the reason, and the hotline
sends the alert later."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from hotline.alerts import service_assignment, service_sending
from hotline.cli.contexts import Role
from hotline.gateway import service_pause as lane_by_hand
from hotline.gateway import tables
from hotline.gateway.queries_alert_path import TickMemory
from hotline.gateway.rules import Outcome, SendResult
from hotline.gateway.stand_ins import FakeSms
from hotline.gateway.tables import Leader, QueuePause, QueueState
from hotline.keys import tables_canaries
from hotline.keys.tables_canaries import ProcessStart
from tests.support.builders import NOON
from tests.support.callers import DANGER_HERE, Caller, Line, told

PASSED_ON = {"rw": "Byoherejwe.", "en": "Passed on.", "fr": "Transmis."}
SAVED = {"rw": "ntibiroherezwa", "en": "not sent to responders yet", "fr": "pas encore transmis"}
LANGUAGE = {"rw": (), "en": ("7",), "fr": ("8",)}
NO_PLACE = (*DANGER_HERE[:3], "7")
Break = Callable[[Line], None]


@pytest.fixture
def line(line: Line) -> Line:
    """Runs the clock process once. From then on, the elapsed time in the web process follows the test's clock."""

    def elapsed() -> float:
        return line.clock.at.timestamp()

    line.context = replace(line.context, ticks=TickMemory(elapsed=elapsed))
    tick(line)
    return line


def tick(line: Line) -> None:
    with line.database.writing() as session:
        tables.write_leader(session, "a relay", line.clock.at + timedelta(seconds=3))


def danger(line: Line, *keyed: str, language: str = "rw") -> Caller:
    return told(line, *LANGUAGE[language], *(keyed or DANGER_HERE))


def reasons(line: Line) -> tuple[int, str]:
    answer = line.client.get("/readyz")
    return answer.status_code, " ".join(answer.get_json()["reasons"])


def clock_stops(line: Line) -> None:
    line.clock.turn(minutes=2)


def queue_is_paused(line: Line) -> None:
    lane_by_hand.pause(line.context, by="Aline", reason="a wrong list of numbers")


def gateway_refuses(line: Line) -> None:
    with line.database.writing() as session:
        tables.pause_for_fault(session, line.clock.at + timedelta(minutes=1), "config_fault")


def worker_is_refused(line: Line) -> None:
    """Records that the worker was restarted with a wrong key. The hotline must report the wrong key at once, without
    waiting for a minute."""
    line.clock.turn(seconds=5)
    refused = ProcessStart(
        role=Role.WORKERS,
        host="here",
        at=line.clock.at,
        wrong_keys="relay.key",
        second_channel=None,
    )
    with line.database.writing() as session:
        tables_canaries.note_start(session, refused)


def gateway_is_out_of_reach(line: Line) -> None:
    for _ in range(8):
        with line.database.writing() as session:
            tables.note_failure(session, line.clock.at)
        line.clock.turn(seconds=10)
        tick(line)


BROKEN: dict[Break, str] = {
    clock_stops: "no sending process runs",
    queue_is_paused: "a person paused the queue",
    gateway_refuses: "the gateway refuses our messages",
    worker_is_refused: "a key of the workers is wrong",
    gateway_is_out_of_reach: "the gateway cannot be reached",
}


def test_in_ordinary_operation_a_danger_is_passed_on(line: Line) -> None:
    for language, words in PASSED_ON.items():
        assert words in danger(line, language=language).screen
        assert words in danger(line, *NO_PLACE, language=language).screen
    assert reasons(line) == (200, "")


@pytest.mark.parametrize("broken", BROKEN)
def test_while_no_alert_can_leave_the_screen_after_danger_names_the_emergency_number(
    line: Line, broken: Break
) -> None:
    broken(line)
    for keyed, (language, words) in product((DANGER_HERE, NO_PLACE), PASSED_ON.items()):
        screen = danger(line, *keyed, language=language).screen
        assert words not in screen
        assert SAVED[language] in screen
        assert "112" in screen
    assert len(line.tips) == 6, "filed all the same"
    status, said = reasons(line)
    assert status == 503
    assert BROKEN[broken] in said


@pytest.mark.parametrize("broken", BROKEN)
def test_it_heals_and_nothing_was_lost(line: Line, broken: Break) -> None:
    broken(line)
    danger(line)
    tick(line)
    with line.database.writing() as session:
        tables.end_fault(session)
        session.query(QueuePause).delete()

    assert PASSED_ON["rw"] in danger(line).screen
    service_assignment.assign_pending(line.context)
    assert all(tip.assigned_at is not None for tip in line.tips)


def test_a_wrong_key_is_told_in_readyz_while_another_machine_sends(line: Line) -> None:
    worker_is_refused(line)
    tick(line)
    assert PASSED_ON["rw"] in danger(line).screen
    status, said = reasons(line)
    assert (status, "relay.key" in said) == (503, True)


def test_a_session_reads_on_as_it_began(line: Line) -> None:
    """A session keeps the screens with which it began, even if alerts are blocked during the session. If the screens
    could change, a list could differ between two of its pages, because any process may answer the next hop."""
    before, during = danger(line), None
    clock_stops(line)
    during = danger(line)
    shown = before.screen, during.screen
    for _ in range(2):
        line.context.sessions.clear()
        assert (before.again(), during.again()) == shown
    tick(line)
    line.context.sessions.clear()
    assert during.again() == shown[1]


def test_a_report_without_danger_reads_as_ever(line: Line) -> None:
    quiet = ("5", "2", "2", "1", "1")
    shown = danger(line, *quiet).screen
    clock_stops(line)
    assert danger(line, *quiet).screen == shown


def test_a_line_that_nobody_ever_made_start_promises_as_tests_do(line: Line) -> None:
    """If the database records no start of the senders, this is no sign of a fault: `hotline init` and `run` record when
    the senders should have started."""
    with line.database.writing() as session:
        session.query(Leader).delete()
    assert PASSED_ON["rw"] in danger(line).screen


def test_sends_that_reach_no_gateway_are_noted_and_forgotten_by_one_that_does(line: Line) -> None:
    danger(line)
    service_assignment.assign_pending(line.context)
    sms = FakeSms(results=[SendResult(Outcome.NOT_SENT)] * 9)
    context = replace(line.context, sms=sms)
    service_sending.deliver_due(context)
    with line.database.reading() as session:
        failed = session.get_one(QueueState, tables.SMS)
        assert failed.failing_since == failed.failed_at == line.clock.at
    sms.results = []
    line.clock.turn(seconds=20)
    service_sending.deliver_due(context)
    with line.database.reading() as session:
        assert session.get_one(QueueState, tables.SMS).failing_since is None


def test_ticks_that_a_process_saw_count_by_its_own_time() -> None:
    now = [0.0]
    ticks = TickMemory(elapsed=lambda: now[0])
    noon = [timedelta(seconds=second) for second in range(5)]
    assert not ticks.saw(NOON)
    now[0] = 30
    assert ticks.saw(NOON + noon[1])
    now[0] = 59
    assert ticks.saw(NOON + noon[1])
    now[0] = 61
    assert not ticks.saw(NOON + noon[1])
    # No caller dialled for an hour, so no web process has noticed that the clock process worked
    # during this hour.
    now[0] = 3661
    assert not ticks.saw(NOON + noon[2])
