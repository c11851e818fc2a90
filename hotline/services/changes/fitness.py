"""Whether a document may follow the one that is live, and how it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hotline.domain.changes.number_edits import loses_emergency
from hotline.engine.check.finding import Code
from hotline.errors import FlowInvalid
from hotline.ports import Kit
from hotline.services.changes import judging
from hotline.services.changes.assembling import AssembledChange, GatheredChange
from hotline.services.changes.judging import DividedFindings
from hotline.services.changes.results import ChangePublished, ChangeRefused, Refusal
from hotline.services.flows import authoring, publishing
from hotline.services.flows.publishing import PublicationNote
from hotline.store.database import Session
from hotline.store.flows import flows

UNPLAYABLE = frozenset(
    {Code.SHAPE, Code.UNKNOWN_NODE, Code.UNKNOWN_FLOW, Code.UNKNOWN_LIST, Code.UNKNOWN_ENTRY}
)
"""Findings of a document that makes no book."""


def not_publishable(
    kit: Kit, gathered: GatheredChange, assembled: AssembledChange
) -> ChangeRefused | None:
    """Why not: it moves what was printed, takes 112 away, cannot be played, or hurts as live does not."""
    live, document = gathered.live, assembled.document
    moved = authoring.moved_entries(
        live.get(authoring.ENTRIES, {}), document.get(authoring.ENTRIES, {})
    )
    if moved:
        return ChangeRefused(Refusal.ENTRY_MOVED, moved)
    if loses_emergency(live, document):
        return ChangeRefused(Refusal.EMERGENCY_NUMBER)
    return hurting(judging.check(kit, gathered, assembled))


def hurting(found: DividedFindings) -> ChangeRefused | None:
    unplayable = [one for one in found.blocking if one.code in UNPLAYABLE]
    if unplayable:
        said = [one.sentence for one in unplayable]
        return ChangeRefused(Refusal.BROKEN, said, found.blocking)
    return ChangeRefused(Refusal.HURTS, findings=found.blocking) if found.blocking else None


@dataclass(frozen=True, slots=True)
class PressedDocument:
    """What is dear about a publication, made before its transaction."""

    pressed: str
    digest: str


def press(document: Mapping[str, Any]) -> PressedDocument:
    """Raises FlowInvalid where it cannot be played."""
    return PressedDocument(authoring.pressed(document), authoring.digest_of(document))


def make_live(
    session: Session,
    kit: Kit,
    document: Mapping[str, Any],
    book: PressedDocument,
    said: PublicationNote,
    *,
    after: int,
) -> ChangePublished | ChangeRefused:
    """The document is what callers hear, inside a transaction of whoever has the turn of those who publish.

    `after`: the revision that was live when it was looked at.
    """
    if flows.live_id(session) != after:
        return ChangeRefused(Refusal.CHANGED)
    try:
        revision = authoring.put_live(session, document, book.pressed, kit.now(), book.digest)
    except FlowInvalid as moved:
        return ChangeRefused(Refusal.ENTRY_MOVED, moved.problems)
    publication = publishing.record(session, revision, said, kit.now())
    return ChangePublished(publication.id, revision)
