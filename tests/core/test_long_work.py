"""Tests that long work runs in a child process with low priority. The child process ends at its limits, or when its
parent ends."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from hotline.core import long_work
from hotline.core.database import open_database
from hotline.core.settings import Settings
from hotline.editing import service_publish
from hotline.text.errors import WorkEnded
from tests.support.builders import NOON
from tests.support.contexts import make_context
from tests.support.eventually import eventually
from tests.support.made_once import lay_line, publish_shipped

pytestmark = [pytest.mark.slow(reason="waits for Pythons that start"), pytest.mark.timeout(600)]
ENDLESS = "#let n = 0\n#for _ in range(9999) { for _ in range(9999) { n += 1 } }"
"""A document for which typst needs minutes."""
STARTED = """
import sys
from hotline.core import long_work
long_work.run("paper", sys.argv[1].encode())
"""


def paper(template: str) -> bytes:
    return json.dumps([template, {}, 0]).encode()


def works() -> list[psutil.Process]:
    """Returns the child processes with long work, including zombies."""
    children = psutil.Process().children()
    return [
        one
        for one in children
        if one.status() == psutil.STATUS_ZOMBIE or long_work.__name__ in one.cmdline()
    ]


def is_limited(child: psutil.Process) -> bool:
    """Returns True after a child process has set its last limit."""
    return child.rlimit(psutil.RLIMIT_CPU)[0] != psutil.RLIM_INFINITY


@pytest.fixture
def raised() -> list[str]:
    """Yields a list to which each alarm of the test is added."""
    return []


@pytest.fixture
def running(raised: list[str]) -> Iterator["Future[bytes]"]:
    """Starts long work that never ends, in a child process."""
    with ThreadPoolExecutor(1) as one:
        done = one.submit(
            long_work.run, "paper", paper(ENDLESS), alarm=lambda: raised.append("one")
        )
        try:
            eventually(lambda: any(map(is_limited, works())), seconds=60)
            yield done
        finally:
            for child in works():
                child.kill()


def test_a_killed_child_is_an_alarm(running: "Future[bytes]", raised: list[str]) -> None:
    (child,) = works()
    child.kill()
    with pytest.raises(WorkEnded, match="was killed"):
        running.result(60)
    assert raised == ["one"]
    assert works() == [], "it is no zombie"


def test_a_child_yields_to_alerts_and_shows_nothing_of_its_work(running: "Future[bytes]") -> None:
    (child,) = works()
    assert child.nice() == min(19, os.nice(0) + long_work.PRIORITY)
    assert child.cmdline()[1:] == [*("-I", "-m", long_work.__name__, "paper"), str(os.getpid())]
    assert child.environ() == {"RAYON_NUM_THREADS": "1"}
    assert child.rlimit(psutil.RLIMIT_AS)[0] == long_work.WORK["paper"].memory
    assert child.rlimit(psutil.RLIMIT_CPU)[0] == long_work.WORK["paper"].seconds
    assert child.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert Path(f"/proc/{child.pid}/oom_score_adj").read_text() == "1000\n"


@pytest.mark.usefixtures("running")
def test_work_of_one_kind_is_done_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "TURN_SECONDS", 0.01)
    with pytest.raises(WorkEnded, match="another runs"):
        long_work.run("paper", paper("x"))


def test_a_late_child_is_an_alarm(raised: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(long_work.WORK, "paper", long_work.WORK["paper"]._replace(seconds=0))
    with pytest.raises(WorkEnded, match="took too long"):
        long_work.run("paper", paper(ENDLESS), alarm=lambda: raised.append("one"))
    assert (raised, works()) == (["one"], [])


def test_a_failure_names_its_kind_only(raised: list[str], caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(WorkEnded, match="TypstError"):
        long_work.run("paper", paper("#secret"), alarm=lambda: raised.append("one"))
    assert raised == []
    assert caplog.messages == ["long work: paper TypstError"]


def test_too_much_memory_ends_it(raised: list[str]) -> None:
    with pytest.raises(WorkEnded):
        long_work.run("paper", paper('#("x" * 3000000000)'), alarm=lambda: raised.append("one"))
    assert raised == ["one"]


def test_a_child_ends_with_its_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", STARTED, paper(ENDLESS).decode()])
    found = psutil.Process(parent.pid)
    eventually(lambda: any(map(is_limited, found.children())), seconds=60)
    (child,) = found.children()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    eventually(lambda: not child.is_running(), seconds=60)


def test_a_check_has_its_asker_s_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_line(tmp_path, NOON)
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    database = open_database(Settings.read(os.environ).database_url)
    publish_shipped(database, NOON)
    context: Any = make_context(database=database, now=lambda: datetime.now(UTC))
    assert service_publish.published_problems(context) is None
    assert long_work.run("check", b"[0]") == b""
    assert service_publish.published_problems(context) is not None
    assert long_work.run("check", b"[99]") == b"", "a change that is gone is no fault"
    database.close()
