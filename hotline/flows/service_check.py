"""Provides the lists of places for the flows, and the national desk's number for responders.

Also reads the glossary and the open questions about texts, which reviewers see. The files with the glossary and the
questions ship with the flows.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from hotline.alarms.rules import CheckResult
from hotline.core.contexts import Context
from hotline.flows.conversation import Option
from hotline.flows.flow import Number
from hotline.flows.rules_reviews import ReviewAids, glossary_terms
from hotline.text import place_names, places
from hotline.text.errors import ImportRefused, NotReady, StoreUnavailable

NAME = "national number"


TODO = "set HOTLINE_NATIONAL_NUMBER; have it signed, and confirm it in the console or numbers.csv"


def national_number(context: Context) -> str | None:
    """Returns the digits of the national desk's phone number. Returns None if no number is set, or if no one
    confirmed the number within the last year."""
    row = _row(context)
    return row.digits if row is not None and row.is_confirmed(context.now().date()) else None


def check_national_number(context: Context) -> CheckResult:
    """Returns the result that `hotline doctor` shows about the national desk's number.

    Without a valid number of the national desk, messages about visit safety cannot say which number to call.
    """
    if not context.line.national_number:
        return CheckResult(NAME, False, "no number is set for responders to call", TODO)
    row = _row(context)
    if row is None:
        return CheckResult(NAME, False, "not in numbers.csv, so no message names it", TODO)
    if not row.is_confirmed(context.now().date()):
        text = "no one confirmed it within a year, so no message names it"
        return CheckResult(NAME, False, text, TODO)
    return CheckResult(NAME, True, f"messages tell responders to call it, until {row.until}")


def _row(context: Context) -> Number | None:
    if not context.line.national_number:
        return None
    try:
        sets, number = context.flow_sets, context.line.national_number
        return sets.get(sets.live()).numbers.get(number)
    except (NotReady, StoreUnavailable):
        return None


NAMED = "named."
"""The beginning of a list's name, such as `named.kigali`. The list contains the places with names similar to the typed
text "kigali"."""


class PlaceLists(Mapping[str, tuple[Option, ...]]):
    """Fixed lists of places, and lists of places that match typed text."""

    def __init__(self, lists: Mapping[str, tuple[Option, ...]]) -> None:
        self._written = {**lists, NAMED: ()}

    def __getitem__(self, name: str) -> tuple[Option, ...]:
        if name not in self._written and name.startswith(NAMED):
            found = place_names.find_areas(name.removeprefix(NAMED))
            text = place_names.menu_label if len(found) > 1 else place_names.full_label
            return tuple(Option(area.code, text(area)) for area in found)
        return self._written[name]

    def __contains__(self, name: object) -> bool:
        return name in self._written

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


@cache
def place_lists() -> PlaceLists:
    """Returns the lists of places for a flow set.

    The names of the lists are `provinces`, `districts.<province>`, `sectors.<district>` and `named.<typed>`.
    """
    return PlaceLists(
        {
            name: tuple(Option(value, label) for value, label in choices)
            for name, choices in places.place_lists().items()
        }
    )


QUESTIONS = "review_questions.csv"
"""The name of the file with the texts that a careful reader doubts. The texts stay the same until a native reader
answers the questions."""


def read_aids(glossary: Path, flows: Path) -> ReviewAids:
    """Reads the terms of the glossary and the questions that reviewers see next to texts. A file that does not exist
    counts as empty. Raises ImportRefused if a file is invalid."""
    found = glossary_terms(glossary.read_text(encoding="utf-8")) if glossary.exists() else ()
    return ReviewAids(tuple(found), read_questions(flows))


def read_questions(folder: Path) -> Mapping[tuple[str, str], str]:
    """Returns the questions about a text, by place and language. Raises ImportRefused if the file is invalid."""
    path = folder / QUESTIONS
    if not path.exists():
        return {}
    found: dict[tuple[str, str], str] = {}
    try:
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))):
            proposed = f"Perhaps: {row['proposed']} " if row["proposed"] else ""
            found[row["place"], row["language"]] = f"{proposed}{row['question']}"
    except (KeyError, TypeError):
        columns = "place,language,proposed,question"
        raise ImportRefused([f"{QUESTIONS}: must have {columns}, each row whole"]) from None
    return found
