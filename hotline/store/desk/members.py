"""To whom a desk's key is sealed: the rows of members, beside those of the passphrase."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, true, update
from sqlalchemy.orm import Session

from hotline.store.desk import desks
from hotline.store.desk.desks import BEFORE, BEFORE_OF, ENROLMENT, Desk, DeskMember

BY_PASSPHRASE = (ENROLMENT, BEFORE)
_ARE_MEMBERS = (
    DeskMember.member.not_in(BY_PASSPHRASE),
    ~DeskMember.member.startswith(BEFORE_OF),
)


def of_desk(session: Session, code: str) -> Mapping[str, bytes]:
    """The desk's key as it is sealed to each member; what a rotation put aside is not among them."""
    return {row.member: row.wrapped_key for row in _rows(session, code)}


def counted(session: Session) -> Mapping[str, int]:
    """How many open each desk by a key of their own."""
    rows = select(DeskMember.desk_code, func.count()).where(*_ARE_MEMBERS)
    return {code: count for code, count in session.execute(rows.group_by(DeskMember.desk_code))}  # noqa: C416


def moving(session: Session) -> frozenset[str]:
    """The desks in the middle of a rotation: a key before lies beside today's."""
    aside = or_(DeskMember.member == BEFORE, DeskMember.member.startswith(BEFORE_OF))
    return frozenset(session.scalars(select(DeskMember.desk_code).where(aside)))


def since(session: Session, code: str) -> Mapping[str, datetime]:
    """When each member was let in."""
    return {row.member: row.created_at for row in _rows(session, code)}


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
    _forget(session, code, member)
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


def forget_at(session: Session, code: str, names: Collection[str], at: datetime) -> bool:
    """These members open this desk no more. Until it has another key they may hold a copy. Whether any opened it."""
    opened = [member for member in names if code in desks_of(session, member)]
    for member in opened:
        _shut(session, code, member, at)
    return bool(opened)


def forget(
    session: Session, member: str, at: datetime, *, but: Collection[str] = ()
) -> frozenset[str]:
    """She opens these desks no more. Until each has another key she may hold a copy. The desks that it was."""
    gone = desks_of(session, member) - frozenset(but)
    for code in sorted(gone):
        _shut(session, code, member, at)
    return gone


def _shut(session: Session, code: str, member: str, at: datetime) -> None:
    """The desk is held first, as a new key holds it: else the two wait for each other.

    In the middle of a rotation she may hold the new key as well. So she left after it, whatever the clock said when
    somebody pressed: its end does not end that.
    """
    desks.one(session, code, for_writing=True)
    _forget(session, code, member)
    since = desks.moving_since(session, code)
    left_at = at if since is None else max(at, since + timedelta(microseconds=1))
    anew = Desk.copied_since.is_(None) if since is None else true()
    session.execute(update(Desk).where(Desk.code == code, anew).values(copied_since=left_at))


def _forget(session: Session, code: str, member: str) -> None:
    names = (member, BEFORE_OF + member)
    session.execute(
        delete(DeskMember).where(DeskMember.desk_code == code, DeskMember.member.in_(names))
    )


def _rows(session: Session, code: str) -> Sequence[DeskMember]:
    found = select(DeskMember).where(DeskMember.desk_code == code, *_ARE_MEMBERS)
    return session.scalars(found.order_by(DeskMember.id)).all()
