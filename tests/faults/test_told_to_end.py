"""Tests that the sending processes end safely while they still wait for answers of the gateway."""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from sqlalchemy import select

from hotline.cli import keeper
from hotline.gateway.rules_delivery import MAX_SEND, Outcome
from hotline.gateway.tables import Attempt
from hotline.text.places import districts
from tests.faults.callers import plan, tell
from tests.faults.run import WORDS
from tests.faults.settling import accepted, context_of, settle
from tests.faults.stand.ground import Ground, under_test
from tests.faults.stand.processes import send, started_as
from tests.support.eventually import eventually
from tests.support.homes import sending
from tests.support.stack import Stack
from workers.clock import FAREWELL_SECONDS

CODES = [district.code for district in districts()]
TIPS = 8
ON_THE_WIRE = 8
SLOW = {"kind": "slow", "seconds": 6.0}
SENDING = ("hotline process worker",)
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(400),
    pytest.mark.slow(reason="waits for a gateway that answers late"),
]


def sends(pids: list[int], stack: Stack) -> int:
    """Returns the number of open connections from these processes to the gateway."""
    gateway = urlsplit(stack.page).port
    return sum(
        connection.status == psutil.CONN_ESTABLISHED and connection.raddr.port == gateway
        for pid in pids
        for connection in psutil.Process(pid).net_connections("tcp4")
    )


def outcomes(stack: Stack) -> set[str | None]:
    context = context_of(stack)
    with context.database.reading() as session:
        found = set(session.scalars(select(Attempt.outcome)))
    context.database.close()
    return found


def test_an_end_with_many_sends_open_loses_nothing(tmp_path: Path, beneath: Ground) -> None:
    with (
        under_test(tmp_path, beneath, procfile=sending(tmp_path)) as (stack, _),
        ThreadPoolExecutor(4) as callers,
    ):
        stack.emulator.set_faults(SLOW)
        told = list(callers.map(lambda tip: tell(stack.emulator, tip), plan(TIPS, CODES, WORDS)))
        asked = [pid for mark in SENDING for pid in started_as(stack.pid, mark)]
        eventually(lambda: sends(asked, stack) >= ON_THE_WIRE, seconds=60)

        assert all(send(pid, signal.SIGTERM) for pid in asked)
        eventually(lambda: not any(map(psutil.pid_exists, asked)), seconds=60)
        stack.emulator.clear_faults()

        assert settle(stack, told) == []
        assert {len(texts) for texts in accepted(stack).values()} == {1}
        assert outcomes(stack) == {Outcome.ACCEPTED}


def test_whoever_ends_the_line_waits_for_the_longest_send() -> None:
    assert MAX_SEND.total_seconds() + FAREWELL_SECONDS < keeper.FAREWELL
