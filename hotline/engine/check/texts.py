"""What is written: languages that are missing, letters that no phone shows, numbers that nobody signed. Pure."""

import unicodedata
from collections.abc import Iterator, Mapping

from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import texts
from hotline.engine.check.spoken_digits import numbers_in
from hotline.engine.flow import Book
from hotline.engine.numbers.numbers import Evidence, Number
from hotline.text.gsm7 import strangers, substitute
from hotline.text.languages import CODES
from hotline.text.remark import remark

OUR_KEYS = frozenset({"000"})
"""What the engine's own keys look like in a text."""


def missing_languages(book: Book) -> Iterator[Finding]:
    for written in texts(book):
        for language in CODES:
            if language not in written.text:
                yield Finding(
                    written.flow,
                    written.node,
                    Code.LANGUAGE_MISSING,
                    remark("{field} has no {language}", field=written.field, language=language),
                    remark("write it"),
                    language,
                    written.field,
                )


def letters(book: Book) -> Iterator[Finding]:
    for written in texts(book):
        for language, text in written.text.items():
            for letter in strangers(text):
                name = unicodedata.name(letter, f"U+{ord(letter):04X}")
                yield Finding(
                    written.flow,
                    written.node,
                    Code.LETTER,
                    remark(
                        "{field} holds {letter} ({name}), which is not in GSM-7",
                        field=written.field,
                        letter=letter,
                        name=name,
                    ),
                    remark("write {instead}", instead=substitute(letter)),
                    language,
                    written.field,
                )


def unsigned_numbers(book: Book) -> Iterator[Finding]:
    for written in texts(book):
        for language, text in written.text.items():
            nobodys = set(unsigned(text, book.numbers))
            for number in _named(text):
                if number in nobodys:
                    message = remark(
                        "{field} names {number}, which nobody signed",
                        field=written.field,
                        number=number,
                    )
                    fix = remark("remove it, or have the number verified first")
                elif number != written.number:
                    message = remark(
                        "{field} shows {number} also when its confirmation is over",
                        field=written.field,
                        number=number,
                    )
                    fix = remark(
                        "move these words into conditional text that shows only while {number} is verified",
                        number=number,
                    )
                else:
                    continue
                yield Finding(
                    written.flow,
                    written.node,
                    Code.NUMBER_UNSIGNED,
                    message,
                    fix,
                    language,
                    written.field,
                )


def unsigned(text: str, numbers: Mapping[str, Number]) -> Iterator[str]:
    """The numbers in `text` that nobody can have signed: not listed, or listed so that nobody shows them."""
    for number in _named(text):
        row = numbers.get(number)
        if row is None or row.evidence is Evidence.NEVER:
            yield number


def _named(text: str) -> Iterator[str]:
    """Yields the numbers that somebody may dial, however they are written, each once."""
    yield from (number for number in dict.fromkeys(numbers_in(text)) if number not in OUR_KEYS)
