"""Stores enrolments: what a phone and a person must prove before a desk's key is encrypted to them."""

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
"""Templates of the messages that go only to the number from before a change."""


class EnrolmentEnd(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Another enrolment took its place, or its person was removed."""


class Enrolment(Row):
    """One person's enrolment, or change of number. At most one is open for each person."""

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    kind: Mapped[str]
    """A `people.rules.EnrolmentKind`."""
    approval_id: Mapped[int | None]
    """The approval that the second admin decides on, once phone and person are proved."""
    number_key: Mapped[str] = mapped_column(index=True)
    """Lasting keyed digest of the number that must be proved."""
    encrypted_number: Mapped[bytes | None]
    """The same number, encrypted to the relay, until it is the responder's.

    After that the earlier number, for some days.
    """
    encrypted_code: Mapped[bytes | None]
    """The code, encrypted to the relay from the writing to the sending."""
    code_hash: Mapped[bytes | None]
    """Hash of the code that was sent to the phone."""
    code_until: Mapped[datetime | None]
    start_hash: Mapped[bytes | None]
    """Hash of the start PIN that the person has on paper."""
    start_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    """The time when both were keyed on that phone."""
    ended_at: Mapped[datetime | None]
    ended: Mapped[str | None]
    """An `EnrolmentEnd`."""


def open_enrolment(
    session: Session, responder_id: int, *, for_writing: bool = False
) -> Enrolment | None:
    """Returns the responder's enrolment that was not ended, even if its time is over. Locks it if `for_writing`."""
    hers = select(Enrolment).where(
        Enrolment.responder_id == responder_id, Enrolment.ended_at.is_(None)
    )
    return session.scalar(hers.with_for_update() if for_writing else hers)


def enrolment_of_approval(
    session: Session, approval_id: int, *, for_writing: bool = False
) -> Enrolment | None:
    """Returns the enrolment that this approval is about, while it is open. Locks it if `for_writing`."""
    found = select(Enrolment).where(
        Enrolment.approval_id == approval_id, Enrolment.ended_at.is_(None)
    )
    return session.scalar(found.with_for_update() if for_writing else found)


def confirmed_at(session: Session, responder_id: int) -> datetime | None:
    """Returns when the responder's present number was proved by a code. Returns None if no code was ever asked for."""
    hers = select(Enrolment.proved_at).where(
        Enrolment.responder_id == responder_id, Enrolment.ended == EnrolmentEnd.APPROVED
    )
    return session.scalar(hers.order_by(Enrolment.id.desc()).limit(1))


def provable_enrolment(session: Session, number_key: str, at: datetime) -> Enrolment | None:
    """Returns the enrolment that a phone can prove now. Returns None if there is none, or after too many attempts."""
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
    """Returns True if any responder has a PIN, or must choose one.

    Then every caller of the responders' short code is asked for a PIN. Raises StoreUnavailable.
    """
    with database.looking() as connection:
        return connection.ask(ANY_PIN) is not None


def can_prove(session: Session, responder_id: int, at: datetime) -> bool:
    """Returns True if the responder's present phone can prove an enrolment now."""
    person = session.get_one(Responder, responder_id)
    return provable_enrolment(session, person.number_key, at) is not None


def language_to_prove(session: Session, number_key: str, at: datetime) -> str | None:
    """Returns the language of the person who must prove an enrolment on this phone. Returns None if there is none."""
    row = provable_enrolment(session, number_key, at)
    return None if row is None else session.get_one(Responder, row.responder_id).language


def take_attempt(session: Session, enrolment_id: int) -> bool:
    """Counts an attempt. Returns False if none was left."""
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
    """Returns the encrypted number from before the responder's last change, while it is kept. Otherwise None."""
    found = select(Enrolment.encrypted_number).where(
        Enrolment.responder_id == responder_id,
        Enrolment.kind == EnrolmentKind.NUMBER,
        Enrolment.ended == EnrolmentEnd.APPROVED,
    )
    return session.scalar(found.order_by(Enrolment.id.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class MessageAddress:
    """The address of a message, and the code that it contains. Both are encrypted."""

    number: bytes = field(repr=False)
    code: bytes | None = field(default=None, repr=False)
    is_hers: bool = True
    """True if the result of the sending shows that the responder's own number works or not."""


def message_address(session: Session, template: Template, person: Responder) -> MessageAddress:
    """Returns the responder's number. During a change it is the new or the earlier number, as the template needs."""
    if template in PREVIOUS_NUMBER_TEMPLATES:
        return MessageAddress(previous_number(session, person.id) or b"", is_hers=False)
    if template is not Template.JOIN:
        return MessageAddress(person.encrypted_number)
    row = open_enrolment(session, person.id)
    if row is None or row.encrypted_code is None:
        return MessageAddress(person.encrypted_number, is_hers=False)
    number = row.encrypted_number or person.encrypted_number
    return MessageAddress(number, row.encrypted_code, is_hers=row.encrypted_number is None)


def delete_numbers(session: Session, at: datetime) -> None:
    """Deletes the numbers of enrolments that ended more than `OLD_NUMBER_KEPT` ago."""
    over = (Enrolment.encrypted_number.is_not(None), Enrolment.ended_at <= at - OLD_NUMBER_KEPT)
    session.execute(update(Enrolment).where(*over).values(encrypted_number=None))


def end_enrolment(row: Enrolment, how: EnrolmentEnd, at: datetime) -> None:
    """Ends an enrolment and deletes its secrets. Deletes the new number too, unless the enrolment was approved."""
    row.ended, row.ended_at = how, at
    row.code_hash = row.start_hash = row.encrypted_code = None
    if how is not EnrolmentEnd.APPROVED:
        row.encrypted_number = None
