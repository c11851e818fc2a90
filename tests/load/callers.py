"""Keys what callers key, by what they read on the screen. A text is all that was keyed so far, as the gateway sends it.

These callers know the keys to menus and to a report of danger; the rest they read, as a person would.
"""

import re
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from enum import StrEnum
from random import Random
from typing import Any

from tests.compare.people import DISTRICTS

Dialogue = Generator[str, str, Any]
"""Yields the text of each hop, and is sent the screen that answers it."""

MENUS = ("4", "2", "9", "0", "0", "0", "1", "0", "2", "0", "3", "0")
"""Menus and their pages, forth and back: most hops of most callers. None of them is counted."""
DANGER = ("5", "1", "2")
"""A problem; somebody is in danger; no official is involved."""
BEHIND = ("1", "1", "5", "1")
"""After the district: its sector, what it is, who it is, and that responders may come."""
HOPS = 7
"""Of a session of the mix that its caller does not leave early."""
EACH_TELLS = 50
"""One session in so many of the mix reports a danger."""
LEAVES, ERRS, READS_ON = 0.14, 0.04, 0.8
REPORT, MORE = "5", "9"
POSTERS = ("11", "12", "13", "14", "15")
"""Short codes that posters and the radio print behind the service code."""
WRONG = ("77", "x", "6", "yego", "#")
OPTION = re.compile(r"(?m)^(\d{1,2}) (.+)$")


class Kind(StrEnum):
    FIRST = "first"
    """The first hop of each caller alone: it commits a row."""
    MENU = "menu"
    """The hops behind it."""
    MIXED = "mixed"
    """Whole sessions: most read, some leave or err, one in fifty reports a danger."""
    REPORT = "report"
    """A danger, told to the last question."""
    DANGER = "danger"
    """A danger, hung up once the district is told."""


def dialogues(
    kind: Kind, first: int, count: int, told: dict[str, float]
) -> Iterator[tuple[int, Dialogue]]:
    """Yields each caller's number and dialogue. `told` gets, by district, when its key was pressed."""
    for at in range(count):
        number = first + at
        if kind in (Kind.FIRST, Kind.MENU):
            yield number, presses(("",) if kind is Kind.FIRST else MENUS)
        elif kind is not Kind.MIXED:
            yield number, tells(district(at), told, whole=kind is Kind.REPORT)
        elif at % EACH_TELLS:
            yield number, wanders(Random(at))
        else:
            yield number, tells(district(at // EACH_TELLS), told, whole=False)


def district(number: int) -> str:
    return [*DISTRICTS][number % len(DISTRICTS)]


def presses(keys: Iterable[str], text: str = "") -> Generator[str, str, tuple[str, str]]:
    """Presses these keys whatever is shown; an empty one dials. Returns the last text and its screen."""
    screen = ""
    for key in keys:
        text = f"{text}*{key}".removeprefix("*") if key else text
        screen = yield text
    return text, screen


def wanders(dice: Random) -> Dialogue:
    """Dials, or dials ahead as a poster says, and goes on by what is offered."""
    text = dice.choice(POSTERS) if dice.random() < 0.1 else ""
    screen = yield text
    for _ in range(dice.randint(0, 1) if dice.random() < LEAVES else HOPS - 1):
        if not screen.startswith("CON "):
            return
        text = f"{text}*{_key(dice, screen)}".removeprefix("*")
        screen = yield text


def tells(place: str, told: dict[str, float], *, whole: bool) -> Dialogue:
    """Reports a danger in a district. A screen that does not offer the district ends it, and nothing was told."""
    text, screen = yield from presses(("", *DANGER, str(DISTRICTS[place] // 10)))
    while (key := _key_of(place, screen)) is None and MORE in _offered(screen):
        text += f"*{MORE}"
        screen = yield text
    if key is None:
        return
    text += f"*{key}"
    asked = time.monotonic()
    screen = yield text
    if screen.startswith("CON "):
        told[place] = asked
        yield from presses(BEHIND if whole else (), text)


def _key(dice: Random, screen: str) -> str:
    """Returns the next page's key, most often; else the first choice rather than the last. Nobody opens a report."""
    offered = [key for key in _offered(screen) if key != REPORT]
    if dice.random() < ERRS or not offered:
        return dice.choice(WRONG)
    if MORE in offered and dice.random() < READS_ON:
        return MORE
    return dice.choices(offered, [1 / place for place in range(1, len(offered) + 1)])[0]


def _key_of(place: str, screen: str) -> str | None:
    return next((key for key, label in _offered(screen).items() if label.strip() == place), None)


def _offered(screen: str) -> Mapping[str, str]:
    return dict(OPTION.findall(screen))
