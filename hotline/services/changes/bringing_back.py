"""What was live when, and bringing an older state back: old words, today's numbers and entries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.domain.changes.change import Author, brought_back
from hotline.engine.check.finding import Finding
from hotline.errors import NotFound, NotReady
from hotline.ports import Kit
from hotline.services.changes import judging
from hotline.services.changes.assembling import document_of
from hotline.services.changes.folders import actor, audited
from hotline.services.changes.going_live import make_live, press
from hotline.services.changes.proposing import read_by_two
from hotline.services.changes.results import ChangePublished, ChangeRefused, Refusal
from hotline.services.flows import authoring
from hotline.services.flows.publishing import PublicationNote
from hotline.store.changes import changes
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.flows import flows, publications
from hotline.store.flows.publications import Publication, Publishing

LISTED = 100


@dataclass(frozen=True, slots=True)
class PublicationLine:
    """What was live, from when until when, and who decided it."""

    id: int
    revision_id: int
    kind: Publishing
    by: str
    """Who proposed it; of an emergency, who published it alone."""
    approved_by: str | None
    reason: str
    change_id: int | None
    at: datetime
    until: datetime | None
    """None: it is live."""
    lapses_at: datetime | None
    settled_at: datetime | None
    is_read: bool
    """False if it holds words that one person alone published, and that no second person read."""


@dataclass(frozen=True, slots=True)
class StateToBringBack:
    """The difference of `before` and `after` is read first."""

    publication: PublicationLine
    before: Mapping[str, Any]
    """What callers hear now."""
    after: Mapping[str, Any]
    digest: str
    """Sent with the act: it must be that of what would go live."""
    live_id: int
    old: Mapping[str, Any]
    """As it was live, with the numbers and entries of that time."""


@dataclass(frozen=True, slots=True)
class PublishedChange:
    """A change as it went live."""

    publication: PublicationLine
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def history(kit: Kit, limit: int = LISTED) -> Sequence[PublicationLine]:
    """The newest first. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        read = read_by_two(session)
        return [_line(row, read) for row in publications.history(session, limit)]


def latest(kit: Kit, flows_named: Collection[str]) -> Mapping[str, PublicationLine]:
    """Of each flow the newest publication that brought it: a change that edits it, or a whole state.

    Raises StoreUnavailable.
    """
    with kit.database.reading() as session:
        rows, read = publications.history(session, LISTED), read_by_two(session)
        edited = changes.parts_edited(session, [one.change_id for one in rows if one.change_id])
    found: dict[str, PublicationLine] = {}
    for row in rows:
        brought = flows_named if row.change_id is None else edited[row.change_id]
        for name in brought:
            found.setdefault(name, _line(row, read))
    return found


def of_change(kit: Kit, change_id: int) -> PublishedChange | None:
    """What a change did when it went live; None where it did not. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        row = publications.of_change(session, change_id)
        older = None if row is None else publications.before(session, row.id)
        if row is None or older is None:
            return None
        before, after = (document_of(session, one.revision_id) for one in (older, row))
        line = _line(row, read_by_two(session))
    return PublishedChange(line, before, after)


def preview(kit: Kit, publication_id: int) -> StateToBringBack:
    """What callers would hear. Raises NotFound, NotReady, StoreUnavailable."""
    with kit.database.reading() as session:
        row = publications.found(session, publication_id)
        if row is None:
            raise NotFound(f"no publication {publication_id}")
        return _state(session, row)


def bring_back(
    kit: Kit, by: Author, publication_id: int, reason: str, digest: str
) -> ChangePublished | ChangeRefused:
    """Makes an older state live. One person decides, but only if two people read that state once.

    Raises NotFound, StoreUnavailable.
    """
    reason = reason.strip()
    if not reason:
        return ChangeRefused(Refusal.SHORT_REASON)
    state = preview(kit, publication_id)
    if state.digest != digest:
        return ChangeRefused(Refusal.CHANGED)
    if not state.publication.is_read:
        return ChangeRefused(Refusal.READ_BY_ONE)
    refused = _unfit(kit, state)
    if refused is not None:
        return refused
    said = PublicationNote(by.name, Publishing.BACK, reason, by_id=by.account_id)
    return put_back(kit, state, said, actor=actor(by))


def put_back(
    kit: Kit, state: StateToBringBack, said: PublicationNote, *, actor: str
) -> ChangePublished | ChangeRefused:
    """In one transaction. Raises FlowInvalid where it cannot be played, StoreUnavailable."""
    ready = press(state.after, state.before, state.live_id)
    with kit.database.writing() as session:
        publications.take_turns(session)
        done = make_live(session, kit, ready, said, after=state.live_id)
        if isinstance(done, ChangePublished):
            audit.append(
                session,
                at=kit.now(),
                actor=actor,
                action="flows_brought_back",
                subject=f"revision {state.publication.revision_id}",
                reason=audited(said.reason),
            )
    return done


def _unfit(kit: Kit, state: StateToBringBack) -> ChangeRefused | None:
    """It must be playable, and hurt nobody whom neither live nor that state itself hurt."""
    if authoring.are_same(state.after, state.before):
        return ChangeRefused(Refusal.NOTHING_THERE)
    known = [*_found(kit, state.before), *_found(kit, state.old)]
    return judging.hurting(judging.divide(_found(kit, state.after), known))


def _found(kit: Kit, document: Mapping[str, Any]) -> Sequence[Finding]:
    return judging.look(kit, document, authoring.digest_of(document))


def _state(session: Session, row: Publication) -> StateToBringBack:
    live_id = flows.live_id(session)
    if live_id is None:
        raise NotReady("no flows are published: `hotline upgrade` publishes those of this version")
    before, old = document_of(session, live_id), document_of(session, row.revision_id)
    after = brought_back(old, before)
    line = _line(row, read_by_two(session))
    return StateToBringBack(line, before, after, authoring.digest_of(after), live_id, old)


def _line(row: Publication, read: Collection[int]) -> PublicationLine:
    return PublicationLine(
        id=row.id,
        revision_id=row.revision_id,
        kind=Publishing(row.kind),
        by=row.published_by,
        approved_by=row.approved_by,
        reason=row.reason,
        change_id=row.change_id,
        at=row.published_at,
        until=row.until,
        lapses_at=row.lapses_at,
        settled_at=row.settled_at,
        is_read=row.id in read,
    )
