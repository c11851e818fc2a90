"""Kills many real processes, and tests that no tip is lost and no alert is missing. Also tests that the checks find a
fault in a hotline."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from hotline.cli import demo
from hotline.text.errors import StoreUnavailable
from hotline.text.places import districts
from tests.faults import ledger
from tests.faults.callers import CALLERS, dial_once, plan, tell
from tests.faults.process_killer import EACH, FAILPOINTS, FROZEN, MARKS
from tests.faults.reading import DialogueBroken, LabelMissing
from tests.faults.run import WORDS, Order, run
from tests.faults.settling import context_of, settle
from tests.faults.stand.ground import Ground, Pair, under_test
from tests.faults.stand.processes import send, started_as
from tests.long import is_long, seed
from tests.support.homes import LayHome, sending
from tests.support.stack import Stack, command_words, process
from tests.support.steps import Tell

SEED = int(os.environ.get("CHAOS_SEED") or seed())
TIPS = int(os.environ.get("CHAOS_TIPS") or (2000 if is_long() else 24))
MINUTES = float(os.environ.get("CHAOS_MINUTES") or (6 if is_long() else 0.5))
"""The minutes after which callers begin no more reports. On a slow machine, callers report fewer tips, but the number
of kills is the same."""
AT_LEAST = 10
AT_A_TIME = 2
"""The number of callers who call at the same time in a short run. The number is small, because each tip costs processor
time.
"""
PAUSE = 10.0
"""The seconds between two kills after the first round of kills. The pause is long, because a restart takes as much time
as five tips."""
OFTEN = EACH if is_long() else 1
"""The number of times that a run uses each failpoint, kills each server and empties each Redis."""
NAMES = (*FAILPOINTS, *MARKS, "redis", "redis.flush", "everything", *FROZEN)
DEALT = ("tip.after_commit", "worker.after_claim", "redis.flush", "everything")
"""The kinds of kills in a short run. Callers report until each kind has occurred."""
SPARED = frozenset() if is_long() else frozenset(NAMES) - {*DEALT}
FEW = 6
PATIENCE = 15.0
"""The maximum real seconds until no breach is left. In this time, the test moves the hotline's clock by more than a
lease and the wait after an unknown result."""
LAST = 3.0
"""After the `PATIENCE` seconds, a breach counts only if every check finds it for this many seconds."""
MENDED_BY = {"assign_pending": "tip.before_doorbell", "expire_leases": "worker.after_claim"}
"""Maps a step of the worker's clock to a kill whose effects only this step repairs."""
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(3600),
    pytest.mark.slow(reason="waits for real processes to die and to start again"),
]


def procfile_without(step: str, folder: Path) -> Path:
    """Writes a Procfile whose worker leaves out one step of its clock."""
    procfile = sending(folder)
    broken = f"worker: {sys.executable} -m tests.faults.clock_without {step}"
    procfile.write_text(re.sub("(?m)^worker: .*$", broken, procfile.read_text()))
    return procfile


@pytest.mark.row("P1")
@pytest.mark.fault(1, 10, 11, 16, 17, 18, 20, 24, 33)
@pytest.mark.parametrize("pair", [*Pair])
def test_no_tip_is_lost_and_no_alert_is_silent(
    tmp_path: Path, tell_steps: Tell, pair: Pair, lay_home: LayHome
) -> None:
    """A long run on SQLite uses the true time, so that real leases and real waits also end."""
    if pair is Pair.SQLITE:
        lay_home(tmp_path)
    turned = not (is_long() and pair is Pair.SQLITE)
    callers = CALLERS if is_long() else AT_A_TIME
    order = Order(
        *(TIPS, SEED, pair, PAUSE, MINUTES),
        each=OFTEN,
        spared=SPARED,
        callers=callers,
        turned=turned,
    )
    report = run(tmp_path, order, say=lambda _: None)
    tell_steps(f"chaos: {report.line()}")

    assert report.clean, report.found
    assert report.promised >= min(TIPS, AT_LEAST)
    often = {*FAILPOINTS, "redis", "redis.flush"} | (
        {"postgres"} if pair is Pair.POSTGRES else set()
    )
    assert all(report.deaths.get(name, 0) >= OFTEN for name in often - SPARED), report.deaths
    seldom = {*MARKS, *FROZEN, "everything"}
    assert all(report.deaths.get(name, 0) >= 1 for name in seldom - SPARED), report.deaths
    assert SPARED.isdisjoint(report.deaths)


@pytest.mark.fault(3)
@pytest.mark.parametrize("step", [*MENDED_BY])
def test_a_run_notices_that_a_step_is_missing(tmp_path: Path, step: str, lay_home: LayHome) -> None:
    """The test kills a process while a caller reports the last tip. Only one step of the worker's clock can repair the
    effect of this kill. If the worker lacks this step, the run must report a breach."""
    failpoint = MENDED_BY[step]
    codes = [district.code for district in districts()]
    procfile = procfile_without(step, lay_home(tmp_path))
    with under_test(tmp_path, Ground(), procfile=procfile) as (stack, faults):
        stack.emulator.set_faults({"kind": "retry_hop", "seconds": 1.0})
        told = [tell(stack.emulator, tip) for tip in plan(FEW, codes, WORDS)]
        assert settle(stack, told, seconds=30) == []

        (faults / failpoint).touch()
        with suppress(DialogueBroken, LabelMissing):
            # The caller must report only one tip, because the job of a second tip would also send the alert of the
            # first one.
            told.append(dial_once(stack.emulator, plan(FEW + 1, codes, WORDS)[-1]))
        assert settle(stack, told, seconds=PATIENCE, last=LAST) != []

        assert (faults / "log").read_text() == f"{failpoint}\n"
        context = context_of(stack)
        assert bool(ledger.unreferred(context.database)) is (step == "assign_pending")
        context.database.close()

        with another_relay(stack, instead_of="clock_without"):
            assert settle(stack, told, seconds=100) == []


@contextmanager
def another_relay(stack: Stack, *, instead_of: str) -> Iterator[None]:
    """Runs a second worker with the unchanged code. The hotline's own worker is frozen, so that the second one becomes
    the leader."""
    put_to_sleep(stack, instead_of)
    # `hotline demo` gives these settings to a process that sends.
    environ = demo.environ_of(stack.environ, int(stack.page.rstrip("/").rsplit(":", 1)[1]))
    try:
        with process(environ, stack.log, *command_words("process", "worker")):
            yield
    finally:
        for pid in started_as(stack.pid, instead_of):
            send(pid, signal.SIGCONT)


def put_to_sleep(stack: Stack, name: str) -> None:
    """Freezes a process while it has no open transaction, because it would block other processes if it froze with
    SQLite's lock."""
    context = context_of(stack)
    try:
        for _ in range(20):
            for pid in started_as(stack.pid, name):
                send(pid, signal.SIGSTOP)
            with suppress(StoreUnavailable), context.database.writing():
                return
            for pid in started_as(stack.pid, name):
                send(pid, signal.SIGCONT)
    finally:
        context.database.close()
    raise AssertionError(f"{name} was never met outside of a transaction")
