"""What is written: languages that are missing, letters that no phone shows, numbers that nobody signed. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator

from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import texts
from hotline.engine.flow import Book
from hotline.text.gsm7 import strangers, substitute
from hotline.text.languages import CODES

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
                    f"{written.field} has no {language}",
                    "write it",
                    language,
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
                    f"{written.field} holds {letter} ({name}), which is not in GSM-7",
                    f"write {substitute(letter)}",
                    language,
                )


def unsigned_numbers(book: Book, signed: Collection[str]) -> Iterator[Finding]:
    """Three digits and more, however they are spaced, are a number that somebody may dial: it must be signed."""
    for written in texts(book):
        for language, text in written.text.items():
            for number in dict.fromkeys(map(_bare, re.findall(r"\d(?:[ .-]?\d){2,}", text))):
                if number not in signed and number not in OUR_KEYS:
                    yield Finding(
                        written.flow,
                        written.node,
                        Code.NUMBER_UNSIGNED,
                        f"{written.field} names {number}, which nobody signed",
                        "take it out, or have it signed in numbers.csv",
                        language,
                    )


def _bare(number: str) -> str:
    return re.sub(r"\D", "", number)
