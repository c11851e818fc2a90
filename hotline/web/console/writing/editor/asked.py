"""What translators ask of the screen that somebody writes: each leads to its field, and is settled there."""

from collections.abc import Sequence
from dataclasses import dataclass

from hotline.engine.check.finding import anchor
from hotline.engine.document.naming import field_of
from hotline.engine.editing.anatomy import Document
from hotline.engine.editing.forms.filling import form_of
from hotline.services.words import text_questions
from hotline.services.words.text_questions import AskedOfText
from hotline.web.console.visit import Visit
from hotline.web.console.writing.changes.field_words import field_words


@dataclass(frozen=True, slots=True)
class AskedOfScreen:
    question: AskedOfText
    where: str
    """Its field, in the reader's words."""
    anchor: str


def asked(visit: Visit, flow: str, name: str, node: Document) -> Sequence[AskedOfScreen]:
    """The oldest first. Raises StoreUnavailable."""
    there = form_of(node)
    return [_placed(visit, one, there) for one in text_questions.below(visit.kit, f"{flow}.{name}")]


def _placed(visit: Visit, one: AskedOfText, there: dict[str, str]) -> AskedOfScreen:
    """A text that is not on the form any more is asked of the form."""
    field, _ = field_of(one.place.split(".")[2:])
    at = anchor(field, one.language) if f"{field}.{one.language}" in there else "form"
    return AskedOfScreen(one, field_words(visit, field), at)
