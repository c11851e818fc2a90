"""Words that one approver publishes alone, for four hours: told at once, confirmed by a second person, or ended."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.domain.call_back import KIGALI
from hotline.domain.changes.change import (
    LASTS,
    WHY_LETTERS,
    Author,
    ChangeAuthor,
    ends,
    may_publish,
)
from hotline.domain.outbox.delivery import MessageState, Priority
from hotline.domain.outbox.message import Kind
from hotline.domain.referrals.referral import Level
from hotline.domain.wording import Template
from hotline.engine.document.kept import Document
from hotline.engine.editing.emergency import held_back
from hotline.ports import Kit
from hotline.services.changes import bringing_back
from hotline.services.changes.assembling import assemble, document_of, gather
from hotline.services.changes.folders import noted
from hotline.services.changes.going_live import go_live
from hotline.services.changes.proposing import english_alone, read_by_two, unfit
from hotline.services.changes.results import ChangePublished, ChangeRefused, Refusal
from hotline.services.doorbell import ring_for
from hotline.services.flows.publishing import PublicationNote
from hotline.store.changes import changes
from hotline.store.database import Session
from hotline.store.flows import publications
from hotline.store.flows.publications import Publication, Publishing
from hotline.store.outbox.messages import Message
from hotline.store.people import responders

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
    said = PublicationNote(
        by.name,
        Publishing.EMERGENCY,
        reason,
        by_id=by.account_id,
        change_id=change_id,
        lapses_at=until,
    )
    told: list[int] = []
    done = go_live(
        kit, by, gathered, assembled.document, said, lambda s: told.extend(_tell(s, kit, until))
    )
    ring_for(kit, *told[:1])
    return done


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
    state = bringing_back.preview(kit, before.id)
    said = PublicationNote(CLOCK, Publishing.BACK, LAPSED)
    done = bringing_back.put_back(kit, state, said, actor=CLOCK)
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


def _tell(session: Session, kit: Kit, until: datetime) -> list[int]:
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
    return [row.id for row in rows]


def _ends(row: Publication) -> datetime:
    return ends(row.published_at, row.lapses_at)
