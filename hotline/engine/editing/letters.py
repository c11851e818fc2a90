"""Letters that no basic phone shows, each with its substitute; and the marks that Word makes of plain ones. Pure."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.engine.editing.anatomy import Document, texts_in, with_value
from hotline.text.gsm7 import TYPOGRAPHY, strangers, substitute


@dataclass(frozen=True, slots=True)
class BadLetter:
    field: str
    language: str
    letter: str
    name: str
    """As Unicode calls it."""
    instead: str
    """What to write; `?` where nothing is like it."""
    times: int


def bad_letters(node: object) -> tuple[BadLetter, ...]:
    """Each letter once for each text and language, in the order of the page."""
    return tuple(_found(node))


def _found(node: object) -> Iterator[BadLetter]:
    for text in texts_in(node):
        for language, words in text.words.items():
            said = unicodedata.normalize("NFC", words)
            for letter in strangers(said):
                name = unicodedata.name(letter, f"U+{ord(letter):04X}").lower()
                instead, times = substitute(letter), said.count(letter)
                yield BadLetter(text.field, language, letter, name, instead, times)


def mended(node: Document, language: str, letter: str = "") -> tuple[dict[str, Any], int]:
    """One letter of a language replaced in every text of the node, or each that is none; and how often.

    What has no substitute stays: a `?` is nobody's word.
    """
    wrong = {one.letter for one in bad_letters(node) if one.language == language}
    chosen = wrong & {letter} if letter else wrong
    table = {one: substitute(one) for one in chosen if substitute(one) != "?"}
    return _replaced(node, table, (language,))


def without_typography(node: Document) -> tuple[dict[str, Any], Mapping[str, int]]:
    """Word's quotes, dashes and blanks made plain in every language; and how often each stood there.

    A letter with a mark stays: whether ê may lose it is the writer's to say.
    """
    found: Counter[str] = Counter()
    for text in texts_in(node):
        for words in text.words.values():
            found.update(letter for letter in words if letter in TYPOGRAPHY)
    changed, _ = _replaced(node, TYPOGRAPHY, ())
    return changed, found


def _replaced(
    node: Document, table: Mapping[str, str], languages: tuple[str, ...]
) -> tuple[dict[str, Any], int]:
    changed, times = dict(node), 0
    for text in texts_in(node):
        for language, words in text.words.items():
            if languages and language not in languages:
                continue
            said = unicodedata.normalize("NFC", words)
            if count := sum(letter in table for letter in said):
                plain = "".join(table.get(letter, letter) for letter in said)
                changed = with_value(changed, (*text.steps, language), plain)
                times += count
    return changed, times
