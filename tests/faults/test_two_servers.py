"""Tests two servers with one PostgreSQL and one Redis: two web processes and four workers. Then one of the two
servers stops."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hotline.gateway.tables import Leader
from hotline.text.places import districts
from tests.faults.callers import plan, tell
from tests.faults.run import WORDS, answer_alerts
from tests.faults.settling import context_of, settle
from tests.faults.stand.ground import Pair, ground, second_server
from tests.faults.stand.processes import below, started_as
from tests.long import is_long
from tests.support.eventually import eventually
from tests.support.stack import Stack

TIPS = 30 if is_long() else 12
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(300),
    pytest.mark.slow(reason="waits for real processes to die and to start again"),
]


def leader(stack: Stack) -> int:
    """Returns the id of the process that is the leader of the relay."""
    context = context_of(stack)
    with context.database.reading() as session:
        row = session.get(Leader, "relay")
    context.database.close()
    return int(row.holder.split(":")[1]) if row else 0


@pytest.mark.fault(21)
def test_two_servers_hear_tips_and_one_of_them_dies(tmp_path: Path) -> None:
    codes = [district.code for district in districts()]
    tips = plan(TIPS, codes, WORDS)
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
                told = list(callers.map(lambda tip: tell(stack.emulator, tip), tips[: TIPS // 2]))
                os.kill(second.pid, signal.SIGKILL)
                told += callers.map(lambda tip: tell(stack.emulator, tip), tips[TIPS // 2 :])
        finally:
            quiet.set()
            answers.join()

        assert settle(stack, told, seconds=100) == []
        ours = set(below(stack.pid))
        eventually(lambda: leader(stack) in ours)
        assert len(told) == TIPS
