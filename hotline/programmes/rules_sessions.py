"""Reads and counts the community sessions of local leaders, and picks the talking point of a month. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hotline.programmes.rules_enrolment import is_code

MOST_CAME = 5000
"""More people than come to any village's Umuganda. A higher number is a typing error."""
THEMES = 4
"""Number of talking points. They take turns, one a month."""
CROWD_FLAG = "crowd"
"""`crowd.120` is set if 120, keyed in this session, is a credible number."""
TALK_FLAG = "talk"
OCCASION_ANSWER = "gathering_occasion"
CAME_ANSWER = "gathering_came"
HELD = "gathering"
"""The counter of sessions held."""
CAME = "gathered"
"""The counter of people who came."""


class Occasion(StrEnum):
    """The occasion of a session, with the values of the flow's menu."""

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
"""Words that may come with a number and an occasion, and change nothing."""
JOINS = frozenset({"UMUYOBOZI", "LEADER", "LEADERS", "RESPONSABLE"})


@dataclass(frozen=True, slots=True)
class Gathering:
    """One community session: its occasion and the number of people who came."""

    occasion: Occasion
    came: int


@dataclass(frozen=True, slots=True)
class Joining:
    """A request to join the programme of local leaders."""

    code: str


def crowd(keyed: str) -> int | None:
    """Returns the number of people who came. Returns None if it is not credible."""
    came = int(keyed) if re.fullmatch(r"[0-9]{1,6}", keyed) else 0
    return came if 1 <= came <= MOST_CAME else None


def told_by(came: str, occasion: str) -> Gathering | None:
    """Returns the session that a leader keyed. Returns None if it is not credible."""
    number = crowd(came)
    if number is None or occasion not in set(Occasion):
        return None
    return Gathering(Occasion(occasion), number)


def theme_of(day: date) -> int:
    """Returns the number of the month's talking point, from 1."""
    return day.month % THEMES + 1


def read_sms(text: str) -> Gathering | Joining | None:
    """Reads a session or a request to join from an SMS. Returns None for everything else. Total.

    Examples: `45 UMUGANDA`, `umuganda45`, `inteko: abantu 120`, `UMUYOBOZI 12345678`. Only a number, a word and filler
    words match, so a responder's answer never does.
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
    """Returns a leader's sessions of one day with this one, and the numbers that it adds to the two counters.

    A new number for an occasion replaces the last one. So a repeated report adds nothing, and a leader can correct a
    number. Only one day is remembered.
    """
    today = [entry.split() for entry in written if entry.startswith(f"{day} ")]
    before = {occasion: int(came) for _, occasion, came in today}
    after = before | {told.occasion.value: told.came}
    rows = [f"{day} {occasion} {came}" for occasion, came in after.items()]
    return rows, len(after) - len(before), told.came - before.get(told.occasion, 0)
