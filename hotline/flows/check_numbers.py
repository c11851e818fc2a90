"""Finds words that expose a caller, by language. Reviewers add words to the tables of `risky_words.csv`.

The search ignores accents and capitals. It matches at the beginning of a word, so that endings do not matter.
Kinyarwanda has prefixes before a stem (`curuz`: gucuruza, abacuruzi, ugucuruza), so there it matches anywhere. Words
that the table marks `whole` must match a whole word.
"""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from hotline.core.documents import Way

Table = Mapping[str, Sequence[str]]


def rows_of(name: str) -> Iterator[list[str]]:
    """Yields the rows of a table in this package, without its header."""
    with (files(__package__) / name).open(encoding="utf-8") as table:
        _, *rows = csv.reader(table)
    yield from rows


def _tables() -> tuple[Mapping[str, Table], Collection[str]]:
    """Returns the words of each table by language, and the words that must match a whole word."""
    tables: dict[str, dict[str, list[str]]] = {}
    whole = set()
    for table, language, words, is_whole in rows_of("risky_words.csv"):
        tables.setdefault(table, {}).setdefault(language, []).append(words)
        if is_whole:
            whole.add(words)
    return tables, whole


_TABLES, _WHOLE = _tables()
REPORTING, TRAFFICKING, POLICE = (_TABLES[name] for name in ("reporting", "trafficking", "police"))
TRADE_IN_PEOPLE = _TABLES["trade_in_people"]
"""All forms of "trade" in people. Outside a report the words are innocent: a trader is umucuruzi."""
SAFETY, SECRECY, FREE = (_TABLES[name] for name in ("safety", "secrecy", "free"))
PAY_FIRST = _TABLES["pay_first"]
"""Words of a recruiter who asks for money. The hotline never says them."""
WARNED_OF = _TABLES["warned_of"]
"""The same words in a lesson that warns against them."""
PROMISES = _TABLES["promises"]
"""Promises that help comes. "We cannot say if or when help comes" is not one."""
VOWS = _TABLES["vows"]
"""Any promise by the hotline."""
ELSEWHERE = _TABLES["elsewhere"]
"""Addresses of other services, or invitations to write to them. The hotline cannot protect what callers write there."""
AFTERWARDS = _TABLES["afterwards"]
"""Words about help, a time or a place. The last screen stays on the phone and must not show them."""
WHO_SHE_IS = _TABLES["who_she_is"]
"""Words of a question about the caller's name, phone, house or papers."""
NOT_ASKED = _TABLES["not_asked"]
"""The same words in a text that says the hotline does not ask for them."""
OF_ANYBODY = _TABLES["of_anybody"]
"""Words of a question about any person's name, number, house or papers. A desk may not ask for these."""
SAID_OF_NONE = _TABLES["said_of_none"]
"""The same words in a text that warns against giving them."""

EARLY = (REPORTING, TRAFFICKING, POLICE)
LAST = (*EARLY, PROMISES, AFTERWARDS)
IN_A_REPORT = (TRAFFICKING, TRADE_IN_PEOPLE, SAFETY, SECRECY, FREE, PROMISES, VOWS, ELSEWHERE)
ON_ANY_SCREEN = (SAFETY, SECRECY, FREE, PAY_FIRST, VOWS, ELSEWHERE)
"""Words that need a reason on any screen. Most promise what the hotline cannot keep.

A screen that warns of such words says so in its reason.
"""
IN_A_MESSAGE = (REPORTING, TRAFFICKING, TRADE_IN_PEOPLE, POLICE, SECRECY, PROMISES)
"""Words that no SMS may contain. Lock screens show an SMS, and other people may hold the phone."""

MOST_TEXTS = 1 << 14
"""Most texts whose words are cached. This is several times the number of shipped texts."""
_SENTENCE_END = re.compile(r"(?<=[.!?:;]) ")


def risky_words(text: str, language: str, tables: tuple[Table, ...] = EARLY) -> Way:
    """Returns the words of the tables that `text` contains, without duplicates."""
    words = dict.fromkeys(word for table in tables for word in table.get(language, ()))
    return _standing(plain(text), tuple(words), language)


@lru_cache(MOST_TEXTS)
def _standing(said: str, words: Way, language: str) -> Way:
    return tuple(word for word in words if _pattern(word, language).search(said))


@cache
def _pattern(word: str, language: str) -> re.Pattern[str]:
    before = "" if language == "rw" and word not in _WHOLE else r"\b"
    after = r"\b" if word in _WHOLE else ""
    return re.compile(before + re.escape(word) + after)


def promised(text: str, language: str) -> Way:
    """Returns the words that no caller's screen may say without a reason. Warnings against them do not count."""
    return risky_words(_without(text, language, WARNED_OF), language, ON_ANY_SCREEN)


def _without(text: str, language: str, innocent: Table) -> str:
    said = plain(text)
    for phrase in innocent.get(language, ()):
        said = said.replace(phrase, "")
    return said


def new_risky_words(before: str, after: str, language: str) -> Iterator[str]:
    """Yields promises and identity words in sentences of `after` that `before` does not have."""
    heard = {*_sentences(before)}
    new = [sentence for sentence in _sentences(after) if sentence not in heard]
    for sentence in new:
        yield from promised(sentence, language)
        yield from asks_who(sentence, language)


def _sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(plain(text))


def asks_who(text: str, language: str) -> Way:
    """Returns the words with which `text` asks for the caller's identity."""
    return risky_words(_without(text, language, NOT_ASKED), language, (WHO_SHE_IS,))


def asks_of_anybody(text: str, language: str) -> Way:
    """Returns the words with which `text` asks for any person's identity, name, number, house or papers."""
    said = _without(text, language, SAID_OF_NONE)
    asked = (*asks_who(said, language), *risky_words(said, language, (OF_ANYBODY,)))
    return tuple(dict.fromkeys(asked))


@lru_cache(MOST_TEXTS)
def plain(text: str) -> str:
    """Returns the text without accents and capitals, and with single blanks."""
    parts = unicodedata.normalize("NFKD", " ".join(text.split()).casefold().replace("’", "'"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
