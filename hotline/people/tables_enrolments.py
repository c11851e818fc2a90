"""Stores enrolments. Phone and person must be proved before a desk's key is encrypted for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, exists, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Database, Row
from hotline.core.wording import Template
from hotline.people.rules import MAX_ATTEMPTS, OLD_NUMBER_KEPT, EnrolmentKind
from hotline.people.tables import Responder

PREVIOUS_NUMBER_TEMPLATES = frozenset({Template.NUMBER_CHANGED, Template.NUMBER_CHANGED_ALONE})
"""Templates of messages that go only to the number from before a change."""


class EnrolmentEnd(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Another enrolment replaced this one, or the responder was removed."""


class Enrolment(Row):
    """The enrolment of a responder, or of a responder's new number. A responder has only one open enrolment at a
    time.
    """

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    kind: Mapped[str]
    """The value of a `people.rules.EnrolmentKind`."""
    approval_id: Mapped[int | None]
    """The approval that a second admin decides on after phone and person were proved."""
    number_key: Mapped[str] = mapped_column(index=True)
    """A keyed digest of the phone number that must be proved. The digest never changes."""
    encrypted_number: Mapped[bytes | None]
    """The same number, encrypted to the workers' key, until the change is complete.

    After that, it is the previous number, for some days."""
    encrypted_code: Mapped[bytes | None]
    """The code, encrypted to the workers' key. The code is deleted after it was sent."""
    code_hash: Mapped[bytes | None]
    """A hash of the code that was sent to the phone."""
    code_until: Mapped[datetime | None]
    start_hash: Mapped[bytes | None]
    """A hash of the start PIN that the person has on paper."""
    start_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    """The time when code and start PIN were entered on the phone."""
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    """The value of an `EnrolmentEnd`."""


def open_enrolment(
    session: Session, responder_id: int, *, for_writing: bool = False
) -> Enrolment | None:
    """Returns the responder's enrolment that is not ended, or None. It may have expired.

    Locks the row if `for_writing` is True.
    """
    own = select(Enrolment).where(
        Enrolment.responder_id == responder_id, Enrolment.ended_at.is_(None)
    )
    return session.scalar(own.with_for_update() if for_writing else own)


def enrolments_of_approval(
    session: Session, approval_id: int, *, for_writing: bool = False
) -> Sequence[Enrolment]:
    """Returns the open enrolments to which this approval belongs. An approval of start PINs can belong to all people
    of a sheet.

    Locks the rows if `for_writing` is True.
    """
    found = select(Enrolment).where(
        Enrolment.approval_id == approval_id, Enrolment.ended_at.is_(None)
    )
    found = found.order_by(Enrolment.id)
    return session.scalars(found.with_for_update() if for_writing else found).all()


def confirmed_at(session: Session, responder_id: int) -> datetime | None:
    """Returns when the responder's present number was proved with a code. Returns None if the number never needed a
    code.
    """
    own = select(Enrolment.proved_at).where(
        Enrolment.responder_id == responder_id, Enrolment.end_reason == EnrolmentEnd.APPROVED
    )
    return session.scalar(own.order_by(Enrolment.id.desc()).limit(1))


def provable_enrolment(session: Session, number_key: str, at: datetime) -> Enrolment | None:
    """Returns the enrolment that can be proved on this phone now.

    Returns None if there is no such enrolment, or if too many attempts were made.
    """
    found = select(Enrolment).where(
        Enrolment.number_key == number_key,
        Enrolment.ended_at.is_(None),
        Enrolment.proved_at.is_(None),
        Enrolment.tries < MAX_ATTEMPTS,
        Enrolment.code_until > at,
        Enrolment.start_until > at,
    )
    return session.scalar(found)


ANY_PIN = (
    select(Responder.id)
    .where(
        or_(
            Responder.pin_wrap.is_not(None),
            exists().where(Enrolment.responder_id == Responder.id, Enrolment.ended_at.is_(None)),
        )
    )
    .limit(1)
)


def has_any_pin(database: Database) -> bool:
    """Returns True if any responder has a PIN, or must choose a PIN.

    Then every phone that dials the responders' short code must enter a PIN. Raises StoreUnavailable.
    """
    with database.looking() as connection:
        return connection.ask(ANY_PIN) is not None


def can_prove(session: Session, responder_id: int, at: datetime) -> bool:
    """Returns True if the responder's present phone can prove an enrolment now."""
    person = session.get_one(Responder, responder_id)
    return provable_enrolment(session, person.number_key, at) is not None


def language_to_prove(session: Session, number_key: str, at: datetime) -> str | None:
    """Returns the language of the person who must prove an enrolment on this phone.

    Returns None if no enrolment can be proved on it.
    """
    row = provable_enrolment(session, number_key, at)
    return None if row is None else session.get_one(Responder, row.responder_id).language


def take_attempt(session: Session, enrolment_id: int) -> bool:
    """Counts an attempt to prove an enrolment, before the attempt is checked. Returns False if no attempts are left."""
    counted = (
        update(Enrolment)
        .where(
            Enrolment.id == enrolment_id,
            Enrolment.tries < MAX_ATTEMPTS,
            Enrolment.proved_at.is_(None),
            Enrolment.ended_at.is_(None),
        )
        .values(tries=Enrolment.tries + 1)
        .returning(Enrolment.id)
    )
    return session.execute(counted).first() is not None


def previous_number(session: Session, responder_id: int) -> bytes | None:
    """Returns the responder's encrypted number from before the last change, if the row still has it.

    Otherwise returns None.
    """
    found = select(Enrolment.encrypted_number).where(
        Enrolment.responder_id == responder_id,
        Enrolment.kind == EnrolmentKind.NUMBER,
        Enrolment.end_reason == EnrolmentEnd.APPROVED,
    )
    return session.scalar(found.order_by(Enrolment.id.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class MessageAddress:
    """The phone number to which a message goes, and the code in the message. Both are encrypted."""

    number: bytes = field(repr=False)
    code: bytes | None = field(default=None, repr=False)
    is_own: bool = True
    """True if the message goes to the responder's own number, so that the result of sending shows whether the number
    works."""


def message_address(session: Session, template: Template, person: Responder) -> MessageAddress:
    """Returns the phone number for a message to the responder.

    During a change of number, the template decides between the new and the previous number.
    """
    if template in PREVIOUS_NUMBER_TEMPLATES:
        return MessageAddress(previous_number(session, person.id) or b"", is_own=False)
    if template is not Template.JOIN:
        return MessageAddress(person.encrypted_number)
    row = open_enrolment(session, person.id)
    if row is None or row.encrypted_code is None:
        return MessageAddress(person.encrypted_number, is_own=False)
    number = row.encrypted_number or person.encrypted_number
    return MessageAddress(number, row.encrypted_code, is_own=row.encrypted_number is None)


def delete_numbers(session: Session, at: datetime) -> None:
    """Deletes the numbers of enrolments that ended more than `OLD_NUMBER_KEPT` ago."""
    over = (Enrolment.encrypted_number.is_not(None), Enrolment.ended_at <= at - OLD_NUMBER_KEPT)
    session.execute(update(Enrolment).where(*over).values(encrypted_number=None))


def end_enrolment(row: Enrolment, how: EnrolmentEnd, at: datetime) -> None:
    """Ends an enrolment, and deletes its secrets. Also deletes the new number, unless the enrolment was approved."""
    row.end_reason, row.ended_at = how, at
    row.code_hash = row.start_hash = row.encrypted_code = None
    if how is not EnrolmentEnd.APPROVED:
        row.encrypted_number = None
