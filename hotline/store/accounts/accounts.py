"""Accounts of the console and the one-off codes that belong to them. Nothing here proves a password by itself."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.accounts.account import AccountRole, AccountState
from hotline.errors import NotFound
from hotline.store.database import Row


class CodeKind(StrEnum):
    LINK = "link"
    """Out of an invitation: makes password, second factor and sheet, once, within its time."""
    RECOVERY = "recovery"
    """On paper: stands in for an authenticator's code, once."""


class ConsoleAccount(Row):
    __tablename__ = "account"
    __table_args__ = (Index("account_responder", "responder_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    """As `domain.accounts.account.entered_as` makes it."""
    shown: Mapped[str]
    roles: Mapped[list[str]]
    """`AccountRole`s. Those that wait for a second admin are not among them."""
    language: Mapped[str]
    state: Mapped[str]
    """An `AccountState`."""
    public_key: Mapped[bytes | None]
    wrapped_key: Mapped[bytes | None]
    """The private half under the password: the only proof of the password."""
    recovery_key: Mapped[bytes | None]
    """The private half under the key on paper."""
    totp: Mapped[bytes | None]
    """The authenticator's secret, sealed under the console's own key."""
    totp_step: Mapped[int] = mapped_column(default=0)
    """The step of the last code that was accepted; 0 where none was."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    """When its person was last there, as its sessions say it."""
    ended_at: Mapped[datetime | None]
    suspended_until: Mapped[datetime | None]
    """Until then nobody enters by it. Its keys stay."""
    paper_at: Mapped[datetime | None]
    """When a session made a new sheet; none where its person said that it was them."""
    factor_at: Mapped[datetime | None]
    """When a session took a new authenticator; none where its person said that it was them."""
    responder_id: Mapped[int | None]
    """The same human as a responder: her desks are this account's, and both end together."""

    def is_suspended(self, at: datetime) -> bool:
        return self.suspended_until is not None and self.suspended_until > at

    @property
    def held_roles(self) -> frozenset[AccountRole]:
        return frozenset(map(AccountRole, self.roles))


class AccountCode(Row):
    __tablename__ = "account_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str]
    """A `CodeKind`."""
    digest: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    locked_key: Mapped[bytes | None]
    """Of a link that is being taken up: the new private half, locked under the token of the browser that began."""


def find(session: Session, name: str, *, for_writing: bool = False) -> ConsoleAccount | None:
    """By its name as it is entered."""
    found = select(ConsoleAccount).where(ConsoleAccount.name == name)
    return session.scalar(found.with_for_update() if for_writing else found)


def one(session: Session, account_id: int, *, for_writing: bool = False) -> ConsoleAccount:
    """Raises NotFound."""
    found = select(ConsoleAccount).where(ConsoleAccount.id == account_id)
    account = session.scalar(found.with_for_update() if for_writing else found)
    if account is None:
        raise NotFound("no such account")
    return account


def of_responder(session: Session, responder_id: int) -> ConsoleAccount | None:
    """The account of that human, held; None where nobody joined one to her."""
    hers = select(ConsoleAccount).where(ConsoleAccount.responder_id == responder_id)
    return session.scalar(hers.with_for_update())


def everybody(session: Session) -> Sequence[ConsoleAccount]:
    """In the order in which they were made."""
    return session.scalars(select(ConsoleAccount).order_by(ConsoleAccount.id)).all()


def with_factor(session: Session) -> Sequence[ConsoleAccount]:
    """Accounts that hold an authenticator's secret, held until the transaction is over."""
    found = select(ConsoleAccount).where(ConsoleAccount.totp.is_not(None))
    return session.scalars(found.order_by(ConsoleAccount.id).with_for_update()).all()


def active_admins(session: Session) -> frozenset[int]:
    """The accounts that may decide for others: taken up, not ended, and none of the demo's."""
    return admins_in(session, AccountState.ACTIVE)


def admins_in(session: Session, *states: AccountState) -> frozenset[int]:
    """The admins among the accounts of these states."""
    found = select(ConsoleAccount).where(ConsoleAccount.state.in_(states))
    return frozenset(
        one.id for one in session.scalars(found) if AccountRole.ADMIN in one.held_roles
    )


def take_step(session: Session, account_id: int, step: int) -> bool:
    """Accept a code's step once: False where it, or a later one, was accepted before."""
    taken = (
        update(ConsoleAccount)
        .where(ConsoleAccount.id == account_id, ConsoleAccount.totp_step < step)
        .values(totp_step=step)
        .returning(ConsoleAccount.id)
    )
    return session.execute(taken).first() is not None


def add_code(
    session: Session, account_id: int, kind: CodeKind, digest: bytes, expires_at: datetime | None
) -> None:
    code = AccountCode(account_id=account_id, kind=kind, digest=digest, expires_at=expires_at)
    session.add(code)


def link(
    session: Session, digest: bytes, at: datetime, *, for_writing: bool = False
) -> AccountCode | None:
    """A link that may still be taken up; None where it is unknown, used or over."""
    found = select(AccountCode).where(
        AccountCode.digest == digest,
        AccountCode.kind == CodeKind.LINK,
        AccountCode.used_at.is_(None),
        AccountCode.expires_at > at,
    )
    return session.scalar(found.with_for_update() if for_writing else found)


def take_code(session: Session, account_id: int, digest: bytes, at: datetime) -> bool:
    """Use one of the codes on paper; False where it is none of this account's, or was used."""
    taken = (
        update(AccountCode)
        .where(
            AccountCode.digest == digest,
            AccountCode.account_id == account_id,
            AccountCode.kind == CodeKind.RECOVERY,
            AccountCode.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(AccountCode.id)
    )
    return session.execute(taken).first() is not None


def forget_codes(session: Session, account_id: int, *kinds: CodeKind) -> None:
    """Codes of these kinds are good no more."""
    gone = delete(AccountCode).where(
        AccountCode.account_id == account_id, AccountCode.kind.in_(kinds)
    )
    session.execute(gone)


def forget_links(session: Session) -> None:
    """No invitation that was given out is good any more."""
    session.execute(delete(AccountCode).where(AccountCode.kind == CodeKind.LINK))
