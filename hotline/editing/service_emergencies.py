"""Publishes texts that one approver decides alone, for four hours. A second person confirms or ends them.

Also lists the publication history and restores older states.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.core.actors import Actor
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.core.documents import Document
from hotline.core.wording import Template
from hotline.editing import service_publish, tables
from hotline.editing.rules_difference import held_back
from hotline.editing.rules_drafts import LASTS, WHY_LETTERS, Author, brought_back, ends
from hotline.editing.service_drafts import (
    ChangePublished,
    ChangeRefused,
    Refusal,
    actor_of,
    assemble,
    document_of,
    gather,
    may_publish,
    noted,
)
from hotline.editing.service_publish import english_alone, go_live, make_live, read_by_two, unfit
from hotline.errors import NotFound, NotReady
from hotline.flows import service_authoring
from hotline.flows import tables as flows_tables
from hotline.flows.check import Finding
from hotline.flows.tables import Publication, Publishing
from hotline.gateway import tables as gateway_tables
from hotline.gateway.rules_delivery import MessageState, Priority
from hotline.gateway.rules_message import Kind
from hotline.gateway.tables import Message
from hotline.people import tables as people_tables
from hotline.people.rules import Level
from hotline.people.tables_accounts import is_same_person
from hotline.text.time import KIGALI

LISTED = 100


class StateToBringBack(NamedTuple):
    """An older state that could be restored. A person reads the difference of `before` and `after` first."""

    publication: Publication
    is_read: bool
    """False if it contains text that one person published alone and no second person read."""
    before: Document
    """The flows that callers hear now."""
    after: Document
    digest: str
    """The digest of `after`. The command sends it back, and it must match."""
    live_id: int
    old: Document
    """The older state unchanged, with the numbers and short codes of its time."""


class PublishedChange(NamedTuple):
    """A change as it was published."""

    publication: Publication
    before: Document
    after: Document


def history(kit: Kit) -> Sequence[tuple[Publication, bool]]:
    """Returns the newest publications first, each with True if two people read it. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        read = read_by_two(session)
        return [(row, row.id in read) for row in flows_tables.history(session, LISTED)]


def live(kit: Kit) -> Publication | None:
    """Returns the current publication. Returns None without a publication history. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return flows_tables.standing(session)


def latest(kit: Kit, flows_named: Collection[str]) -> Mapping[str, Publication]:
    """Returns the newest publication of each flow: a change that edits it, or a complete state.

    Raises StoreUnavailable.
    """
    with kit.database.reading() as session:
        rows = flows_tables.history(session, LISTED)
        edited = tables.parts_edited(session, [one.change_id for one in rows if one.change_id])
    found: dict[str, Publication] = {}
    for row in rows:
        for name in flows_named if row.change_id is None else edited[row.change_id]:
            found.setdefault(name, row)
    return found


def of_change(kit: Kit, change_id: int) -> PublishedChange | None:
    """Returns the flows before and after a change was published. Returns None if it was not published.

    Raises StoreUnavailable.
    """
    with kit.database.reading() as session:
        row = flows_tables.of_change(session, change_id)
        older = None if row is None else flows_tables.before(session, row.id)
        if row is None or older is None:
            return None
        return PublishedChange(
            row, document_of(session, older.revision_id), document_of(session, row.revision_id)
        )


def preview(kit: Kit, publication_id: int) -> StateToBringBack:
    """Returns the flows that callers would hear after restoring a publication.

    Raises NotFound, NotReady, StoreUnavailable.
    """
    with kit.database.reading() as session:
        row = flows_tables.found(session, publication_id)
        if row is None:
            raise NotFound(f"no publication {publication_id}")
        live_id = flows_tables.live_id(session)
        if live_id is None:
            raise NotReady(service_authoring.NO_FLOWS)
        before, old = document_of(session, live_id), document_of(session, row.revision_id)
        is_read = row.id in read_by_two(session)
    after = brought_back(old, before)
    return StateToBringBack(
        row, is_read, before, after, service_authoring.digest_of(after), live_id, old
    )


def bring_back(
    kit: Kit, by: Author, publication_id: int, reason: str, digest: str
) -> ChangePublished | ChangeRefused:
    """Publishes an older state again. One person may decide this, but only for a state that two people read.

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
    """Publishes a restored state in one transaction. Raises FlowInvalid if it cannot be played, or StoreUnavailable."""
    ready = service_authoring.ready(state.after)
    with kit.database.writing() as session:
        flows_tables.take_turns(session)
        done = make_live(session, kit, ready, said, after=state.live_id)
        if isinstance(done, ChangePublished):
            what = f"revision {state.publication.revision_id}"
            noted(session, kit, actor, "flows_brought_back", what, said.reason)
    return done


def _unfit(kit: Kit, state: StateToBringBack) -> ChangeRefused | None:
    """Returns a refusal if the restored state cannot be played or has new errors.

    Errors of the published flows and of the old state itself are not new.
    """

    def found(document: Document) -> Sequence[Finding]:
        return service_publish.findings_of(kit, document, service_authoring.digest_of(document))

    if service_authoring.are_same(state.after, state.before):
        return ChangeRefused(Refusal.NOTHING_THERE)
    known = [*found(state.before), *found(state.old)]
    return service_publish.hurting(service_publish.divide(found(state.after), known))


CLOCK = "clock"
LAPSED = "no one confirmed an emergency text"


class EmergencyToRead(NamedTuple):
    """A publication of one person, with its difference, for the second person who may confirm it."""

    stands: Publication
    before: Document
    """The newest flows that two people read."""
    after: Document
    """The flows that callers hear now."""
    before_id: int | None
    """The publication that can be restored instead."""

    @property
    def live_id(self) -> int:
        return self.stands.revision_id


def standing(kit: Kit) -> Publication | None:
    """Returns the current publication if only one person decided it. Every page shows it in a red bar.

    Raises StoreUnavailable.
    """
    with kit.database.reading() as session:
        return flows_tables.unsettled(session)


def read(kit: Kit) -> EmergencyToRead | None:
    """Returns the difference that one person published alone, or None if none waits.

    Raises NotFound, StoreUnavailable.
    """
    with kit.database.reading() as session:
        row = flows_tables.unsettled(session)
        if row is None:
            return None
        older = _read_by_two(session, row)
        after = document_of(session, row.revision_id)
        before = after if older is None else document_of(session, older.revision_id)
    return EmergencyToRead(row, before, after, None if older is None else older.id)


def publish(
    kit: Kit, by: Author, change_id: int, reason: str, digest: str, *, keeps_languages: bool = False
) -> ChangePublished | ChangeRefused:
    """Publishes a change on one person's decision, even their own.

    Allows only text changes and the removal of a number. The on-call contacts and the national desk are notified
    immediately. A second emergency ends no later than the first. Raises NotFound, NotReady, StoreUnavailable.
    """
    reason = reason.strip()
    if len(reason) < WHY_LETTERS:
        return ChangeRefused(Refusal.SHORT_REASON)
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
        before = flows_tables.unsettled(session)
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
    kit: Kit, by: Author, publication_id: int, *, appointed_by: Collection[str] = ()
) -> ChangeRefused | None:
    """Confirms an emergency publication, so that it stays published. A second person must have read it.

    `appointed_by` are the actors who gave this person the role. Raises StoreUnavailable.
    """
    with kit.database.writing() as session:
        flows_tables.take_turns(session)
        row = flows_tables.unsettled(session)
        if row is None or row.id != publication_id:
            return ChangeRefused(Refusal.SETTLED)
        unread = _unread(session, row)
        own = [Actor(one.published_by, one.published_by_id) for one in unread]
        hands = [*own]
        for one in unread:
            hands += tables.hands(session, one.change_id) if one.change_id else ()
        if not may_publish(session, by, hands):
            return ChangeRefused(Refusal.OWN_HAND)
        if any(
            is_same_person(session, one, actor_of(hand)) for one in appointed_by for hand in own
        ):
            return ChangeRefused(Refusal.APPOINTED)
        row.settled_at = kit.now()
        row.approved_by = by.name
        what = f"revision {row.revision_id}"
        noted(session, kit, by, "emergency_confirmed", what, row.reason)
    return None


def lapse(kit: Kit) -> ChangePublished | None:
    """Restores the last state that two people read, if no one confirmed the emergency in time. A timed job calls it.

    It is safe to repeat. Raises StoreUnavailable. Raises FlowInvalid if that state can no longer be played, and the
    alarm then stays.
    """
    with kit.database.reading() as session:
        row = flows_tables.unsettled(session)
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
    """Returns the newest earlier publication that two people read."""
    older = [one for one in read_by_two(session) if one < row.id]
    return flows_tables.found(session, max(older)) if older else None


def _unread(session: Session, row: Publication) -> Sequence[Publication]:
    """Returns this publication and the earlier unread ones, whose text is confirmed together with it."""
    base = _read_by_two(session, row)
    since = 0 if base is None else base.id
    return [one for one in flows_tables.history(session) if since < one.id <= row.id]


def _tell(session: Session, kit: Kit, until: datetime) -> None:
    """Notifies the national desk in the publishing transaction. The alarm notifies the on-call contacts."""
    at = kit.now()
    desk = [one for one in people_tables.who_live(session, at) if one.level == Level.NATIONAL]
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
        gateway_tables.note_due(session, row.id)


def _ends(row: Publication) -> datetime:
    return ends(row.published_at, row.lapses_at)
