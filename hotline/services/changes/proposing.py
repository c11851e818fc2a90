"""Proposing a change, and sending it back with a note.

Tells which published states two people have read.
"""

from hotline.domain.changes.change import Author, ChangeState
from hotline.engine.editing.difference import difference, left_behind
from hotline.ports import Kit
from hotline.services.changes.assembling import (
    AssembledChange,
    assemble,
    gather,
    is_as_read,
)
from hotline.services.changes.folders import held, noted
from hotline.services.changes.judging import not_publishable
from hotline.services.changes.results import ChangeRefused, Refusal
from hotline.services.changes.steps import take_back
from hotline.services.flows import authoring
from hotline.store.database import Session
from hotline.store.flows import publications
from hotline.store.flows.publications import Publication, Publishing


def propose(
    kit: Kit, by: Author, change_id: int, *, keeps_languages: bool = False
) -> ChangeRefused | None:
    """Freeze a change for a second person to read; an edit takes it back.

    Refused only where something hurts and is new, or it cannot be played; and once where English alone is new.
    Raises NotFound, NotReady, StoreUnavailable.
    """
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
    if refused := unfit(kit, assemble(gathered), keeps_languages=keeps_languages):
        return refused

    digest = gathered.own_digest
    with kit.database.writing() as session:
        change = held(session, change_id)
        if not ChangeState(change.state).is_editable:
            return ChangeRefused(Refusal.OVER)
        if not is_as_read(session, gathered):
            return ChangeRefused(Refusal.CHANGED)
        change.state = ChangeState.PROPOSED
        change.proposed_by_id, change.proposed_by = by.account_id, by.name
        change.proposed_at, change.proposed_digest = kit.now(), digest
        change.note = change.noted_by = None
        noted(session, kit, by, "change_proposed", f"change {change_id}", change.title)
    return None


def send_back(kit: Kit, by: Author, change_id: int, note: str) -> ChangeRefused | None:
    """It is open again, with what the reader says. Raises NotFound, StoreUnavailable."""
    with kit.database.writing() as session:
        change = held(session, change_id)
        if change.state != ChangeState.PROPOSED:
            return ChangeRefused(Refusal.NOT_PROPOSED)
        take_back(change)
        change.note, change.noted_by = note.strip(), by.name
        noted(session, kit, by, "change_sent_back", f"change {change_id}", change.note)
    return None


def unfit(kit: Kit, made: AssembledChange, *, keeps_languages: bool) -> ChangeRefused | None:
    """Returns why a change may not go live as it is, whoever asks.

    `keeps_languages`: the person knows that other languages keep the old text where English is new.
    """
    if not ChangeState(made.gathered.change.state).is_editable:
        return ChangeRefused(Refusal.OVER)
    if made.clashes:
        return ChangeRefused(Refusal.CLASHES, tuple(made.clashes))
    if authoring.are_same(made.document, made.gathered.live):
        return ChangeRefused(Refusal.NOTHING_THERE)
    refused = not_publishable(kit, made)
    if refused is not None or keeps_languages:
        return refused
    return english_alone(made)


def english_alone(made: AssembledChange) -> ChangeRefused | None:
    """Returns a refusal that names the texts whose English is new while other languages keep the old text."""
    changes = difference(made.gathered.live, made.document)
    behind = left_behind(changes, made.document)
    return ChangeRefused(Refusal.LANGUAGES_KEPT, left_behind=behind) if behind else None


def read_by_two(session: Session) -> frozenset[int]:
    """Returns the ids of the publications that hold no words of one person alone.

    A release and a command count as read: the operator of the line answers for them.
    """
    seen: set[int] = set()
    read: set[int] = set()
    """Revisions."""
    was_read = True
    rows = publications.history(session)[::-1]
    for row in rows:
        was_read = row.revision_id in read or _is_read(
            row, was_read, is_new=row.revision_id not in seen
        )
        seen.add(row.revision_id)
        if was_read:
            read.add(row.revision_id)
    return frozenset(row.id for row in rows if row.revision_id in read)


def _is_read(row: Publication, was_read: bool, *, is_new: bool) -> bool:
    """`was_read`: the state before it. `is_new`: no earlier publication has the same revision."""
    match Publishing(row.kind):
        case Publishing.EMERGENCY:
            # Who confirms it reads every difference to the newest state that two people have read.
            return row.approved_by is not None
        case Publishing.BACK:
            # Numbers changed since, so it is a revision of its own. Only a state that was read is brought back.
            return is_new
        case Publishing.BY_HAND if row.change_id is not None:
            # Its reader saw the difference to the state before it, and nothing else.
            return was_read
    return True
