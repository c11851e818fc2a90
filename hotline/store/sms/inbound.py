"""MOs by what is known of them, and how far the gateway's own inbox was read. Rows, and the questions asked of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.sms.listing import Bookmark
from hotline.store.database import Row, add_if_new
from hotline.store.dialogue.contacts import InboundSeen
from hotline.store.outbox.messages import Referral
from hotline.store.tips.tips import Tip

SMS = "sms"


class InboxRead(Row):
    """How far the inbox was read: a `domain.sms.listing.Bookmark`, when it is asked next, and what went wrong last."""

    __tablename__ = "inbox_read"

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime | None]
    since: Mapped[datetime]
    sure_from: Mapped[datetime]
    news_at: Mapped[datetime]
    next_at: Mapped[datetime]
    read_at: Mapped[datetime]
    """When a page was read last and all of it was told."""
    fault: Mapped[str]
    """Why none was since; empty where nothing is wrong."""


def bookmark(row: InboxRead) -> Bookmark:
    return Bookmark(
        number=row.number,
        until=row.until,
        since=row.since,
        sure_from=row.sure_from,
        news_at=row.news_at,
    )


def standing(session: Session) -> InboxRead | None:
    """None where it was never read."""
    return session.get(InboxRead, SMS)


def begin(session: Session, at: datetime) -> None:
    """Twice is once."""
    first = InboxRead(
        name=SMS,
        number=0,
        until=None,
        since=at,
        sure_from=at,
        news_at=at,
        next_at=at,
        read_at=at,
        fault="",
    )
    add_if_new(session, first)


def move(
    session: Session, before: Bookmark, now: Bookmark, *, at: datetime, next_at: datetime
) -> bool:
    """A page was told to its end. False where another relay has read on meanwhile: then nothing is moved."""
    moved = (
        update(InboxRead)
        .where(InboxRead.name == SMS, InboxRead.number == before.number)
        .values(
            number=now.number,
            until=now.until,
            sure_from=now.sure_from,
            news_at=now.news_at,
            next_at=next_at,
            read_at=at,
            fault="",
        )
        .returning(InboxRead.name)
    )
    return session.scalar(moved) is not None


def stumble(session: Session, fault: str, next_at: datetime) -> None:
    """A page was not read, or not told to its end: the bookmark stays."""
    session.execute(
        update(InboxRead).where(InboxRead.name == SMS).values(fault=fault, next_at=next_at)
    )


def heard(session: Session, row: InboundSeen, keys: Sequence[str]) -> Sequence[InboundSeen]:
    """Write down an MO, unless it was heard before, by whatever way: then what is known of it. `keys`: its digests."""
    known = _known(session, keys)
    if known or add_if_new(session, row):
        return known
    # Somebody was quicker; where she came under the same id with another second, nothing is known by these.
    return _known(session, keys) or [session.get_one(InboundSeen, row.provider_id)]


def note(
    session: Session,
    rows: Sequence[InboundSeen],
    *,
    proved_at: datetime | None,
    vouched_at: datetime | None,
) -> None:
    """Notes that the inbox lists them, or that the gateway itself called with them."""
    for row in rows:
        row.proved_at = row.proved_at or proved_at
        row.vouched_at = row.vouched_at or vouched_at
    session.flush()


def hasten(session: Session, next_at: datetime) -> None:
    """Read a page sooner than usual."""
    sooner = update(InboxRead).where(InboxRead.name == SMS, InboxRead.next_at > next_at)
    session.execute(sooner.values(next_at=next_at))


def unlisted(session: Session, since: datetime, until: datetime) -> Sequence[InboundSeen]:
    """What callbacks brought in that time, and no page was seen to list. Held until the transaction ends."""
    waiting = select(InboundSeen).where(
        InboundSeen.proved_at.is_(None),
        InboundSeen.unproven_at.is_(None),
        InboundSeen.sms_key.is_not(None),
        InboundSeen.received_at >= since,
        InboundSeen.received_at < until,
    )
    return session.scalars(waiting.order_by(InboundSeen.received_at).with_for_update()).all()


def unproven_answers(session: Session, since: datetime) -> int:
    """Answers doubted lately and not proved, of tips that are not over."""
    doubted = (Referral.doubted_at > since, Referral.proved_at.is_(None), Tip.closed_at.is_(None))
    found = select(func.count()).select_from(Referral).join(Tip, Tip.id == Referral.tip_id)
    return session.scalar(found.where(*doubted)) or 0


def _known(session: Session, keys: Sequence[str]) -> Sequence[InboundSeen]:
    held = select(InboundSeen).where(InboundSeen.sms_key.in_(keys)).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).all()
