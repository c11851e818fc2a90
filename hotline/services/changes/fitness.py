"""Whether a document may follow the one that is live."""

from collections.abc import Mapping
from typing import Any

from hotline.domain.changes.number_edits import loses_emergency
from hotline.engine.document import document as documents
from hotline.errors import FlowInvalid
from hotline.ports import Kit
from hotline.services.changes import judging
from hotline.services.changes.results import ChangeRefused, Refusal
from hotline.services.flows import authoring
from hotline.services.flows.places import place_lists


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
