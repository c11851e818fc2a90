"""Tests whole hotlines whose processes are killed, freeze, get a signal to end, or cannot log (faults 5, 19, 21, 33, 38
of tests/rows.py)."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import requests
from sqlalchemy import select

from hotline.emulator.emulator import build_emulator
from hotline.gateway.rules import Outcome
from hotline.gateway.tables import Attempt, Leader
from hotline.text.places import districts
from tests.emulator.running import serving
from tests.faults.callers import Promise, plan, tell
from tests.faults.run import WORDS, answer_alerts
from tests.faults.settling import accepted, reading, settle
from tests.faults.stand.ground import Ground, Pair, ground, second_server, under_test
from tests.faults.stand.processes import below, command_line, send, started_as
from tests.long import is_long, seed
from tests.support.eventually import eventually
from tests.support.handsets import EmulatorClient
from tests.support.homes import sending
from tests.support.servers import asleep
from tests.support.stack import Stack, free_port

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(400),
    pytest.mark.slow(reason="waits for real processes to die and to start again"),
]

PROGRAMS = ("wsgi:application", "hotline process worker")
CODES = [district.code for district in districts()]
SLOW = {"kind": "slow", "seconds": 3.0}
TIPS, HEARD = (40, (3, 12, 24)) if is_long() else (12, (3,))
"""`TIPS` is the number of tips in a run. The test kills all processes each time the number of accepted tips reaches a
number in `HEARD`."""


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
    """Returns True if the worker is connected to the gateway. The worker has no other TCP connections."""
    return any(
        connection.status == psutil.CONN_ESTABLISHED
        for connection in psutil.Process(worker).net_connections("tcp4")
    )


@pytest.mark.fault(33)
def test_row_33_all_restart_in_any_order(tmp_path: Path, beneath: Ground) -> None:
    """The test kills the hotline's processes and servers while callers report. The order is random. With `--long` the
    test kills all of them three times."""
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
    """Kills all processes in a random order, except the keeper, which starts them again in the same order."""
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


HOP_SECONDS = 5.0
FROZEN_SECONDS = 10.0
DANGER = ("5", "1", "2", "1", "1")


def processes(keeper: int, mark: str) -> list[psutil.Process]:
    return [psutil.Process(pid) for pid in started_as(keeper, mark)]


def reports(emulator: EmulatorClient, msisdn: str, keys: tuple[str, ...] = DANGER) -> None:
    """Makes a call, and checks that the hotline answers each hop in time."""
    session = emulator.dial(msisdn=msisdn)
    for key in keys:
        session.reply(key)
    assert session.open, session.error
    for hop in session.hops:
        assert hop["answered_at"] - hop["asked_at"] < HOP_SECONDS


def alerted(emulator: EmulatorClient) -> int:
    """Returns the number of different case references in the alerts that the gateway accepted."""
    return len({sms["text"] for sms in emulator.outbox() if sms["accepted"]})


@pytest.mark.fault(5)
def test_row_5_a_frozen_web_process_leaves_no_half_tip(tmp_path: Path, beneath: Ground) -> None:
    """The caller's last hop reaches a frozen process and fails. The caller dials again, and the hotline stores the tip
    once."""
    with Stack(tmp_path, environ=beneath.environ) as stack:
        session = stack.emulator.dial(msisdn="+250788100001")
        for key in DANGER[:-1]:
            session.reply(key)
        began = time.monotonic()
        with asleep(processes(stack.pid, "wsgi:application")):
            stack.emulator.set(total_timeout=FROZEN_SECONDS)
            session.reply(DANGER[-1])
            assert session.status == "Failed"
        assert time.monotonic() - began >= FROZEN_SECONDS - 1

        reports(stack.emulator, "+250788100002")
        each = 3
        eventually(lambda: alerted(stack.emulator) in (each, 2 * each))
        assert stack.emulator.violations() == []
        assert stack.command("audit", "verify")


@pytest.mark.fault(38)
def test_row_38_a_log_that_is_full_stops_nothing(tmp_path: Path, beneath: Ground) -> None:
    """All output of the hotline goes to a full disk. The keeper (the process that starts all others) still restarts a
    killed process."""
    with muted(tmp_path, beneath) as (client, keeper):
        reports(client, "+250788100001")
        eventually(lambda: alerted(client) >= 3, seconds=60)

        for process in processes(keeper, "hotline process worker"):
            process.kill()
        reports(client, "+250788100002")
        eventually(lambda: alerted(client) >= 6, seconds=60)
        assert processes(keeper, "hotline process worker")


@contextmanager
def muted(folder: Path, beneath: Ground) -> Iterator[tuple[EmulatorClient, int]]:
    """Runs a hotline that can write no output, and a gateway that does not use the full disk."""
    port, hotline = free_port(), [sys.executable, "-m", "hotline.cli.main"]
    ours = {"HOTLINE_HOME": str(folder / "home"), "HOTLINE_PORT": str(port)}
    ours["HOTLINE_WEB_WORKERS"] = "1"
    procfile = sending(folder)
    emulator = build_emulator()
    with serving(emulator) as url:
        gateway = {"HOTLINE_GATEWAY_URL": url, "HOTLINE_INBOUND_SMS": "yes"}
        environ = os.environ | ours | gateway | dict(beneath.environ)
        if not (folder / "home").exists():
            words = [*hotline, "init", "--demo"]
            subprocess.run(words, env=environ, check=True, capture_output=True)
        hooks = subprocess.run(
            [*hotline, "keys", "hooks", "--json"], env=environ, check=True, capture_output=True
        )
        emulator.line.move(json.loads(hooks.stdout))
        with Path("/dev/full").open("wb") as full:
            keeper = subprocess.Popen(
                [*hotline, "run", "--procfile", str(procfile)],
                env=environ,
                stdout=full,
                stderr=full,
            )
        try:
            eventually(lambda: ready(port), seconds=60)
            yield EmulatorClient(url), keeper.pid
        finally:
            keeper.terminate()
            keeper.wait(30)


def ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).ok
    except requests.RequestException:
        return False


SENT_TIPS = 8
ON_THE_WIRE = 8
SLOWER = {"kind": "slow", "seconds": 6.0}
SENDING = ("hotline process worker",)


def sends(pids: list[int], stack: Stack) -> int:
    """Returns the number of open connections from these processes to the gateway."""
    gateway = urlsplit(stack.page).port
    return sum(
        connection.status == psutil.CONN_ESTABLISHED and connection.raddr.port == gateway
        for pid in pids
        for connection in psutil.Process(pid).net_connections("tcp4")
    )


def outcomes(stack: Stack) -> set[str | None]:
    with reading(stack) as session:
        return set(session.scalars(select(Attempt.outcome)))


def test_an_end_with_many_sends_open_loses_nothing(tmp_path: Path, beneath: Ground) -> None:
    with (
        under_test(tmp_path, beneath, procfile=sending(tmp_path)) as (stack, _),
        ThreadPoolExecutor(4) as callers,
    ):
        stack.emulator.set_faults(SLOWER)
        told = list(callers.map(partial(tell, stack.emulator), plan(SENT_TIPS, CODES, WORDS)))
        asked = [pid for mark in SENDING for pid in started_as(stack.pid, mark)]
        eventually(lambda: sends(asked, stack) >= ON_THE_WIRE, seconds=60)

        assert all(send(pid, signal.SIGTERM) for pid in asked)
        eventually(lambda: not any(map(psutil.pid_exists, asked)), seconds=60)
        stack.emulator.clear_faults()

        assert settle(stack, told) == []
        assert {len(texts) for texts in accepted(stack).values()} == {1}
        assert outcomes(stack) == {Outcome.ACCEPTED}


SHARED_TIPS = 30 if is_long() else 12


def leader(stack: Stack) -> int:
    """Returns the id of the worker process that is the leader."""
    with reading(stack) as session:
        row = session.get(Leader, "relay")
    return int(row.holder.split(":")[1]) if row else 0


@pytest.mark.fault(21)
def test_two_servers_hear_tips_and_one_of_them_dies(tmp_path: Path) -> None:
    tips = plan(SHARED_TIPS, CODES, WORDS)
    with (
        ground(Pair.POSTGRES) as servers,
        Stack(tmp_path, environ={**servers.environ, "HOTLINE_WEB_WORKERS": "2"}) as stack,
        second_server(stack) as second,
    ):
        for pid in (stack.pid, second.pid):
            eventually(lambda pid=pid: len(started_as(pid, "process worker")) == 2)  # type: ignore[misc]
        quiet = threading.Event()
        answers = threading.Thread(target=answer_alerts, args=(stack.emulator, quiet))
        answers.start()
        try:
            with ThreadPoolExecutor(4) as callers:
                telling = partial(tell, stack.emulator)
                told = list(callers.map(telling, tips[: SHARED_TIPS // 2]))
                os.kill(second.pid, signal.SIGKILL)
                told += callers.map(telling, tips[SHARED_TIPS // 2 :])
        finally:
            quiet.set()
            answers.join()

        assert settle(stack, told, seconds=100) == []
        ours = set(below(stack.pid))
        eventually(lambda: leader(stack) in ours)
        assert len(told) == SHARED_TIPS
