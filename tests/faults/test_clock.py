"""Tests fault 32 of tests/rows.py: a clock that is wrong, is corrected, or shows an impossible time."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from werkzeug.datastructures import MultiDict

from hotline.alerts import service_assignment
from hotline.cli.contexts import TurnedClock
from hotline.core.contexts import WorkerContext
from hotline.gateway.rules import Outcome, SendResult
from hotline.gateway.tables import Deadline, Message
from hotline.people.rules import Level
from hotline.tips.rules import TipState, acknowledge_due, overdue_due
from hotline.web.hooks import CallbackForm, read_message
from tests.support.contexts import make_line
from tests.support.district import District
from workers.clock import run, tick

HOUR, DAY = 3600, 86400
JUMPS = (HOUR, DAY, -HOUR)


@pytest.fixture
def staffed(district: District) -> District:
    for level in (Level.RESPONDER, Level.RESPONDER, Level.DEPUTY, Level.COORDINATOR):
        district.enrol(level)
    district.enrol(Level.NATIONAL)
    return district


class Hasty(Event):
    """A `threading.Event` whose `wait` returns at once, so that no test waits for the next second."""

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


def relayed(district: District, *between: Callable[[], None]) -> None:
    """Runs a worker for one tick of its clock, and for another tick after each function in `between`."""
    stop, left = Hasty(), list(between)

    def turn(_context: WorkerContext) -> None:
        if left:
            left.pop(0)()
        else:
            stop.set()

    run(district.context, stop, steps=(tick, turn))


@pytest.mark.fault(32)
@pytest.mark.parametrize("urgency", [1, 2, 3])
@pytest.mark.parametrize("jump", JUMPS)
def test_row_32_no_step_comes_late_nor_two_in_a_tick(
    staffed: District, jump: int, urgency: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The machine's clock jumps while a worker runs. The worker raises one alarm about the jump."""
    tip = staffed.tell(urgency=urgency)
    steps = len({step for step, _ in staffed.told(tip)})
    told: list[int] = []

    def count() -> None:
        told.append(len({step for step, _ in staffed.told(tip)}) - steps)

    relayed(staffed, lambda: staffed.clock.turn(seconds=jump), count)
    assert told[0] <= 1
    assert [r.levelname for r in caplog.records if "clock of this machine jumped" in r.message] == [
        "CRITICAL"
    ]

    (deadline,) = staffed.open_deadlines()
    now = staffed.clock()
    steps_due = (acknowledge_due(urgency, now, step=step) for step in (0, 1))
    assert deadline.due_at <= max(*steps_due, overdue_due(urgency, now))
    before = len(staffed.told(tip))
    staffed.clock.at = deadline.due_at
    tick(staffed.context)
    assert len(staffed.told(tip)) > before


@pytest.mark.fault(32)
def test_row_32_set_back_whatever_waits_waits_no_longer(staffed: District) -> None:
    """Sets the machine's clock back by an hour. No work may wait an hour longer: the draft of a silent caller, a
    message with an unknown result, a message whose worker was killed."""
    draft = staffed.file_tip(state=TipState.DRAFT, filed_at=None)
    staffed.tell(urgency=3)
    staffed.tell(urgency=3)
    staffed.sms.results = [SendResult(Outcome.UNKNOWN)]
    staffed.deliver_one()
    due = [row.next_at for row in staffed.all(Message)]

    relayed(staffed, lambda: staffed.clock.turn(seconds=-HOUR), lambda: None)

    hour = timedelta(hours=1)
    for row, at in zip(staffed.all(Message), due, strict=True):
        assert row.next_at <= at - hour
    staffed.clock.turn(minutes=3)
    tick(staffed.context)
    assert staffed.tip(draft).state == TipState.FILED


@pytest.mark.fault(32)
def test_row_32_set_back_nothing_is_unfired(staffed: District) -> None:
    tip = staffed.tell(urgency=1)
    staffed.clock.turn(minutes=3)
    service_assignment.fire_deadlines(staffed.context)
    told = staffed.told(tip)
    fired = [row for row in staffed.all(Deadline) if row.fired_at is not None]
    relayed(staffed, lambda: staffed.clock.turn(seconds=-HOUR), lambda: None)
    assert staffed.told(tip) == told
    assert [row.due_at for row in staffed.all(Deadline) if row.fired_at is not None] == [
        row.due_at for row in fired
    ]


@pytest.mark.fault(32)
@pytest.mark.parametrize(
    "at",
    [
        datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC),
        datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    ],
    ids=["the last second of 32 bits", "the end of summer time elsewhere", "a leap day"],
)
def test_row_32_a_deadline_is_kept_across_any_second(staffed: District, at: datetime) -> None:
    staffed.clock.at = at
    tip = staffed.tell(urgency=1)
    (deadline,) = staffed.open_deadlines()
    assert deadline.due_at == at + timedelta(minutes=3)
    staffed.clock.turn(minutes=3, seconds=-1)
    service_assignment.fire_deadlines(staffed.context)
    before = len(staffed.told(tip))
    staffed.clock.turn(seconds=1)
    service_assignment.fire_deadlines(staffed.context)
    assert len(staffed.told(tip)) == before + 1


@pytest.mark.fault(32)
@pytest.mark.parametrize("zone", ["Europe/Brussels", "Africa/Kigali", "Pacific/Kiritimati"])
def test_row_32_the_zone_of_the_machine_means_nothing(zone: str) -> None:
    """The machine's time zone, including summer time, does not move any deadline."""
    told = subprocess.run(
        [sys.executable, "-c", "from hotline.cli.contexts import now; print(now().isoformat())"],
        env={**os.environ, "TZ": zone},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert abs(datetime.fromisoformat(told) - datetime.now(UTC)) < timedelta(minutes=1)
    assert told.endswith("+00:00")


@pytest.mark.fault(32)
@pytest.mark.parametrize("date", ["2026-06-30T23:59:60Z", "2038-01-19 03:14:08", "yesterday", ""])
def test_row_32_an_sms_of_no_second_is_heard(date: str) -> None:
    """An SMS with the time of a leap second (23:59:60), which our clocks do not have, still takes effect."""
    fields = {"id": "ATXid_1", "from": "+250788000001", "to": "7770", "text": "1 K7Q4"}
    message = read_message(CallbackForm(MultiDict(fields | {"date": date})), make_line())
    assert message is not None
    assert message.text == "1 K7Q4"


def test_a_turned_clock_says_the_true_time_and_what_the_file_says(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    turned = TurnedClock(file)
    for written, seconds in (("", 0), ("86400", DAY), ("-3600", -HOUR), ("soon", 0), ("9" * 20, 0)):
        file.write_text(written)
        off = turned() - datetime.now(UTC)
        assert abs(off - timedelta(seconds=seconds)) < timedelta(seconds=5)
    file.write_text("2027-01-11T04:00:00+00:00")
    assert turned() == turned() == datetime(2027, 1, 11, 4, tzinfo=UTC)
    file.unlink()
    assert turned() - datetime.now(UTC) < timedelta(seconds=5)
