"""Lists the effects of a change on each screen, in the order in which callers reach the screens. Pure.

Names each changed value only once: as a text, an arrow, a recorded value or another field. For each text, shows the
added and the removed words. Also finds the parts of a change that one person alone may not publish, even in an
emergency.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, NamedTuple

from hotline.core.documents import Document, DocumentPath
from hotline.editing.rules_preview import calling_order, readable_value
from hotline.flows.check import digits_in, new_risky_words
from hotline.flows.conversation import Place
from hotline.flows.document import field_of
from hotline.flows.flow import EMERGENCY, Evidence, reachable
from hotline.flows.node_fields import (
    ABSENT,
    RECORDED_OF_FLOW,
    ROWS,
    called_flow,
    changed_values,
    is_moved,
    kind_of,
    nodes_of,
    recorded_name,
    texts_in,
)

_PIECE = re.compile(r"\s+|\S+")


class SpanKind(StrEnum):
    """The kind of a part of a compared text: unchanged, added or removed. The value is the name of the HTML element
    that shows the part."""

    SAME = "same"
    INS = "ins"
    DEL = "del"


class WordSpan(NamedTuple):
    kind: SpanKind
    text: str


def word_spans(before: str, after: str) -> tuple[WordSpan, ...]:
    """Compares two texts word by word. Without the parts of the kind `ins`, the result is the text `before`. Without
    the parts of the kind `del`, the result is the text `after`."""
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
"""The language of the original texts. The texts in other languages are translations of this language."""


class ScreenState(StrEnum):
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


class TextChanged(NamedTuple):
    field: str
    language: str
    before: str
    after: str
    """New text. The new text is empty if the text was removed."""

    @property
    def spans(self) -> tuple[WordSpan, ...]:
        return word_spans(self.before, self.after)


class FieldChanged(NamedTuple):
    """One change of an arrow (a link to a screen), a recorded value or another field. If the field had no value before
    the change, `before` is empty. If the field has no value after the change, `after` is empty."""

    field: str
    """The name of the field, such as `choices.1.goes`. If the field is `choices` or `arms`, the list of rows changed,
    and `before` and `after` are the names of the rows."""
    before: str
    after: str


class ScreenDifference(NamedTuple):
    flow: str
    node: str
    """The screen. The name is empty for the flow's own fields, such as its start."""
    state: ScreenState
    words: tuple[TextChanged, ...]
    arrows: tuple[FieldChanged, ...]
    """Arrows (links) that have a new target, such as "Choice 2 led to a, leads to b". For a node that calls a flow, the
    target is the called flow.
    """
    marks: tuple[FieldChanged, ...]
    """Changed values that the statistics count or that alert responders."""
    others: tuple[FieldChanged, ...]

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(one.language for one in self.words)


class Difference(NamedTuple):
    screens: tuple[ScreenDifference, ...]
    entries: tuple[FieldChanged, ...] = ()
    """The changed short codes, each named by its digits."""
    numbers: tuple[FieldChanged, ...] = ()
    """Changed phone numbers, each named by the number and its field, such as `112.confirmed_on`."""
    others: tuple[FieldChanged, ...] = ()
    """Changes in other parts of the document, such as `phrases.rw.TAKEN`."""

    @property
    def languages(self) -> frozenset[str]:
        """Returns the languages with changed text. The approver must read the changed texts in each of the returned
        languages.
        """
        return frozenset(code for screen in self.screens for code in screen.languages)


class StaleTranslation(NamedTuple):
    """A text whose English wording changed, while a translation of the text stayed the same."""

    flow: str
    node: str
    field: str
    languages: DocumentPath


def stale_translations(changes: Difference, after: Document) -> tuple[StaleTranslation, ...]:
    """Returns the texts whose English wording changed, but whose translation stayed the same."""
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
                found.append(StaleTranslation(screen.flow, screen.node, name, kept))
    return tuple(found)


def compare_documents(before: Document, after: Document) -> Difference:
    """Returns all differences between two versions of all flows."""
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
    """Returns the changed flows. Each flow has its screens in the order in which callers reach the screens. The name ""
    in the list of screens means the flow itself.

    Removed screens come after all other screens of their flow.
    """
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
    words: dict[tuple[str, str], TextChanged] = {}
    found: dict[str, list[FieldChanged]] = {"arrows": [], "marks": [], "others": []}
    for change in changed_values(was, now):
        steps = [step for step in change.at if step != ROWS]
        name, language = field_of(steps) if place.node else (".".join(change.at), "")
        before, after = readable_value(change.before), readable_value(change.after)
        if language:
            # If an editor changed the kind of a screen, the same text has an old and a new place in the document. This
            # line joins the changes at the two places.
            one = words.get((name, language), TextChanged(name, language, "", ""))
            both = TextChanged(name, language, one.before or before, one.after or after)
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
    """Returns the group to which a field belongs: arrows, marks (recorded values) or others."""
    if recorded_name(name) if place.node else name in RECORDED_OF_FLOW:
        return "marks"
    last = name.rpartition(".")[2]
    is_arrow = last in ("goes", "weak", "flow") if place.node else name == "start"
    return "arrows" if is_arrow else "others"


def _reordered(old: Document, new: Document, flow: str) -> FieldChanged | None:
    """Returns a change if the order of a flow's screens is different, and otherwise None. Callers do not notice this
    order, but the page shows the change."""
    before, after = [*nodes_of(old.get(flow))], [*nodes_of(new.get(flow))]
    if not is_moved(before, after):
        return None
    return FieldChanged("nodes", readable_value(before), readable_value(after))


def _part(flows: Document, place: Place) -> Any:
    flow = flows.get(place.flow, ABSENT)
    if not isinstance(flow, Mapping):
        return ABSENT
    if place.node:
        return nodes_of(flow).get(place.node, ABSENT)
    return {name: value for name, value in flow.items() if name != "nodes"}


def by_number(rows: object) -> Mapping[str, Document]:
    """Returns the rows of phone numbers by their digits."""
    listed = rows if isinstance(rows, Sequence) else ()
    return {str(row.get("number", "")): row for row in listed if isinstance(row, Mapping)}


def _plain(name: str, before: object, after: object) -> Iterator[FieldChanged]:
    for change in changed_values(before, after):
        yield FieldChanged(
            ".".join((name, *change.at) if name else change.at),
            readable_value(change.before),
            readable_value(change.after),
        )


def _flows(document: Document) -> Document:
    return _mapping(document.get("flows"))


def _mapping(value: object) -> Document:
    return value if isinstance(value, Mapping) else {}


GUARDED = ("questions",)
"""Flows whose texts one person alone may never publish. The flow `questions` contains the questions that a desk may
send to a caller."""


class NotInEmergency(StrEnum):
    """The reason why one person alone may not publish a part of a change, even in an emergency."""

    SCREEN = "screen"
    """The change adds or removes a screen."""
    ARROW = "arrow"
    MARK = "mark"
    FIELD = "field"
    """The change is in a choice, a condition or another field without text."""
    GUARDED = "guarded"
    """The text is in a report flow, a private flow, a flow in `GUARDED`, or a flow that one of these flows calls."""
    RISKY = "risky"
    """A new sentence promises something or asks for an identity. One person alone may not publish this sentence, even
    if an editor wrote a reason to use risky words on the screen.
    """
    ENTRY = "entry"
    DIGITS = "digits"
    """The text has a new digit or digit word, which may be part of a phone number."""
    NUMBER = "number"
    """A phone number was added or confirmed again, or a field of a phone number changed."""
    EMERGENCY_NUMBER = "emergency_number"
    """The emergency number was removed, but screens show this number."""
    OTHER = "other"


class NeedsApprover(NamedTuple):
    reason: NotInEmergency
    flow: str
    node: str
    field: str


def parts_needing_approver(
    before: Document, after: Document, changes: Difference | None = None
) -> tuple[NeedsApprover, ...]:
    """Returns the parts of a change that one person alone may not publish. If the result is empty, one person may
    publish the change at once, as an emergency change.

    `before` and `after` are documents with all flows. `changes` is the difference between the two documents, if the
    calling code already knows this difference.
    """
    changes = compare_documents(before, after) if changes is None else changes
    return (*_of_screens(changes, before, after), *_of_numbers(changes, before, after))


def _of_screens(changes: Difference, before: Document, after: Document) -> Iterator[NeedsApprover]:
    guarded = _guarded(before) | _guarded(after)
    for screen in changes.screens:
        where = screen.flow, screen.node
        if screen.state is not ScreenState.CHANGED:
            yield NeedsApprover(NotInEmergency.SCREEN, *where, "")
            continue
        for arrow in screen.arrows:
            yield NeedsApprover(NotInEmergency.ARROW, *where, arrow.field)
        for mark in screen.marks:
            yield NeedsApprover(NotInEmergency.MARK, *where, mark.field)
        for other in screen.others:
            if other.field != "nodes":
                yield NeedsApprover(NotInEmergency.FIELD, *where, other.field)
        for words in screen.words:
            if Counter(digits_in(words.after)) - Counter(digits_in(words.before)):
                yield NeedsApprover(NotInEmergency.DIGITS, *where, words.field)
            if any(new_risky_words(words.before, words.after, words.language)):
                yield NeedsApprover(NotInEmergency.RISKY, *where, words.field)
        if screen.flow in guarded:
            yield from (
                NeedsApprover(NotInEmergency.GUARDED, *where, one.field) for one in screen.words
            )


def _of_numbers(changes: Difference, before: Document, after: Document) -> Iterator[NeedsApprover]:
    for entry in changes.entries:
        yield NeedsApprover(NotInEmergency.ENTRY, "", "", entry.field)
    was, now = by_number(before.get("numbers")), by_number(after.get("numbers"))
    for digits in dict.fromkeys((*was, *now)):
        if was.get(digits) == now.get(digits):
            continue
        if digits not in was or _shows(now.get(digits)):
            yield NeedsApprover(NotInEmergency.NUMBER, "", "", digits)
        elif digits == EMERGENCY and _shows(was[digits]):
            yield NeedsApprover(NotInEmergency.EMERGENCY_NUMBER, "", "", digits)
    for other in changes.others:
        yield NeedsApprover(NotInEmergency.OTHER, "", "", other.field)


def _shows(row: Document | None) -> bool:
    """Returns True if the number is confirmed. Screens may show only confirmed numbers."""
    return row is not None and bool(row.get("confirmed_by")) and row.get("status") != Evidence.NEVER


def _guarded(document: Document) -> set[str]:
    """Returns the report flows, the private flows, the flows in `GUARDED`, and all flows that these flows call."""
    flows = _flows(document)
    begins = [
        name
        for name, flow in flows.items()
        if name in GUARDED
        or (isinstance(flow, Mapping) and (flow.get("gathers") or flow.get("private")))
    ]
    found = reachable(begins, lambda name: map(called_flow, nodes_of(flows.get(name)).values()))
    return {name for name in found if name in flows}
