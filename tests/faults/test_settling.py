"""Tests that no run waits for a lease: the clock is moved when nothing changes, and frozen processes follow that
clock."""

from pathlib import Path
from threading import Event

import pytest

from hotline.cli.factories import TurnedClock
from hotline.core.settings import Settings
from tests.faults.ledger import Breach, Invariant
from tests.faults.process_killer import FROZEN, ProcessKiller
from tests.faults.settling import STILL, Still, lasting
from tests.support.stack import Stack

WAITS = [Breach(Invariant.SETTLED, "alert 1 is sending")]
DOUBTED = [Breach(Invariant.SETTLED, "alert 1 is unknown")]


def test_the_clock_is_turned_when_nothing_has_moved_for_a_while() -> None:
    still = Still()
    seen = [
        still.long_enough(breaches, at)
        for breaches, at in (
            (WAITS, 100.0),
            (WAITS, 100.0 + STILL - 0.1),
            (DOUBTED, 100.0 + STILL),
            (DOUBTED, 100.0 + 2 * STILL),
            (DOUBTED, 100.0 + 2 * STILL + 0.1),
            (DOUBTED, 100.0 + 3 * STILL),
        )
    ]
    assert seen == [False, False, False, True, False, True]


def test_when_time_is_up_a_breach_is_what_does_not_end_by_itself() -> None:
    """Alert 1 remains, in another state. Alert 2 is sent, and alert 3 follows it."""
    goes = Breach(Invariant.SETTLED, "alert 2 is sending")
    comes = Breach(Invariant.SETTLED, "alert 3 is sending")
    looks = iter([[*WAITS, goes], [*DOUBTED, comes], [*WAITS, comes]])
    assert lasting(lambda: next(looks, WAITS), seconds=0.05, pause=0) == WAITS
    moving = iter([[goes], [comes], []])
    assert lasting(lambda: next(moving), seconds=60, pause=0) == []


@pytest.mark.slow(reason="waits until nothing has moved for a while, by the true clock")
def test_when_time_is_up_the_clock_is_turned_until_the_longest_doubt_is_over() -> None:
    turned = Event()
    found = lasting(
        lambda: [] if turned.is_set() else DOUBTED, seconds=60, pause=0.01, turn=turned.set
    )
    assert found == []


def test_a_line_s_clock_is_turned_for_whoever_reads_its_settings(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.home.mkdir()
    clock = Settings.read(stack.environ).clock
    assert clock is not None
    before = TurnedClock(clock)()
    stack.turn(30)
    stack.turn(30)
    assert 60 <= (TurnedClock(clock)() - before).total_seconds() < 65


class Hurried(Event):
    """An event that adds up the waiting times instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.waited += timeout or 0.0
        return False


def slept(tmp_path: Path, name: str, turned: list[int] | None) -> float:
    killer = ProcessKiller((), tmp_path, "", 1, turn=None if turned is None else turned.append)
    hurried = killer._stop = Hurried()
    assert killer._slept(name)
    return hurried.waited


def test_who_is_frozen_sleeps_by_the_line_s_clock_and_redis_by_the_true_one(tmp_path: Path) -> None:
    for name, turns in (("worker.frozen", [33]), ("redis.frozen", [])):
        turned: list[int] = []
        waited = slept(tmp_path, name, turned)
        assert turned == turns
        assert (waited < FROZEN[name]) is bool(turns)
        assert slept(tmp_path, name, None) == FROZEN[name]
