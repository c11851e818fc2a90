"""Words that give a caller away, by language. Reviewers add to the tables of `risky_words.csv`.

A word is looked for without accents and capitals, at the beginning of a word, so that endings do not matter. In
Kinyarwanda it is looked for anywhere, since prefixes stand before a stem (`curuz`: gucuruza, abacuruzi, ugucuruza).
Words that the table marks `whole` count only by themselves.
"""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from hotline.engine.document.kept import Way

Table = Mapping[str, Sequence[str]]


def rows_of(name: str) -> Iterator[list[str]]:
    """Yields the rows of a table that ships beside this module, without its first line."""
    with (files(__package__) / name).open(encoding="utf-8") as table:
        _, *rows = csv.reader(table)
    yield from rows


def _tables() -> tuple[Mapping[str, Table], Collection[str]]:
    """Returns the words of each table by language, and the words that count only by themselves."""
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
"""Any form of it, innocent elsewhere: a trader is umucuruzi."""
SAFETY, SECRECY, FREE = (_TABLES[name] for name in ("safety", "secrecy", "free"))
PAY_FIRST = _TABLES["pay_first"]
"""What a recruiter says, and this line never does."""
WARNED_OF = _TABLES["warned_of"]
"""The same words where a lesson says not to."""
PROMISES = _TABLES["promises"]
"""That help comes. "We cannot say if or when help comes" is none."""
VOWS = _TABLES["vows"]
"""That the line promises, whatever it is."""
ELSEWHERE = _TABLES["elsewhere"]
"""An address of others, or an invitation to write there. This line keeps nothing that is written elsewhere."""
AFTERWARDS = _TABLES["afterwards"]
"""Help, a time or a place, on the screen that stays behind."""
WHO_SHE_IS = _TABLES["who_she_is"]
"""What a question asks with: her name, her phone, her house, her papers."""
NOT_ASKED = _TABLES["not_asked"]
"""The same words where they say that nobody asks."""
OF_ANYBODY = _TABLES["of_anybody"]
"""What a question back asks for nobody with: neither hers nor anybody's name, number, house or papers."""
SAID_OF_NONE = _TABLES["said_of_none"]
"""The same words where they warn of it."""

EARLY = (REPORTING, TRAFFICKING, POLICE)
LAST = (*EARLY, PROMISES, AFTERWARDS)
IN_A_REPORT = (TRAFFICKING, TRADE_IN_PEOPLE, SAFETY, SECRECY, FREE, PROMISES, VOWS, ELSEWHERE)
ON_ANY_SCREEN = (SAFETY, SECRECY, FREE, PAY_FIRST, VOWS, ELSEWHERE)
"""What the line cannot keep. A screen that warns of such words says so in its reason."""
IN_A_MESSAGE = (REPORTING, TRAFFICKING, TRADE_IN_PEOPLE, POLICE, SECRECY, PROMISES)
"""An SMS is read on lock screens, and by whoever holds the phone."""

MOST_TEXTS = 1 << 14
"""Texts whose words are remembered: several times those of the shipped flows."""
_SENTENCE_END = re.compile(r"(?<=[.!?:;]) ")


def risky_words(text: str, language: str, tables: tuple[Table, ...] = EARLY) -> Way:
    """Returns the words of the tables that stand in `text`, each once."""
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
    """Returns the words that no caller's screen may say without a reason. A warning against them is none."""
    return risky_words(_without(text, language, WARNED_OF), language, ON_ANY_SCREEN)


def _without(text: str, language: str, innocent: Table) -> str:
    said = plain(text)
    for phrase in innocent.get(language, ()):
        said = said.replace(phrase, "")
    return said


def new_risky_words(before: str, after: str, language: str) -> Iterator[str]:
    """Yields the words that promise or ask who somebody is in sentences of `after` that `before` does not have."""
    heard = {*_sentences(before)}
    new = [sentence for sentence in _sentences(after) if sentence not in heard]
    for sentence in new:
        yield from promised(sentence, language)
        yield from asks_who(sentence, language)


def _sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(plain(text))


def asks_who(text: str, language: str) -> Way:
    """Returns the words with which `text` asks who she is."""
    return risky_words(_without(text, language, NOT_ASKED), language, (WHO_SHE_IS,))


def asks_of_anybody(text: str, language: str) -> Way:
    """Returns the words with which `text` asks for a name, number, house or papers, or who somebody is."""
    said = _without(text, language, SAID_OF_NONE)
    asked = (*asks_who(said, language), *risky_words(said, language, (OF_ANYBODY,)))
    return tuple(dict.fromkeys(asked))


@lru_cache(MOST_TEXTS)
def plain(text: str) -> str:
    """Without accents and capitals, its blanks as one."""
    parts = unicodedata.normalize("NFKD", " ".join(text.split()).casefold().replace("’", "'"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
