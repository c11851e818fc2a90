"""Stores what an account must know about drafts: comments, and what happened to a draft. Also stores the encrypted
mail addresses for a daily notice."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.actors import AccountRole, AccountState
from hotline.core.database import Row
from hotline.editing.rules_drafts import DraftState, NewsKind
from hotline.editing.tables import DraftRow
from hotline.flows.conversation import Place
from hotline.people.tables_accounts import ConsoleAccount

LISTED = 50


class DraftNews(Row):
    """One piece of news for one account."""

    __tablename__ = "draft_news"
    __table_args__ = (Index("draft_news_unread", "account_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    """A `NewsKind`."""
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    flow: Mapped[str]
    """The flow of the screen that a comment is about. It is empty for a comment on the whole draft."""
    node: Mapped[str]
    text: Mapped[str]
    made_by_id: Mapped[int | None]
    made_by: Mapped[str]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    """The time when the account marked it as read."""


class NewsAddress(Row):
    """The mail address to which an account gets a notice about unread news."""

    __tablename__ = "news_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    encrypted_address: Mapped[bytes]
    """The address, encrypted for the workers, like a phone number."""
    mailed_at: Mapped[datetime | None]
    """The time of the last notice."""


def unread(session: Session, account_id: int) -> Sequence[DraftNews]:
    """Returns the newest unread news of an account, oldest first."""
    rows = select(DraftNews).where(*_unread(account_id)).order_by(DraftNews.id.desc())
    return session.scalars(rows.limit(LISTED)).all()[::-1]


def count_unread(session: Session, account_id: int) -> int:
    here = select(func.count()).select_from(DraftNews).where(*_unread(account_id))
    return session.scalar(here) or 0


def own_news(session: Session, account_id: int, news_id: int) -> DraftNews | None:
    """Returns one piece of news of this account, also if it was read."""
    here = (DraftNews.id == news_id, DraftNews.account_id == account_id)
    return session.scalar(select(DraftNews).where(*here))


def comments(session: Session, draft_id: int, place: Place | None = None) -> Sequence[DraftNews]:
    """Returns the comments on a draft, or only those on one screen, oldest first."""
    here = select(DraftNews).where(
        DraftNews.draft_id == draft_id, DraftNews.kind == NewsKind.COMMENT
    )
    if place is not None:
        here = here.where(DraftNews.flow == place.flow, DraftNews.node == place.node)
    return session.scalars(here.order_by(DraftNews.id)).all()


def mark_read(session: Session, account_id: int, at: datetime, news_id: int | None) -> None:
    """Marks one piece of news as read, or all of the account."""
    here = update(DraftNews).where(*_unread(account_id))
    if news_id is not None:
        here = here.where(DraftNews.id == news_id)
    session.execute(here.values(read_at=at))


def mark_settled(
    session: Session, draft_id: int, kinds: Collection[NewsKind], at: datetime
) -> None:
    """Marks news about a draft as read for all accounts, because it needs no more work."""
    here = (DraftNews.draft_id == draft_id, DraftNews.kind.in_(kinds), DraftNews.read_at.is_(None))
    session.execute(update(DraftNews).where(*here).values(read_at=at))


def delete_old(session: Session, before: datetime) -> None:
    """Deletes the news about drafts, and the notes about drafts, if the draft ended before this time."""
    old = select(DraftRow.id).where(DraftRow.ended_at < before)
    session.execute(delete(DraftNews).where(DraftNews.draft_id.in_(old)))
    noted = DraftRow.note.is_not(None), DraftRow.ended_at < before
    session.execute(update(DraftRow).where(*noted).values(note=None, noted_by=None))


def members(
    session: Session, roles: Collection[AccountRole] | None = None
) -> Sequence[ConsoleAccount]:
    """Returns the accounts that can sign in, or only those with one of these roles, by name."""
    usable = (AccountState.ACTIVE, AccountState.DEMO)
    rows = select(ConsoleAccount).where(ConsoleAccount.state.in_(usable))
    rows = rows.order_by(ConsoleAccount.name)
    return [one for one in session.scalars(rows) if roles is None or one.held_roles & {*roles}]


def _unread(account_id: int) -> tuple[ColumnElement[bool], ...]:
    return DraftNews.account_id == account_id, DraftNews.read_at.is_(None)


def waiting_for_review(session: Session) -> Sequence[DraftRow]:
    """Returns the submitted drafts. The draft that waits longest comes first."""
    rows = select(DraftRow).where(DraftRow.state == DraftState.SUBMITTED)
    return session.scalars(rows.order_by(DraftRow.submitted_at, DraftRow.id).limit(LISTED)).all()


def address(session: Session, account_id: int) -> NewsAddress | None:
    return session.scalar(select(NewsAddress).where(NewsAddress.account_id == account_id))


def mailed_before(session: Session, day: datetime) -> Sequence[NewsAddress]:
    """Returns the addresses that have got no mail since this time. Locks them until the transaction ends."""
    due = or_(NewsAddress.mailed_at.is_(None), NewsAddress.mailed_at < day)
    rows = select(NewsAddress).where(due).order_by(NewsAddress.account_id)
    return session.scalars(rows.with_for_update()).all()


def newest_unread(session: Session, account_id: int) -> datetime | None:
    """Returns the time of the newest unread news of an account."""
    return session.scalar(select(func.max(DraftNews.at)).where(*_unread(account_id)))
