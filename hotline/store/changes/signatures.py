"""Stores signatures: which reader has reviewed which text. Import and export keep them equal to `reviews.csv`."""

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
    """Digest of the reviewed text and of the English text that it translates."""
    signed_by: Mapped[str]
    signed_on: Mapped[date]
    english: Mapped[str | None]
    """The English text that was shown with it. None for a signature from a file."""


def everyone(session: Session, language: str | None = None) -> Sequence[Signature]:
    """Returns all signatures, or those of one language, in the order of signing."""
    rows = select(SignatureRow).order_by(SignatureRow.id)
    if language is not None:
        rows = rows.where(SignatureRow.language == language)
    return [_signature(row) for row in session.scalars(rows)]


def below(session: Session, place: str) -> Sequence[Signature]:
    """Returns the signatures of every text below a place. A screen's place is its flow and its name."""
    rows = select(SignatureRow).order_by(SignatureRow.id)
    rows = rows.where(SignatureRow.place.startswith(f"{place}.", autoescape=True))
    return [_signature(row) for row in session.scalars(rows)]


def _signature(row: SignatureRow) -> Signature:
    return Signature(row.place, row.language, row.digest, row.signed_by, row.signed_on)


def english_read(session: Session, language: str, places: Sequence[str]) -> Mapping[str, str]:
    """Returns by place the English text that the last signer saw there. Leaves out places where it is unknown."""
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
    """Stores signatures and returns how many are new. Skips those that are stored already.

    `english` holds by place the English text that the reader sees while signing.
    """
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
