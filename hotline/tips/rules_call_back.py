"""Defines a call that a caller asked for: when it may be made, who may see its number, and what ends it. Pure.

A call at the wrong moment may ring in the wrong hand. So every rule here refuses in case of doubt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from hotline.text.time import KIGALI

WINDOW_LENGTH = timedelta(hours=2)
"""The length of every window."""
NOTICE_DELAY = timedelta(minutes=3)
"""Time until the desk is notified. Until then the caller may still withdraw the request."""


class CallBackState(StrEnum):
    """The state of a call-back. Legal steps: waiting -> done, withdrawn or expired. Only a waiting one has a number."""

    WAITING = "waiting"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class CallOutcome(StrEnum):
    """The result of a call. Only after silence the next window stays, if one was agreed."""

    REACHED = "reached"
    SILENT = "silent"
    OTHER = "other"
    """Another person answered. The desk never calls there again."""
    REFUSED = "refused"
    """The caller answered, and wants no call."""


class DayPart(StrEnum):
    """A part of a day, as the menu offers it."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"


OPENS = {DayPart.MORNING: time(8), DayPart.NOON: time(12), DayPart.EVENING: time(17)}
DAYS = {"tomorrow": (1,), "after": (2,), "either": (1, 2)}
"""Days from the request to the call, by the caller's answer."""
SHARED = frozenset({"alone", "family"})
"""Other people who may answer the phone. A person that the caller fears is not among them."""

WANTED, OTHERS_ANSWER, DAY, PART, WORD = "call", "call_who", "call_day", "call_part", "call_word"
ANSWERS = frozenset({WANTED, OTHERS_ANSWER, DAY, PART, WORD})
"""Questions about a call. Only the national desk sees the answers, and no tip's body holds them."""
OFFERED = ("me_adult", "child", "adult", "several")
"""Answers about who needs help for which a call is offered. A caller who says that they are under 18 gets no offer (ADR
31)."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which a call may be made."""

    opens_at: datetime
    closes_at: datetime

    def is_open(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at

    def __str__(self) -> str:
        opens, closes = self.opens_at.astimezone(KIGALI), self.closes_at.astimezone(KIGALI)
        return f"{opens:%d/%m %H:%M}-{closes:%H:%M}"


def windows(answers: Mapping[str, str], asked_at: datetime) -> tuple[Window, ...]:
    """Returns one or two windows, in their order. Returns none unless these answers agree to a call in every point."""
    days, part = DAYS.get(answers.get(DAY, "")), answers.get(PART)
    if answers.get(WANTED) != "yes" or answers.get(OTHERS_ANSWER) not in SHARED:
        return ()
    if days is None or part not in set(DayPart) or not answers.get(WORD):
        return ()
    today = asked_at.astimezone(KIGALI).date()
    return tuple(
        window_from(datetime.combine(today + timedelta(days=day), OPENS[DayPart(part)], KIGALI))
        for day in days
    )


def window_from(opens_at: datetime) -> Window:
    return Window(opens_at, opens_at + WINDOW_LENGTH)


def refusal_reason(
    window: Window, at: datetime, *, has_asked: bool, approved_by: str | None
) -> str | None:
    """Returns why this person may not see the number now, or None if they may.

    `has_asked`: this person asked for it last.
    """
    if not has_asked:
        return "has not been asked for by this person"
    if approved_by is None:
        return "was not approved yet by a second person"
    if not window.is_open(at):
        return f"may be opened {window} only, Kigali time"
    return None
