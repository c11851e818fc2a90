"""How the parts of a change stand, and how they came to: what its forms and its list of steps are made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.domain.changes.change import PartDocument
from hotline.engine.document.kept import Document
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.services.changes.assembling import part_in
from hotline.store.changes import changes
from hotline.store.changes.changes import Change, ChangeStep
from hotline.store.database import Session
from hotline.store.flows import flows

SHOWN = 50
"""Steps on a page."""
Says = Document
"""What a step did: `{"did": a StepKind, ...}`."""


class PartDraft(NamedTuple):
    """How a part stands in a change: what a form is made of."""

    version: int
    document: PartDocument | None
    """None where it is not there."""
    author: str
    """Who saved it; empty for the base's."""
    at: datetime | None


class StepLine(NamedTuple):
    """A step as the list shows it."""

    id: int
    part: str
    version: int
    author: str
    at: datetime
    says: Says


class NewStep(NamedTuple):
    """What a form sends."""

    part: str
    document: PartDocument | None
    """The part whole; None takes a flow out."""
    once: str
    """Made with the form: one that comes twice is one step."""
    says: Says


def draft(kit: Kit, change_id: int, part: str) -> PartDraft:
    """The newest state of a part. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        return newest(session, found(session, change_id), part)


def drafts(kit: Kit, change_id: int) -> Mapping[str, PartDraft]:
    """Of every part that the change edits. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        found(session, change_id)
        return {part: _of_step(step) for part, step in changes.newest(session, change_id).items()}


def history(
    kit: Kit, change_id: int, *, before: int | None = None, limit: int = SHOWN
) -> Sequence[StepLine]:
    """The newest first; `before` a step's id, the older ones. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        found(session, change_id)
        rows = changes.steps(session, change_id, before=before, limit=limit)
    return [StepLine(*row) for row in rows]


def found(session: Session, change_id: int) -> Change:
    change = changes.found(session, change_id)
    if change is None:
        raise NotFound(f"no change {change_id}")
    return change


def newest(session: Session, change: Change, part: str) -> PartDraft:
    step = changes.newest_of(session, change.id, part)
    if step is not None:
        return _of_step(step)
    base = base_id(session, change)
    return PartDraft(-base, part_in(session, base, part), "", None)


def newest_version(session: Session, change: Change, part: str) -> int:
    version = changes.newest_version(session, change.id, part)
    return -base_id(session, change) if version is None else version


def base_id(session: Session, change: Change) -> int:
    """What its parts are made of. A change without a step follows what is live."""
    if changes.has_steps(session, change.id):
        return change.base_id
    return flows.live_id(session) or change.base_id


def _of_step(step: ChangeStep) -> PartDraft:
    return PartDraft(step.version, step.document, step.made_by, step.at)


def state_at(session: Session, change: Change, part: str, version: int) -> PartDocument | None:
    """The state that a form was made of. Raises NotFound."""
    if version < 0:
        return part_in(session, -version, part)
    step = changes.version(session, change.id, part, version)
    if step is None:
        raise NotFound(f"no version {version} of {part}")
    document: PartDocument | None = step.document
    return document
