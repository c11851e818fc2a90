"""Stores desks and their members. Each member has a copy of the desk's private key, encrypted for this member. With the
copy, a member can decrypt the desk's tips.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Select,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.actors import AccountRole
from hotline.core.database import Row
from hotline.core.driver import PreparedStatement
from hotline.keys.desk_signatures import DeskKey
from hotline.people import tables_accounts
from hotline.people.rules import (
    READING_KINDS,
    UNPROVED,
    DeskKind,
    of_account,
    of_responder,
    responder_of,
)
from hotline.people.tables import IS_RUNNING, Membership, Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.text.errors import NotFound
from hotline.text.places import NATIONAL

PASSPHRASE_MEMBER = "enrolment"
"""The name of the recovery passphrase in the table of desk members. The table contains the private key of each desk,
encrypted for the recovery passphrase, as if the passphrase were a member. `hotline init` makes the passphrase.
"""


PREVIOUS_KEY = "before"
"""While a desk's key is being replaced, the row with the old private key has this name. The old key in the row is
encrypted for the recovery passphrase.

The hotline deletes the row when no tip needs the old key any more.
"""
PREVIOUS_KEY_OF = "before:"
"""If a row has a member's copy of the old key, the name of the row begins with this text. For example, the row
`before:r17` has the old key of the member `r17`.
"""


class Desk(Row):
    """A desk, with the public key of its key pair.

    Each member of the desk has an encrypted copy of the desk's private key.
    """

    __tablename__ = "desk"

    code: Mapped[str] = mapped_column(primary_key=True)
    """The NISR code of a district (such as "12"), "national", or the code of a desk that people added."""
    kind: Mapped[str]
    """One value of the enum `people.rules.DeskKind`."""
    name: Mapped[str | None]
    """The name of a desk that people added, or None for other desks."""
    place: Mapped[str | None]
    """The code of the district in which the desk works. For a protection desk, the code of the camp for which the desk
    works."""
    service: Mapped[str | None]
    """The kind of help that a service desk gives. The value is an answer to the question `service` in the forms about a
    person in a case."""
    number: Mapped[str | None]
    """The phone number of a service desk. Screens show the number only while the number is confirmed."""
    public_key: Mapped[bytes]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    """The time when the desk was retired. The hotline encrypts no new tips for a retired desk, but the desk's members
    can decrypt older tips.
    """
    copied_since: Mapped[datetime | None]
    """The time when a member lost access to the desk, and may have kept the desk's private key. The value is None if no
    member has lost access since the desk got its present key.
    """
    proof: Mapped[bytes | None]
    """The signed statements about the desk's key, which `keys.desk_signatures` checks."""

    @property
    def reads_tips(self) -> bool:
        """Returns True if the hotline encrypts new tips for desks of this kind, and the desk is not retired."""
        return self.retired_at is None and self.kind in READING_KINDS


class DeskMember(Row):
    """A member of a desk, with the desk's private key, encrypted for this member."""

    __tablename__ = "desk_member"
    __table_args__ = (UniqueConstraint("desk_code", "member"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"))
    member: Mapped[str]
    """`r<id>` for a responder, `account:<id>` for an account, or "enrolment" for the recovery passphrase."""
    wrapped_key: Mapped[bytes]
    """The desk's private key, encrypted for the member. The first byte identifies the format of the encrypted key.

    If the member is the recovery passphrase, `hotline.people.decrypt_passphrase` decrypts the key.

    For other members, `hotline.people.decrypt_members` decrypts the key.
    """
    created_at: Mapped[datetime]


IS_ASIDE = or_(DeskMember.member == PREVIOUS_KEY, DeskMember.member.startswith(PREVIOUS_KEY_OF))
"""The SQL condition that is true for a row with an old key, during a rotation."""


@cache
def _keys_of(many: int) -> PreparedStatement:
    """Returns a prepared query that reads the keys of `many` desks. The query is prepared only once for each number of
    desks.

    The query runs often, because each answer in a report needs the keys of one or two desks.
    """
    desk = Desk.metadata.tables[Desk.__tablename__].c
    these = desk.code.in_([bindparam(f"code_{n}") for n in range(many)])
    columns = (desk.code, desk.kind, desk.place, desk.public_key, desk.proof)
    return PreparedStatement(select(*columns).where(these), *(one.type for one in columns))


def service_desks(session: Session, service: str) -> Sequence[Desk]:
    """Returns the service desks that give this kind of help."""
    here = (Desk.kind == DeskKind.SERVICE, Desk.service == service, Desk.retired_at.is_(None))
    return session.scalars(select(Desk).where(*here)).all()


def desk_keys(session: Session, codes: Collection[str]) -> Sequence[DeskKey]:
    """Returns the public keys of desks, with the signed statements about each key. Leaves out desks that do not
    exist.
    """
    if not codes:
        return ()
    asked = {f"code_{n}": code for n, code in enumerate(codes)}
    return [
        DeskKey(code, kind, place or "", *key)
        for code, kind, place, *key in _keys_of(len(codes)).rows(session, **asked)
    ]


def public_keys(session: Session, codes: Collection[str]) -> dict[str, bytes]:
    """Returns the public keys of desks, by desk code. Does not check the signatures of the keys. Leaves out desks that
    do not exist.
    """
    return {one.code: one.public_key for one in desk_keys(session, codes)}


def key_of(desk: Desk) -> DeskKey:
    """Returns the public key of a desk, with the signed statements about this key."""
    return DeskKey(desk.code, desk.kind, desk.place or "", desk.public_key, desk.proof)


def desk_codes(session: Session) -> set[str]:
    return set(session.scalars(select(Desk.code)))


def all_desks(session: Session) -> Sequence[Desk]:
    """Returns every desk, ordered by code."""
    return session.scalars(select(Desk).order_by(Desk.code)).all()


def desks_of_kind(session: Session, kind: str) -> Sequence[str]:
    """Returns the codes of all desks of this kind, except retired desks."""
    return _sealed_to(session, Desk.kind == kind)


def oversight_desks(session: Session) -> Sequence[str]:
    """Returns the codes of the oversight desks, which get complaints about the national desk.

    If all oversight desks are retired, returns the retired desks, so that no complaint is lost.
    """
    return desks_of_kind(session, DeskKind.OVERSIGHT) or sorted(every_oversight(session))


def mixes_oversight(session: Session, codes: Collection[str]) -> bool:
    """Returns True if `codes` contains both an oversight desk and another desk, which no person may belong to at the
    same time.
    """
    oversight = every_oversight(session)
    return not oversight.isdisjoint(codes) and not oversight.issuperset(codes)


def every_oversight(session: Session) -> frozenset[str]:
    """Returns the codes of all oversight desks, including retired desks. People of a retired oversight desk still
    handle earlier complaints.
    """
    return frozenset(session.scalars(select(Desk.code).where(Desk.kind == DeskKind.OVERSIGHT)))


def desks_of_camp(session: Session, camp: str | None) -> Sequence[str]:
    """Returns the codes of a camp's protection desks, except retired desks."""
    return _sealed_to(session, Desk.kind == DeskKind.PROTECTION, Desk.place == camp)


def _sealed_to(session: Session, *which: ColumnElement[bool]) -> Sequence[str]:
    found = select(Desk.code).where(*which, Desk.retired_at.is_(None))
    return session.scalars(found.order_by(Desk.code)).all()


def get_desk(session: Session, code: str, *, for_writing: bool = False) -> Desk:
    """Returns a desk by its code. Locks the desk's row if `for_writing` is True. Raises NotFound."""
    found = select(Desk).where(Desk.code == code)
    desk = session.scalar(found.with_for_update() if for_writing else found)
    if desk is None:
        raise NotFound(f"there is no desk {code}: see the page Desks")
    return desk


def wrapped_key(session: Session, code: str, member: str) -> bytes:
    """Returns a member's encrypted copy of a desk's private key. Raises NotFound."""
    found = session.scalar(_wrapped(code, member))
    if found is None:
        raise NotFound(f"desk {code} has no member {member}")
    return found


def previous_key(session: Session, code: str) -> bytes | None:
    """Returns the old private key of a desk in a rotation, encrypted for the recovery passphrase.

    Returns None if the desk's key is not in a rotation.
    """
    return session.scalar(_wrapped(code, PREVIOUS_KEY))


def replace_key(
    session: Session, code: str, public_key: bytes, *, wrapped_key: bytes, proof: bytes | None
) -> None:
    """Replaces the key pair of a desk. After the transaction, all processes encrypt the desk's new tips with the new
    public key."""
    session.execute(
        update(Desk).where(Desk.code == code).values(public_key=public_key, proof=proof)
    )
    rewrap(session, code, PASSPHRASE_MEMBER, wrapped_key)


def rewrap(session: Session, code: str, member: str, wrapped_key: bytes) -> None:
    """Replaces the encrypted desk key in a member's row."""
    row = update(DeskMember).where(DeskMember.desk_code == code, DeskMember.member == member)
    session.execute(row.values(wrapped_key=wrapped_key))


def rotation_since(session: Session, code: str) -> datetime | None:
    """Returns the time when the present rotation of a desk's key began. Returns None if the desk's key is not in a
    rotation.
    """
    row = _wrapped(code, PREVIOUS_KEY).with_only_columns(DeskMember.created_at)
    return session.scalar(row)


def end_rotation(session: Session, code: str) -> None:
    """Deletes a desk's old keys after a rotation. After that, no tip can be decrypted with the old keys, so a former
    member's copy of an old key is useless.
    """
    since = rotation_since(session, code)
    session.execute(delete(DeskMember).where(DeskMember.desk_code == code, IS_ASIDE))
    ended = update(Desk).where(Desk.code == code, Desk.copied_since <= since)
    session.execute(ended.values(copied_since=None))


def add_desks(session: Session, wrapped: Mapping[Desk, bytes]) -> None:
    """Stores new desks, each with its private key encrypted for the recovery passphrase."""
    session.add_all(wrapped)
    session.flush()
    for desk, key in wrapped.items():
        add_member(session, desk.code, PASSPHRASE_MEMBER, key, desk.created_at)


def add_member(session: Session, code: str, member: str, key: bytes, at: datetime) -> None:
    """Stores a desk's private key, encrypted for a new member."""
    session.add(DeskMember(desk_code=code, member=member, wrapped_key=key, created_at=at))


def _wrapped(code: str, member: str) -> Select[bytes]:
    return select(DeskMember.wrapped_key).where(
        DeskMember.desk_code == code, DeskMember.member == member
    )


BY_PASSPHRASE = (PASSPHRASE_MEMBER, PREVIOUS_KEY)
_ARE_MEMBERS = (
    DeskMember.member.not_in(BY_PASSPHRASE),
    ~DeskMember.member.startswith(PREVIOUS_KEY_OF),
)


def members_of_desk(session: Session, code: str) -> Mapping[str, bytes]:
    """Returns the members of a desk, each with the encrypted copy of the desk's private key. Leaves out old keys of a
    rotation, and the recovery passphrase.
    """
    return {row.member: row.wrapped_key for row in _rows(session, code)}


def member_counts(session: Session) -> Mapping[str, int]:
    """Returns the number of members of each desk, by desk code."""
    rows = select(DeskMember.desk_code, func.count()).where(*_ARE_MEMBERS)
    return {code: count for code, count in session.execute(rows.group_by(DeskMember.desk_code))}  # noqa: C416


def desks_in_rotation(session: Session) -> frozenset[str]:
    """Returns the codes of the desks whose key is in a rotation."""
    return frozenset(session.scalars(select(DeskMember.desk_code).where(IS_ASIDE)))


def access_since(session: Session, code: str) -> Mapping[str, datetime]:
    """Returns the members of a desk, each with the time when the member got access."""
    return {row.member: row.created_at for row in _rows(session, code)}


def wrapped_keys(session: Session, code: str, member: str) -> Sequence[bytes]:
    """Returns a member's encrypted copies of a desk's private keys: the present key and, during a rotation, the old
    key.
    """
    found = select(DeskMember).where(
        DeskMember.desk_code == code, DeskMember.member.in_((member, PREVIOUS_KEY_OF + member))
    )
    rows = {row.member: row.wrapped_key for row in session.scalars(found)}
    return [rows[name] for name in (member, PREVIOUS_KEY_OF + member) if name in rows]


def desks_of(session: Session, member: str) -> frozenset[str]:
    """Returns the codes of the desks whose key is encrypted for this member."""
    return frozenset(
        session.scalars(select(DeskMember.desk_code).where(DeskMember.member == member))
    )


def desks_of_person(session: Session, person_id: int, *, skip: int = 0) -> frozenset[str]:
    """Returns the codes of a person's desks. These are the desks of the person's phones, and the desks whose key is
    encrypted for the person.
    """
    members = [name for name in names_of(session, person_id) if name != of_responder(skip)]
    phones = [one for one in map(responder_of, members) if one is not None]
    opened = select(DeskMember.desk_code).where(DeskMember.member.in_(members))
    runs = select(Membership.desk_code).where(Membership.responder_id.in_(phones), IS_RUNNING)
    return frozenset(session.scalars(opened)).union(session.scalars(runs))


def names_of(session: Session, person_id: int) -> tuple[str, ...]:
    """Returns the names under which a person is a member of desks: one name for each phone and account."""
    phones = select(Responder.id).where(Responder.person_id == person_id).order_by(Responder.id)
    logins = select(ConsoleAccount.id).where(ConsoleAccount.person_id == person_id)
    return (
        *map(of_responder, session.scalars(phones)),
        *map(of_account, session.scalars(logins.order_by(ConsoleAccount.id))),
    )


def is_of_national(session: Session, who: str) -> bool:
    """Returns True if a person belongs to the national desk, and so may not decide about people of an oversight
    desk.
    """
    people = tables_accounts.persons_of(session, who)
    accounts = (row for one in people for row in tables_accounts.of_person(session, one))
    return any(AccountRole.NATIONAL in row.held_roles for row in accounts) or any(
        NATIONAL in desks_of_person(session, one) for one in people
    )


def is_overseen(session: Session, who: str, person_id: int | None, desks: Collection[str]) -> bool:
    """Returns True if `who` works for the national desk, and the person for an oversight desk. `who` may then not
    decide about the person.

    `person_id` is the person that the decision is about. `desks` contains the desks that this person would join by the
    decision.
    """
    own = frozenset() if person_id is None else desks_of_person(session, person_id)
    is_apart = every_oversight(session).isdisjoint({*desks, *own})
    return not is_apart and is_of_national(session, who)


class AccountAccess(NamedTuple):
    person_id: int
    desks: frozenset[str]
    """The desks whose private key is encrypted for the account."""
    phones: Mapping[int, frozenset[str]]
    """The ids of the phones of the account's owner, active phones first, each with the codes of its desks. An inactive
    phone has no desks.
    """


def access_of(session: Session, account_id: int) -> AccountAccess:
    """Returns the facts that decide which desks an account may use: the account's keys, and the owner's phones.

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
        raise NotFound(f"there is no account {account_id}: reload the page")
    phones: dict[int, set[str]] = {}
    for row in rows:
        if row[2] is not None:
            phones.setdefault(row[2], set()).update([row[4]] if row[3] and row[4] else [])
    desks = frozenset(row[1] for row in rows if row[1] is not None)
    return AccountAccess(
        rows[0][0], desks, {one: frozenset(codes) for one, codes in phones.items()}
    )


def desks_by_member(session: Session) -> Mapping[str, Sequence[str]]:
    """Returns the codes of each member's desks, by member, sorted."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = select(DeskMember).where(*_ARE_MEMBERS).order_by(DeskMember.desk_code)
    for row in session.scalars(rows):
        found[row.member].append(row.desk_code)
    return found


def store_key(session: Session, code: str, member: str, wrapped_key: bytes, at: datetime) -> None:
    """Stores a desk's private key, encrypted for a member. Replaces the member's earlier copies of the desk's key."""
    _forget(session, code, member)
    add_member(session, code, member, wrapped_key, at)


def replace_keys(session: Session, code: str, encrypted: Mapping[str, bytes], at: datetime) -> None:
    """Stores a desk's new private key, encrypted for each member in `encrypted`. Keeps the members' copies of the
    previous key as old keys of the rotation.

    Members who are not in `encrypted` lose access.
    """
    for row in _rows(session, code):
        wrapped = encrypted.get(row.member)
        if wrapped is None:
            session.delete(row)
            continue
        aside = PREVIOUS_KEY_OF + row.member
        add_member(session, code, aside, row.wrapped_key, at)
        row.wrapped_key = wrapped


def end_access_at(session: Session, code: str, names: Collection[str], at: datetime) -> bool:
    """Ends the access of the members in `names` to a desk. Returns True if at least one of these members had access.

    A former member may still have a copy of the desk's key, until the desk gets a new key.
    """
    opened = [member for member in names if code in desks_of(session, member)]
    for member in opened:
        _shut(session, code, member, at)
    return bool(opened)


def end_access(
    session: Session, member: str, at: datetime, *, skip: Collection[str] = ()
) -> frozenset[str]:
    """Ends a member's access to all desks except the desks in `skip`. Returns the codes of the desks to which the
    member lost access.

    The former member may still have a copy of each desk's key, until this desk gets a new key.
    """
    gone = desks_of(session, member) - frozenset(skip)
    for code in sorted(gone):
        _shut(session, code, member, at)
    return gone


def _shut(session: Session, code: str, member: str, at: datetime) -> None:
    """Deletes a member's encrypted copies of a desk's key. Sets `Desk.copied_since`, because the former member may have
    kept the key.

    Locks the desk's row before the rows of its members, as the code that makes a new desk key does. With another order,
    two transactions could wait for each other forever. During a rotation, the former member may also have a copy of the
    new key. So the function sets `Desk.copied_since` to a time after the rotation's beginning, which `end_rotation`
    does not delete. After the rotation, the desk still needs another new key.
    """
    get_desk(session, code, for_writing=True)
    _forget(session, code, member)
    since = rotation_since(session, code)
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


# The code below stores the recovery key pairs and the copies of the hotline's signing key.


class RecoveryPair(Row):
    """A recovery key pair, with which two people can decrypt the keys of all desks. The private key of every desk is
    encrypted for the newest recovery pair.

    While people change the recovery passphrase, the table has two pairs. The newer pair has the higher id.
    """

    __tablename__ = "recovery_pair"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[bytes]
    wrapped_key: Mapped[bytes]
    """The pair's private key, encrypted under the recovery passphrase."""
    made_at: Mapped[datetime]
    proof: Mapped[bytes | None]
    """The hotline's signature of the pair's public key."""


def recovery_pairs(session: Session) -> Sequence[RecoveryPair]:
    """Returns all recovery pairs, the present pair first."""
    return session.scalars(select(RecoveryPair).order_by(RecoveryPair.id.desc())).all()


def newest_pair(session: Session) -> RecoveryPair | None:
    """Returns the recovery pair for which desk keys are encrypted now, or None.

    Before the calling function encrypts a desk's key for the pair, it must lock the desk's row.
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
    """Deletes the recovery pairs whose id is lower than `than`. Before this call, every desk's key must be encrypted
    for a newer pair.
    """
    session.execute(delete(RecoveryPair).where(RecoveryPair.id < than))


class LineKeyCopy(Row):
    """A copy of the hotline's signing key, encrypted either under the recovery passphrase or for two admins
    together.
    """

    __tablename__ = "line_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str]
    """The name "enrolment" for the recovery passphrase, or the first admin's member name, such as `account:7`."""
    second: Mapped[str]
    """The member name of the second admin, or an empty text for the recovery passphrase."""
    sealed: Mapped[bytes]
    made_at: Mapped[datetime]


def line_key_copies(session: Session, holder: str) -> Sequence[LineKeyCopy]:
    return session.scalars(select(LineKeyCopy).where(LineKeyCopy.holder == holder)).all()


def replace_line_key(
    session: Session, copies: Sequence[LineKeyCopy], *, by_passphrase: bool
) -> None:
    """Replaces copies of the hotline's signing key: the copy for the recovery passphrase if `by_passphrase` is True,
    otherwise all copies for admins.
    """
    is_of_passphrase = LineKeyCopy.holder == PASSPHRASE_MEMBER
    replaced = is_of_passphrase if by_passphrase else ~is_of_passphrase
    session.execute(delete(LineKeyCopy).where(replaced))
    session.add_all(copies)
