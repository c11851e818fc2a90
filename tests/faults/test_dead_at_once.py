"""Rows 19 and 33 of the list of faults: a dead worker leaves no running child, and all processes are killed at once."""

import random
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import pytest

from hotline.text.places import districts
from tests.faults.callers import Promise, plan, tell
from tests.faults.run import WORDS
from tests.faults.settling import settle
from tests.faults.stand.ground import Ground, under_test
from tests.faults.stand.processes import below, command_line, send, started_as
from tests.long import is_long, seed
from tests.support.eventually import eventually

PROGRAMS = ("wsgi:application", "hotline process worker")
CODES = [district.code for district in districts()]
SLOW = {"kind": "slow", "seconds": 3.0}
TIPS, HEARD = (40, (3, 12, 24)) if is_long() else (12, (3,))
"""All processes are killed each time after this many more tips were promised."""
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(400),
    pytest.mark.slow(reason="waits for real processes to die and to start again"),
]


@pytest.mark.fault(19)
def test_row_19_a_worker_at_work_has_no_child(tmp_path: Path, beneath: Ground) -> None:
    with under_test(tmp_path, beneath) as (stack, _):
        told = [tell(stack.emulator, plan(1, CODES, WORDS)[0])]
        stack.emulator.set_faults(SLOW)
        told.append(tell(stack.emulator, plan(2, CODES, WORDS)[1]))
        workers = started_as(stack.pid, "hotline process worker")
        eventually(lambda: any(at_work(pid) for pid in workers))

        assert [pid for pid in workers if psutil.Process(pid).children()] == []
        assert all(send(pid, signal.SIGKILL) for pid in workers)
        eventually(
            lambda: not any("process worker" in command_line(pid) for pid in workers), seconds=10
        )
        stack.emulator.clear_faults()
        assert settle(stack, told) == []


def at_work(worker: int) -> bool:
    """Returns True if the worker is talking to the gateway. It has no other connections on this machine's network."""
    return any(
        connection.status == psutil.CONN_ESTABLISHED
        for connection in psutil.Process(worker).net_connections("tcp4")
    )


@pytest.mark.fault(33)
def test_row_33_all_restart_in_any_order(tmp_path: Path, beneath: Ground) -> None:
    """The hotline's processes and servers are killed while callers report, in a different order each day, and three
    times with `--long`."""
    dice = random.Random(seed())
    with under_test(tmp_path, beneath) as (stack, _), ThreadPoolExecutor(4) as callers:
        telling = [callers.submit(tell, stack.emulator, tip) for tip in plan(TIPS, CODES, WORDS)]
        for heard in HEARD:
            eventually(partial(so_many_are_heard, telling, heard), seconds=100)
            kill_everything(stack.pid, beneath, dice)
        told = [one.result() for one in telling]
        assert settle(stack, told) == []


def so_many_are_heard(telling: Sequence[Future[Promise]], count: int) -> bool:
    return sum(one.done() for one in telling) >= count


def kill_everything(keeper: int, beneath: Ground, dice: random.Random) -> None:
    """Kills all processes. The one that is killed first is the first to start again.

    The keeper is not killed, because the machine itself would restart it.
    """
    eventually(lambda: all(started_as(keeper, program) for program in PROGRAMS), seconds=60)
    servers = [threading.Thread(target=beneath.deaths[name]) for name in sorted(beneath.deaths)]
    victims = [pid for pid in below(keeper) if "hotline process emulator" not in command_line(pid)]
    dice.shuffle(victims)
    dice.shuffle(servers)
    for server in servers:
        server.start()
    dead = [pid for pid in victims if send(pid, signal.SIGKILL)]
    for server in servers:
        server.join()
    assert len(dead) >= len(PROGRAMS)
