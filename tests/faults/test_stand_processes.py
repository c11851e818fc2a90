"""Tests which processes a fault test can kill: those below a process, and no others."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.faults.stand.processes import below, command_line, send, started_as
from tests.support.eventually import eventually

MARK = "a-name-that-nothing-else-has"
ASLEEP = f"import signal; signal.pause()  # {MARK}"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


@pytest.fixture
def parent() -> Iterator["subprocess.Popen[bytes]"]:
    """Yields a process with a child process that sleeps."""
    process = subprocess.Popen([sys.executable, "-c", PARENT, ASLEEP], start_new_session=True)
    eventually(lambda: len(below(process.pid)) == 1)
    yield process
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_grandchild_is_found_by_its_command(parent: "subprocess.Popen[bytes]") -> None:
    (child,) = below(parent.pid)
    assert {parent.pid, child} <= set(below(os.getpid()))
    eventually(lambda: started_as(parent.pid, MARK) == [child])
    assert started_as(child, MARK) == []


def test_who_is_dead_is_not_found_and_gets_no_signal(parent: "subprocess.Popen[bytes]") -> None:
    (child,) = below(parent.pid)
    assert send(child, signal.SIGKILL)
    parent.wait()
    assert below(parent.pid) == []
    assert command_line(child) == ""
    assert not send(child, signal.SIGKILL)
