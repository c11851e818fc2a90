"""Lists the child processes of one of our processes, as Linux shows them, and sends signals to them."""

import os
import signal
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def below(pid: int) -> list[int]:
    """Returns the children of a process, their children and so on, at this moment."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for child, parent in _running():
        children[parent].append(child)
    found: list[int] = []
    asked = [pid]
    while asked:
        born = children[asked.pop()]
        found += born
        asked += born
    return found


def started_as(pid: int, mark: str) -> list[int]:
    """Returns the processes below `pid` with this text in their command line."""
    return [child for child in below(pid) if mark in command_line(child)]


def command_line(pid: int) -> str:
    """Returns the words of a command line with spaces between them, or an empty text if the process has ended."""
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    except OSError:
        return ""


def send(pid: int, number: signal.Signals) -> bool:
    """Sends a signal to a process. Returns False if the process does not exist."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


def _running() -> Iterator[tuple[int, int]]:
    """Yields the id of every process and of its parent. In Linux's status line the name may contain spaces and
    brackets, so the function reads what comes after the last bracket."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            after_name = (folder / "stat").read_text(errors="replace").rpartition(")")[2]
        except OSError:
            continue
        state, parent = after_name.split()[:2]
        if state != "Z":
            yield int(folder.name), int(parent)
