"""Two servers on one PostgreSQL and one Redis: two web processes, four workers, two clocks. Then one server is gone."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from hotline.cli.stack import Stack, free_port
from hotline.domain.places import districts
from hotline.store.messages import Leader
from tests.chaos.pairs import ground
from tests.chaos.responders import answer_alerts
from tests.chaos.run import WORDS, kit_of, settle
from tests.chaos.told import plan, tell
from tests.eventually import eventually
from tests.servers import Pair

TIPS = 30
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@contextmanager
def second_server(stack: Stack) -> Iterator["subprocess.Popen[bytes]"]:
    """`hotline run` beside the first, with a port of its own and everything else in common."""
    gateway = {
        "HOTLINE_PORT": str(free_port()),
        "HOTLINE_GATEWAY_URL": stack.page.rstrip("/"),
        "HOTLINE_INBOUND_SMS": "yes",
    }
    with stack.log.open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "hotline.cli.main", "run"],
            env=stack.environ | gateway,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield keeper
    finally:
        keeper.terminate()
        keeper.wait(30)


def working(pid: int, words: str) -> int:
    """How many processes below this one were started so."""
    return sum(
        words in " ".join(child.cmdline()) for child in psutil.Process(pid).children(recursive=True)
    )


def leader(stack: Stack) -> int:
    """The process that owns time."""
    kit = kit_of(stack)
    with kit.database.reading() as session:
        row = session.get(Leader, "relay")
    kit.database.close()
    return int(row.holder.split(":")[1]) if row else 0


def test_two_servers_tell_thirty_tips_and_one_of_them_dies(tmp_path: Path) -> None:
    codes = [district.code for district in districts()]
    tips = plan(TIPS, codes, WORDS)
    with (
        ground(Pair.SERVERS) as servers,
        Stack(tmp_path, environ={**servers.environ, "HOTLINE_WEB_WORKERS": "2"}) as stack,
        second_server(stack) as second,
    ):
        for pid in (stack.pid, second.pid):
            eventually(lambda pid=pid: working(pid, "worker alerts") == 2, seconds=30)  # type: ignore[misc]
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
        ours = {child.pid for child in psutil.Process(stack.pid).children(recursive=True)}
        eventually(lambda: leader(stack) in ours, seconds=15)
        assert len(told) == TIPS
