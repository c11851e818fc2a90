"""Tests the clock process: which faults the process repairs, that a failed step stops no other step, and that two clock
processes do the work of one."""

import logging
import time
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest

from hotline.alerts import service_sending
from hotline.core.contexts import Job, WorkerContext
from hotline.core.database import open_database
from hotline.dialogue.redis_adapters import RqJobs
from hotline.gateway.leader import Leadership
from hotline.gateway.rules import Outcome, SendResult
from hotline.gateway.tables import Assignment
from hotline.people.rules import Level
from tests.support.builders import NOON
from tests.support.clock import Clock
from tests.support.contexts import make_context
from tests.support.district import District
from tests.support.valkey import Valkey
from workers.clock import ASIDE, STEPS, Moment, database_outage, leads, look_after_due, run, tick


@pytest.fixture
def manned(district: District) -> District:
    district.enrol(Level.NATIONAL)
    return district


OURS = [step for step in STEPS if step.__name__ != "file_silent"]


STEP_NAMES = """
release_held assign_pending file_silent keep_time expire_leases retry_unknown resend_unreported alert_undelivered_marks
report_nights begin_leaves report_gaps fire_deadlines ask_due write_morning_sms end_due look_after_due keep_time
fold_tallies record_coverage delete_expired delete_old_requests erase_batch
"""


def test_every_step_that_time_owes_is_there() -> None:
    assert [step.__name__ for step in STEPS] == STEP_NAMES.split()
    aside = ["lapse_emergency", "keep_drafts", "read_inbox", "publish_due", "mail_news"]
    assert [step.__name__ for step in ASIDE] == aside


@pytest.mark.fault(3)
def test_a_tip_whose_bell_was_never_heard_is_referred_and_rung_for(manned: District) -> None:
    manned.file_tip()
    tick(manned.context, OURS)
    assert manned.jobs.scheduled == [(Job.DELIVER, 1)]


def test_what_is_due_a_moment_is_left_to_the_bell(manned: District) -> None:
    manned.tell()
    manned.jobs.scheduled.clear()
    manned.clock.turn(seconds=0.6)
    look_after_due(manned.context)
    assert manned.jobs.scheduled == []
    manned.clock.turn(seconds=0.1)
    look_after_due(manned.context)
    assert manned.jobs.scheduled == [(Job.DELIVER, 1)]
    assert manned.sms.sent == []


@pytest.mark.fault(16)
@pytest.mark.parametrize(("dead", "seconds"), [(True, 2), (False, 10)])
def test_it_sends_without_an_answer(manned: District, dead: bool, seconds: float) -> None:
    manned.tell()
    manned.jobs.dead = dead
    manned.clock.turn(seconds=seconds - 0.1)
    look_after_due(manned.context)
    assert manned.sms.sent == []
    manned.clock.turn(seconds=0.1)
    look_after_due(manned.context)
    assert manned.states == ["accepted"]


@pytest.mark.fault(14)
def test_with_redis_dead_danger_is_out_within_fifteen_seconds(manned: District) -> None:
    manned.jobs.dead = True
    manned.file_tip()
    seconds = 0
    while not manned.sms.sent:
        tick(manned.context, OURS)
        manned.clock.turn(seconds=1)
        seconds += 1
        assert seconds < 15


@pytest.mark.fault(12)
def test_row_12_danger_passes_a_hung_redis(manned: District, valkey: Valkey) -> None:
    """The test freezes a real Redis server. No tick waits for Redis longer than two seconds, and the clock process
    sends the alert itself."""
    manned.jobs = RqJobs(valkey.url)  # type: ignore[assignment]
    manned.file_tip()
    valkey.hang()
    seconds = 0
    while not manned.sms.sent:
        began = time.monotonic()
        tick(manned.context, OURS)
        assert time.monotonic() - began < 2
        manned.clock.turn(seconds=1)
        seconds += 1
        assert seconds < 15
    assert manned.states == ["accepted"]


def test_a_held_lane_is_not_rung_for(manned: District) -> None:
    """The gateway answers the first message with an error: the account has no money. So the queue is paused
    when the second message becomes due."""
    for _ in range(2):
        manned.tell()
    manned.sms.results = [SendResult(Outcome.MONEY_FAULT)]
    manned.deliver()
    manned.jobs.scheduled.clear()
    manned.clock.turn(seconds=30)
    look_after_due(manned.context)
    assert (manned.jobs.scheduled, len(manned.sms.sent)) == ([], 1)


@pytest.mark.fault(17)
def test_a_worker_that_died_is_made_good_by_time_alone(manned: District) -> None:
    class Killed(BaseException):
        pass

    def die(name: str) -> None:
        if name == "worker.after_claim":
            raise Killed

    manned.tell()
    dying = make_context(database=manned.database, now=manned.clock, sms=manned.sms, failpoint=die)
    with pytest.raises(Killed):
        service_sending.deliver_due(dying)

    for _ in range(30):
        manned.clock.turn(seconds=3)
        tick(manned.context, OURS)
    assert "accepted" in manned.states


def test_reports_that_never_come_cost_one_step_a_tip(district: District) -> None:
    """The network sends no delivery reports. Three alerts wait for their reports. The gateway accepted the three alerts
    one second after the other."""
    for level in (Level.RESPONDER, Level.RESPONDER, Level.DEPUTY, Level.COORDINATOR):
        district.enrol(level)
    district.enrol(Level.NATIONAL)
    tip = district.tell(urgency=1)
    for _ in range(3):
        district.deliver_one()
        district.clock.turn(seconds=1)

    for _ in range(95):
        tick(district.context, OURS)
        district.clock.turn(seconds=1)

    assert [step for step, _ in district.told(tip)] == [0, 0, 0, 1]


def test_a_failed_step_is_named(manned: District, caplog: pytest.LogCaptureFixture) -> None:
    ran = []

    def broken(_context: WorkerContext) -> None:
        raise ValueError("+250788000001")

    def whole(_context: WorkerContext) -> None:
        ran.append(True)

    tick(manned.context, (broken, whole))
    assert ran == [True]
    assert caplog.messages == ["the scheduled step broken failed: ValueError"]


@pytest.mark.fault(21)
@pytest.mark.both
def test_two_relays_and_two_workers_send_it_once(manned: District) -> None:
    for _ in range(5):
        manned.file_tip()
    context = manned.context
    gate = Barrier(4)

    def relay() -> None:
        gate.wait()
        for _ in range(3):
            tick(context, OURS)

    def worker() -> None:
        gate.wait()
        for _ in range(3):
            service_sending.deliver_due(context)

    threads = [Thread(target=act) for act in (relay, relay, worker, worker)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    service_sending.deliver_due(context)

    assert len(manned.all(Assignment)) == 5
    assert len(manned.sms.sent) == len(set(manned.sms.sent)) == 5


@pytest.mark.parametrize(
    ("wall", "monotonic", "jump"),
    [(1, 1.0, 0), (3601, 1.0, 3600), (-3599, 1.0, -3600), (100, 100.0, 0)],
)
def test_the_two_clocks_are_compared(wall: int, monotonic: float, jump: int) -> None:
    before = Moment(NOON, 50.0)
    after = Moment(NOON + timedelta(seconds=wall), 50.0 + monotonic)
    assert after.jump_since(before) == timedelta(seconds=jump)


@pytest.mark.fault(32)
def test_a_jump_is_an_alarm(manned: District, caplog: pytest.LogCaptureFixture) -> None:
    stop = Event()

    def jump(_context: WorkerContext) -> None:
        if manned.clock.at > NOON:
            stop.set()
        manned.clock.turn(hours=3)

    run(manned.context, stop, steps=(jump,))
    alarms = [r.getMessage() for r in caplog.records if r.levelno == logging.CRITICAL]
    assert alarms == ["alarm: the clock of this machine jumped by more than a minute"]


@pytest.mark.parametrize(("hours", "published"), [(3, [1]), (0, [1, 2])])
def test_no_planned_text_is_published_early_after_a_forward_jump(
    manned: District, monkeypatch: pytest.MonkeyPatch, hours: int, published: list[int]
) -> None:
    stop = Event()
    rounds: list[int] = []
    ran: list[int] = []

    def step(_context: WorkerContext) -> None:
        rounds.append(1)
        if len(rounds) == 2:
            stop.set()

    def keep(_context: WorkerContext) -> None:
        ran.append(len(rounds))
        if len(rounds) == 1:
            manned.clock.turn(hours=hours)

    monkeypatch.setattr("workers.clock.keep_drafts", keep)
    run(manned.context, stop, steps=(step,), aside=(keep,))
    assert ran == published


@pytest.mark.slow(reason="waits for a step that asks other machines")
def test_what_asks_other_machines_holds_no_tick_and_runs_once(manned: District) -> None:
    stop, hangs, ends = Event(), Event(), Event()
    ticks: list[WorkerContext] = []
    begun: list[WorkerContext] = []

    def ticked(context: WorkerContext) -> None:
        ticks.append(context)
        if len(ticks) == 3:
            stop.set()

    def hang(context: WorkerContext) -> None:
        begun.append(context)
        hangs.set()
        ends.wait(30)

    def watched() -> None:
        assert stop.wait(30)
        ends.set()

    contact = Thread(target=watched)
    contact.start()
    run(manned.context, stop, steps=(ticked,), aside=(hang,))
    contact.join()
    assert hangs.is_set()
    assert (len(ticks), len(begun)) == (3, 1)


def test_it_does_nothing_while_another_leads(manned: District) -> None:
    another = Leadership(manned.database, "another")
    assert leads(manned.context, another, database_outage())
    stop = Event()
    ran: list[WorkerContext] = []

    class Once:
        """A stop event that stops the clock process after its first round."""

        def is_set(self) -> bool:
            return stop.is_set()

        def wait(self, _seconds: float) -> bool:
            stop.set()
            return True

    run(manned.context, Once(), steps=(ran.append,), aside=(ran.append,))  # type: ignore[arg-type]
    assert ran == []
    another.close()


def test_a_database_that_does_not_answer_has_no_leader(clock: Clock) -> None:
    context = make_context(database=open_database("sqlite:////nowhere/at/all.db"), now=clock)
    assert not leads(context, Leadership(context.database, "a"), database_outage())
