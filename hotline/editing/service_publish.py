"""Checks, submits and publishes changes. A second person must have read exactly the text that is published."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from hotline.core.actors import Actor
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.core.documents import Document
from hotline.core.driver import WrittenArray
from hotline.core.jobs import Job
from hotline.editing import rules_drafts, service_publishing, service_reviews, tables
from hotline.editing.rules_difference import difference, left_behind
from hotline.editing.service_draft_steps import take_back
from hotline.editing.service_drafts import (
    AssembledChange,
    ChangePublished,
    ChangeRefused,
    GatheredChange,
    Refusal,
    assemble,
    gather,
    is_as_read,
    may_publish,
    noted,
)
from hotline.editing.service_publishing import BEARABLE, findings
from hotline.errors import FlowInvalid, NotFound
from hotline.flows import service_authoring
from hotline.flows import tables as flows_tables
from hotline.flows.check import Code, Finding
from hotline.flows.service_authoring import ReadyDocument
from hotline.flows.tables import Publication, Publishing
from hotline.gateway import tables_sessions
from hotline.gateway.doorbell import ring, ringing

UNPLAYABLE = frozenset(
    {Code.SHAPE, Code.UNKNOWN_NODE, Code.UNKNOWN_FLOW, Code.UNKNOWN_LIST, Code.UNKNOWN_ENTRY}
)
"""Errors of a document from which no flow set can be made."""
LIVE = 0
"""Used in place of a change's id to check the published flows."""
KEPT = timedelta(days=30)
"""Time for which stored findings are kept."""


class DividedFindings(NamedTuple):
    """The findings of a change in three groups."""

    blocking: Sequence[Finding]
    """Errors that the published flows do not have. They prevent submission."""
    live_already: Sequence[Finding]
    """Errors that callers already meet today. A stricter rule must never block an urgent text."""
    bearable: Sequence[Finding]


def divide(found: Sequence[Finding], live: Sequence[Finding]) -> DividedFindings:
    known = set(live)
    hurting = [one for one in found if one.code not in BEARABLE]
    return DividedFindings(
        blocking=[one for one in hurting if one not in known],
        live_already=[one for one in hurting if one in known],
        bearable=[one for one in found if one.code in BEARABLE],
    )


def checked(kit: Kit, change_id: int) -> DividedFindings | None:
    """Returns the findings of a change on the published flows. Returns None while the check is running.

    Raises NotFound, NotReady, StoreUnavailable.
    """
    with kit.database.reading() as session:
        edited = gather(session, change_id)
        live = _kept(session, edited.live_digest)
        mine = _kept(session, edited.checked_as)
    if live is None or mine is None:
        ring(kit, Job.CHECK_CHANGE, change_id)
        return None
    return divide(mine, live)


def check(kit: Kit, made: AssembledChange) -> DividedFindings:
    """Returns the findings of a change that is already merged with the published flows. Raises StoreUnavailable."""
    gathered = made.gathered
    mine = _look_beside(kit, gathered, made.document)
    return divide(mine, findings_of(kit, gathered.live, gathered.live_digest))


def not_publishable(kit: Kit, made: AssembledChange) -> ChangeRefused | None:
    """Returns a refusal if the change moves a short code, removes 112, cannot be played, or has new errors."""
    live, document = made.gathered.live, made.document
    moved = service_authoring.moved_entries(
        live.get(service_authoring.ENTRIES, {}), document.get(service_authoring.ENTRIES, {})
    )
    if moved:
        return ChangeRefused(Refusal.ENTRY_MOVED, moved)
    if rules_drafts.loses_emergency(live, document):
        return ChangeRefused(Refusal.EMERGENCY_NUMBER)
    return hurting(check(kit, made))


def hurting(found: DividedFindings) -> ChangeRefused | None:
    unplayable = [one for one in found.blocking if one.code in UNPLAYABLE]
    if unplayable:
        said = [one.sentence for one in unplayable]
        return ChangeRefused(Refusal.BROKEN, said, found.blocking)
    return ChangeRefused(Refusal.HURTS, findings=found.blocking) if found.blocking else None


def check_by_id(kit: Kit, change_id: int) -> None:
    """Checks a draft and the published flows, or only these if the id is `LIVE`. Stored findings are not made again.

    Ignores a deleted draft. Raises NotReady, StoreUnavailable.
    """
    if change_id == LIVE:
        document = service_authoring.live_document(kit.database)
        findings_of(kit, document, service_authoring.digest_of(document))
        return
    with suppress(NotFound):
        check(kit, compare(kit, change_id))


def of_live(kit: Kit) -> Sequence[Finding] | None:
    """Returns the findings of the published flows. Returns None while the check is running. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        live = flows_tables.live(session)
        found = None if live is None else _kept(session, live.digest)
    if found is None:
        ring(kit, Job.CHECK_CHANGE, LIVE)
    return found


def _look_beside(kit: Kit, gathered: GatheredChange, document: Document) -> Sequence[Finding]:
    """Returns the findings of the document that a change makes from the published flows."""
    return findings_of(kit, document, gathered.checked_as, gathered.change.id, live=gathered.live)


def findings_of(
    kit: Kit,
    document: Document,
    digest: str,
    change_id: int | None = None,
    *,
    live: Document | None = None,
) -> Sequence[Finding]:
    """Returns every finding of a document. Checks it once for each `digest` and stores the result.

    `live` is a document to compare with, and `digest` then covers both. Raises StoreUnavailable.
    """
    with kit.database.reading() as session:
        kept = _kept(session, digest)
    if kept is not None:
        return kept
    found = findings(document, live=live)
    written = WrittenArray([one.to_row() for one in found])
    with kit.database.writing() as session:
        tables.forget_findings(session, kit.now() - KEPT)
        tables.keep_findings(session, _key(digest), written, change_id=change_id, at=kit.now())
    return found


def _kept(session: Session, digest: str) -> Sequence[Finding] | None:
    kept = tables.kept_findings(session, _key(digest))
    return None if kept is None else [Finding.of_row(one) for one in kept]


def _key(digest: str) -> str:
    return f"{service_publishing.mark()} {digest}"


def propose(
    kit: Kit, by: rules_drafts.Author, change_id: int, *, keeps_languages: bool = False
) -> ChangeRefused | None:
    """Submits a change for approval and freezes it. A later edit withdraws the submission.

    Refuses a change with new errors, or one that cannot be played. Refuses once if only the English text is new. Raises
    NotFound, NotReady, StoreUnavailable.
    """
    made = compare(kit, change_id)
    if refused := unfit(kit, made, keeps_languages=keeps_languages):
        return refused

    gathered = made.gathered
    digest = gathered.own_digest
    with kit.database.writing() as session:
        change = tables.found(session, change_id, held=True)
        if not change.is_editable:
            return ChangeRefused(Refusal.OVER)
        if not is_as_read(session, gathered):
            return ChangeRefused(Refusal.CHANGED)
        change.state = rules_drafts.ChangeState.PROPOSED
        change.proposed_by_id, change.proposed_by = by.account_id, by.name
        change.proposed_at, change.proposed_digest = kit.now(), digest
        change.note = change.noted_by = None
        noted(session, kit, by, "change_proposed", f"change {change_id}", change.title)
    return None


def send_back(kit: Kit, by: rules_drafts.Author, change_id: int, note: str) -> ChangeRefused | None:
    """Reopens a submitted change, with the reader's note. Raises NotFound, StoreUnavailable."""
    with kit.database.writing() as session:
        change = tables.found(session, change_id, held=True)
        if change.state != rules_drafts.ChangeState.PROPOSED:
            return ChangeRefused(Refusal.NOT_PROPOSED)
        take_back(change)
        change.note, change.noted_by = note.strip(), by.name
        noted(session, kit, by, "change_sent_back", f"change {change_id}", change.note)
    return None


def unfit(kit: Kit, made: AssembledChange, *, keeps_languages: bool) -> ChangeRefused | None:
    """Returns the reason why a change may not be published, for any person who asks.

    `keeps_languages` confirms that other languages may keep the old text where the English is new.
    """
    if not made.gathered.change.is_editable:
        return ChangeRefused(Refusal.OVER)
    if made.clashes:
        return ChangeRefused(Refusal.CLASHES, tuple(made.clashes))
    if service_authoring.are_same(made.document, made.gathered.live):
        return ChangeRefused(Refusal.NOTHING_THERE)
    refused = not_publishable(kit, made)
    if refused is not None or keeps_languages:
        return refused
    return english_alone(made)


def english_alone(made: AssembledChange) -> ChangeRefused | None:
    """Returns a refusal that lists the texts whose English is new while other languages have the old text."""
    changes = difference(made.gathered.live, made.document)
    behind = left_behind(changes, made.document)
    return ChangeRefused(Refusal.LANGUAGES_KEPT, left_behind=behind) if behind else None


def read_by_two(session: Session) -> frozenset[int]:
    """Returns the ids of the publications that contain no text of one person alone.

    Releases and commands count as read, because the operator is responsible for them.
    """
    seen: set[int] = set()
    read: set[int] = set()
    """Revisions that two people read."""
    was_read = True
    rows = flows_tables.history(session)[::-1]
    for row in rows:
        was_read = row.revision_id in read or _is_read(
            row, was_read, is_new=row.revision_id not in seen
        )
        seen.add(row.revision_id)
        if was_read:
            read.add(row.revision_id)
    return frozenset(row.id for row in rows if row.revision_id in read)


def _is_read(row: Publication, was_read: bool, *, is_new: bool) -> bool:
    """Returns True if two people read this publication. `was_read` says so of the state before it.

    `is_new` is True if no earlier publication has the same revision.
    """
    match Publishing(row.kind):
        case Publishing.EMERGENCY:
            # The person who confirms it reads every difference from the newest state that two people read.
            return row.approved_by is not None
        case Publishing.BACK:
            # The numbers changed since, so it is a new revision. Only a state that was read can be restored.
            return is_new
        case Publishing.BY_HAND if row.change_id is not None:
            # The approver saw only the difference from the previous state.
            return was_read
    return True


LONGEST_SESSION = timedelta(minutes=10)
"""Time after which a session without an end counts as abandoned. The network ends sessions sooner."""


class ChangeToRead(NamedTuple):
    """A change with the published flows and its effects, for the approver."""

    made: AssembledChange
    findings: DividedFindings
    in_the_middle: int
    """Number of callers who would finish on the old text."""
    hands: Sequence[Actor]
    """People who submitted the change or saved a step. None of them can approve it."""

    @property
    def live_id(self) -> int:
        return self.made.gathered.live_id

    @property
    def before(self) -> Document:
        """Returns the flows that callers hear now."""
        return self.made.gathered.live

    @property
    def after(self) -> Document:
        return self.made.document


def compare(kit: Kit, change_id: int) -> AssembledChange:
    """Returns a change merged with the published flows. Raises NotFound, NotReady, StoreUnavailable."""
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
    return assemble(gathered)


def read(kit: Kit, change_id: int) -> ChangeToRead:
    """Returns a change for the approver to read. Raises NotFound, NotReady, StoreUnavailable."""
    made = compare(kit, change_id)
    with kit.database.reading() as session:
        hands = _hands(session, made.gathered)
    return ChangeToRead(made, check(kit, made), in_the_middle(kit), hands)


def _hands(session: Session, gathered: GatheredChange) -> Sequence[Actor]:
    """Returns the authors of the change's steps, and the person who submitted it."""
    proposer = gathered.change.proposer
    own = () if proposer is None else (proposer,)
    return (*tables.hands(session, gathered.change.id), *own)


def is_second(kit: Kit, by: rules_drafts.Author, seen: ChangeToRead) -> bool:
    """Returns True if the reader may approve the change as a second person. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return may_publish(session, by, seen.hands)


def in_the_middle(kit: Kit) -> int:
    """Returns the number of recent sessions that have not ended. They finish on their own revision."""
    with kit.database.reading() as session:
        return tables_sessions.in_the_middle(session, kit.now() - LONGEST_SESSION)


def publish(
    kit: Kit,
    by: rules_drafts.Author,
    change_id: int,
    digest: str,
    *,
    note: str = "",
    alone: bool = False,
    keeps_languages: bool = False,
) -> ChangePublished | ChangeRefused:
    """Publishes a submitted change exactly as it was read.

    `alone` lets one person submit and approve, for learners in `hotline demo`. Raises NotFound, NotReady,
    StoreUnavailable.
    """
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
        urgent = flows_tables.unsettled(session)
        may_approve = alone or may_publish(session, by, _hands(session, gathered))
    change, assembled = gathered.change, assemble(gathered)
    proposer = change.proposer
    if change.state != rules_drafts.ChangeState.PROPOSED or proposer is None:
        over = change.state in (rules_drafts.ChangeState.LIVE, rules_drafts.ChangeState.DROPPED)
        return ChangeRefused(Refusal.OVER if over else Refusal.NOT_PROPOSED)
    if not may_approve:
        return ChangeRefused(Refusal.OWN_HAND)
    if urgent is not None:
        # The published text includes the emergency's text. A reader of the difference would not see it, and it would
        # stay.
        return ChangeRefused(Refusal.EMERGENCY_STANDS)
    if assembled.digest != digest or gathered.own_digest != change.proposed_digest:
        return ChangeRefused(Refusal.CHANGED)
    if refused := unfit(kit, assembled, keeps_languages=keeps_languages):
        return refused
    said = Publication(
        published_by=proposer.name,
        published_by_id=proposer.account_id,
        kind=Publishing.BY_HAND,
        reason=note or change.title,
        change_id=change_id,
        approved_by=by.name,
    )
    return go_live(kit, by, gathered, assembled.document, said)


def go_live(
    kit: Kit,
    by: rules_drafts.Author,
    gathered: GatheredChange,
    document: Document,
    said: Publication,
    also: Callable[[Session], None] = lambda _session: None,
) -> ChangePublished | ChangeRefused:
    """Publishes a document in one transaction, unless the change or the published flows changed since.

    `also` writes more rows in the same transaction. Raises StoreUnavailable.
    """
    try:
        ready = service_authoring.ready(document)
    except FlowInvalid as invalid:
        return ChangeRefused(Refusal.BROKEN, invalid.problems)
    moved = service_reviews.carried(gathered.live, document, service_reviews.everyone(kit))
    checked = WrittenArray([one.to_row() for one in _look_beside(kit, gathered, document)])
    with ringing(kit) as session:
        flows_tables.take_turns(session)
        change = tables.found(session, gathered.change.id, held=True)
        if change.state != gathered.change.state or not is_as_read(session, gathered):
            return ChangeRefused(Refusal.CHANGED)
        done = make_live(session, kit, ready, said, after=gathered.live_id)
        if isinstance(done, ChangeRefused):
            return done
        change.state, change.ended_at = rules_drafts.ChangeState.LIVE, kit.now()
        noted(
            session,
            kit,
            by,
            "emergency_published" if said.kind == Publishing.EMERGENCY else "change_published",
            f"change {change.id}",
            said.reason,
        )
        tables.sign(session, moved)
        # The findings of the change are stored for the new revision, so that it is not checked again.
        tables.keep_findings(session, _key(ready.digest), checked, change_id=None, at=kit.now())
        also(session)
    return done


def make_live(
    session: Session, kit: Kit, ready: ReadyDocument, said: Publication, *, after: int
) -> ChangePublished | ChangeRefused:
    """Publishes a document inside the transaction of a caller who has the publishing lock.

    `after` is the revision that was published when the document was read.
    """
    if flows_tables.live_id(session) != after:
        return ChangeRefused(Refusal.CHANGED)
    try:
        revision = service_authoring.put_live(session, ready, kit.now())
    except FlowInvalid as moved:
        return ChangeRefused(Refusal.ENTRY_MOVED, moved.problems)
    service_publishing.record(session, revision, said, kit.now())
    return ChangePublished(said.id, revision)
