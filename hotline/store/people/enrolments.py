"""Enrolments: what a phone and a person have to prove before a desk's key is sealed to them. Rows."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.database import Row


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
    """That number, sealed to the relay, where it is not yet hers."""
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
    """"approved", "refused", "withdrawn" or "lapsed"."""
