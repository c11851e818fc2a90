"""A call that somebody asked for: when it may be made, by whom its number may be seen, and what ends it. Pure.

A call at the wrong moment rings in the wrong hand. So every rule here says no where it is in doubt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from enum import StrEnum

from hotline.text.names import is_one_name

KIGALI = timezone(timedelta(hours=2), "CAT")
"""Her day: Rwanda keeps no summer time."""


def kigali(at: datetime) -> str:
    """Returns a time as screens and messages show it: 25/11 14:05, in Kigali's time."""
    return f"{at.astimezone(KIGALI):%d/%m %H:%M}"


ACCOUNT = "account:"
"""The prefix of an account's id and name in an actor; a command gives a name alone."""
LENGTH = timedelta(hours=2)
"""Of every window."""
QUIET = timedelta(minutes=3)
"""The desk hears of it after that: until then she may still be taking it back."""


class CallBackState(StrEnum):
    """Legal steps: waiting -> done, withdrawn or expired. Only one that waits has a number."""

    WAITING = "waiting"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class CallOutcome(StrEnum):
    """What came of a call. Silence alone leaves the next window, where one was agreed."""

    REACHED = "reached"
    SILENT = "silent"
    OTHER = "other"
    """Somebody else answered: nobody calls there again."""
    REFUSED = "refused"
    """She answered, and wants no call."""


class Part(StrEnum):
    """Of a day, as the menu offers it."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"


OPENS = {Part.MORNING: time(8), Part.NOON: time(12), Part.EVENING: time(17)}
DAYS = {"tomorrow": (1,), "after": (2,), "either": (1, 2)}
"""How many days after the asking, by the answer."""
SHARED = frozenset({"alone", "family"})
"""Who else may answer. Someone she fears is not among them."""

WANTED, ANSWERS_TOO, DAY, PART, WORD = "call", "call_who", "call_day", "call_part", "call_word"
ANSWERS = frozenset({WANTED, ANSWERS_TOO, DAY, PART, WORD})
"""What is asked about a call: for the national desk alone, and in no tip's body."""
OFFERED = ("me_adult", "child", "adult", "several")
"""To whom, by who needs help. Whoever says that she is under 18 is not asked: ADR 31."""


@dataclass(frozen=True, slots=True)
class Window:
    """When a call may be made."""

    opens_at: datetime
    closes_at: datetime

    def is_open(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at

    def __str__(self) -> str:
        opens, closes = self.opens_at.astimezone(KIGALI), self.closes_at.astimezone(KIGALI)
        return f"{opens:%d/%m %H:%M}-{closes:%H:%M}"


def windows(answers: Mapping[str, str], asked_at: datetime) -> tuple[Window, ...]:
    """One or two, in their order; none where these answers do not agree to a call in every point."""
    days, part = DAYS.get(answers.get(DAY, "")), answers.get(PART)
    if answers.get(WANTED) != "yes" or answers.get(ANSWERS_TOO) not in SHARED:
        return ()
    if days is None or part not in set(Part) or not answers.get(WORD):
        return ()
    today = asked_at.astimezone(KIGALI).date()
    return tuple(
        window_from(datetime.combine(today + timedelta(days=day), OPENS[Part(part)], KIGALI))
        for day in days
    )


def window_from(opens_at: datetime) -> Window:
    return Window(opens_at, opens_at + LENGTH)


def same_person(one: str, other: str) -> bool:
    """As people write a name: capitals and spaces tell nobody apart. Two accounts are told apart by their ids."""
    if one.startswith(ACCOUNT) and other.startswith(ACCOUNT):
        return one.split(":", 2)[1] == other.split(":", 2)[1]
    return is_one_name(called(one), called(other))


def called(who: str) -> str:
    """The name of whoever asked or approved."""
    return who.split(":", 2)[2] if who.startswith(ACCOUNT) else who


def refusal(
    window: Window, at: datetime, *, by: str, asked_by: str | None, approved_by: str | None
) -> str | None:
    """Why this person may not see the number now; None where she may."""
    if asked_by is None or not same_person(by, asked_by):
        return "has not been asked for by this person"
    if approved_by is None:
        return "was not approved yet by a second person"
    if not window.is_open(at):
        return f"may be opened {window} only, Kigali time"
    return None
