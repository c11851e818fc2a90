"""Publishing a change: a second person has read exactly what will be heard."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

from hotline.domain.changes.change import (
    Author,
    ChangeAuthor,
    ChangeState,
    loses_emergency,
    may_publish,
)
from hotline.domain.jobs import Job
from hotline.engine.check.finding import Code, Finding
from hotline.engine.document.kept import Document
from hotline.engine.editing.difference import difference, left_behind
from hotline.errors import FlowInvalid
from hotline.ports import Kit
from hotline.services.changes.folders import (
    AssembledChange,
    ChangePublished,
    ChangeRefused,
    GatheredChange,
    Refusal,
    assemble,
    gather,
    is_as_read,
    noted,
)
from hotline.services.changes.steps import take_back
from hotline.services.doorbell import ring, ringing
from hotline.services.flows import authoring, publishing, reviewing
from hotline.services.flows.authoring import ReadyDocument
from hotline.services.flows.publishing import BEARABLE, findings
from hotline.store.changes import changes, signatures
from hotline.store.database import Session
from hotline.store.dialogue import contacts
from hotline.store.driver import WrittenArray
from hotline.store.flows import flows, publications
from hotline.store.flows.publications import Publication, Publishing

UNPLAYABLE = frozenset(
    {Code.SHAPE, Code.UNKNOWN_NODE, Code.UNKNOWN_FLOW, Code.UNKNOWN_LIST, Code.UNKNOWN_ENTRY}
)
"""Findings of a document that makes no book."""
LIVE = 0
"""In place of a change: what is live is checked."""
KEPT = timedelta(days=30)
"""How long what was found stays."""


class DividedFindings(NamedTuple):
    """The findings of a change in three groups."""

    blocking: Sequence[Finding]
    """They hurt, and are new against what is live: nobody proposes these."""
    live_already: Sequence[Finding]
    """They hurt, and callers meet them today: a rule that grew stricter never stops an urgent word."""
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
    """The findings of a change put onto what is live; None where it is still being checked.

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


def check_change(kit: Kit, change_id: int) -> DividedFindings:
    """Check a change and what is live, where nobody has yet. Safe to repeat.

    Raises NotFound, NotReady, StoreUnavailable.
    """
    return check(kit, compare(kit, change_id))


def check(kit: Kit, made: AssembledChange) -> DividedFindings:
    """Returns the same of a change that was put onto what is live. Raises StoreUnavailable."""
    gathered = made.gathered
    mine = _look_beside(kit, gathered, made.document)
    return divide(mine, findings_of(kit, gathered.live, gathered.live_digest))


def not_publishable(kit: Kit, made: AssembledChange) -> ChangeRefused | None:
    """Why not: it moves what was printed, takes 112 away, cannot be played, or hurts as live does not."""
    live, document = made.gathered.live, made.document
    moved = authoring.moved_entries(
        live.get(authoring.ENTRIES, {}), document.get(authoring.ENTRIES, {})
    )
    if moved:
        return ChangeRefused(Refusal.ENTRY_MOVED, moved)
    if loses_emergency(live, document):
        return ChangeRefused(Refusal.EMERGENCY_NUMBER)
    return hurting(check(kit, made))


def hurting(found: DividedFindings) -> ChangeRefused | None:
    unplayable = [one for one in found.blocking if one.code in UNPLAYABLE]
    if unplayable:
        said = [one.sentence for one in unplayable]
        return ChangeRefused(Refusal.BROKEN, said, found.blocking)
    return ChangeRefused(Refusal.HURTS, findings=found.blocking) if found.blocking else None


def check_live(kit: Kit) -> None:
    """Checks what is live, where nobody has yet. Raises NotReady, StoreUnavailable."""
    document = authoring.live_document(kit.database)
    findings_of(kit, document, authoring.digest_of(document))


def of_live(kit: Kit) -> Sequence[Finding] | None:
    """Returns what is wrong with what is live; None where it is still being checked. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        live = flows.live(session)
        found = None if live is None else _kept(session, live.digest)
    if found is None:
        ring(kit, Job.CHECK_CHANGE, LIVE)
    return found


def _look_beside(kit: Kit, gathered: GatheredChange, document: Document) -> Sequence[Finding]:
    """Returns what is wrong with the document that a change makes with what is live."""
    return findings_of(kit, document, gathered.checked_as, gathered.change.id, live=gathered.live)


def findings_of(
    kit: Kit,
    document: Document,
    digest: str,
    change_id: int | None = None,
    *,
    live: Document | None = None,
) -> Sequence[Finding]:
    """Returns everything that is wrong with a document, found once for each `digest`.

    `live`: what it is compared with; `digest` is then of both. Raises StoreUnavailable.
    """
    with kit.database.reading() as session:
        kept = _kept(session, digest)
    if kept is not None:
        return kept
    found = findings(document, live=live)
    written = WrittenArray([one.to_row() for one in found])
    with kit.database.writing() as session:
        changes.forget_findings(session, kit.now() - KEPT)
        changes.keep_findings(session, _key(digest), written, change_id=change_id, at=kit.now())
    return found


def _kept(session: Session, digest: str) -> Sequence[Finding] | None:
    kept = changes.kept_findings(session, _key(digest))
    return None if kept is None else [Finding.of_row(one) for one in kept]


def _key(digest: str) -> str:
    return f"{publishing.mark()} {digest}"


def propose(
    kit: Kit, by: Author, change_id: int, *, keeps_languages: bool = False
) -> ChangeRefused | None:
    """Freeze a change for a second person to read; an edit takes it back.

    Refused only where something hurts and is new, or it cannot be played; and once where English alone is new.
    Raises NotFound, NotReady, StoreUnavailable.
    """
    made = compare(kit, change_id)
    if refused := unfit(kit, made, keeps_languages=keeps_languages):
        return refused

    gathered = made.gathered
    digest = gathered.own_digest
    with kit.database.writing() as session:
        change = changes.found(session, change_id, held=True)
        if not change.is_editable:
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
        change = changes.found(session, change_id, held=True)
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
    if not made.gathered.change.is_editable:
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


LONGEST_SESSION = timedelta(minutes=10)
"""A network ends a session sooner: what is older was left without a word."""


class ChangeToRead(NamedTuple):
    """What a second person reads: a change beside what callers hear now, and what it would do."""

    made: AssembledChange
    findings: DividedFindings
    in_the_middle: int
    """Callers who would finish on the words of before."""
    hands: Sequence[ChangeAuthor]
    """Whoever proposed it or saved a step of it: none of them is the second person."""

    @property
    def live_id(self) -> int:
        return self.made.gathered.live_id

    @property
    def before(self) -> Document:
        """What callers hear now."""
        return self.made.gathered.live

    @property
    def after(self) -> Document:
        return self.made.document


def compare(kit: Kit, change_id: int) -> AssembledChange:
    """Returns a change beside what callers hear now. Raises NotFound, NotReady, StoreUnavailable."""
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
    return assemble(gathered)


def read(kit: Kit, change_id: int) -> ChangeToRead:
    """Raises NotFound, NotReady, StoreUnavailable."""
    made = compare(kit, change_id)
    proposer = made.gathered.change.proposer
    with kit.database.reading() as session:
        hands = changes.hands(session, change_id)
    own = [] if proposer is None else [proposer]
    return ChangeToRead(made, check(kit, made), in_the_middle(kit), (*hands, *own))


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
    said = Publication(
        published_by=proposer.name,
        published_by_id=proposer.account_id,
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
    said: Publication,
    also: Callable[[Session], None] = lambda _session: None,
) -> ChangePublished | ChangeRefused:
    """One transaction, where nothing that was looked at has changed since. Raises StoreUnavailable.

    `also`: what else is written in it.
    """
    try:
        ready = authoring.ready(document)
    except FlowInvalid as invalid:
        return ChangeRefused(Refusal.BROKEN, invalid.problems)
    moved = reviewing.carried(gathered.live, document, reviewing.everyone(kit))
    checked = WrittenArray([one.to_row() for one in _look_beside(kit, gathered, document)])
    with ringing(kit) as session:
        publications.take_turns(session)
        change = changes.found(session, gathered.change.id, held=True)
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
            "emergency_published" if said.kind == Publishing.EMERGENCY else "change_published",
            f"change {change.id}",
            said.reason,
        )
        signatures.sign(session, moved)
        # What was found of the change is found of the revision that it made: nobody checks it once more.
        changes.keep_findings(session, _key(ready.digest), checked, change_id=None, at=kit.now())
        also(session)
    return done


def make_live(
    session: Session,
    kit: Kit,
    ready: ReadyDocument,
    said: Publication,
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
    publishing.record(session, revision, said, kit.now())
    return ChangePublished(said.id, revision)
