"""The glossary and the open questions that ship with the flows, read once where a process is built."""

from pathlib import Path

from hotline.domain.flows.aids import ReviewAids
from hotline.domain.flows.glossary import doubts
from hotline.services.flows.reviewing import read_questions


def read_aids(glossary: Path, flows: Path) -> ReviewAids:
    """Nothing of what is not there. Raises ImportRefused where the file of questions is broken."""
    found = doubts(glossary.read_text(encoding="utf-8")) if glossary.exists() else ()
    return ReviewAids(tuple(found), read_questions(flows))
