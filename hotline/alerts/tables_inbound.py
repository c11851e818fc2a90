"""Stores each received SMS, and how far the gateway's inbox was read."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import BigInteger, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row, add_if_new
from hotline.gateway.rules_inbox import Bookmark
from hotline.gateway.tables import Assignment
from hotline.gateway.tables_sessions import InboundSeen
from hotline.tips.tables import Tip

SMS = "sms"


class InboxRead(Row):
    """The position in the inbox: a `gateway.rules_inbox.Bookmark`, the time of the next reading, and the last error."""

    __tablename__ = "inbox_read"

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime | None]
    since: Mapped[datetime]
    sure_from: Mapped[datetime]
    news_at: Mapped[datetime]
    next_at: Mapped[datetime]
    read_at: Mapped[datetime]
    """The last time when a page was read and all its SMS were handled."""
    fault: Mapped[str]
    """The reason why no page was read since then. Empty if there was no error."""


def bookmark(row: InboxRead) -> Bookmark:
    return Bookmark(**{one.name: getattr(row, one.name) for one in fields(Bookmark)})


def inbox_position(session: Session) -> InboxRead | None:
    """Returns how far the inbox was read. Returns None if it was never read."""
    return session.get(InboxRead, SMS)


def create_position(session: Session, at: datetime) -> None:
    """Stores a position at the beginning of the inbox. If a position is already stored, changes nothing."""
    times = dict.fromkeys(("since", "sure_from", "news_at", "next_at", "read_at"), at)
    add_if_new(session, InboxRead(name=SMS, number=0, until=None, fault="", **times))


def move_position(
    session: Session, before: Bookmark, now: Bookmark, *, at: datetime, next_at: datetime
) -> bool:
    """Moves the bookmark after all SMS of a page were handled.

    If another process has moved it, returns False and changes nothing.
    """
    moved = (
        update(InboxRead)
        .where(InboxRead.name == SMS, InboxRead.number == before.number)
        .values(**asdict(now), next_at=next_at, read_at=at, fault="")
        .returning(InboxRead.name)
    )
    return session.scalar(moved) is not None


def record_fault(session: Session, fault: str, next_at: datetime) -> None:
    """Records the reason why a page was not read, or why not all its SMS were handled. It does not move the
    bookmark.
    """
    session.execute(
        update(InboxRead).where(InboxRead.name == SMS).values(fault=fault, next_at=next_at)
    )


def record_mo(session: Session, row: InboundSeen, keys: Sequence[str]) -> Sequence[InboundSeen]:
    """Stores a received SMS, unless it is already stored.

    Returns the rows that existed before. `keys` contains the digests of the SMS.
    """
    known = _known(session, keys)
    if known or add_if_new(session, row):
        return known
    # Another process has just stored this SMS. If the same id arrived with another time, these keys find no row.
    return _known(session, keys) or [session.get_one(InboundSeen, row.provider_id)]


def note_listed(
    session: Session,
    rows: Sequence[InboundSeen],
    *,
    proved_at: datetime | None,
    vouched_at: datetime | None,
) -> None:
    """Records that the inbox lists these SMS, or that a callback about them came from one of the gateway's own
    addresses.
    """
    for row in rows:
        row.proved_at = row.proved_at or proved_at
        row.vouched_at = row.vouched_at or vouched_at
    session.flush()


def bring_forward(session: Session, next_at: datetime) -> None:
    """Moves the next reading of the inbox to an earlier time."""
    sooner = update(InboxRead).where(InboxRead.name == SMS, InboxRead.next_at > next_at)
    session.execute(sooner.values(next_at=next_at))


def unlisted(session: Session, since: datetime, until: datetime) -> Sequence[InboundSeen]:
    """Returns the SMS of this period that callbacks have reported, but that no page of the inbox lists.

    Locks these rows until the transaction ends.
    """
    waiting = select(InboundSeen).where(
        InboundSeen.proved_at.is_(None),
        InboundSeen.unproven_at.is_(None),
        InboundSeen.sms_key.is_not(None),
        InboundSeen.received_at >= since,
        InboundSeen.received_at < until,
    )
    return session.scalars(waiting.order_by(InboundSeen.received_at).with_for_update()).all()


def unproven_answers(session: Session, since: datetime) -> int:
    """Returns the number of recent answers that are doubted and not proved, and whose tip is still open."""
    doubted = (
        Assignment.doubted_at > since,
        Assignment.proved_at.is_(None),
        Tip.closed_at.is_(None),
    )
    found = select(func.count()).select_from(Assignment).join(Tip, Tip.id == Assignment.tip_id)
    return session.scalar(found.where(*doubted)) or 0


def _known(session: Session, keys: Sequence[str]) -> Sequence[InboundSeen]:
    held = select(InboundSeen).where(InboundSeen.sms_key.in_(keys)).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).all()
