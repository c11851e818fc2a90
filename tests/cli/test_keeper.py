"""Tests with real processes that the keeper restarts a program that ended, and that each program ends when the keeper
ends.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.eventually import eventually

Start = Callable[..., "Kept"]
PATIENCE = 60.0


class Kept:
    """A running keeper process, with methods to read its output."""

    def __init__(self, *programs: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.keep", *programs], stdout=subprocess.PIPE, text=True
        )

    def says(self, pattern: str) -> re.Match[str]:
        """Returns the next line of output that matches `pattern`, and skips other lines."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"it ended and never said {pattern}")

    def ends(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0


@pytest.fixture
def keep() -> Iterator[Start]:
    started: list[Kept] = []

    def start(*programs: str) -> Kept:
        started.append(Kept(*programs))
        return started[-1]

    yield start
    for kept in started:
        if kept.process.poll() is None:
            kept.process.kill()
        kept.process.wait(PATIENCE)
        assert kept.process.stdout is not None
        kept.process.stdout.close()


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _family(file: Path) -> str:
    """Returns a shell program that starts a child process and writes both process ids to the file."""
    return f"sleep 300 & echo $$ $! > {file}.new; mv {file}.new {file}; wait"


def _ids(file: Path) -> list[int]:
    """Returns the process ids in the file that `_family` writes. Waits for the first complete line, because the shell
    creates the file before it writes the ids."""
    eventually(lambda: file.exists() and file.read_text().endswith("\n"))
    return [int(word) for word in file.read_text().split()]


def test_a_program_that_ends_starts_again(keep: Start, tmp_path: Path) -> None:
    """If child processes of an ended web server continued, they would still answer on its port."""
    file = tmp_path / "ids"
    kept = keep(f"web={_family(file)}", "clock=exit 3")
    first = int(kept.says(r"web started, process (\d+)")[1])
    leader, child = _ids(file)
    file.unlink()
    os.kill(leader, signal.SIGKILL)

    kept.says("web was killed by SIGKILL; starting it again")
    assert int(kept.says(r"web started, process (\d+)")[1]) != first
    eventually(lambda: _is_gone(child))
    for _ in range(3):
        kept.says("clock ended with 3; starting it again")
    ids = _ids(file)
    kept.ends()
    assert all(_is_gone(pid) for pid in ids)


@pytest.mark.fault(19)
def test_killed_outright_it_leaves_nothing_either(keep: Start, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    kept = keep(f"web={_family(one)}", f"clock={_family(two)}")
    ids = _ids(one) + _ids(two)
    kept.process.kill()

    eventually(lambda: all(_is_gone(pid) for pid in ids))


def test_a_needed_program_starts_first_and_ends_last(keep: Start, tmp_path: Path) -> None:
    socket, seen = tmp_path / "socket", tmp_path / "seen"
    needed = f"trap 'rm {socket}; exit' TERM; touch {socket}; while :; do sleep 300 & wait; done"
    other = f"trap 'ls {socket} >> {seen}; exit' TERM; ls {socket} >> {seen}; echo >> {seen}; sleep 300 & wait"
    kept = keep(f"{socket}={needed}", f"web={other}")
    eventually(lambda: seen.exists() and len(seen.read_text().splitlines()) == 2)
    kept.ends()

    assert seen.read_text().split() == [str(socket), str(socket)]


@pytest.mark.fault(38)
def test_row_38_a_keeper_whom_nobody_hears_keeps_all_the_same(tmp_path: Path) -> None:
    """The keeper cannot write its log, because the disk is full."""
    births = tmp_path / "births"
    with Path("/dev/full").open("wb") as full:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.keep", f"clock=echo $$ >>{births}; exec sleep 300"],
            stdout=full,
            stderr=full,
        )
    try:
        first, *_ = _ids(births)
        os.kill(first, signal.SIGKILL)
        eventually(lambda: len(_ids(births)) == 2)
        os.kill(_ids(births)[1], signal.SIGKILL)
        eventually(lambda: len(_ids(births)) == 3)
    finally:
        keeper.terminate()
        keeper.wait(20)
    assert _is_gone(_ids(births)[2])
