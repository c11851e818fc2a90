"""Sessions that a local leader held, and what to speak of this month. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hotline.domain.rolls.joining import is_code

MOST_CAME = 5000
"""More than came to any Umuganda of one village: above it somebody mistyped."""
THEMES = 4
"""Talking points that take turns, a month each."""
CROWD_FLAG = "crowd"
"""`crowd.120` is set where 120, keyed in this session, is a number that can be believed."""
TALK_FLAG = "talk"
OCCASION_ANSWER = "gathering_occasion"
CAME_ANSWER = "gathering_came"
HELD = "gathering"
"""The counter of sessions held."""
CAME = "gathered"
"""The counter of people who came."""


class Occasion(StrEnum):
    """Where people were gathered; the values of the flow's menu."""

    UMUGANDA = "umuganda"
    CHURCH = "church"
    SCHOOL = "school"
    VILLAGE = "village"
    OTHER = "other"


WORDS = {occasion.upper(): occasion for occasion in Occasion} | {
    word: occasion
    for occasion, words in {
        Occasion.UMUGANDA: "MUGANDA",
        Occasion.CHURCH: "KILIZIYA INSENGERO URUSENGERO RUSENGERO UMUSIGITI MUSIGITI EGLISE MOSQUE MOSQUEE",
        Occasion.SCHOOL: "ISHURI AMASHURI ECOLE",
        Occasion.VILLAGE: "INTEKO NTEKO INAMA NAMA UMUDUGUDU MUDUGUDU REUNION MEETING",
        Occasion.OTHER: "IBINDI AHANDI AUTRE",
    }.items()
    for word in words.split()
}
BESIDE = """
ABANTU BARI HAJE TWARI MU MURI NA KU WA BY SMS PEOPLE PERSONS CAME WE WERE AT IN THE ATTENDED
PERSONNES GENS ETAIENT NOUS ETIONS A AU LA LE L DANS VENUS SEANCE SESSION
"""
"""What may stand beside a number and an occasion, and changes nothing."""
JOINS = frozenset({"UMUYOBOZI", "LEADER", "LEADERS", "RESPONSABLE"})


@dataclass(frozen=True, slots=True)
class Gathering:
    """One session: how many came, and to what."""

    occasion: Occasion
    came: int


@dataclass(frozen=True, slots=True)
class Joining:
    """A wish to be on the roll of leaders."""

    code: str


def crowd(keyed: str) -> int | None:
    """How many came, where that can be believed."""
    came = int(keyed) if re.fullmatch(r"[0-9]{1,6}", keyed) else 0
    return came if 1 <= came <= MOST_CAME else None


def told_by(came: str, occasion: str) -> Gathering | None:
    """A session as it was keyed; None where it can not be believed."""
    number = crowd(came)
    if number is None or occasion not in set(Occasion):
        return None
    return Gathering(Occasion(occasion), number)


def theme_of(day: date) -> int:
    """Which of the talking points a month has, from 1."""
    return day.month % THEMES + 1


def read_sms(text: str) -> Gathering | Joining | None:
    """`45 UMUGANDA`, `umuganda45`, `inteko: abantu 120`, `UMUYOBOZI 12345678`; None for everything else. Total.

    A number, a word and what says nothing beside them: a responder's answer is never taken for one.
    """
    plain = unicodedata.normalize("NFKD", text[:200])
    words = re.findall(r"[A-Z]+|[0-9]+", "".join(filter(str.isascii, plain)).upper())
    pieces = [word for word in words if word not in BESIDE.split()]
    if len(pieces) != 2:
        return None
    digits, word = sorted(pieces)
    if word in JOINS and is_code(digits):
        return Joining(digits)
    came = crowd(digits)
    if word in WORDS and came is not None:
        return Gathering(WORDS[word], came)
    return None


def counted(written: Sequence[str], day: date, told: Gathering) -> tuple[list[str], int, int]:
    """What a leader told on one day, with this in it; how many sessions and people it adds to what was counted.

    The last number of an occasion stands: twice the same adds nothing, and a mistyped one is mended by another. Only
    one day is remembered.
    """
    today = [entry.split() for entry in written if entry.startswith(f"{day} ")]
    before = {occasion: int(came) for _, occasion, came in today}
    after = before | {told.occasion.value: told.came}
    rows = [f"{day} {occasion} {came}" for occasion, came in after.items()]
    return rows, len(after) - len(before), told.came - before.get(told.occasion, 0)
