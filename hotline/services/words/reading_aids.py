"""Reads the glossary and the open questions that ship with the flows, once where a process is built.

Every process imports it, so it imports nothing of the sheets: these need pydantic.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from hotline.domain.flows.review import ReviewAids, doubts
from hotline.errors import ImportRefused

QUESTIONS = "review_questions.csv"
"""Texts of which a careful reader is not sure: they stay as they are until a native reader answers."""


def read_aids(glossary: Path, flows: Path) -> ReviewAids:
    """Nothing of what is not there. Raises ImportRefused where the file of questions is broken."""
    found = doubts(glossary.read_text(encoding="utf-8")) if glossary.exists() else ()
    return ReviewAids(tuple(found), read_questions(flows))


def read_questions(folder: Path) -> Mapping[tuple[str, str], str]:
    """What a careful reader asks of a text, by place and language. Raises ImportRefused where the file is broken."""
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
