"""Who has read and signed which text: the rows of `reviews.csv`, which import and export keep in step."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.flows.review import Signature
from hotline.store.database import Row, add_if_new


class SignatureRow(Row):
    """A `domain.flows.review.Signature`."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("place", "language", "digest", "signed_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str]
    language: Mapped[str]
    digest: Mapped[str]
    """Of the words that were read, and of the English that they say."""
    signed_by: Mapped[str]
    signed_on: Mapped[date]
    english: Mapped[str | None]
    """What was read beside it; None of a signature out of a file."""


def everyone(session: Session, language: str | None = None) -> Sequence[Signature]:
    """In the order in which they were signed."""
    rows = select(SignatureRow).order_by(SignatureRow.id)
    if language is not None:
        rows = rows.where(SignatureRow.language == language)
    return [_signature(row) for row in session.scalars(rows)]


def below(session: Session, place: str) -> Sequence[Signature]:
    """Of every text below a place: of a screen, by its flow and its name."""
    rows = select(SignatureRow).order_by(SignatureRow.id)
    rows = rows.where(SignatureRow.place.startswith(f"{place}.", autoescape=True))
    return [_signature(row) for row in session.scalars(rows)]


def _signature(row: SignatureRow) -> Signature:
    return Signature(row.place, row.language, row.digest, row.signed_by, row.signed_on)


def english_read(session: Session, language: str, places: Sequence[str]) -> Mapping[str, str]:
    """By place the English that was read by the last who signed there, as far as it is known."""
    rows = (
        select(SignatureRow.place, SignatureRow.english)
        .where(SignatureRow.language == language, SignatureRow.place.in_(places))
        .where(SignatureRow.english.is_not(None))
        .order_by(SignatureRow.id)
    )
    return {place: english or "" for place, english in session.execute(rows)}


def sign(
    session: Session, signatures: Iterable[Signature], english: Mapping[str, str] | None = None
) -> int:
    """Twice is once. Returns how many are new. `english`: by place, where somebody reads it at this moment."""
    return sum(
        add_if_new(
            session,
            SignatureRow(
                place=one.place,
                language=one.language,
                digest=one.digest,
                signed_by=one.by,
                signed_on=one.on,
                english=(english or {}).get(one.place),
            ),
        )
        for one in signatures
    )
