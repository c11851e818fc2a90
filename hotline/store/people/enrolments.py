"""Enrolments: what a phone and a person have to prove before a desk's key is sealed to them.

Rows, and the questions asked of them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, exists, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.people.enrolment import OLD_NUMBER_KEPT, TRIES, EnrolmentKind
from hotline.domain.wording import Template
from hotline.store.database import Database, Row
from hotline.store.people.responders import Responder

NUMBER_BEFORE = frozenset({Template.NUMBER_CHANGED, Template.NUMBER_CHANGED_ALONE})
"""What goes to the number that was changed, and to no other."""


class EnrolmentEnd(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Another one took its place, or its person was removed."""


class Enrolment(Row):
    """One person's way in, or to a new number. At most one is open for each person."""

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    kind: Mapped[str]
    """A `domain.people.standing.EnrolmentKind`."""
    approval_id: Mapped[int | None]
    """What the second admin decides, once phone and person were proved."""
    number_key: Mapped[str] = mapped_column(index=True)
    """Lasting keyed digest of the number that is to prove itself."""
    sealed_number: Mapped[bytes | None]
    """That number, sealed to the relay, where it is not yet hers; once it is, the one before, for some days."""
    sealed_code: Mapped[bytes | None]
    """The code, sealed to the relay from the writing to the sending."""
    code_hash: Mapped[bytes | None]
    """Of the code that went to the phone."""
    code_until: Mapped[datetime | None]
    start_hash: Mapped[bytes | None]
    """Of the start PIN that the person has on paper."""
    start_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    """When both were keyed on that phone."""
    ended_at: Mapped[datetime | None]
    ended: Mapped[str | None]
    """An `EnrolmentEnd`."""


def open_of(session: Session, responder_id: int, *, for_writing: bool = False) -> Enrolment | None:
    """The one that was not ended, whether or not its time is over."""
    hers = select(Enrolment).where(
        Enrolment.responder_id == responder_id, Enrolment.ended_at.is_(None)
    )
    return session.scalar(hers.with_for_update() if for_writing else hers)


def of_approval(
    session: Session, approval_id: int, *, for_writing: bool = False
) -> Enrolment | None:
    """The one that this approval is about, while it is open."""
    found = select(Enrolment).where(
        Enrolment.approval_id == approval_id, Enrolment.ended_at.is_(None)
    )
    return session.scalar(found.with_for_update() if for_writing else found)


def confirmed_at(session: Session, responder_id: int) -> datetime | None:
    """When the number that is hers was proved by a code; None where nobody ever asked."""
    hers = select(Enrolment.proved_at).where(
        Enrolment.responder_id == responder_id, Enrolment.ended == EnrolmentEnd.APPROVED
    )
    return session.scalar(hers.order_by(Enrolment.id.desc()).limit(1))


def to_prove(session: Session, number_key: str, at: datetime) -> Enrolment | None:
    """What a phone may prove at this moment; None where nothing waits for it, or it was tried too often."""
    found = select(Enrolment).where(
        Enrolment.number_key == number_key,
        Enrolment.ended_at.is_(None),
        Enrolment.proved_at.is_(None),
        Enrolment.tries < TRIES,
        Enrolment.code_until > at,
        Enrolment.start_until > at,
    )
    return session.scalar(found)


ANYBODY_ASKED = (
    select(Responder.id)
    .where(
        or_(
            Responder.pin_wrap.is_not(None),
            exists().where(Enrolment.responder_id == Responder.id, Enrolment.ended_at.is_(None)),
        )
    )
    .limit(1)
)


def anybody_has_pin(database: Database) -> bool:
    """Whether anybody chose a PIN, or is to choose one: then everybody behind the entry is asked for one.

    Raises StoreUnavailable.
    """
    with database.looking() as connection:
        return connection.ask(ANYBODY_ASKED) is not None


def may_prove(session: Session, responder_id: int, at: datetime) -> bool:
    """Whether the phone that she has today may prove something."""
    person = session.get_one(Responder, responder_id)
    return to_prove(session, person.number_key, at) is not None


def language_to_prove(session: Session, number_key: str, at: datetime) -> str | None:
    """What whoever has to prove herself on this phone reads; None where nothing waits for it."""
    row = to_prove(session, number_key, at)
    return None if row is None else session.get_one(Responder, row.responder_id).language


def take_try(session: Session, enrolment_id: int) -> bool:
    """Count one; False where none was left."""
    counted = (
        update(Enrolment)
        .where(
            Enrolment.id == enrolment_id,
            Enrolment.tries < TRIES,
            Enrolment.proved_at.is_(None),
            Enrolment.ended_at.is_(None),
        )
        .values(tries=Enrolment.tries + 1)
        .returning(Enrolment.id)
    )
    return session.execute(counted).first() is not None


def number_before(session: Session, responder_id: int) -> bytes | None:
    """The number that her last change took from her, for as long as it is kept."""
    found = select(Enrolment.sealed_number).where(
        Enrolment.responder_id == responder_id,
        Enrolment.kind == EnrolmentKind.NUMBER,
        Enrolment.ended == EnrolmentEnd.APPROVED,
    )
    return session.scalar(found.order_by(Enrolment.id.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class Addressed:
    """Where a message goes, and the code that it says; both sealed."""

    number: bytes = field(repr=False)
    code: bytes | None = field(default=None, repr=False)
    is_hers: bool = True
    """What becomes of it tells whether her own number can be reached."""


def addressed(session: Session, template: Template, person: Responder) -> Addressed:
    """To her number; while that changes, to the one that is to be hers, or to the one that was."""
    if template in NUMBER_BEFORE:
        return Addressed(number_before(session, person.id) or b"", is_hers=False)
    if template is not Template.JOIN:
        return Addressed(person.sealed_number)
    row = open_of(session, person.id)
    if row is None or row.sealed_code is None:
        return Addressed(person.sealed_number, is_hers=False)
    number = row.sealed_number or person.sealed_number
    return Addressed(number, row.sealed_code, is_hers=row.sealed_number is None)


def forget_numbers(session: Session, at: datetime) -> None:
    """Numbers that are nobody's any more."""
    over = (Enrolment.sealed_number.is_not(None), Enrolment.ended_at <= at - OLD_NUMBER_KEPT)
    session.execute(update(Enrolment).where(*over).values(sealed_number=None))


def end(row: Enrolment, how: EnrolmentEnd, at: datetime) -> None:
    """It is proved no more, and its secrets are of no more use. A new number that did not become hers goes too."""
    row.ended, row.ended_at = how, at
    row.code_hash = row.start_hash = row.sealed_code = None
    if how is not EnrolmentEnd.APPROVED:
        row.sealed_number = None
