"""Sessions of the console: the digest of a token, and until when what it opens is good.

Keeps failed attempts of names. A name with an account and a name without one are delayed and counted alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.database import Row, add_if_new


class ConsoleSession(Row):
    __tablename__ = "console_session"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    """Of the token, which the browser alone has."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    factor_at: Mapped[datetime]
    key_until: Mapped[datetime | None]
    locked_key: Mapped[bytes | None]
    """The account's private half, locked under the token; none after `key_until`."""
    flow: Mapped[str | None]
    """The flow that its person opened last in a change."""
    flow_at: Mapped[datetime | None]


def find(session: Session, digest: bytes) -> tuple[ConsoleSession, ConsoleAccount] | None:
    found = (
        select(ConsoleSession, ConsoleAccount)
        .join(ConsoleAccount, ConsoleAccount.id == ConsoleSession.account_id)
        .where(ConsoleSession.digest == digest)
    )
    row = session.execute(found).first()
    return None if row is None else (row[0], row[1])


def of_account(session: Session, account_id: int) -> Sequence[ConsoleSession]:
    """The newest first."""
    mine = select(ConsoleSession).where(ConsoleSession.account_id == account_id)
    return session.scalars(mine.order_by(ConsoleSession.created_at.desc())).all()


def see(session: Session, digest: bytes, at: datetime) -> None:
    """Somebody is there. A session that ended meanwhile stays ended."""
    here = update(ConsoleSession).where(ConsoleSession.digest == digest).values(seen_at=at)
    account_id = session.scalar(here.returning(ConsoleSession.account_id))
    seen = update(ConsoleAccount).where(ConsoleAccount.id == account_id)
    session.execute(seen.values(seen_at=at))


def open_flow(session: Session, digest: bytes, flow: str, at: datetime) -> None:
    """Notes that the person of this session opened a flow in a change."""
    here = update(ConsoleSession).where(ConsoleSession.digest == digest)
    session.execute(here.values(flow=flow, flow_at=at))


def flow_opened(
    session: Session, flow: str, seen: datetime, *, but: int
) -> Sequence[tuple[str, datetime]]:
    """Returns who opened this flow last and was there after `seen`: names and when. Leaves out the account `but`."""
    opened = (
        select(ConsoleAccount.shown, func.max(ConsoleSession.flow_at))
        .join(ConsoleSession, ConsoleAccount.id == ConsoleSession.account_id)
        .where(ConsoleSession.flow == flow, ConsoleSession.seen_at > seen)
        .where(ConsoleAccount.id != but)
        .group_by(ConsoleAccount.id, ConsoleAccount.shown)
        .order_by(ConsoleAccount.shown)
    )
    return [(name, at) for name, at in session.execute(opened) if at is not None]


def renew(
    session: Session, digest: bytes, *, at: datetime, key_until: datetime, locked_key: bytes
) -> bool:
    """The factor was given again; False where the session ended meanwhile."""
    renewed = (
        update(ConsoleSession)
        .where(ConsoleSession.digest == digest)
        .values(seen_at=at, factor_at=at, key_until=key_until, locked_key=locked_key)
        .returning(ConsoleSession.digest)
    )
    return session.execute(renewed).first() is not None


def end(session: Session, digest: bytes) -> bool:
    """Whether there was one."""
    gone = delete(ConsoleSession).where(ConsoleSession.digest == digest)
    return session.execute(gone.returning(ConsoleSession.digest)).first() is not None


def end_of(session: Session, account_id: int, *, but: bytes | None = None) -> None:
    """End every session of an account, except one."""
    gone = delete(ConsoleSession).where(ConsoleSession.account_id == account_id)
    session.execute(gone if but is None else gone.where(ConsoleSession.digest != but))


def end_everybody(session: Session) -> None:
    session.execute(delete(ConsoleSession))


def is_untidy(session: Session, *, at: datetime, seen: datetime, made: datetime) -> bool:
    """Whether `tidy` would change anything: a question, so that nobody waits for a writer without need."""
    untidy = select(ConsoleSession.digest).where(
        or_(
            ConsoleSession.key_until <= at,
            ConsoleSession.seen_at <= seen,
            ConsoleSession.created_at <= made,
        )
    )
    return session.execute(untidy.limit(1)).first() is not None


def tidy(session: Session, *, at: datetime, seen: datetime, made: datetime) -> None:
    """Forget keys whose time is over, and sessions last seen, or made, so long ago."""
    over = or_(ConsoleSession.seen_at <= seen, ConsoleSession.created_at <= made)
    session.execute(delete(ConsoleSession).where(over))
    closed = update(ConsoleSession).where(ConsoleSession.key_until <= at)
    session.execute(closed.values(key_until=None, locked_key=None))


class SignInTry(Row):
    __tablename__ = "sign_in_try"

    name_key: Mapped[bytes] = mapped_column(primary_key=True)
    """Keyed digest of what was typed: some type their password there."""
    failures: Mapped[int]
    last_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]


class FailedSignIn(Row):
    """One password or code that was not taken. Kept for an hour."""

    __tablename__ = "failed_sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_key: Mapped[bytes]
    """Keyed digest of what was typed: some type their password there."""
    is_known: Mapped[bool]
    """True if an account that may enter has this name."""
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed attempts since a moment."""

    of_one: int
    """Of the name that failed most."""
    in_all: int


def failed(
    session: Session, name_key: bytes, at: datetime, since: datetime, *, is_known: bool
) -> int:
    """Notes a failed attempt; returns which it is since a moment: of its account, or of all names without one."""
    session.add(FailedSignIn(name_key=name_key, is_known=is_known, at=at))
    session.flush()
    same = FailedSignIn.name_key == name_key if is_known else FailedSignIn.is_known.is_(False)
    return session.scalar(select(func.count()).where(same, FailedSignIn.at > since)) or 0


def failures(session: Session, since: datetime) -> Failures:
    counts = select(func.count()).where(FailedSignIn.at > since).group_by(FailedSignIn.name_key)
    found = session.scalars(counts).all()
    return Failures(max(found, default=0), sum(found))


def held(session: Session, name_key: bytes, at: datetime) -> SignInTry:
    """The row of a name, held until the transaction ends; it is made where there was none.

    Made again where somebody who entered by that name forgot it between the two statements.
    """
    found = select(SignInTry).where(SignInTry.name_key == name_key).with_for_update()
    row = None
    while row is None:
        add_if_new(session, SignInTry(name_key=name_key, failures=0, last_at=at, next_try_at=None))
        row = session.scalars(found).one_or_none()
    return row


def forget(session: Session, name_key: bytes) -> None:
    session.execute(delete(SignInTry).where(SignInTry.name_key == name_key))


def forget_older(session: Session, than: datetime) -> None:
    session.execute(delete(SignInTry).where(SignInTry.last_at <= than))
    session.execute(delete(FailedSignIn).where(FailedSignIn.at <= than))


def next_try(session: Session, name_key: bytes) -> datetime | None:
    return session.scalar(select(SignInTry.next_try_at).where(SignInTry.name_key == name_key))


def holds_older(session: Session, than: datetime) -> bool:
    """Whether `forget_older` would change anything."""
    tries = select(SignInTry.name_key).where(SignInTry.last_at <= than)
    failed_ones = select(FailedSignIn.id).where(FailedSignIn.at <= than)
    return any(session.execute(one.limit(1)).first() for one in (tries, failed_ones))
