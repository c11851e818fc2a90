"""The processes below one of ours, as Linux lists them: to be killed, or stopped, by what they were started with."""

import os
import signal
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def below(pid: int) -> list[int]:
    """Children, and theirs, and so on: whoever lives at this moment."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for child, parent in _living():
        children[parent].append(child)
    found: list[int] = []
    asked = [pid]
    while asked:
        born = children[asked.pop()]
        found += born
        asked += born
    return found


def started_as(pid: int, mark: str) -> list[int]:
    """Those below `pid` whose command line holds the mark."""
    return [child for child in below(pid) if mark in command_line(child)]


def command_line(pid: int) -> str:
    """Its words with blanks between; empty where it is gone."""
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    except OSError:
        return ""


def send(pid: int, number: signal.Signals) -> bool:
    """Whether there was somebody to get the signal."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


def _living() -> Iterator[tuple[int, int]]:
    """Every process and its parent. A name may hold blanks and brackets: the state stands behind the last one."""
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
