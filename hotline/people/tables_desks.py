"""Stores the desks that read tips. The members of a desk can decrypt the tips of its district, or of the whole
country.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Select,
    UniqueConstraint,
    bindparam,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row
from hotline.core.driver import PreparedStatement
from hotline.errors import NotFound
from hotline.keys.desk_signatures import DeskKey
from hotline.people.rules_desks import DeskKind, kind_of

PASSPHRASE_MEMBER = "enrolment"
"""The first member of every desk: the recovery passphrase that `hotline init` makes."""


PREVIOUS_KEY = "before"
"""The name of the row that keeps the old key during a rotation. It is encrypted like the present key.

The row is kept until no grant needs the old key."""
PREVIOUS_KEY_OF = "before:"
"""The prefix of the name of such a row for one member, such as `before:r17`."""


class Desk(Row):
    """A desk, with the public key of its key pair.

    The private key exists only in encrypted form, with one copy for each member.
    """

    __tablename__ = "desk"

    code: Mapped[str] = mapped_column(primary_key=True)
    """The NISR code of a district (such as "12"), "national", or the code of a desk that people added."""
    kind: Mapped[str | None]
    """The value of a `people.rules_desks.DeskKind`. None if the previous release made the row."""
    name: Mapped[str | None]
    """The name of a desk that people added."""
    place: Mapped[str | None]
    """The district in which the desk lies. For a protection desk, the camp."""
    service: Mapped[str | None]
    """For a service, the kind of help that it gives: a value of the question `service` in the forms of a case."""
    number: Mapped[str | None]
    """For a service, its phone number. It is shown only while the number is confirmed."""
    public_key: Mapped[bytes]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    """From this time on, nothing is encrypted for the desk. Older data can still be decrypted."""
    copied_since: Mapped[datetime | None]
    """The time since which a person without access may have a copy of the desk's present private key. None after a new
    key has replaced that key."""
    proof: Mapped[bytes | None]
    """The signatures of the key, which `keys.desk_signatures` checks."""


class DeskMember(Row):
    """A member of a desk, with the desk's private key encrypted for this member."""

    __tablename__ = "desk_member"
    __table_args__ = (UniqueConstraint("desk_code", "member"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"))
    member: Mapped[str]
    """`r<id>` for a responder, `account:<id>` for an account, or "enrolment" for the recovery passphrase."""
    wrapped_key: Mapped[bytes]
    """The encrypted private key. The first bytes identify the format.

    If the member is the recovery passphrase, `hotline.people.encrypt_desk_keys` decrypts it.

    For all other members, `hotline.people.decrypt_members` decrypts it."""
    created_at: Mapped[datetime]


IS_ASIDE = or_(DeskMember.member == PREVIOUS_KEY, DeskMember.member.startswith(PREVIOUS_KEY_OF))
"""The rows that keep an old key during a rotation."""


@cache
def _keys_of(many: int) -> PreparedStatement:
    """Returns a prepared query for this number of desks. It is made only once for each number.

    The query is used often: each answer of a report needs the keys of one or two desks.
    """
    desk = Desk.metadata.tables[Desk.__tablename__].c
    these = desk.code.in_([bindparam(f"code_{n}") for n in range(many)])
    columns = (desk.code, desk.kind, desk.place, desk.public_key, desk.proof)
    return PreparedStatement(select(*columns).where(these), *(one.type for one in columns))


def service_desks(session: Session, service: str) -> Sequence[Desk]:
    """Returns the desks that give this kind of help."""
    here = (Desk.kind == DeskKind.SERVICE, Desk.service == service, Desk.retired_at.is_(None))
    return session.scalars(select(Desk).where(*here)).all()


def desk_keys(session: Session, codes: Collection[str]) -> Sequence[DeskKey]:
    """Returns the keys of desks, with their signatures. Leaves out codes of desks that do not exist."""
    if not codes:
        return ()
    asked = {f"code_{n}": code for n, code in enumerate(codes)}
    return [
        DeskKey(code, kind or kind_of(code), place or "", *key)
        for code, kind, place, *key in _keys_of(len(codes)).rows(session, **asked)
    ]


def public_keys(session: Session, codes: Collection[str]) -> dict[str, bytes]:
    """Returns the public keys of desks, by desk code. The keys may be unsigned. Leaves out codes of desks that do not
    exist.
    """
    return {one.code: one.public_key for one in desk_keys(session, codes)}


def key_of(desk: Desk) -> DeskKey:
    """Returns a desk's key with its signatures."""
    kind = desk.kind or kind_of(desk.code)
    return DeskKey(desk.code, kind, desk.place or "", desk.public_key, desk.proof)


def desk_codes(session: Session) -> set[str]:
    return set(session.scalars(select(Desk.code)))


def all_desks(session: Session) -> Sequence[Desk]:
    """Returns every desk, ordered by code."""
    return session.scalars(select(Desk).order_by(Desk.code)).all()


def desks_of_kind(session: Session, kind: str) -> Sequence[str]:
    """Returns the codes of the desks of this kind that are not retired."""
    return _sealed_to(session, Desk.kind == kind)


def oversight_desks(session: Session) -> Sequence[str]:
    """Returns the codes of the desks that get complaints about the national desk.

    If all of them were retired, returns the retired ones, so that no complaint is lost.
    """
    return desks_of_kind(session, DeskKind.OVERSIGHT) or sorted(every_oversight(session))


def mixes_oversight(session: Session, codes: Collection[str]) -> bool:
    """Returns True if an oversight desk and any other desk are among these desks. No person may belong to both."""
    oversight = every_oversight(session)
    return not oversight.isdisjoint(codes) and not oversight.issuperset(codes)


def every_oversight(session: Session) -> frozenset[str]:
    """Returns the codes of all oversight desks. People of a retired one still handle the complaints that it reads."""
    return frozenset(session.scalars(select(Desk.code).where(Desk.kind == DeskKind.OVERSIGHT)))


def desks_of_camp(session: Session, camp: str | None) -> Sequence[str]:
    """Returns the codes of a camp's protection desks that are not retired."""
    return _sealed_to(session, Desk.kind == DeskKind.PROTECTION, Desk.place == camp)


def _sealed_to(session: Session, *which: ColumnElement[bool]) -> Sequence[str]:
    found = select(Desk.code).where(*which, Desk.retired_at.is_(None))
    return session.scalars(found.order_by(Desk.code)).all()


def get_desk(session: Session, code: str, *, for_writing: bool = False) -> Desk:
    """Returns a desk by its code. Raises NotFound."""
    found = select(Desk).where(Desk.code == code)
    desk = session.scalar(found.with_for_update() if for_writing else found)
    if desk is None:
        raise NotFound(f"there is no desk {code}: see the page Desks")
    return desk


def wrapped_key(session: Session, code: str, member: str) -> bytes:
    """Returns a desk's private key as it was encrypted for this member. Raises NotFound."""
    found = session.scalar(_wrapped(code, member))
    if found is None:
        raise NotFound(f"desk {code} has no member {member}")
    return found


def previous_key(session: Session, code: str) -> bytes | None:
    """Returns the old private key of a rotation, in encrypted form.

    Returns None if the desk is not in a rotation.
    """
    return session.scalar(_wrapped(code, PREVIOUS_KEY))


def keep_previous_key(session: Session, code: str, *, wrapped_key: bytes, at: datetime) -> None:
    """Stores the present private key as the old key of a rotation. The key must already be encrypted."""
    add_member(session, code, PREVIOUS_KEY, wrapped_key, at)


def replace_key(
    session: Session, code: str, public_key: bytes, *, wrapped_key: bytes, proof: bytes | None
) -> None:
    """Replaces the key pair of a desk. After this commit, tips are encrypted with the new public key."""
    session.execute(
        update(Desk).where(Desk.code == code).values(public_key=public_key, proof=proof)
    )
    rewrap(session, code, PASSPHRASE_MEMBER, wrapped_key)


def rewrap(session: Session, code: str, member: str, wrapped_key: bytes) -> None:
    """Replaces the encrypted private key in the row of one member."""
    row = update(DeskMember).where(DeskMember.desk_code == code, DeskMember.member == member)
    session.execute(row.values(wrapped_key=wrapped_key))


def rotation_since(session: Session, code: str) -> datetime | None:
    """Returns when the present rotation began. Returns None if the desk is not in a rotation."""
    row = _wrapped(code, PREVIOUS_KEY).with_only_columns(DeskMember.created_at)
    return session.scalar(row)


def end_rotation(session: Session, code: str) -> None:
    """Deletes the old keys of this desk after a rotation. After this, keys that a removed person may have copied before
    the rotation are useless.
    """
    since = rotation_since(session, code)
    session.execute(delete(DeskMember).where(DeskMember.desk_code == code, IS_ASIDE))
    ended = update(Desk).where(Desk.code == code, Desk.copied_since <= since)
    session.execute(ended.values(copied_since=None))


def add_desks(session: Session, wrapped: Mapping[Desk, bytes]) -> None:
    """Adds desks with their private keys, which can be decrypted with the recovery passphrase."""
    session.add_all(wrapped)
    session.flush()
    for desk, key in wrapped.items():
        add_member(session, desk.code, PASSPHRASE_MEMBER, key, desk.created_at)


def add_member(session: Session, code: str, member: str, key: bytes, at: datetime) -> None:
    """Stores a desk's private key, encrypted for a member that has none."""
    session.add(DeskMember(desk_code=code, member=member, wrapped_key=key, created_at=at))


def _wrapped(code: str, member: str) -> Select[bytes]:
    return select(DeskMember.wrapped_key).where(
        DeskMember.desk_code == code, DeskMember.member == member
    )
