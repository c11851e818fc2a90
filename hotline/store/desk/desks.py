"""Desks: the people of a district, or of the nation, who may open its tips. Rows, and the questions asked of them."""

from collections.abc import Collection, Sequence
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

from hotline.domain.desk.desks import DeskKind
from hotline.errors import NotFound
from hotline.store.database import Row
from hotline.store.driver import PreparedStatement

ENROLMENT = "enrolment"
"""The member that every desk begins with: whoever knows the passphrase of `hotline init`."""


BEFORE = "before"
"""The key that a rotation put aside, wrapped likewise, until no grant is sealed to it."""
BEFORE_OF = "before:"
"""The same for one member: `before:r17`."""


class Desk(Row):
    """A key pair's public half. The private half exists only wrapped, once for each member."""

    __tablename__ = "desk"

    code: Mapped[str] = mapped_column(primary_key=True)
    """A district's NISR code ("12"), "national", or a word of letters."""
    kind: Mapped[str | None]
    """A `domain.desk.desks.DeskKind`; None where a process of the release before made it."""
    name: Mapped[str | None]
    """Of a desk that was added."""
    place: Mapped[str | None]
    """The district that it is in; of a protection desk the camp that it is for."""
    public_key: Mapped[bytes]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    """From then on nothing is sealed to it. What was sealed still opens."""
    copied_since: Mapped[datetime | None]
    """Since when somebody who may not open it any more may hold a copy of its key; None once nothing opens by that."""


class DeskMember(Row):
    """One way to open a desk: its private key, wrapped under what this member knows."""

    __tablename__ = "desk_member"
    __table_args__ = (UniqueConstraint("desk_code", "member"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"))
    member: Mapped[str]
    """`r<id>` of a responder, `account:<id>`, or "enrolment" for the passphrase of `hotline init`."""
    wrapped_key: Mapped[bytes]
    """Self-describing. `hotline.sealing.deskkeys` reads what the passphrase opens, `members` what is sealed to one."""
    created_at: Mapped[datetime]


@cache
def _keys_of(many: int) -> PreparedStatement:
    """Made once for each number of desks: each answer of a report asks for one, or two."""
    desk = Desk.metadata.tables[Desk.__tablename__]
    these = desk.c.code.in_([bindparam(f"code_{n}") for n in range(many)])
    asked = select(desk.c.code, desk.c.public_key).where(these)
    return PreparedStatement(asked, desk.c.code.type, desk.c.public_key.type)


def public_keys(session: Session, codes: Collection[str]) -> dict[str, bytes]:
    """Public keys by desk code, of those desks that exist."""
    if not codes:
        return {}
    asked = {f"code_{n}": code for n, code in enumerate(codes)}
    return dict(_keys_of(len(codes)).rows(session, **asked))


def codes(session: Session) -> set[str]:
    return set(session.scalars(select(Desk.code)))


def everything(session: Session) -> Sequence[Desk]:
    """Every desk, by its code."""
    return session.scalars(select(Desk).order_by(Desk.code)).all()


def of_kind(session: Session, kind: str) -> Sequence[str]:
    """Codes of the desks of that kind to which something may still be sealed."""
    return _sealed_to(session, Desk.kind == kind)


def of_camp(session: Session, camp: str | None) -> Sequence[str]:
    """Returns the same of the protection desks of a camp."""
    return _sealed_to(session, Desk.kind == DeskKind.PROTECTION, Desk.place == camp)


def _sealed_to(session: Session, *which: ColumnElement[bool]) -> Sequence[str]:
    found = select(Desk.code).where(*which, Desk.retired_at.is_(None))
    return session.scalars(found.order_by(Desk.code)).all()


def one(session: Session, code: str, *, for_writing: bool = False) -> Desk:
    """Raises NotFound."""
    found = select(Desk).where(Desk.code == code)
    desk = session.scalar(found.with_for_update() if for_writing else found)
    if desk is None:
        raise NotFound(f"no desk {code}: the page Desks shows them")
    return desk


def wrapped_key(session: Session, code: str, member: str) -> bytes:
    """A desk's private key as wrapped for one member. Raises NotFound."""
    found = session.scalar(_wrapped(code, member))
    if found is None:
        raise NotFound(f"desk {code} has no member {member}")
    return found


def key_before(session: Session, code: str) -> bytes | None:
    """The one that a rotation put aside, as it is wrapped; None but in the middle of one."""
    return session.scalar(_wrapped(code, BEFORE))


def put_aside(session: Session, code: str, *, wrapped_key: bytes, at: datetime) -> None:
    """Keep the present key beside the next one, wrapped as it is given."""
    _add_member(session, code, BEFORE, wrapped_key, at)


def replace_key(session: Session, code: str, public_key: bytes, *, wrapped_key: bytes) -> None:
    """From this commit on tips are sealed to the new half."""
    session.execute(update(Desk).where(Desk.code == code).values(public_key=public_key))
    rewrap(session, code, ENROLMENT, wrapped_key)


def rewrap(session: Session, code: str, member: str, wrapped_key: bytes) -> None:
    """The same row of a desk, opened by something else from now on."""
    row = update(DeskMember).where(DeskMember.desk_code == code, DeskMember.member == member)
    session.execute(row.values(wrapped_key=wrapped_key))


def moving_since(session: Session, code: str) -> datetime | None:
    """When the key was put aside that grants are moved away from; None but in the middle of a rotation."""
    row = select(DeskMember.created_at)
    return session.scalar(row.where(DeskMember.desk_code == code, DeskMember.member == BEFORE))


def end_rotation(session: Session, code: str) -> None:
    """Destroy every key of this desk that was put aside. Who left before that holds a copy of nothing any more."""
    since = moving_since(session, code)
    aside = or_(DeskMember.member == BEFORE, DeskMember.member.startswith(BEFORE_OF))
    session.execute(delete(DeskMember).where(DeskMember.desk_code == code, aside))
    ended = update(Desk).where(Desk.code == code, Desk.copied_since <= since)
    session.execute(ended.values(copied_since=None))


def add(session: Session, desk: Desk, wrapped_key: bytes) -> None:
    """Adds a desk, which opens by the passphrase."""
    session.add(desk)
    session.flush()
    _add_member(session, desk.code, ENROLMENT, wrapped_key, desk.created_at)


def _add_member(session: Session, code: str, member: str, key: bytes, at: datetime) -> None:
    session.add(DeskMember(desk_code=code, member=member, wrapped_key=key, created_at=at))


def _wrapped(code: str, member: str) -> Select[bytes]:
    return select(DeskMember.wrapped_key).where(
        DeskMember.desk_code == code, DeskMember.member == member
    )
