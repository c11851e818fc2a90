"""Words that one approver publishes alone, for four hours: told at once, confirmed by a second person, or ended."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.domain.call_back import KIGALI
from hotline.domain.changes.change import (
    LASTS,
    WHY_LETTERS,
    Author,
    ChangeAuthor,
    brought_back,
    ends,
    may_publish,
)
from hotline.domain.outbox.delivery import MessageState, Priority
from hotline.domain.outbox.message import Kind
from hotline.domain.referrals.referral import Level
from hotline.domain.wording import Template
from hotline.engine.check.finding import Finding
from hotline.engine.document.kept import Document
from hotline.engine.editing.difference import held_back
from hotline.errors import NotFound, NotReady
from hotline.ports import Kit
from hotline.services.changes import going_live
from hotline.services.changes.folders import (
    ChangePublished,
    ChangeRefused,
    Refusal,
    assemble,
    document_of,
    gather,
    noted,
)
from hotline.services.changes.going_live import (
    english_alone,
    go_live,
    make_live,
    read_by_two,
    unfit,
)
from hotline.services.flows import authoring
from hotline.store.changes import changes
from hotline.store.database import Session
from hotline.store.flows import flows, publications
from hotline.store.flows.publications import Publication, Publishing
from hotline.store.outbox import messages
from hotline.store.outbox.messages import Message
from hotline.store.people import responders

LISTED = 100


class StateToBringBack(NamedTuple):
    """The difference of `before` and `after` is read first."""

    publication: Publication
    is_read: bool
    """False if it holds words that one person alone published, and that no second person read."""
    before: Document
    """What callers hear now."""
    after: Document
    digest: str
    """Sent with the act: it must be that of what would go live."""
    live_id: int
    old: Document
    """As it was live, with the numbers and entries of that time."""


class PublishedChange(NamedTuple):
    """A change as it went live."""

    publication: Publication
    before: Document
    after: Document


def history(kit: Kit) -> Sequence[tuple[Publication, bool]]:
    """Returns the newest first, each with whether two people have read it. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        read = read_by_two(session)
        return [(row, row.id in read) for row in publications.history(session, LISTED)]


def live(kit: Kit) -> Publication | None:
    """Returns what callers hear since when. None on a line without a history. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return publications.standing(session)


def latest(kit: Kit, flows_named: Collection[str]) -> Mapping[str, Publication]:
    """Of each flow the newest publication that brought it: a change that edits it, or a whole state.

    Raises StoreUnavailable.
    """
    with kit.database.reading() as session:
        rows = publications.history(session, LISTED)
        edited = changes.parts_edited(session, [one.change_id for one in rows if one.change_id])
    found: dict[str, Publication] = {}
    for row in rows:
        for name in flows_named if row.change_id is None else edited[row.change_id]:
            found.setdefault(name, row)
    return found


def of_change(kit: Kit, change_id: int) -> PublishedChange | None:
    """What a change did when it went live; None where it did not. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        row = publications.of_change(session, change_id)
        older = None if row is None else publications.before(session, row.id)
        if row is None or older is None:
            return None
        return PublishedChange(
            row, document_of(session, older.revision_id), document_of(session, row.revision_id)
        )


def preview(kit: Kit, publication_id: int) -> StateToBringBack:
    """What callers would hear. Raises NotFound, NotReady, StoreUnavailable."""
    with kit.database.reading() as session:
        row = publications.found(session, publication_id)
        if row is None:
            raise NotFound(f"no publication {publication_id}")
        live_id = flows.live_id(session)
        if live_id is None:
            raise NotReady(authoring.NO_FLOWS)
        before, old = document_of(session, live_id), document_of(session, row.revision_id)
        is_read = row.id in read_by_two(session)
    after = brought_back(old, before)
    return StateToBringBack(row, is_read, before, after, authoring.digest_of(after), live_id, old)


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
    if not state.is_read:
        return ChangeRefused(Refusal.READ_BY_ONE)
    said = Publication(
        published_by=by.name, published_by_id=by.account_id, kind=Publishing.BACK, reason=reason
    )
    return _unfit(kit, state) or put_back(kit, state, said, actor=by)


def put_back(
    kit: Kit, state: StateToBringBack, said: Publication, *, actor: Author | str
) -> ChangePublished | ChangeRefused:
    """In one transaction. Raises FlowInvalid where it cannot be played, StoreUnavailable."""
    ready = authoring.ready(state.after)
    with kit.database.writing() as session:
        publications.take_turns(session)
        done = make_live(session, kit, ready, said, after=state.live_id)
        if isinstance(done, ChangePublished):
            what = f"revision {state.publication.revision_id}"
            noted(session, kit, actor, "flows_brought_back", what, said.reason)
    return done


def _unfit(kit: Kit, state: StateToBringBack) -> ChangeRefused | None:
    """It must be playable, and hurt nobody whom neither live nor that state itself hurt."""

    def found(document: Document) -> Sequence[Finding]:
        return going_live.findings_of(kit, document, authoring.digest_of(document))

    if authoring.are_same(state.after, state.before):
        return ChangeRefused(Refusal.NOTHING_THERE)
    known = [*found(state.before), *found(state.old)]
    return going_live.hurting(going_live.divide(found(state.after), known))


CLOCK = "clock"
LAPSED = "nobody confirmed the words of an emergency"


class EmergencyToRead(NamedTuple):
    """What a second person reads before she confirms it."""

    stands: Publication
    before: Document
    """What two people had read."""
    after: Document
    """What callers hear now."""
    before_id: int | None
    """The publication that may be brought back instead."""

    @property
    def live_id(self) -> int:
        return self.stands.revision_id


def standing(kit: Kit) -> Publication | None:
    """Words that are live on one person's word: the red bar of every page. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return publications.unsettled(session)


def read(kit: Kit) -> EmergencyToRead | None:
    """The difference that one person alone made; None where nothing waits. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        row = publications.unsettled(session)
        if row is None:
            return None
        older = _read_by_two(session, row)
        after = document_of(session, row.revision_id)
        before = after if older is None else document_of(session, older.revision_id)
    return EmergencyToRead(row, before, after, None if older is None else older.id)


def publish(
    kit: Kit,
    by: Author,
    change_id: int,
    reason: str,
    digest: str,
    *,
    keeps_languages: bool = False,
) -> ChangePublished | ChangeRefused:
    """Make a change live on one person's word, also her own: words alone, and a number taken away.

    Watchers and the national desk are told by SMS at once. A second one does not last longer than the first.
    Raises NotFound, NotReady, StoreUnavailable.
    """
    reason = reason.strip()
    if len(reason) < WHY_LETTERS:
        return ChangeRefused(Refusal.SHORT_REASON)
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
        before = publications.unsettled(session)
    assembled = assemble(gathered)
    if refused := unfit(kit, assembled, keeps_languages=True):
        return refused
    if assembled.digest != digest:
        return ChangeRefused(Refusal.CHANGED)
    beyond = held_back(gathered.live, assembled.document)
    if beyond:
        return ChangeRefused(Refusal.BEYOND_WORDS, held_back=beyond)
    if not keeps_languages and (alone := english_alone(assembled)):
        return alone

    until = kit.now() + LASTS if before is None else _ends(before)
    said = Publication(
        published_by=by.name,
        published_by_id=by.account_id,
        kind=Publishing.EMERGENCY,
        reason=reason,
        change_id=change_id,
        lapses_at=until,
    )
    return go_live(kit, by, gathered, assembled.document, said, lambda s: _tell(s, kit, until))


def confirm(
    kit: Kit, by: Author, publication_id: int, *, appointed_by: Collection[int] = ()
) -> ChangeRefused | None:
    """A second person has read it: it stays. `appointed_by`: the accounts that gave this person the role.

    Raises StoreUnavailable.
    """
    with kit.database.writing() as session:
        publications.take_turns(session)
        row = publications.unsettled(session)
        if row is None or row.id != publication_id:
            return ChangeRefused(Refusal.SETTLED)
        unread = _unread(session, row)
        hands = [ChangeAuthor(one.published_by, one.published_by_id) for one in unread]
        for one in unread:
            hands += changes.hands(session, one.change_id) if one.change_id else ()
        if not may_publish(by, hands):
            return ChangeRefused(Refusal.OWN_HAND)
        if any(one.published_by_id in appointed_by for one in unread):
            return ChangeRefused(Refusal.APPOINTED)
        row.settled_at = kit.now()
        row.approved_by, row.approved_by_id = by.name, by.account_id
        what = f"revision {row.revision_id}"
        noted(session, kit, by, "emergency_confirmed", what, row.reason)
    return None


def lapse(kit: Kit) -> ChangePublished | None:
    """The clock's: bring back what two people had read, where nobody confirmed in time. Safe to repeat.

    Raises FlowInvalid where that can be played no more: then the alarm goes on. StoreUnavailable.
    """
    with kit.database.reading() as session:
        row = publications.unsettled(session)
        if row is None or _ends(row) > kit.now():
            return None
        before = _read_by_two(session, row)
    if before is None:
        return None
    state = preview(kit, before.id)
    said = Publication(published_by=CLOCK, kind=Publishing.BACK, reason=LAPSED)
    done = put_back(kit, state, said, actor=CLOCK)
    return done if isinstance(done, ChangePublished) else None


def _read_by_two(session: Session, row: Publication) -> Publication | None:
    """Returns the newest publication before it that two people have read."""
    older = [one for one in read_by_two(session) if one < row.id]
    return publications.found(session, max(older)) if older else None


def _unread(session: Session, row: Publication) -> Sequence[Publication]:
    """Returns the publications whose words are read together with this one, itself included."""
    base = _read_by_two(session, row)
    since = 0 if base is None else base.id
    return [one for one in publications.history(session) if since < one.id <= row.id]


def _tell(session: Session, kit: Kit, until: datetime) -> None:
    """The national desk, in the transaction that publishes; watchers are woken by the alarm."""
    at = kit.now()
    desk = [one for one in responders.who_live(session, at) if one.level == Level.NATIONAL]
    rows = [
        Message(
            kind=Kind.CONFIRMATION,
            responder_id=one.id,
            template=Template.WORDS_URGENT.name,
            parameters={
                "time": f"{at.astimezone(KIGALI):%d/%m %H:%M}",
                "until": f"{until.astimezone(KIGALI):%H:%M}",
            },
            language=one.language,
            priority=Priority.CONFIRMATION,
            state=MessageState.PENDING,
            next_at=at,
            created_at=at,
        )
        for one in desk
    ]
    session.add_all(rows)
    session.flush()
    for row in rows:
        messages.note_due(session, row.id)


def _ends(row: Publication) -> datetime:
    return ends(row.published_at, row.lapses_at)
