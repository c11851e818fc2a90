"""Presses keys as callers do, depending on the text of the screen. The text of a hop contains all keys so far, as the
gateway sends it.

These simulated callers know the keys of menus and of a report about danger. They read all other keys from the screen.
"""

import re
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from enum import StrEnum
from random import Random
from typing import Any

from tests.compare.people import DISTRICTS

Dialogue = Generator[str, str, Any]
"""A conversation of one simulated caller: it yields the text of each hop, and receives the screen that answers the
hop."""

MENUS = ("4", "2", "9", "0", "0", "0", "1", "0", "2", "0", "3", "0")
"""The keys that open menus and their pages, forwards and back, as callers do in most hops. The hotline counts none of
these keys in its statistics."""
DANGER = ("5", "1", "2")
"""The keys for a report about danger: report a problem, a person is in danger, no official is involved."""
BEHIND = ("1", "1", "5", "1")
"""The keys that callers press after the district: for the sector, the kind of tip, the person concerned, and a visit
by responders."""
HOPS = 7
"""The number of hops in a session of the kind `mixed`, if the caller does not leave early."""
EACH_TELLS = 50
"""One of this many sessions of the kind `mixed` reports danger."""
LEAVES, ERRS, READS_ON = 0.14, 0.04, 0.8
REPORT, MORE = "5", "9"
POSTERS = ("11", "12", "13", "14", "15")
"""The digits after the service code, as printed on posters and announced on the radio."""
WRONG = ("77", "x", "6", "yego", "#")
OPTION = re.compile(r"(?m)^(\d{1,2}) (.+)$")


class Kind(StrEnum):
    FIRST = "first"
    """Each caller dials and sends no other hop. The hop writes a row to the database."""
    MENU = "menu"
    """The hops after dialling, which only open menus."""
    MIXED = "mixed"
    """Whole sessions: most callers read, some leave or press a wrong key, and one in fifty reports danger."""
    REPORT = "report"
    """A report about danger up to the last question."""
    DANGER = "danger"
    """A report about danger that ends early. The caller hangs up after naming the district."""


def dialogues(
    kind: Kind, first: int, count: int, pressed_at: dict[str, float]
) -> Iterator[tuple[int, Dialogue]]:
    """Yields the number and the conversation of each caller. `pressed_at` receives, for each district, the time at
    which a caller pressed the key of that district."""
    for at in range(count):
        number = first + at
        if kind in (Kind.FIRST, Kind.MENU):
            yield number, presses(("",) if kind is Kind.FIRST else MENUS)
        elif kind is not Kind.MIXED:
            yield number, tells(district(at), pressed_at, whole=kind is Kind.REPORT)
        elif at % EACH_TELLS:
            yield number, wanders(Random(at))
        else:
            yield number, tells(district(at // EACH_TELLS), pressed_at, whole=False)


def district(number: int) -> str:
    return [*DISTRICTS][number % len(DISTRICTS)]


def presses(keys: Iterable[str], text: str = "") -> Generator[str, str, tuple[str, str]]:
    """Presses the given keys, whatever the screens show. An empty key means dialling. Returns two texts: the last text
    that the caller sent, and the screen that answered it."""
    screen = ""
    for key in keys:
        text = f"{text}*{key}".removeprefix("*") if key else text
        screen = yield text
    return text, screen


def wanders(dice: Random) -> Dialogue:
    """Dials, sometimes with the digits of a poster, and presses keys that the screens offer."""
    text = dice.choice(POSTERS) if dice.random() < 0.1 else ""
    screen = yield text
    for _ in range(dice.randint(0, 1) if dice.random() < LEAVES else HOPS - 1):
        if not screen.startswith("CON "):
            return
        text = f"{text}*{_key(dice, screen)}".removeprefix("*")
        screen = yield text


def tells(place: str, pressed_at: dict[str, float], *, whole: bool) -> Dialogue:
    """Reports danger in a district. The conversation stops without a report if a screen does not offer the district."""
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
        pressed_at[place] = asked
        yield from presses(BEHIND if whole else (), text)


def _key(dice: Random, screen: str) -> str:
    """Returns a key that a caller may press on this screen: most often the key of the next page or one of the first
    choices, and sometimes a wrong key. The function never returns the key that opens a report."""
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
