"""Reads the glossary and the open questions that ship with the flows, once when a process starts."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from hotline.errors import ImportRefused
from hotline.flows.rules_reviews import ReviewAids, doubts

QUESTIONS = "review_questions.csv"
"""Texts that a careful reader doubts. They do not change until a native reader answers."""


def read_aids(glossary: Path, flows: Path) -> ReviewAids:
    """Returns the reading aids; empty for a file that does not exist. Raises ImportRefused if a file is broken."""
    found = doubts(glossary.read_text(encoding="utf-8")) if glossary.exists() else ()
    return ReviewAids(tuple(found), read_questions(flows))


def read_questions(folder: Path) -> Mapping[tuple[str, str], str]:
    """Returns the questions about a text, by place and language. Raises ImportRefused if the file is broken."""
    path = folder / QUESTIONS
    if not path.exists():
        return {}
    found: dict[tuple[str, str], str] = {}
    try:
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))):
            proposed = f"Perhaps: {row['proposed']} " if row["proposed"] else ""
            found[row["place"], row["language"]] = f"{proposed}{row['question']}"
    except (KeyError, TypeError):
        wanted = "place,language,proposed,question"
        raise ImportRefused([f"{QUESTIONS}: must have {wanted}, each row whole"]) from None
    return found
