"""Rows 5 and 38 of the list of faults: a frozen web process, and a log that cannot be written."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests

from hotline.emulator.emulator import build_emulator
from tests.emulator.running import serving
from tests.faults.stand.ground import Ground
from tests.faults.stand.processes import started_as
from tests.support.eventually import eventually
from tests.support.handsets import EmulatorClient
from tests.support.homes import sending
from tests.support.stack import Stack, free_port

HOP_SECONDS = 5.0
FROZEN_SECONDS = 10.0
DANGER = ("5", "1", "2", "1", "1")
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(300),
    pytest.mark.slow(reason="waits for real processes to die and to start again"),
]


def processes(keeper: int, mark: str) -> list[psutil.Process]:
    return [psutil.Process(pid) for pid in started_as(keeper, mark)]


@contextmanager
def asleep(victims: list[psutil.Process]) -> Iterator[None]:
    for victim in victims:
        victim.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for victim in victims:
            victim.send_signal(signal.SIGCONT)


def told(emulator: EmulatorClient, msisdn: str, keys: tuple[str, ...] = DANGER) -> None:
    """Makes a call, and checks that each hop is answered in time."""
    session = emulator.dial(msisdn=msisdn)
    for key in keys:
        session.reply(key)
    assert session.open, session.error
    for hop in session.hops:
        assert hop["answered_at"] - hop["asked_at"] < HOP_SECONDS


def alerted(emulator: EmulatorClient) -> int:
    """Returns the number of different alerts that the gateway accepted."""
    return len({sms["text"] for sms in emulator.outbox() if sms["accepted"]})


@pytest.mark.fault(5)
def test_row_5_a_frozen_web_process_leaves_no_half_tip(tmp_path: Path, beneath: Ground) -> None:
    """The caller's last hop reaches a frozen process and fails. The caller dials again, and the tip is stored once."""
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

        told(stack.emulator, "+250788100002")
        each = 3
        eventually(lambda: alerted(stack.emulator) in (each, 2 * each))
        assert stack.emulator.violations() == []
        assert stack.command("audit", "verify")


@pytest.mark.fault(38)
def test_row_38_a_log_that_is_full_stops_nothing(tmp_path: Path, beneath: Ground) -> None:
    """All output of the hotline goes to a full disk. A killed process is still started again."""
    with muted(tmp_path, beneath) as (client, keeper):
        told(client, "+250788100001")
        eventually(lambda: alerted(client) >= 3, seconds=60)

        for process in processes(keeper, "hotline process worker"):
            process.kill()
        told(client, "+250788100002")
        eventually(lambda: alerted(client) >= 6, seconds=60)
        assert processes(keeper, "hotline process worker")


@contextmanager
def muted(folder: Path, beneath: Ground) -> Iterator[tuple[EmulatorClient, int]]:
    """Runs `hotline run`, which can write no output, and a gateway that is independent of its disk."""
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
