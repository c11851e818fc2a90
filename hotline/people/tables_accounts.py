"""Stores the accounts of the console, their links and their recovery codes. A person can use each link and each code
only once. Also finds the persons that have a given name.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, delete, select, union_all, update
from sqlalchemy.orm import Mapped, Session, column_property, mapped_column, relationship

from hotline.core.actors import AccountRole, AccountState, Actor, account_name_key
from hotline.core.database import Row, has_row
from hotline.people import tables, tables_audit
from hotline.people.rules import UNPROVED, account_of, responder_of
from hotline.people.tables import Person, Responder
from hotline.text.characters import comparison_keys, is_one_name
from hotline.text.errors import NotFound


class CodeKind(StrEnum):
    LINK = "link"
    """The secret in a link for setting up an account. With the link, a person can set the password, the second factor
    and the recovery sheet, but only once.
    """
    RECOVERY = "recovery"
    """A code on the printed recovery sheet. The person can use the code once, instead of a code from the
    authenticator.
    """


class ConsoleAccount(Row):
    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship(lazy="raise")
    """The account's owner. The code uses this field only to store a new person together with a new account."""
    name: Mapped[str] = mapped_column(unique=True)
    """The name for the sign-in, in the form that `core.actors.account_name_key` returns."""
    shown: Mapped[str] = column_property(tables.person_name(person_id), expire_on_flush=False)
    """The name of the account's owner, which pages show."""
    roles: Mapped[list[str]]
    """The roles of the account, as values of `AccountRole`. A role that still waits for an approval is not in
    the list.
    """
    language: Mapped[str]
    state: Mapped[str]
    """One value of the enum `AccountState`."""
    public_key: Mapped[bytes | None]
    wrapped_key: Mapped[bytes | None]
    """The account's private key, encrypted under the password. To check a password, the console tries to decrypt this
    key.
    """
    recovery_key: Mapped[bytes | None]
    """The account's private key, encrypted under the printed recovery key."""
    totp: Mapped[bytes | None]
    """The secret of the authenticator app, encrypted under a key that only the console has."""
    totp_step: Mapped[int] = mapped_column(default=0)
    """The time step of the last authenticator code that the console accepted. The value is 0 if the console never
    accepted a code.
    """
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    """The time of the last request in any of the account's sessions."""
    ended_at: Mapped[datetime | None]
    suspended_until: Mapped[datetime | None]
    """The time until which an admin suspended the account: no one can sign in before this time. The account keeps its
    keys during the suspension.
    """
    paper_at: Mapped[datetime | None]
    """The time when the signed-in owner made a new recovery sheet, or NULL after the owner confirmed this change."""
    factor_at: Mapped[datetime | None]
    """The time when the signed-in owner added a new authenticator, or NULL after the owner confirmed this change."""

    def is_suspended(self, at: datetime) -> bool:
        return self.suspended_until is not None and self.suspended_until > at

    @property
    def label(self) -> str:
        """Returns the name of the account's owner if this is also the sign-in name. Otherwise returns the
        sign-in name.
        """
        return self.shown if account_name_key(self.shown) == self.name else self.name

    @property
    def held_roles(self) -> frozenset[AccountRole]:
        return frozenset(map(AccountRole, self.roles))


class AccountCode(Row):
    __tablename__ = "account_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    """One value of the enum `CodeKind`."""
    digest: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    locked_key: Mapped[bytes | None]
    """The new account's private key, encrypted with the token of the browser that did the first step of the setup."""


def find_account(
    session: Session, name: str, *, for_writing: bool = False
) -> ConsoleAccount | None:
    """Returns the account with the sign-in name `name`, or None. Locks the account's row if `for_writing` is True."""
    found = select(ConsoleAccount).where(ConsoleAccount.name == name)
    return session.scalar(found.with_for_update() if for_writing else found)


def get_account(session: Session, account_id: int, *, for_writing: bool = False) -> ConsoleAccount:
    """Returns an account by its id. Raises NotFound."""
    found = select(ConsoleAccount).where(ConsoleAccount.id == account_id)
    account = session.scalar(found.with_for_update() if for_writing else found)
    if account is None:
        raise NotFound("there is no account with this id: reload the page")
    return account


def of_person(session: Session, person_id: int) -> Sequence[ConsoleAccount]:
    """Returns the accounts of a person, in the order of their creation, and locks their rows."""
    own = select(ConsoleAccount).where(ConsoleAccount.person_id == person_id)
    return session.scalars(own.order_by(ConsoleAccount.id).with_for_update()).all()


def has_account(session: Session, person_id: int) -> bool:
    """Returns True if this person has an active account of the console."""
    active = ConsoleAccount.state == AccountState.ACTIVE
    return has_row(session, ConsoleAccount.id, ConsoleAccount.person_id == person_id, active)


def all_accounts(session: Session) -> Sequence[ConsoleAccount]:
    """Returns all accounts, in the order of their creation."""
    return session.scalars(select(ConsoleAccount).order_by(ConsoleAccount.id)).all()


def accounts_with_factor(session: Session) -> Sequence[ConsoleAccount]:
    """Returns the accounts that have an authenticator, and locks their rows until the transaction ends."""
    found = select(ConsoleAccount).where(ConsoleAccount.totp.is_not(None))
    return session.scalars(found.order_by(ConsoleAccount.id).with_for_update()).all()


def admins_in_states(session: Session, *states: AccountState) -> frozenset[int]:
    """Returns the ids of persons with an admin account whose state is in `states`."""
    found = select(ConsoleAccount).where(ConsoleAccount.state.in_(states))
    return frozenset(
        one.person_id for one in session.scalars(found) if AccountRole.ADMIN in one.held_roles
    )


def accept_step(session: Session, account_id: int, step: int) -> bool:
    """Stores the time step of an accepted authenticator code, so that the console accepts no code twice.

    Returns False if the console already accepted this time step or a later one.
    """
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


def usable_link(
    session: Session, digest: bytes, at: datetime, *, for_writing: bool = False
) -> AccountCode | None:
    """Returns the row of an account's link by the digest of the link's secret. Returns None if the link is unknown,
    used or expired."""
    found = select(AccountCode).where(
        AccountCode.digest == digest,
        AccountCode.kind == CodeKind.LINK,
        AccountCode.used_at.is_(None),
        AccountCode.expires_at > at,
    )
    return session.scalar(found.with_for_update() if for_writing else found)


def use_code(session: Session, account_id: int, digest: bytes, at: datetime) -> bool:
    """Marks a code of the recovery sheet as used.

    Returns False if the code was already used, or belongs to another account.
    """
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


def delete_codes(session: Session, account_id: int, *kinds: CodeKind) -> None:
    """Deletes an account's links and recovery codes, but only those of the kinds in `kinds`."""
    gone = delete(AccountCode).where(
        AccountCode.account_id == account_id, AccountCode.kind.in_(kinds)
    )
    session.execute(gone)


def delete_links(session: Session) -> None:
    """Deletes the links of all accounts, so that no link works any more."""
    session.execute(delete(AccountCode).where(AccountCode.kind == CodeKind.LINK))


# The code below finds the persons that a name refers to. The audit log, approvals and case events name a person by an
# account, by a responder's phone, or by a name typed for a command.

NAMED_BY = {
    "account": (ConsoleAccount.id, ConsoleAccount.person_id),
    "responder": (Responder.id, Responder.person_id),
    "person": (Person.id, Person.id),
}


def is_same_person(session: Session, one: str, other: str) -> bool:
    """Returns True if two names refer to the same person. All code that requires two different people must call this
    function.

    For names of accounts or phones, compares the owners. A name that a person typed for a command refers to every
    person with a similar name or sign-in name.
    """
    first, second = persons_of(session, one), persons_of(session, other)
    if first and second:
        return bool(first & second)
    return is_one_name(tables_audit.name_in(one), tables_audit.name_in(other))


def persons_of(session: Session, who: str) -> frozenset[int]:
    """Returns the ids of the persons to which a text refers: `account:<id>:<name>`, `responder:<id>`, `person:<id>`, or
    a name.
    """
    kind, _, rest = who.partition(":")
    number = rest.partition(":")[0]
    if kind in NAMED_BY and number.isdecimal():
        of_id, person_id = NAMED_BY[kind]
        return frozenset(session.scalars(select(person_id).where(of_id == int(number))))
    return named(session, tables_audit.name_in(who))


def names_of(session: Session, who: str) -> Sequence[str]:
    """Returns `who` and all other texts that refer to the same person, such as `account:<id>`."""
    return [
        who,
        *(
            f"{kind}:{one}"
            for person in (persons_of(session, who) if who.partition(":")[0] in NAMED_BY else ())
            for kind, (of_id, person_id) in NAMED_BY.items()
            for one in session.scalars(select(of_id).where(person_id == person))
        ),
    ]


def of_member(session: Session, member: str) -> Person:
    """Returns the owner of the account or phone that is a member of a desk."""
    if (account_id := account_of(member)) is not None:
        return session.get_one(Person, session.get_one(ConsoleAccount, account_id).person_id)
    return session.get_one(Person, session.get_one(Responder, responder_of(member)).person_id)


def named(session: Session, name: str) -> frozenset[int]:
    """Returns the ids of the persons whose name or sign-in name is similar to `name`."""
    known = keys_of_names(session)
    return frozenset().union(*(known.get(key, ()) for key in enumerate(comparison_keys(name))))


def keys_of_names(session: Session) -> Mapping[tuple[int, str], AbstractSet[int]]:
    """Maps each comparison key to the ids of the persons whose name or sign-in name has this key. Similar names have
    the same comparison key.
    """
    called = select(Person.id, Person.name)
    logins = select(ConsoleAccount.person_id, ConsoleAccount.name)
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    for person_id, name in session.execute(union_all(called, logins)):
        for key in enumerate(comparison_keys(name)):
            found[key].add(person_id)
    return found


def acts_for(session: Session, by: Actor, person_id: int) -> bool:
    """Returns True if the account of the actor `by` belongs to the person `person_id`. Returns False for an actor
    without an account."""
    return by.account_id is not None and person_id in persons_of(session, tables_audit.by_actor(by))


def phones_of(session: Session, person_id: int) -> Sequence[Responder]:
    """Returns the phones of a person that are or were fully enrolled, with removed phones last."""
    own = select(Responder).where(
        Responder.person_id == person_id, Responder.state.not_in(UNPROVED)
    )
    return session.scalars(own.order_by(Responder.active.desc(), Responder.id)).all()
