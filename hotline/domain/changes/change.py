"""A change: a folder of edits with a title, its parts, and who had a hand in it. Pure.

A part is a flow by its name, or one of `#numbers`, `#entries` and `#phrases`. Its document is a mapping: that of a flow
as it stands in a revision, numbers and entries by their digits. A part that is not there is None.

How long words last that one approver publishes alone. Pure.

Bringing an older publication back: its words, with what may never be brought back left as it is. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from hotline.text.names import is_one_name

NUMBERS = "#numbers"
ENTRIES = "#entries"
PHRASES = "#phrases"
DIGITS = "number"
"""The field of a row of numbers that names it."""
WHY_LETTERS = 20
"""The least that somebody writes who publishes alone."""

Document = Mapping[str, Any]
"""A revision's: `{"flows": {}, "entries": {}, "numbers": []}`, and `entry_names` and `phrases` where there are any."""
PartDocument = Mapping[str, Any]


class ChangeState(StrEnum):
    OPEN = "open"
    PROPOSED = "proposed"
    LIVE = "live"
    DROPPED = "dropped"

    @property
    def is_editable(self) -> bool:
        """Whether steps may be saved. An edit takes a proposal back."""
        return self in (ChangeState.OPEN, ChangeState.PROPOSED)


class StepKind(StrEnum):
    """What a step did, as the list of steps says it: `{"did": "edited", "node": "fee", "languages": ["rw"]}`."""

    EDITED = "edited"
    MARKS = "marks"
    """Changes what is counted or alerted; `why` says the reason."""
    NODE_ADDED = "node_added"
    NODE_RENAMED = "node_renamed"
    NODE_DELETED = "node_deleted"
    ORDERED = "ordered"
    FLOW_ADDED = "flow_added"
    FLOW_DELETED = "flow_deleted"
    BROUGHT_BACK = "brought_back"
    """`version` says which state of the part."""
    CAUGHT_UP = "caught_up"
    """What went live meanwhile was merged in."""
    NUMBER_CONFIRMED = "number_confirmed"
    NUMBER_TAKEN_AWAY = "number_taken_away"
    NUMBER_LISTED = "number_listed"
    ENTRY_ADDED = "entry_added"
    WORDS_TAKEN = "words_taken"
    """Words of a sheet, or of the translators' page."""
    IMPORTED = "imported"
    """Out of flow files; `source` says of which version or folder."""


class Author(Protocol):
    """Who acts: whoever is signed in, or somebody at the command line, who has a name alone."""

    @property
    def name(self) -> str:
        """As it is shown."""

    @property
    def account_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class ChangeAuthor:
    """An `Author` as a row remembers one."""

    name: str
    account_id: int | None = None


def are_one(one: Author, other: Author) -> bool:
    """Whether both are one person. Somebody at the command line is known by the name that was given."""
    if one.account_id is not None and other.account_id is not None:
        return one.account_id == other.account_id
    return is_one_name(one.name, other.name)


def may_publish(by: Author, hands: Iterable[Author]) -> bool:
    """Whether somebody is the second person: neither proposed the change nor saved a step of it."""
    return not any(are_one(by, hand) for hand in hands)


def parts_of(document: Document) -> tuple[str, ...]:
    """Every part of a revision's document; the lists at the end, also while they are empty."""
    return (*document["flows"], NUMBERS, ENTRIES, PHRASES)


def part_of(document: Document, part: str) -> PartDocument | None:
    if part == NUMBERS:
        return {row[DIGITS]: row for row in document.get("numbers", ())}
    if part == ENTRIES:
        return _entries(document)
    if part == PHRASES:
        return dict(document.get("phrases", {}))
    found: PartDocument | None = document["flows"].get(part)
    return found


def with_part(document: Document, part: str, now: PartDocument | None) -> dict[str, Any]:
    """The same document with another state of one part; a flow that is None is taken out."""
    if part == NUMBERS:
        return {**document, "numbers": list((now or {}).values())}
    if part == ENTRIES:
        names = {digits: row["name"] for digits, row in (now or {}).items() if row.get("name")}
        entries = {digits: row["flow"] for digits, row in (now or {}).items()}
        return _with_or_without({**document, "entries": entries}, "entry_names", names)
    if part == PHRASES:
        said = {language: dict(words) for language, words in (now or {}).items() if words}
        return _with_or_without(document, "phrases", said)
    flows = {name: flow for name, flow in document["flows"].items() if name != part or now}
    if now is not None:
        flows[part] = now
    return {**document, "flows": flows}


def _entries(document: Document) -> PartDocument:
    """By digits the flow, and what a poster is called that names them."""
    names = document.get("entry_names", {})
    return {
        digits: {"flow": flow, **({"name": names[digits]} if digits in names else {})}
        for digits, flow in document.get("entries", {}).items()
    }


def _with_or_without(document: Document, name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """A document that says nothing of it has no word of it: so it is the same as its files'."""
    rest = {key: value for key, value in document.items() if key != name}
    return {**rest, name: said} if said else rest


LASTS = timedelta(hours=4)
"""After which the clock brings the state before back, unless a second person has confirmed."""


def ends(published_at: datetime, lapses_at: datetime | None) -> datetime:
    """When the clock ends it: a second one lasts no longer than the first, and says so."""
    return lapses_at or published_at + LASTS


EMERGENCY = "112"
"""The police's emergency number, which is never taken away."""


def loses_emergency(live: Document, new: Document) -> bool:
    """Whether a document takes the emergency number away, which callers in danger must find."""
    return _has_emergency(live) and not _has_emergency(new)


def _has_emergency(document: Document) -> bool:
    rows = document.get("numbers", ())
    return any(row[DIGITS] == EMERGENCY and row.get("confirmed_on") for row in rows)


def brought_back(old: Document, today: Document) -> dict[str, Any]:
    """Old flows and phrases, today's numbers and entries, and every flow that an entry still opens.

    So nothing that was printed leads nowhere, and no number that lapsed or was taken away comes back.
    """
    flows = dict(old["flows"])
    waiting = list(dict.fromkeys(today.get("entries", {}).values()))
    while waiting:
        name = waiting.pop()
        if name not in flows and name in today["flows"]:
            flows[name] = today["flows"][name]
            waiting += _called(flows[name])
    phrases = {"phrases": old["phrases"]} if old.get("phrases") else {}
    kept = {name: today[name] for name in ("entries", "numbers", "entry_names") if name in today}
    return {"flows": flows, **kept, **phrases}


def _called(flow: Mapping[str, Any]) -> Iterator[str]:
    for node in flow["nodes"].values():
        if node.get("call"):
            yield node["call"]["flow"]
