"""Presses keys as callers do, by the text on the screen. A hop's text holds all keys so far, as the gateway sends it.

These callers know the keys of menus and of a report of danger. They read the others from the screen.
"""

import re
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from enum import StrEnum
from random import Random
from typing import Any

from tests.compare.people import DISTRICTS

Dialogue = Generator[str, str, Any]
"""Yields the text of each hop, and receives the screen that answers it."""

MENUS = ("4", "2", "9", "0", "0", "0", "1", "0", "2", "0", "3", "0")
"""Opens menus and their pages, forward and back, as most hops do. The line counts none of them."""
DANGER = ("5", "1", "2")
"""A problem; a person is in danger; no official is involved."""
BEHIND = ("1", "1", "5", "1")
"""After the district: its sector, the kind, the person concerned, and that responders may come."""
HOPS = 7
"""Hops in a session of the mix whose caller does not leave early."""
EACH_TELLS = 50
"""One session in this many of the mix reports a danger."""
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
    """The hops after the first one."""
    MIXED = "mixed"
    """Whole sessions: most read, some leave or press a wrong key, one in fifty reports a danger."""
    REPORT = "report"
    """A danger, reported to the last question."""
    DANGER = "danger"
    """A danger. The caller hangs up after naming the district."""


def dialogues(
    kind: Kind, first: int, count: int, told: dict[str, float]
) -> Iterator[tuple[int, Dialogue]]:
    """Yields each caller's number and dialogue. `told` gets, by district, the time at which its key was pressed."""
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
    """Presses these keys on any screen; an empty key dials. Returns the last text and its screen."""
    screen = ""
    for key in keys:
        text = f"{text}*{key}".removeprefix("*") if key else text
        screen = yield text
    return text, screen


def wanders(dice: Random) -> Dialogue:
    """Dials, some with a poster's short code, and presses keys that the screens offer."""
    text = dice.choice(POSTERS) if dice.random() < 0.1 else ""
    screen = yield text
    for _ in range(dice.randint(0, 1) if dice.random() < LEAVES else HOPS - 1):
        if not screen.startswith("CON "):
            return
        text = f"{text}*{_key(dice, screen)}".removeprefix("*")
        screen = yield text


def tells(place: str, told: dict[str, float], *, whole: bool) -> Dialogue:
    """Reports a danger in a district. Stops without a report if a screen does not offer the district."""
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
    """Returns most often the next page's key, else an early choice. Never returns the key that opens a report."""
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
