"""What callers key, drawn from a seed: many ways through menus, topics, lessons and reports, in three languages.

A caller is shown a screen and answers with a key. She knows no number of the flows: she reads what is offered.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hotline.domain.places.places import districts, place_name, province_of
from hotline.emulator.server import choices

MIDDLE = 6
"""Hops behind the first one, of a session that is not left early."""
MORE, BACK, HOME = "9", "0", "00"
ENTRIES = ("11", "12", "13", "14", "15")
"""What posters and the radio have behind the service code: `flows/entries.yaml`."""
WRONG = ("77", "x", "6", "yego", "#")
REPORT = "5"
"""The key of the report, on whatever screen offers it. Nobody opens it without telling."""
DANGER = ("1", "2")
"""Somebody is in danger, and no official is involved."""
PASSED_ON: Mapping[str, str] = {"rw": "Byoherejwe.", "en": "Passed on.", "fr": "Transmis."}
"""What the screen says once danger and district are told."""
QUIZ = ("4", "4")
OFFERED = re.compile(r"(?:^|\s)(9|00|0) \S")


class Habit(StrEnum):
    READS = "reads"
    """Opens a topic and turns its pages, then the next."""
    WANDERS = "wanders"
    """Keys anything that a screen offers, back and home too."""
    LEAVES = "leaves"
    """Hangs up after two screens or fewer."""
    DIALS_AHEAD = "dials ahead"
    """Dials the number of a poster, and reads."""
    ERRS = "errs"
    """Reads, and keys what no screen offers one time in four."""
    LEARNS = "learns"
    """Answers a quiz."""
    TELLS = "tells"
    """Says that somebody is in danger, and where."""


SHARES: Mapping[Habit, int] = {
    Habit.READS: 40,
    Habit.WANDERS: 20,
    Habit.LEAVES: 14,
    Habit.DIALS_AHEAD: 10,
    Habit.ERRS: 8,
    Habit.LEARNS: 6,
    Habit.TELLS: 2,
}
"""Of a hundred sessions. docs/performance.md says why."""
LANGUAGES: Mapping[str, tuple[str, int]] = {"rw": ("", 80), "en": ("7", 10), "fr": ("8", 10)}
"""The key on the front, and of a hundred sessions how many press it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One session before it begins."""

    habit: Habit
    language: str = "rw"
    district: str = ""
    """Where somebody is in danger."""
    dialled: str = ""
    middle: int = MIDDLE
    """Keys after the first screen."""


Ask = Callable[[str], str]
"""From everything keyed so far to the line's answer."""


def drawn(
    dice: random.Random, count: int, shares: Mapping[Habit, int] = SHARES
) -> Iterator[Caller]:
    """So many callers. Each habit has its share exactly, in a random order; what is left over, reads."""
    total = sum(shares.values())
    habits = [habit for habit, share in shares.items() for _ in range(round(count * share / total))]
    habits += [Habit.READS] * (count - len(habits))
    dice.shuffle(habits)
    for habit in habits[:count]:
        yield _caller(dice, habit)


def keyed(caller: Caller, dice: random.Random, ask: Ask) -> Sequence[str]:
    """Every text of her session, from the first hop on. It is shorter where the line says END."""
    texts = [caller.dialled]
    answer = ask(caller.dialled)
    ahead = list(_ahead(caller))
    while len(texts) <= caller.middle and answer.startswith("CON "):
        key = ahead.pop(0) if ahead else _key(caller, dice, answer)
        texts.append(f"{texts[-1]}*{key}" if texts[-1] else key)
        answer = ask(texts[-1])
    return texts


def _caller(dice: random.Random, habit: Habit) -> Caller:
    ahead = habit is Habit.DIALS_AHEAD
    return Caller(
        habit,
        language="rw" if ahead else _language(dice),
        district=dice.choice(districts()).code if habit is Habit.TELLS else "",
        dialled=dice.choice(ENTRIES) if ahead else "",
        middle=dice.randint(0, 1) if habit is Habit.LEAVES else MIDDLE,
    )


def _language(dice: random.Random) -> str:
    weights = [share for _, share in LANGUAGES.values()]
    return dice.choices(list(LANGUAGES), weights)[0]


def _ahead(caller: Caller) -> Iterator[str]:
    """The keys that she presses whatever is shown."""
    if caller.language != "rw":
        yield LANGUAGES[caller.language][0]
    match caller.habit:
        case Habit.TELLS:
            yield from (REPORT, *DANGER)
        case Habit.LEARNS:
            yield from QUIZ


def _key(caller: Caller, dice: random.Random, answer: str) -> str:
    offered = choices(answer)
    if caller.habit is Habit.TELLS:
        return _place(caller, dice, answer)
    digits = [digit for digit in sorted(set(offered.values())) if digit not in (REPORT, "7", "8")]
    rest = OFFERED.findall(answer)
    match caller.habit:
        case Habit.WANDERS:
            return str(dice.choice([*digits, *rest] or [HOME]))
        case Habit.ERRS if dice.random() < 0.25:
            return dice.choice(WRONG)
        case Habit.LEARNS if digits:
            return dice.choice(digits)
    if MORE in rest and dice.random() < 0.8:
        return MORE
    if digits and dice.random() < 0.85:
        return _of_the_first(dice, digits)
    return dice.choice([key for key in (BACK, HOME) if key in rest] or [HOME])


def _of_the_first(dice: random.Random, digits: Sequence[str]) -> str:
    """The second choice of a screen is taken half as often as the first, the third a third as often."""
    weights = [1 / place for place in range(1, len(digits) + 1)]
    return dice.choices(digits, weights)[0]


def _place(caller: Caller, dice: random.Random, answer: str) -> str:
    """The province or the district by its name, on whatever page it is; then any choice: a sector, or a kind."""
    offered = choices(answer)
    for code in (caller.district, province_of(caller.district)):
        if digit := offered.get(place_name(code, caller.language)):
            return digit
    told = MORE not in OFFERED.findall(answer) or PASSED_ON[caller.language] in answer
    return dice.choice(sorted(set(offered.values()))) if told and offered else MORE
