"""Publishing a change: a second person has read exactly what will be heard."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from hotline.domain.changes.change import Author, ChangeAuthor, ChangeState, may_publish
from hotline.engine.document.kept import Document
from hotline.engine.editing.merging import Merged
from hotline.errors import FlowInvalid
from hotline.ports import Kit
from hotline.services.changes import judging
from hotline.services.changes.assembling import GatheredChange, assemble, gather, is_as_read
from hotline.services.changes.folders import ChangeRow, held, look, noted
from hotline.services.changes.judging import DividedFindings
from hotline.services.changes.proposing import unfit
from hotline.services.changes.results import ChangePublished, ChangeRefused, Refusal
from hotline.services.flows import authoring, publishing, reviewing
from hotline.services.flows.authoring import ReadyDocument
from hotline.services.flows.publishing import PublicationNote
from hotline.store.changes import changes, signatures
from hotline.store.database import Session
from hotline.store.dialogue import contacts
from hotline.store.flows import flows, publications
from hotline.store.flows.publications import Publishing

LONGEST_SESSION = timedelta(minutes=10)
"""A network ends a session sooner: what is older was left without a word."""


class ComparedChange(NamedTuple):
    """A change beside what callers hear now, before anybody checks it."""

    change: ChangeRow
    before: Document
    after: Document
    clashes: Mapping[str, Merged]


class ChangeToRead(NamedTuple):
    """What a second person reads: the difference of `before` and `after`, and what it would do."""

    change: ChangeRow
    before: Document
    """What callers hear now."""
    after: Document
    digest: str
    """Sent with the approval: it must be that of what would go live."""
    live_id: int
    base_id: int
    """Another than `live_id` where something went live meanwhile."""
    clashes: Mapping[str, Merged]
    findings: DividedFindings
    in_the_middle: int
    """Callers who would finish on the words of before."""
    hands: Sequence[ChangeAuthor]
    """Whoever proposed it or saved a step of it: none of them is the second person."""


def compare(kit: Kit, change_id: int) -> ComparedChange:
    """Raises NotFound, NotReady, StoreUnavailable."""
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
    assembled = assemble(gathered)
    return ComparedChange(
        look(kit, change_id), gathered.live, assembled.document, assembled.clashes
    )


def read(kit: Kit, change_id: int) -> ChangeToRead:
    """Raises NotFound, NotReady, StoreUnavailable."""
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
        hands = changes.hands(session, change_id)
    assembled, proposer = assemble(gathered), gathered.change.proposer
    return ChangeToRead(
        change=look(kit, change_id),
        before=gathered.live,
        after=assembled.document,
        digest=assembled.digest,
        live_id=gathered.live_id,
        base_id=gathered.change.base_id,
        clashes=assembled.clashes,
        findings=judging.check(kit, assembled),
        in_the_middle=in_the_middle(kit),
        hands=(*hands, *([] if proposer is None else [proposer])),
    )


def in_the_middle(kit: Kit) -> int:
    """How many sessions of the last minutes have not ended: they finish on their revision."""
    with kit.database.reading() as session:
        return contacts.in_the_middle(session, kit.now() - LONGEST_SESSION)


def publish(
    kit: Kit,
    by: Author,
    change_id: int,
    digest: str,
    *,
    note: str = "",
    alone: bool = False,
    keeps_languages: bool = False,
) -> ChangePublished | ChangeRefused:
    """Make a proposed change live, as it was read.

    `alone`: one person may do both, as `hotline demo` lets whoever learns it. Raises NotFound, NotReady,
    StoreUnavailable.
    """
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
        hands = changes.hands(session, change_id)
        urgent = publications.unsettled(session)
    change, assembled = gathered.change, assemble(gathered)
    proposer = change.proposer
    if change.state != ChangeState.PROPOSED or proposer is None:
        over = change.state in (ChangeState.LIVE, ChangeState.DROPPED)
        return ChangeRefused(Refusal.OVER if over else Refusal.NOT_PROPOSED)
    if not alone and not may_publish(by, (proposer, *hands)):
        return ChangeRefused(Refusal.OWN_HAND)
    if urgent is not None:
        # They are part of live: whoever reads a difference to live would not see them, and they would stay.
        return ChangeRefused(Refusal.EMERGENCY_STANDS)
    if assembled.digest != digest or gathered.own_digest != change.proposed_digest:
        return ChangeRefused(Refusal.CHANGED)
    if refused := unfit(kit, assembled, keeps_languages=keeps_languages):
        return refused
    said = PublicationNote(
        by=proposer.name,
        by_id=proposer.account_id,
        kind=Publishing.BY_HAND,
        reason=note or change.title,
        change_id=change_id,
        approved_by=by.name,
        approved_by_id=by.account_id,
    )
    return go_live(kit, by, gathered, assembled.document, said)


def go_live(
    kit: Kit,
    by: Author,
    gathered: GatheredChange,
    document: Document,
    said: PublicationNote,
    also: Callable[[Session], None] = lambda _session: None,
) -> ChangePublished | ChangeRefused:
    """One transaction, where nothing that was looked at has changed since. Raises StoreUnavailable.

    `also`: what else is written in it.
    """
    try:
        ready = press(document, gathered.live, gathered.live_id)
    except FlowInvalid as invalid:
        return ChangeRefused(Refusal.BROKEN, invalid.problems)
    moved = reviewing.carried(gathered.live, document, reviewing.everyone(kit))
    checked = judging.found_before(kit, gathered, document)
    with kit.database.writing() as session:
        publications.take_turns(session)
        change = held(session, gathered.change.id)
        if change.state != gathered.change.state or not is_as_read(session, gathered):
            return ChangeRefused(Refusal.CHANGED)
        done = make_live(session, kit, ready, said, after=gathered.live_id)
        if isinstance(done, ChangeRefused):
            return done
        change.state, change.ended_at = ChangeState.LIVE, kit.now()
        noted(
            session,
            kit,
            by,
            "emergency_published" if said.kind is Publishing.EMERGENCY else "change_published",
            f"change {change.id}",
            said.reason,
        )
        signatures.sign(session, moved)
        judging.keep(session, ready.digest, checked, kit.now())
        also(session)
    return done


def press(document: Document, live: Document, live_id: int) -> ReadyDocument:
    """What is slow about a publication, before its transaction. Raises FlowInvalid where it cannot be played."""
    printed, entries = live.get(authoring.ENTRIES, {}), document.get(authoring.ENTRIES, {})
    keeps = not authoring.moved_entries(printed, entries)
    return authoring.ready(document, live_id if keeps else None)


def make_live(
    session: Session,
    kit: Kit,
    ready: ReadyDocument,
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
        revision = authoring.put_live(session, ready, kit.now())
    except FlowInvalid as moved:
        return ChangeRefused(Refusal.ENTRY_MOVED, moved.problems)
    publication = publishing.record(session, revision, said, kit.now())
    return ChangePublished(publication.id, revision)
