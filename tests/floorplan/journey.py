"""Through which files a call goes, as somebody reads who follows it: what is called, and where it goes on from."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import hotline

PACKAGE = Path(hotline.__file__).parent
ONE_STOP = {"engine": "engine", "text": "engine"}
"""The pure engine is one thing to somebody who follows a hop: a turn goes in, a screen comes out."""
BEHIND_PORTS = frozenset({"adapters", "sealing", "store"})
"""What only answers: keys, vendors and rows. Its name says what is asked; nobody opens it to follow the hop."""


@dataclass(slots=True)
class Call:
    """A function that was called, and what it called in the files of the house."""

    file: str
    calls: "list[Call]" = field(default_factory=list)


def traced(work: Callable[[], None]) -> Call:
    """Does the work, and says what was called in this thread."""
    root = Call("")
    open_calls = [root]

    def seen(frame: FrameType, event: str, _: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event not in {"call", "return"} or not path.is_relative_to(PACKAGE):
            return
        if event == "return":
            open_calls.pop()
            return
        call = Call(path.relative_to(PACKAGE).as_posix())
        open_calls[-1].calls.append(call)
        open_calls.append(call)

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return root


def journey(call: Call) -> list[str]:
    """The files in the order in which they are read; one that is come back to, to go on from there, stands there again.

    A call that asks no other file anything is a word that its name explains. The way back of the answer is not read.
    """
    here, found = stop_of(call.file), list[str]()
    if here and hands_on(call):
        found.append(here)
    for one in call.calls:
        further = journey(one)
        if further == [here] and found:
            continue
        if further and here and found[-1:] != [here]:
            found.append(here)
        found += further[1:] if found[-1:] == further[:1] else further
    return found


def hands_on(call: Call) -> bool:
    """Whether it calls into another file, by itself or by a function beside it."""
    return any(one.file != call.file or hands_on(one) for one in call.calls)


def stop_of(file: str) -> str:
    """How a file stands on the way; nothing for one that nobody opens."""
    room = file.partition("/")[0]
    return "" if room in BEHIND_PORTS else ONE_STOP.get(room, file)
