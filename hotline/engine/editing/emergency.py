"""What one person may put live alone, for hours, before a second one has read it. Pure.

Words, outside of whatever gathers, of receipts and of what responders read; and a phone number taken away, but never
the emergency number. All else waits for a second person: an arrow, a choice, an entry, a number, a mark that counts.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from hotline.engine.check.early import digits_in
from hotline.engine.check.risky import new_risky_words
from hotline.engine.document.kept import Document
from hotline.engine.editing.anatomy import called_by, nodes_of
from hotline.engine.editing.difference import Difference, ScreenState, by_number, difference
from hotline.engine.flow import reached
from hotline.engine.numbers.numbers import EMERGENCY, Evidence

GUARDED = ("questions",)
"""Flows that are guarded by name: what a desk asks back, each signed."""


class NotInEmergency(StrEnum):
    """Why a part of a change waits for a second person."""

    SCREEN = "screen"
    """A screen is new, or gone."""
    ARROW = "arrow"
    MARK = "mark"
    FIELD = "field"
    """A choice, a condition, or anything that is not words."""
    GUARDED = "guarded"
    """Words of a flow that gathers, of what it calls, or of responders."""
    RISKY = "risky"
    """A new sentence promises something, or asks who somebody is. A reason on the screen changes nothing."""
    ENTRY = "entry"
    DIGITS = "digits"
    """Words with a digit, or a word for one, that was not there: it may be a number to dial."""
    NUMBER = "number"
    """A number is new, is confirmed anew, or is another."""
    EMERGENCY_NUMBER = "emergency_number"
    """The number that a caller in danger must find is taken away."""
    OTHER = "other"


class HeldBack(NamedTuple):
    reason: NotInEmergency
    flow: str
    node: str
    field: str


def held_back(
    before: Document, after: Document, changes: Difference | None = None
) -> tuple[HeldBack, ...]:
    """What of a change an emergency may not do; nothing where it may go live at once. Whole documents of a revision.

    `changes`: their difference, where it is known.
    """
    changes = difference(before, after) if changes is None else changes
    return (*_of_screens(changes, before, after), *_of_the_rest(changes, before, after))


def _of_screens(changes: Difference, before: Document, after: Document) -> Iterator[HeldBack]:
    guarded = _guarded(before) | _guarded(after)
    for screen in changes.screens:
        where = screen.flow, screen.node
        if screen.state is not ScreenState.CHANGED:
            yield HeldBack(NotInEmergency.SCREEN, *where, "")
            continue
        for arrow in screen.arrows:
            yield HeldBack(NotInEmergency.ARROW, *where, arrow.field)
        for mark in screen.marks:
            yield HeldBack(NotInEmergency.MARK, *where, mark.field)
        for other in screen.others:
            if other.field != "nodes":
                yield HeldBack(NotInEmergency.FIELD, *where, other.field)
        for words in screen.words:
            if Counter(digits_in(words.after)) - Counter(digits_in(words.before)):
                yield HeldBack(NotInEmergency.DIGITS, *where, words.field)
            if any(new_risky_words(words.before, words.after, words.language)):
                yield HeldBack(NotInEmergency.RISKY, *where, words.field)
        if screen.flow in guarded:
            yield from (HeldBack(NotInEmergency.GUARDED, *where, one.field) for one in screen.words)


def _of_the_rest(changes: Difference, before: Document, after: Document) -> Iterator[HeldBack]:
    for entry in changes.entries:
        yield HeldBack(NotInEmergency.ENTRY, "", "", entry.field)
    was, now = by_number(before.get("numbers")), by_number(after.get("numbers"))
    for digits in dict.fromkeys((*was, *now)):
        if was.get(digits) == now.get(digits):
            continue
        if digits not in was or _shows(now.get(digits)):
            yield HeldBack(NotInEmergency.NUMBER, "", "", digits)
        elif digits == EMERGENCY and _shows(was[digits]):
            yield HeldBack(NotInEmergency.EMERGENCY_NUMBER, "", "", digits)
    for other in changes.others:
        yield HeldBack(NotInEmergency.OTHER, "", "", other.field)


def _shows(row: Document | None) -> bool:
    """Whether somebody confirms the number: only then a screen may name it."""
    return row is not None and bool(row.get("confirmed_by")) and row.get("status") != Evidence.NEVER


def _guarded(document: Document) -> set[str]:
    """The flows that gather or are private, and all that they call."""
    flows = document.get("flows")
    flows = flows if isinstance(flows, Mapping) else {}
    begins = [
        name
        for name, flow in flows.items()
        if name in GUARDED
        or (isinstance(flow, Mapping) and (flow.get("gathers") or flow.get("private")))
    ]
    found = reached(begins, lambda name: map(called_by, nodes_of(flows.get(name)).values()))
    return {name for name in found if name in flows}
