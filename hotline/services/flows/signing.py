"""Who has read and signed which text, as `reviews.csv` says it and the words pages write it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hotline.domain.changes.change import Author
from hotline.domain.flows.review import ENGLISH, ReviewedText, Signature, readers, texts_of
from hotline.ports import Kit
from hotline.store.changes import signatures


def everyone(kit: Kit, language: str | None = None) -> Sequence[Signature]:
    """In the order in which they were signed. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return signatures.everyone(session, language)


def below(kit: Kit, place: str) -> Sequence[Signature]:
    """Of every text below a place: of a screen, by its flow and its name. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return signatures.below(session, place)


def carried(
    before: Mapping[str, Any], after: Mapping[str, Any], signed: Sequence[Signature]
) -> Sequence[Signature]:
    """Signatures of texts that a change moved inside their flow, for the places where they stand now.

    A place is a position: without this a choice that moves up would lose who has read it.
    """
    if not signed:
        return []
    old, new = before["flows"], after["flows"]
    changed = [name for name in new if name in old and new[name] != old[name]]
    known = {(one.place, one.language, one.digest) for one in signed}
    by_words: dict[tuple[str, str, str], list[Signature]] = {}
    for text in texts_of({name: old[name] for name in changed}):
        for one in _of(text, signed):
            by_words.setdefault((_flow(text.place), one.language, one.digest), []).append(one)
    found: list[Signature] = []
    for text in texts_of({name: new[name] for name in changed}):
        for language in text.words:
            digest = text.digest(language)
            if (text.place, language, digest) not in known:
                moved = by_words.get((_flow(text.place), language, digest), ())
                found += [replace(one, place=text.place) for one in moved]
    return found


def _of(text: ReviewedText, signed: Sequence[Signature]) -> Iterator[Signature]:
    """Who has signed exactly these words, in any language."""
    for language in text.words:
        yield from readers(text, language, signed)


def _flow(place: str) -> str:
    return place.partition(".")[0]


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
        read = {text.place: text.words.get(ENGLISH, "") for text in texts}
        return signatures.sign(session, new, read)


def english_read(kit: Kit, language: str, places: Sequence[str]) -> Mapping[str, str]:
    """What the English of texts was when somebody signed there last, as far as it is known. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return signatures.english_read(session, language, places)
