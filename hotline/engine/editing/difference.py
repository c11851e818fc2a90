"""What a change does to what callers hear, screen by screen in the order in which they come by. Pure.

Every value that differs stands here once: as words, as an arrow, as a mark that counts, or as some other field.

Which words of a text were added and which taken out, for reading. Pure.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, NamedTuple

from hotline.engine.check.reporting import digits_in
from hotline.engine.check.risky import new_risky_words
from hotline.engine.document.kept import Document, Way
from hotline.engine.document.models import field_of
from hotline.engine.editing.anatomy import (
    OF_A_FLOW,
    called_by,
    kind_of,
    mark_of,
    nodes_of,
    texts_in,
)
from hotline.engine.editing.comparing import ABSENT, ROWS, compared, is_moved
from hotline.engine.editing.preview import calling_order, said
from hotline.engine.flow import reached
from hotline.engine.numbers.numbers import EMERGENCY, Evidence
from hotline.engine.run import Place

_PIECE = re.compile(r"\s+|[^\s]+")


class SpanKind(StrEnum):
    """Named as the elements of a page that show it."""

    SAME = "same"
    INS = "ins"
    DEL = "del"


class WordSpan(NamedTuple):
    kind: SpanKind
    text: str


def spans(before: str, after: str) -> tuple[WordSpan, ...]:
    """Whole words. What is no `ins` makes `before`, what is no `del` makes `after`."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    found: list[tuple[SpanKind, list[str]]] = []
    for tag, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append((SpanKind.SAME, old[a:b]))
        else:
            found += [(SpanKind.DEL, old[a:b]), (SpanKind.INS, new[c:d])]
    return tuple(WordSpan(kind, "".join(pieces)) for kind, pieces in found if pieces)


FRONT = "front"


SOURCE = "en"
"""The language that translations are compared with."""


class ScreenState(StrEnum):
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


class WordsChanged(NamedTuple):
    field: str
    language: str
    before: str
    after: str
    """Empty where there are none."""

    @property
    def spans(self) -> tuple[WordSpan, ...]:
        return spans(self.before, self.after)


class FieldChanged(NamedTuple):
    """An arrow, a mark or another field; `""` where nothing stood or stands."""

    field: str
    """`choices.1.goes`; `choices` and `arms` where rows came, went or moved: then the values are their names."""
    before: str
    after: str


class ScreenDifference(NamedTuple):
    flow: str
    node: str
    """Empty of the flow itself: its start, what it gathers."""
    state: ScreenState
    words: tuple[WordsChanged, ...] = ()
    arrows: tuple[FieldChanged, ...] = ()
    """"Choice 2 led to a, leads to b"; also the flow that a call opens."""
    marks: tuple[FieldChanged, ...] = ()
    """What is counted or alerted."""
    others: tuple[FieldChanged, ...] = ()

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(one.language for one in self.words)


class Difference(NamedTuple):
    screens: tuple[ScreenDifference, ...]
    entries: tuple[FieldChanged, ...] = ()
    """By their digits."""
    numbers: tuple[FieldChanged, ...] = ()
    """`112.confirmed_on`."""
    others: tuple[FieldChanged, ...] = ()
    """Whatever else the document holds: `phrases.rw.<the English>`."""

    @property
    def languages(self) -> frozenset[str]:
        """In which words differ: each is to be read by whoever publishes."""
        return frozenset(code for screen in self.screens for code in screen.languages)


class LeftBehind(NamedTuple):
    """A text whose English is new, while other languages keep what they said before."""

    flow: str
    node: str
    field: str
    languages: Way


def left_behind(changes: Difference, after: Document) -> tuple[LeftBehind, ...]:
    """Returns the texts of which the English changed and another language did not."""
    found = []
    for screen in changes.screens:
        if screen.state is not ScreenState.CHANGED:
            continue
        flow = _flows(after).get(screen.flow)
        texts = {one.field: one.words for one in texts_in(nodes_of(flow).get(screen.node, {}))}
        for name in dict.fromkeys(one.field for one in screen.words):
            changed = {one.language for one in screen.words if one.field == name}
            kept = tuple(code for code in texts.get(name, {}) if code not in changed)
            if SOURCE in changed and kept:
                found.append(LeftBehind(screen.flow, screen.node, name, kept))
    return tuple(found)


def difference(before: Document, after: Document) -> Difference:
    """Between two documents of a revision, whole: flows, entries, numbers and whatever else."""
    old, new = _flows(before), _flows(after)
    by_flow = _as_callers_come(before, after)
    rest = {
        name: (before.get(name, ABSENT), after.get(name, ABSENT))
        for name in dict.fromkeys((*before, *after))
        if name != "flows"
    }
    return Difference(
        screens=tuple(
            one
            for flow, nodes in by_flow.items()
            for node in nodes
            if (one := _screen(old, new, Place(flow, node))) is not None
        ),
        entries=tuple(_plain("", *rest.pop("entries", ({}, {})))),
        numbers=tuple(_plain("", *map(by_number, rest.pop("numbers", ([], []))))),
        others=tuple(one for name, parts in rest.items() for one in _plain(name, *parts)),
    )


def _as_callers_come(before: Document, after: Document) -> Mapping[str, Mapping[str, None]]:
    """The flows that differ, each with itself ("") and its screens; what is gone stands behind what is there."""
    old, new = _flows(before), _flows(after)
    differing = {
        flow
        for flow in (*new, *old)
        if old.get(flow) != new.get(flow) or _reordered(old, new, flow) is not None
    }
    gone = any(nodes_of(old.get(flow)).keys() - nodes_of(new.get(flow)) for flow in differing)
    found: dict[str, dict[str, None]] = {}
    for document, flows, is_walked in ((after, new, bool(differing)), (before, old, gone)):
        begins = (FRONT, *_mapping(document.get("entries")).values())
        for place in calling_order(flows, [str(one) for one in begins]) if is_walked else ():
            if place.flow in differing:
                found.setdefault(place.flow, {"": None})[place.node] = None
        for flow in flows:
            if flow in differing:
                found.setdefault(flow, {"": None})
    return found


def _screen(old: Document, new: Document, place: Place) -> ScreenDifference | None:
    was, now = _part(old, place), _part(new, place)
    words: dict[tuple[str, str], WordsChanged] = {}
    found: dict[str, list[FieldChanged]] = {"arrows": [], "marks": [], "others": []}
    for change in compared(was, now):
        steps = [step for step in change.at if step != ROWS]
        name, language = field_of(steps) if place.node else (".".join(change.at), "")
        before, after = said(change.before), said(change.after)
        if language:
            # A text whose screen became another kind left one path and came to another: it is one text.
            one = words.get((name, language), WordsChanged(name, language, "", ""))
            both = WordsChanged(name, language, one.before or before, one.after or after)
            words[name, language] = both
        else:
            changed = FieldChanged(name or ".".join(steps), before, after)
            found[_group(place, name)].append(changed)
    if place.node and ABSENT not in (was, now) and kind_of(was) != kind_of(now):
        found["others"].append(FieldChanged("kind", kind_of(was), kind_of(now)))
    if not place.node and (order := _reordered(old, new, place.flow)) is not None:
        found["others"].append(order)
    if not words and not any(found.values()):
        return None
    state = ScreenState.NEW if was == ABSENT else ScreenState.CHANGED
    state = ScreenState.GONE if now == ABSENT else state
    groups = {name: tuple(changes) for name, changes in found.items()}
    return ScreenDifference(place.flow, place.node, state, tuple(words.values()), **groups)


def _group(place: Place, name: str) -> str:
    """Returns whether a field of a screen, or of the flow itself, is an arrow, a mark or another."""
    if mark_of(name) if place.node else name in OF_A_FLOW:
        return "marks"
    last = name.rpartition(".")[2]
    is_arrow = last in ("goes", "weak", "flow") if place.node else name == "start"
    return "arrows" if is_arrow else "others"


def _reordered(old: Document, new: Document, flow: str) -> FieldChanged | None:
    """Whether the screens of a flow stand in another order; nobody hears that, and a page says so."""
    before, after = [*nodes_of(old.get(flow))], [*nodes_of(new.get(flow))]
    return FieldChanged("nodes", said(before), said(after)) if is_moved(before, after) else None


def _part(flows: Document, place: Place) -> Any:
    flow = flows.get(place.flow, ABSENT)
    if not isinstance(flow, Mapping):
        return ABSENT
    if place.node:
        return nodes_of(flow).get(place.node, ABSENT)
    return {name: value for name, value in flow.items() if name != "nodes"}


def by_number(rows: object) -> Mapping[str, Document]:
    """Rows by their digits."""
    listed = rows if isinstance(rows, Sequence) else ()
    return {str(row.get("number", "")): row for row in listed if isinstance(row, Mapping)}


def _plain(name: str, before: object, after: object) -> Iterator[FieldChanged]:
    for change in compared(before, after):
        yield FieldChanged(
            ".".join((name, *change.at) if name else change.at),
            said(change.before),
            said(change.after),
        )


def _flows(document: Document) -> Document:
    return _mapping(document.get("flows"))


def _mapping(value: object) -> Document:
    return value if isinstance(value, Mapping) else {}


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
