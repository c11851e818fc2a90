"""Decides if a responder's SMS gets an answer, from the time and the answers before it. Pure.

A phone may answer automatically. Without a limit it and the line would answer each other for ever. A new action always
gets an answer, up to `ACTS_AN_HOUR`. All other answers are unasked, and few of them are sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
"""Longer than the period of any limit."""
UNASKED_AN_HOUR = 3
UNASKED_A_DAY = 8
DANGER_AN_HOUR = 10
"""Answers in an hour while a case of the responder is open and in danger. The last one says that no more follow."""
ECHO = timedelta(minutes=1)
"""Time in which a repeated text comes from a machine and gets no answer. In danger, a later repeat gets one."""
WRONG_AN_HOUR = 2
"""The third wrong reference in an hour gets no answer. So no one can find out by attempts which references exist."""
ACTS_AN_HOUR = 20


class Why(StrEnum):
    """The reason for an answer. All reasons but the first are unasked."""

    ACT = "act"
    REPEAT = "repeat"
    """The same action again within a day. It changes nothing."""
    HINT = "hint"
    HELP = "help"
    WRONG = "wrong"
    STOP = "stop"
    LAST = "last"
    """The last unasked answer of an hour, in danger. The text says so."""


@dataclass(frozen=True, slots=True)
class Before:
    """One answer that was sent."""

    why: Why
    text_key: str
    at: datetime


def answered(
    why: Why, text_key: str, given: Sequence[Before], at: datetime, *, in_danger: bool = False
) -> Why | None:
    """Returns the reason with which the SMS is answered. Returns None if it gets no answer."""
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
    """Applies the wider limits for danger. A repeated action keeps the usual limits."""
    repeats = [one for one in unasked if one.why is Why.REPEAT]
    if why is Why.REPEAT and (
        len(repeats) >= UNASKED_A_DAY or _count(repeats, at) >= UNASKED_AN_HOUR
    ):
        return None
    if _count(unasked, at, Why.LAST):
        return None
    return Why.LAST if _count(unasked, at) + 1 >= DANGER_AN_HOUR else why


def _count(given: Sequence[Before], at: datetime, why: Why | None = None) -> int:
    """Returns the number of answers in the last hour, for one reason or for all."""
    return sum(one.at > at - HOUR and why in (None, one.why) for one in given)
