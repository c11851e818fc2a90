"""Who has read and signed which text, as `reviews.csv` says it and the words pages write it."""

from collections.abc import Sequence

from hotline.domain.changes.change import Author
from hotline.domain.flows.review import ReviewedText, Signature, readers
from hotline.ports import Kit
from hotline.store.changes import signatures


def everyone(kit: Kit, language: str | None = None) -> Sequence[Signature]:
    """In the order in which they were signed. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return signatures.everyone(session, language)


def sign(kit: Kit, by: Author, texts: Sequence[ReviewedText], language: str) -> int:
    """Somebody agrees to these texts as they stand; twice is once. Returns how many are new."""
    today = kit.now().date()
    with kit.database.writing() as session:
        before = signatures.everyone(session, language)
        new = [
            Signature(text.place, language, text.digest(language), by.name, today)
            for text in texts
            if by.name.casefold() not in {s.by.casefold() for s in readers(text, language, before)}
        ]
        return signatures.sign(session, new)
