"""To whom a desk's key is sealed: the rows of members, beside those of the passphrase."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hotline.store.desk.desks import BEFORE, BEFORE_OF, ENROLMENT, Desk, DeskMember

BY_PASSPHRASE = (ENROLMENT, BEFORE)


def of_desk(session: Session, code: str) -> Mapping[str, bytes]:
    """The desk's key as it is sealed to each member; what a rotation put aside is not among them."""
    return {row.member: row.wrapped_key for row in _rows(session, code)}


def wrapped_keys(session: Session, code: str, member: str) -> Sequence[bytes]:
    """A desk's key as it is sealed to one member: today's, and behind it the one that a rotation put aside."""
    found = select(DeskMember).where(
        DeskMember.desk_code == code, DeskMember.member.in_((member, BEFORE_OF + member))
    )
    rows = {row.member: row.wrapped_key for row in session.scalars(found)}
    return [rows[name] for name in (member, BEFORE_OF + member) if name in rows]


def desks_of(session: Session, member: str) -> frozenset[str]:
    """The desks whose key is sealed to a member."""
    return frozenset(
        session.scalars(select(DeskMember.desk_code).where(DeskMember.member == member))
    )


def seal(session: Session, code: str, member: str, wrapped_key: bytes, at: datetime) -> None:
    """In the place of what was sealed to the member before."""
    _forget(session, member, [code])
    session.add(DeskMember(desk_code=code, member=member, wrapped_key=wrapped_key, created_at=at))


def reseal(session: Session, code: str, sealed: Mapping[str, bytes], at: datetime) -> None:
    """Each member's new key beside the one before. Who is not among `sealed` opens the desk no more."""
    for row in _rows(session, code):
        wrapped = sealed.get(row.member)
        if wrapped is None:
            session.delete(row)
            continue
        aside = DeskMember(
            desk_code=code,
            member=BEFORE_OF + row.member,
            wrapped_key=row.wrapped_key,
            created_at=at,
        )
        session.add(aside)
        row.wrapped_key = wrapped


def forget(
    session: Session, member: str, at: datetime, *, but: Collection[str] = ()
) -> frozenset[str]:
    """She opens these desks no more. Until each has another key she may hold a copy. The desks that it was."""
    gone = desks_of(session, member) - frozenset(but)
    if gone:
        _forget(session, member, gone)
        copied = update(Desk).where(Desk.code.in_(gone), Desk.copied_since.is_(None))
        session.execute(copied.values(copied_since=at))
    return gone


def _forget(session: Session, member: str, codes: Collection[str]) -> None:
    names = (member, BEFORE_OF + member)
    session.execute(
        delete(DeskMember).where(DeskMember.desk_code.in_(codes), DeskMember.member.in_(names))
    )


def _rows(session: Session, code: str) -> Sequence[DeskMember]:
    found = select(DeskMember).where(
        DeskMember.desk_code == code,
        DeskMember.member.not_in(BY_PASSPHRASE),
        ~DeskMember.member.startswith(BEFORE_OF),
    )
    return session.scalars(found.order_by(DeskMember.id)).all()
