"""Stores the members of each desk, each with a copy of the desk's key that is encrypted for the member."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.actors import AccountRole
from hotline.core.database import Row
from hotline.errors import NotFound
from hotline.people import tables_accounts, tables_desks
from hotline.people.rules import UNPROVED
from hotline.people.rules_desks import of_account, of_responder
from hotline.people.tables import IS_RUNNING, Membership, Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_desks import (
    PASSPHRASE_MEMBER,
    PREVIOUS_KEY,
    PREVIOUS_KEY_OF,
    Desk,
    DeskMember,
)
from hotline.text.codes import NATIONAL

BY_PASSPHRASE = (PASSPHRASE_MEMBER, PREVIOUS_KEY)
_ARE_MEMBERS = (
    DeskMember.member.not_in(BY_PASSPHRASE),
    ~DeskMember.member.startswith(PREVIOUS_KEY_OF),
)


def members_of_desk(session: Session, code: str) -> Mapping[str, bytes]:
    """Returns the desk's private key in encrypted form, for each member. Leaves out the old keys of a rotation."""
    return {row.member: row.wrapped_key for row in _rows(session, code)}


def member_counts(session: Session) -> Mapping[str, int]:
    """Returns for each desk the number of members who have its key."""
    rows = select(DeskMember.desk_code, func.count()).where(*_ARE_MEMBERS)
    return {code: count for code, count in session.execute(rows.group_by(DeskMember.desk_code))}  # noqa: C416


def desks_in_rotation(session: Session) -> frozenset[str]:
    """Returns the desks that still have an old key because of a rotation."""
    return frozenset(session.scalars(select(DeskMember.desk_code).where(tables_desks.IS_ASIDE)))


def access_since(session: Session, code: str) -> Mapping[str, datetime]:
    """Returns the time when each member got access to the desk."""
    return {row.member: row.created_at for row in _rows(session, code)}


def wrapped_keys(session: Session, code: str, member: str) -> Sequence[bytes]:
    """Returns a desk's private keys, encrypted for one member: the present key and, during a rotation, the old key."""
    found = select(DeskMember).where(
        DeskMember.desk_code == code, DeskMember.member.in_((member, PREVIOUS_KEY_OF + member))
    )
    rows = {row.member: row.wrapped_key for row in session.scalars(found)}
    return [rows[name] for name in (member, PREVIOUS_KEY_OF + member) if name in rows]


def desks_of(session: Session, member: str) -> frozenset[str]:
    """Returns the desks whose key is encrypted for this member."""
    return frozenset(
        session.scalars(select(DeskMember.desk_code).where(DeskMember.member == member))
    )


def desks_of_person(session: Session, person_id: int, *, but: int = 0) -> frozenset[str]:
    """Returns the desks to which the phones of a person belong, and those whose keys a phone or account has.

    Leaves out the phone `but`.
    """
    own = select(Responder.id).where(Responder.person_id == person_id, Responder.id != but)
    accounts = select(ConsoleAccount.id).where(ConsoleAccount.person_id == person_id)
    phones = session.scalars(own).all()
    members = [*map(of_responder, phones), *map(of_account, session.scalars(accounts))]
    opened = select(DeskMember.desk_code).where(DeskMember.member.in_(members))
    runs = select(Membership.desk_code).where(Membership.responder_id.in_(phones), IS_RUNNING)
    return frozenset(session.scalars(opened)).union(session.scalars(runs))


def is_of_national(session: Session, who: str) -> bool:
    """Returns True if this person belongs to the national desk, which decides nothing about those who oversee it."""
    people = tables_accounts.persons_of(session, who)
    accounts = (row for one in people for row in tables_accounts.of_person(session, one))
    return any(AccountRole.NATIONAL in row.held_roles for row in accounts) or any(
        NATIONAL in desks_of_person(session, one) for one in people
    )


def is_overseen(session: Session, who: str, person_id: int | None, desks: Collection[str]) -> bool:
    """Returns True if `who` works for the national desk, and a decision concerns a person of an oversight desk.

    `desks` contains the desks that the person would get.
    """
    own = frozenset() if person_id is None else desks_of_person(session, person_id)
    is_apart = tables_desks.every_oversight(session).isdisjoint({*desks, *own})
    return not is_apart and is_of_national(session, who)


class AccountAccess(NamedTuple):
    person_id: int
    desks: frozenset[str]
    """The desks whose key is encrypted for the account."""
    phones: Mapping[int, frozenset[str]]
    """The phones of the account's owner, active ones first, each with its desks. An inactive phone has no desks."""


def access_of(session: Session, account_id: int) -> AccountAccess:
    """Returns the facts that decide which desks an account may use: its keys, and its owner's phones.

    Raises NotFound.
    """
    found = (
        select(
            *(ConsoleAccount.person_id, DeskMember.desk_code),
            *(Responder.id, Responder.active, Membership.desk_code),
        )
        .select_from(ConsoleAccount)
        .outerjoin(DeskMember, DeskMember.member == of_account(account_id))
        .outerjoin(
            Responder,
            (Responder.person_id == ConsoleAccount.person_id) & Responder.state.not_in(UNPROVED),
        )
        .outerjoin(Membership, (Membership.responder_id == Responder.id) & IS_RUNNING)
        .where(ConsoleAccount.id == account_id)
        .order_by(Responder.active.desc(), Responder.id)
    )
    rows: Sequence[Any] = session.execute(found).all()
    if not rows:
        raise NotFound(f"there is no account {account_id}")
    phones: dict[int, set[str]] = {}
    for row in rows:
        if row[2] is not None:
            phones.setdefault(row[2], set()).update([row[4]] if row[3] and row[4] else [])
    desks = frozenset(row[1] for row in rows if row[1] is not None)
    return AccountAccess(
        rows[0][0], desks, {one: frozenset(codes) for one, codes in phones.items()}
    )


def desks_by_member(session: Session) -> Mapping[str, Sequence[str]]:
    """Returns for each member the desks whose key is encrypted for the member, in the order of the codes."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = select(DeskMember).where(*_ARE_MEMBERS).order_by(DeskMember.desk_code)
    for row in session.scalars(rows):
        found[row.member].append(row.desk_code)
    return found


def store_key(session: Session, code: str, member: str, wrapped_key: bytes, at: datetime) -> None:
    """Stores the desk's private key, encrypted for a member. Replaces the earlier key of this member."""
    _forget(session, code, member)
    tables_desks.add_member(session, code, member, wrapped_key, at)


def replace_keys(session: Session, code: str, encrypted: Mapping[str, bytes], at: datetime) -> None:
    """Stores the new key for each member, and keeps the earlier keys as old keys.

    A member who is not in `encrypted` loses access.
    """
    for row in _rows(session, code):
        wrapped = encrypted.get(row.member)
        if wrapped is None:
            session.delete(row)
            continue
        aside = PREVIOUS_KEY_OF + row.member
        tables_desks.add_member(session, code, aside, row.wrapped_key, at)
        row.wrapped_key = wrapped


def end_access_at(session: Session, code: str, names: Collection[str], at: datetime) -> bool:
    """Ends the access of these members to this desk. Returns True if any of them had access.

    These people may have a copy of the key until the desk gets a new key.
    """
    opened = [member for member in names if code in desks_of(session, member)]
    for member in opened:
        _shut(session, code, member, at)
    return bool(opened)


def end_access(
    session: Session, member: str, at: datetime, *, but: Collection[str] = ()
) -> frozenset[str]:
    """Ends a member's access to every desk, except the desks in `but`. Returns the desks to which the member lost
    access.

    The member may have a copy of each key until that desk gets a new key.
    """
    gone = desks_of(session, member) - frozenset(but)
    for code in sorted(gone):
        _shut(session, code, member, at)
    return gone


def _shut(session: Session, code: str, member: str, at: datetime) -> None:
    """Deletes a member's copies of a desk's key, and stores since when the member may have kept one.

    Locks the desk first, in the same order as the code that makes a new key. Otherwise the two transactions could wait
    for each other for ever. During a rotation, the member may also have the new key. So the stored time is later than
    the beginning of the rotation. The end of the rotation then does not delete the stored time.
    """
    tables_desks.get_desk(session, code, for_writing=True)
    _forget(session, code, member)
    since = tables_desks.rotation_since(session, code)
    removed_at = at if since is None else max(at, since + timedelta(microseconds=1))
    not_copied = Desk.copied_since.is_(None) if since is None else true()
    session.execute(
        update(Desk).where(Desk.code == code, not_copied).values(copied_since=removed_at)
    )


def _forget(session: Session, code: str, member: str) -> None:
    names = (member, PREVIOUS_KEY_OF + member)
    session.execute(
        delete(DeskMember).where(DeskMember.desk_code == code, DeskMember.member.in_(names))
    )


def _rows(session: Session, code: str) -> Sequence[DeskMember]:
    found = select(DeskMember).where(DeskMember.desk_code == code, *_ARE_MEMBERS)
    return session.scalars(found.order_by(DeskMember.id)).all()


# Stores the recovery key pairs.


class RecoveryPair(Row):
    """A key pair for which every desk's key is also encrypted.

    There are two while the recovery passphrase is being changed. The newer pair has the higher id.
    """

    __tablename__ = "recovery_pair"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[bytes]
    wrapped_key: Mapped[bytes]
    """The private key, encrypted with the recovery passphrase. The first bytes identify the format for
    `encrypt_desk_keys`."""
    made_at: Mapped[datetime]
    proof: Mapped[bytes | None]
    """The hotline's signature of the public key."""


def recovery_pairs(session: Session) -> Sequence[RecoveryPair]:
    """Returns every recovery pair, the present pair first."""
    return session.scalars(select(RecoveryPair).order_by(RecoveryPair.id.desc())).all()


def newest_pair(session: Session) -> RecoveryPair | None:
    """Returns the recovery pair for which desk keys are encrypted now, or None.

    The calling function must have locked the desk.
    """
    return next(iter(recovery_pairs(session)), None)


def add_pair(
    session: Session,
    public_key: bytes,
    wrapped_key: bytes,
    at: datetime,
    *,
    proof: bytes | None = None,
) -> None:
    pair = RecoveryPair(public_key=public_key, wrapped_key=wrapped_key, made_at=at, proof=proof)
    session.add(pair)
    session.flush()


def delete_older_pairs(session: Session, than: int) -> None:
    """Deletes the recovery pairs that are older than this one. No desk key may depend on the older pairs any more."""
    session.execute(delete(RecoveryPair).where(RecoveryPair.id < than))


class LineKeyCopy(Row):
    """A copy of the hotline's signing key, encrypted under the recovery passphrase or for two admins together."""

    __tablename__ = "line_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str]
    """"enrolment" for the recovery passphrase. Otherwise the first admin's name as a member of desks."""
    second: Mapped[str]
    """The second admin's name as a member of desks. Empty for the recovery passphrase."""
    sealed: Mapped[bytes]
    made_at: Mapped[datetime]


def line_key_copies(session: Session, holder: str) -> Sequence[LineKeyCopy]:
    return session.scalars(select(LineKeyCopy).where(LineKeyCopy.holder == holder)).all()


def replace_line_key(
    session: Session, copies: Sequence[LineKeyCopy], *, by_passphrase: bool
) -> None:
    """Replaces the copy for the recovery passphrase, or else all copies for admins."""
    is_of_passphrase = LineKeyCopy.holder == PASSPHRASE_MEMBER
    replaced = is_of_passphrase if by_passphrase else ~is_of_passphrase
    session.execute(delete(LineKeyCopy).where(replaced))
    session.add_all(copies)
