"""How many answers an SMS of a responder gets. Pure: told the time, and what was answered before.

A phone may answer by itself: without a limit it and the line would answer one another for ever. What she asked for by
a reading of her own is answered; whatever else is an unasked answer, and those are few.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
"""Longer than any limit counts."""
UNASKED_AN_HOUR = 3
UNASKED_A_DAY = 8
DANGER_AN_HOUR = 10
"""While a case of theirs is open and in danger. The last of them says that no more come this hour."""
ECHO = timedelta(minutes=1)
"""A phone that answers by itself repeats its text at once; a person who repeats it later is answered in danger."""
WRONG_AN_HOUR = 2
"""The third wrong reference within an hour gets no answer: nobody learns by trying which references exist."""
ACTS_AN_HOUR = 20


class Why(StrEnum):
    """What an answer answers. All but the first are unasked."""

    ACT = "act"
    REPEAT = "repeat"
    """The same act again within a day: it changes nothing."""
    HINT = "hint"
    HELP = "help"
    WRONG = "wrong"
    STOP = "stop"
    LAST = "last"
    """The last unasked answer of an hour, in danger: it says so."""


@dataclass(frozen=True, slots=True)
class Before:
    """One answer that was given."""

    why: Why
    text_key: str
    at: datetime


def answered(
    why: Why, text_key: str, given: Sequence[Before], at: datetime, *, in_danger: bool = False
) -> Why | None:
    """Returns as what it is answered; None where it gets no answer."""
    lately = [one for one in given if one.at > at - DAY]
    alike = [one.at for one in lately if one.text_key == text_key]
    if why is Why.ACT:
        acts = _count(lately, at, Why.ACT)
        if not alike and acts < ACTS_AN_HOUR:
            return Why.ACT
        why = Why.REPEAT
    elif why is Why.STOP:
        in_danger = False
        if alike or any(one.why is Why.STOP for one in given):
            return None
    elif alike and (not in_danger or max(alike) > at - ECHO):
        return None
    unasked = [one for one in lately if one.why is not Why.ACT]
    if why is Why.WRONG and _count(unasked, at, Why.WRONG) >= WRONG_AN_HOUR:
        return None
    if in_danger:
        return _in_danger(why, unasked, at)
    if len(unasked) >= UNASKED_A_DAY or _count(unasked, at) >= UNASKED_AN_HOUR:
        return None
    return why


def _in_danger(why: Why, unasked: Sequence[Before], at: datetime) -> Why | None:
    """Answers more often. What was done before and is only said again is answered as seldom as ever."""
    repeats = [one for one in unasked if one.why is Why.REPEAT]
    if why is Why.REPEAT and (
        len(repeats) >= UNASKED_A_DAY or _count(repeats, at) >= UNASKED_AN_HOUR
    ):
        return None
    if _count(unasked, at, Why.LAST):
        return None
    return Why.LAST if _count(unasked, at) + 1 >= DANGER_AN_HOUR else why


def _count(given: Sequence[Before], at: datetime, why: Why | None = None) -> int:
    """Counts those of the last hour."""
    return sum(one.at > at - HOUR and why in (None, one.why) for one in given)
