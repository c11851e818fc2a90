"""Stores the accounts of the console and their single-use codes. It does not check passwords."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.orm import Mapped, Session, column_property, mapped_column, relationship

from hotline.core.actors import AccountRole, AccountState, entered_as
from hotline.core.database import Row
from hotline.errors import NotFound
from hotline.people import tables_person
from hotline.people.tables_person import Person


class CodeKind(StrEnum):
    LINK = "link"
    """A code in an invitation. It sets the password, second factor and recovery sheet, once, before it expires."""
    RECOVERY = "recovery"
    """A code on the recovery sheet. It replaces one authenticator code, once."""


class ConsoleAccount(Row):
    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship(lazy="raise")
    """Used to write a new person together with their account."""
    name: Mapped[str] = mapped_column(unique=True)
    """The sign-in name, as `domain.accounts.account.entered_as` returns it."""
    shown: Mapped[str] = column_property(tables_person.name_of(person_id))
    """The person's name, as pages show it."""
    roles: Mapped[list[str]]
    """Values of `AccountRole`. A role that waits for approval is not in the list."""
    language: Mapped[str]
    state: Mapped[str]
    """An `AccountState`."""
    public_key: Mapped[bytes | None]
    wrapped_key: Mapped[bytes | None]
    """The private key, encrypted with the password. Decrypting it is the only check of the password."""
    recovery_key: Mapped[bytes | None]
    """The private key, encrypted with the recovery key on paper."""
    totp: Mapped[bytes | None]
    """The authenticator's secret, encrypted with the console's own key."""
    totp_step: Mapped[int] = mapped_column(default=0)
    """The time step of the last accepted authenticator code. 0 if no code was accepted yet."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    """The last activity in one of the account's sessions."""
    ended_at: Mapped[datetime | None]
    suspended_until: Mapped[datetime | None]
    """The end of a suspension. Until then sign-in is refused. The keys stay."""
    paper_at: Mapped[datetime | None]
    """The time when a session made a new recovery sheet. NULL once the account's owner has confirmed it."""
    factor_at: Mapped[datetime | None]
    """The time when a session added a new authenticator. NULL once the account's owner has confirmed it."""

    def is_suspended(self, at: datetime) -> bool:
        return self.suspended_until is not None and self.suspended_until > at

    @property
    def label(self) -> str:
        """Returns the person's name, or the sign-in name of an account that has another."""
        return self.shown if entered_as(self.shown) == self.name else self.name

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
    """For a link that is being used: the new private key, encrypted with the token of the browser that began."""


def find(session: Session, name: str, *, for_writing: bool = False) -> ConsoleAccount | None:
    """Returns the account with this sign-in name, or None. Locks its row if `for_writing`."""
    found = select(ConsoleAccount).where(ConsoleAccount.name == name)
    return session.scalar(found.with_for_update() if for_writing else found)


def one(session: Session, account_id: int, *, for_writing: bool = False) -> ConsoleAccount:
    """Returns an account by its id. Raises NotFound."""
    found = select(ConsoleAccount).where(ConsoleAccount.id == account_id)
    account = session.scalar(found.with_for_update() if for_writing else found)
    if account is None:
        raise NotFound("no such account")
    return account


def of_person(session: Session, person_id: int) -> Sequence[ConsoleAccount]:
    """Returns the accounts of a person, in the order of their creation. Locks their rows."""
    hers = select(ConsoleAccount).where(ConsoleAccount.person_id == person_id)
    return session.scalars(hers.order_by(ConsoleAccount.id).with_for_update()).all()


def everybody(session: Session) -> Sequence[ConsoleAccount]:
    """Returns all accounts, in the order of their creation."""
    return session.scalars(select(ConsoleAccount).order_by(ConsoleAccount.id)).all()


def in_demo(session: Session) -> Sequence[ConsoleAccount]:
    """Returns the accounts of the demo."""
    found = select(ConsoleAccount).where(ConsoleAccount.state == AccountState.DEMO)
    return session.scalars(found).all()


def with_factor(session: Session) -> Sequence[ConsoleAccount]:
    """Returns the accounts with an authenticator secret. Locks them until the transaction ends."""
    found = select(ConsoleAccount).where(ConsoleAccount.totp.is_not(None))
    return session.scalars(found.order_by(ConsoleAccount.id).with_for_update()).all()


def active_admins(session: Session) -> frozenset[int]:
    """Returns the persons who are active admins and may decide for others.

    Leaves out unused, ended and demo accounts.
    """
    return admins_in(session, AccountState.ACTIVE)


def admins_in(session: Session, *states: AccountState) -> frozenset[int]:
    """Returns the persons who are admins by an account in one of these states."""
    found = select(ConsoleAccount).where(ConsoleAccount.state.in_(states))
    return frozenset(
        one.person_id for one in session.scalars(found) if AccountRole.ADMIN in one.held_roles
    )


def take_step(session: Session, account_id: int, step: int) -> bool:
    """Accepts the time step of an authenticator code once. Returns False if it or a later step was accepted before."""
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
    """Returns a link that can still be used. Returns None if it is unknown, used or expired."""
    found = select(AccountCode).where(
        AccountCode.digest == digest,
        AccountCode.kind == CodeKind.LINK,
        AccountCode.used_at.is_(None),
        AccountCode.expires_at > at,
    )
    return session.scalar(found.with_for_update() if for_writing else found)


def take_code(session: Session, account_id: int, digest: bytes, at: datetime) -> bool:
    """Uses up a recovery code on paper. Returns False if it was used, or is not one of this account's codes."""
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
    """Deletes the account's codes of these kinds."""
    gone = delete(AccountCode).where(
        AccountCode.account_id == account_id, AccountCode.kind.in_(kinds)
    )
    session.execute(gone)


def forget_links(session: Session) -> None:
    """Deletes every invitation link, so that none works any more."""
    session.execute(delete(AccountCode).where(AccountCode.kind == CodeKind.LINK))
