"""Whether a document may follow the one that is live, and how it does."""

from collections.abc import Mapping
from typing import Any

from hotline.domain.changes.number_edits import loses_emergency
from hotline.engine.document import document as documents
from hotline.errors import FlowInvalid
from hotline.ports import Kit
from hotline.services.changes import judging
from hotline.services.changes.results import ChangePublished, ChangeRefused, Refusal
from hotline.services.flows import authoring, publishing
from hotline.services.flows.places import place_lists
from hotline.services.flows.publishing import PublicationNote
from hotline.store.database import Session
from hotline.store.flows import flows


def not_publishable(
    kit: Kit, live: Mapping[str, Any], document: Mapping[str, Any], change_id: int | None = None
) -> ChangeRefused | None:
    """Why not: it cannot be played, moves what was printed, takes 112 away, or hurts as live does not."""
    try:
        documents.compile(document, place_lists())
    except FlowInvalid as invalid:
        return ChangeRefused(Refusal.BROKEN, invalid.problems)
    moved = authoring.moved_entries(
        live.get(authoring.ENTRIES, {}), document.get(authoring.ENTRIES, {})
    )
    if moved:
        return ChangeRefused(Refusal.ENTRY_MOVED, moved)
    if loses_emergency(live, document):
        return ChangeRefused(Refusal.EMERGENCY_NUMBER)
    found = judging.divide(judging.look(kit, document, change_id), judging.look(kit, live))
    if found.blocking:
        return ChangeRefused(Refusal.HURTS, findings=found.blocking)
    return None


def make_live(
    session: Session,
    kit: Kit,
    document: Mapping[str, Any],
    pressed: str,
    said: PublicationNote,
    *,
    after: int,
) -> ChangePublished | ChangeRefused:
    """The document is what callers hear, inside a transaction of whoever has the turn of those who publish.

    `after`: the revision that was live when it was looked at. `pressed`: the document's book.
    """
    if flows.live_id(session) != after:
        return ChangeRefused(Refusal.CHANGED)
    try:
        revision = authoring.put_live(session, document, pressed, kit.now())
    except FlowInvalid as moved:
        return ChangeRefused(Refusal.ENTRY_MOVED, moved.problems)
    publication = publishing.record(session, revision, said, kit.now())
    return ChangePublished(publication.id, revision)
