"""Defines a draft: the title, the edited parts, and the people who worked on the draft. Pure.

A part is one flow, or one of the three parts `#numbers`, `#entries` and `#phrases`. The name of a flow is also the name
of its part. The document of a flow is the flow as a revision stores it. A revision is one stored version of all flows.
The document of any part that is not a flow is a mapping. The keys of the mapping are the digits of phone numbers or
short codes, or the languages of phrases. If a part does not exist, the document of the part is None. If one approver
published a change alone, as an emergency change, the module computes when the previous texts return. The module also
restores the texts of an older publication, but not the phone numbers and short codes of that publication.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hotline.core.actors import Actor, SignedIn
from hotline.core.documents import Document
from hotline.flows.flow import EMERGENCY

NUMBERS = "#numbers"
ENTRIES = "#entries"
PHRASES = "#phrases"
DIGITS = "number"
"""The field that contains the digits of a phone number, by which the code finds the row of the number."""
WHY_LETTERS = 20
"""The minimum number of letters of the reason that an approver gives for publishing a draft alone."""

PartDocument = Document
"""The content of one part of a draft."""


class DraftState(StrEnum):
    OPEN = "open"
    SUBMITTED = "proposed"
    PLANNED = "planned"
    """An approver approved the draft, and the hotline publishes it at a later time."""
    LIVE = "live"
    DROPPED = "dropped"

    @property
    def is_editable(self) -> bool:
        """Returns True if edits of the draft may be saved. If an editor edits a draft that was submitted for approval,
        the edit withdraws the submission."""
        return self in (DraftState.OPEN, DraftState.SUBMITTED, DraftState.PLANNED)


class StepKind(StrEnum):
    """The kind of a step in the history of a draft. A stored step is like `{"did": "edited", "node": "fee",
    "languages": ["rw"]}`.
    """

    EDITED = "edited"
    MARKS = "marks"
    """An editor changed recorded values or alerts. The field `why` of the step contains the reason for the change."""
    NODE_ADDED = "node_added"
    NODE_RENAMED = "node_renamed"
    NODE_DELETED = "node_deleted"
    ORDERED = "ordered"
    FLOW_ADDED = "flow_added"
    FLOW_DELETED = "flow_deleted"
    RESTORED = "brought_back"
    """An editor restored an earlier version of a part of the draft. The field `version` of the step is the number of
    the restored version.
    """
    UPDATED = "caught_up"
    """The draft was updated to the newest published flows."""
    NUMBER_CONFIRMED = "number_confirmed"
    NUMBER_TAKEN_AWAY = "number_taken_away"
    NUMBER_LISTED = "number_listed"
    ENTRY_ADDED = "entry_added"
    WORDS_TAKEN = "words_taken"
    """A translator saved texts, from a spreadsheet or on the page of texts."""
    IMPORTED = "imported"
    """The part of the draft comes from imported flow files. `source` names the version or the folder of these files."""


class NewsKind(StrEnum):
    """The kind of a piece of news about a draft. The page Today shows the news to the account that the news is for."""

    COMMENT = "comment"
    SENT_BACK = "sent_back"
    APPROVED = "approved"
    """An approver approved the draft for a later time."""
    PUBLISHED = "published"
    STALE = "stale"
    """A publication has a new English text, but the old translation in another language. `text` lists the languages
    with an old translation.
    """
    HELD = "held"
    """A planned publication, or the planned end of a text, waits for a person's decision, because the published flows
    changed."""
    ENDED = "ended"
    """The clock process removed a published text, because the planned end of the text was reached."""
    END_CANCELLED = "end_cancelled"
    """An approver removed the planned end of a published text."""


Author = Actor | SignedIn
"""The author of a change: a signed-in account, or a person at the command line, who has only a name."""


def parts_of(document: Document) -> tuple[str, ...]:
    """Returns every part of a revision's document. The parts for numbers, short codes and phrases come last, even if
    these parts are empty.
    """
    return (*document["flows"], NUMBERS, ENTRIES, PHRASES)


def part_of(document: Document, part: str) -> PartDocument | None:
    if part == NUMBERS:
        return {row[DIGITS]: row for row in document.get("numbers", ())}
    if part == ENTRIES:
        names = document.get("entry_names", {})
        return {
            digits: {"flow": flow, **({"name": names[digits]} if digits in names else {})}
            for digits, flow in document.get("entries", {}).items()
        }
    if part == PHRASES:
        return dict(document.get("phrases", {}))
    found: PartDocument | None = document["flows"].get(part)
    return found


def with_part(document: Document, part: str, now: PartDocument | None) -> dict[str, Any]:
    """Returns the document with a new version of one part. If the new value of a flow is None, the document loses that
    flow."""
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


def _with_or_without(document: Document, name: str, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a copy of a document in which the field `name` has the value `changed`. If this value is empty, the copy
    does not have the field. A document from flow files has no empty fields, so the copy can be compared with such a
    document.
    """
    rest = {key: value for key, value in document.items() if key != name}
    return {**rest, name: changed} if changed else rest


EMERGENCY_DURATION = timedelta(hours=4)
"""The time after which the clock process restores the previous texts, unless a second person confirmed the change."""


def emergency_end(published_at: datetime, lapses_at: datetime | None) -> datetime:
    """Returns the time at which an emergency change ends. If an earlier emergency change has not ended yet, the new
    change ends together with the earlier change, at `lapses_at`.
    """
    return lapses_at or published_at + EMERGENCY_DURATION


def loses_emergency(live: Document, new: Document) -> bool:
    """Returns True if a document removes the emergency number, which callers in danger must find."""
    return _has_emergency(live) and not _has_emergency(new)


def _has_emergency(document: Document) -> bool:
    rows = document.get("numbers", ())
    return any(row[DIGITS] == EMERGENCY and row.get("confirmed_on") for row in rows)


def restored_document(old: Document, today: Document) -> dict[str, Any]:
    """Returns the old flows and phrases with today's numbers and short codes. Adds every flow that a current short code
    still opens, so every printed short code leads to a flow. A phone number that has expired or was removed since the
    old publication does not come back.
    """
    flows = dict(old["flows"])
    waiting = list(dict.fromkeys(today.get("entries", {}).values()))
    while waiting:
        name = waiting.pop()
        if name not in flows and name in today["flows"]:
            flows[name] = today["flows"][name]
            called = (node.get("call") for node in flows[name]["nodes"].values())
            waiting += [call["flow"] for call in called if call]
    phrases = {"phrases": old["phrases"]} if old.get("phrases") else {}
    kept = {name: today[name] for name in ("entries", "numbers", "entry_names") if name in today}
    return {"flows": flows, **kept, **phrases}
