"""Saving a step of a change: nobody locks, and nobody overwrites.

A form says by a version which state it was made of: above 0 a step of the change, below 0 the revision that it was
begun on. Saved on a newer one, both are merged; what both changed is asked about, and nothing is saved yet.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.domain.changes.change import (
    Author,
    ChangeState,
    PartDocument,
    StepKind,
)
from hotline.domain.jobs import Job
from hotline.engine.editing.merging import FieldClash, Settled
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.services.changes.drafts import (
    NewStep,
    Says,
    base_id,
    found,
    newest,
    newest_version,
    state_at,
)
from hotline.services.changes.folders import held
from hotline.services.changes.merging import are_alike, merged
from hotline.services.changes.results import ChangeRefused, Refusal
from hotline.services.doorbell import ring
from hotline.store.changes import changes
from hotline.store.changes.changes import Change, ChangeStep
from hotline.store.database import Session
from hotline.store.driver import written


class StepSaved(NamedTuple):
    """`version` and `document` are the part's now."""

    version: int
    document: PartDocument | None
    is_merged: bool = False
    """Whether edits that others saved meanwhile are kept beside yours."""


class StepClash(NamedTuple):
    """Both changed the same fields; nothing is saved. The same form is sent again, with what was chosen."""

    clashes: Sequence[FieldClash]
    author: str
    """Who saved meanwhile; empty where something went live."""


def save_step(
    kit: Kit,
    by: Author,
    change_id: int,
    new: NewStep,
    *,
    base_version: int,
    settled: Settled | None = None,
) -> StepSaved | StepClash | ChangeRefused:
    """Save a part's next state, whole, made of `base_version`. A proposal is taken back by it.

    `settled`: what was chosen of the clashes that the same form had before. Raises NotFound, StoreUnavailable.
    """
    while True:
        # What is dear comes before the transaction: SQLite's one writer is shared with callers.
        with kit.database.reading() as session:
            sent = changes.sent_before(session, change_id, new.part, new.once)
            if sent is not None:
                return StepSaved(sent.version, sent.document)
            change = found(session, change_id)
            if not ChangeState(change.state).is_editable:
                return ChangeRefused(Refusal.OVER)
            now = newest(session, change, new.part)
            base = state_at(session, change, new.part, base_version)
        both = merged(base, now.document, new.document, settled)
        if both.clashes:
            return StepClash(both.clashes, now.author)
        if are_alike(both.document, now.document):
            return StepSaved(now.version, now.document)

        both_kept = new._replace(document=written(both.document))
        with kit.database.writing() as session:
            saved = _add(session, kit, by, change_id, both_kept, now.version)
        if isinstance(saved, ChangeRefused):
            return saved
        if saved is not None:
            ring(kit, Job.CHECK_CHANGE, change_id)
            return StepSaved(saved, both.document, not are_alike(both.document, new.document))


def bring_back(
    kit: Kit, by: Author, change_id: int, step_id: int, *, once: str, before: bool = False
) -> StepSaved | ChangeRefused:
    """A part as it stood after a step, as its newest state. Raises NotFound, StoreUnavailable.

    `before`: as it stood before that step; before the first one, as the change found it.
    """
    with kit.database.reading() as session:
        step = changes.step(session, change_id, step_id)
        if step is None:
            raise NotFound(f"no step {step_id} in change {change_id}")
        change = found(session, change_id)
        now = newest(session, change, step.part)
        document, version = step.document, step.version - before
        if before:
            at = version or -base_id(session, change)
            document = state_at(session, change, step.part, at)
    says = {"did": StepKind.BROUGHT_BACK, "version": version}
    new = NewStep(step.part, document, once, says)
    saved = save_step(kit, by, change_id, new, base_version=now.version)
    if isinstance(saved, StepClash):
        # Somebody saved between the look and the act: what was asked for is that state, whoever was quicker.
        return bring_back(kit, by, change_id, step_id, once=once, before=before)
    return saved


def _add(
    session: Session, kit: Kit, by: Author, change_id: int, new: NewStep, after: int
) -> int | ChangeRefused | None:
    """The version; None where somebody saved this part, or this form, meanwhile."""
    change = held(session, change_id)
    if not ChangeState(change.state).is_editable:
        return ChangeRefused(Refusal.OVER)
    known = newest_version(session, change, new.part)
    if known != after or changes.was_sent(session, change_id, new.part, new.once):
        return None
    change.base_id = base_id(session, change)
    return add_step(session, by, change, new, kit.now())


def add_steps(
    session: Session,
    by: Author,
    change: Change,
    documents: Mapping[str, PartDocument | None],
    once: str,
    says: Says,
    at: datetime,
) -> None:
    """Adds the next version of each of these parts, as `add_step`."""
    for part, document in documents.items():
        add_step(session, by, change, NewStep(part, document, once, says), at)


def add_step(session: Session, by: Author, change: Change, new: NewStep, at: datetime) -> int:
    """A part's next version, inside the caller's transaction that holds the change.

    Its document is `written` before that transaction, since it may be large.
    """
    version = (changes.newest_version(session, change.id, new.part) or 0) + 1
    session.add(
        ChangeStep(
            change_id=change.id,
            part=new.part,
            version=version,
            document=new.document,
            made_by_id=by.account_id,
            made_by=by.name,
            at=at,
            says=dict(new.says),
            once=changes.stamped(change.id, new.part, new.once),
        )
    )
    take_back(change)
    session.flush()
    return version


def take_back(change: Change) -> None:
    """A change that is edited is proposed no more."""
    change.state = ChangeState.OPEN
    change.proposed_by_id = change.proposed_by = None
    change.proposed_at = change.proposed_digest = None
