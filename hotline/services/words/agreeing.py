"""Saves the words of a translator's page, and signs for those that she agrees to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hotline.domain.changes.change import Author
from hotline.domain.flows.review import ENGLISH, ReviewedText
from hotline.domain.flows.sheet import plain_words
from hotline.ports import Kit
from hotline.services.flows import signing
from hotline.services.words.review_book import ReviewBook, review_book
from hotline.services.words.saving import save_words
from hotline.services.words.word_faults import Unfit, WordsFault, WordsFaults, faults_of


@dataclass(frozen=True, slots=True)
class TypedWords:
    """A field of the page as it came back."""

    place: str
    words: str
    digest: str
    """Of the words and the English that the page showed."""
    english: str
    """Of the English alone."""


@dataclass(frozen=True, slots=True)
class WordsKept:
    """What became of a page: nothing is saved where anything is to be mended."""

    faults: WordsFaults
    saved: int = 0
    signed: int = 0


def keep(
    kit: Kit,
    by: Author,
    language: str,
    typed: Sequence[TypedWords],
    *,
    agreed: str = "",
    saving: bool = True,
    once: str,
) -> WordsKept:
    """Save every text whose words were changed, and sign for the one at `agreed`.

    `saving`: whether new words of that text are signed for; else they are refused. Raises NotReady, StoreUnavailable.
    """
    review = review_book(kit, language)
    changed, faults = _changed(review, typed, agreed)
    if not saving and agreed in changed:
        faults[agreed] = WordsFault(Unfit.UNSAVED)
    fit = [text for place, text in changed.items() if place not in faults]
    book = kit.books.book(kit.books.live())
    faults |= faults_of(review, book, fit)
    if faults:
        return WordsKept(faults)

    unsaved = save_words(kit, by, language, fit, once)
    if unsaved:
        return WordsKept(unsaved)
    signed = 0
    if agreed:
        text = changed.get(agreed, review.texts[agreed])
        signed = signing.sign(kit, by, [text], language)
    return WordsKept({}, len(fit), signed)


def _changed(
    review: ReviewBook, typed: Sequence[TypedWords], agreed: str
) -> tuple[dict[str, ReviewedText], dict[str, WordsFault]]:
    """Texts with new words; and what cannot be taken, since the page was made of something else."""
    changed: dict[str, ReviewedText] = {}
    faults: dict[str, WordsFault] = {}
    known: Mapping[str, ReviewedText] = review.texts
    for one in typed:
        text, words = known.get(one.place), plain_words(one.words)
        if text is None:
            faults[one.place] = WordsFault(Unfit.GONE)
        elif words != text.words.get(review.language, ""):
            changed[one.place] = text.saying(review.language, words)
            if one.digest != text.digest(review.language):
                faults[one.place] = WordsFault(Unfit.CHANGED)
        elif one.place == agreed and one.english != text.digest(ENGLISH):
            faults[one.place] = WordsFault(Unfit.CHANGED)
        elif one.place == agreed and not words:
            faults[one.place] = WordsFault(Unfit.EMPTY)
    return changed, faults
