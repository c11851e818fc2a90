"""What the fields of a screen are called in the reader's language: `choices.2` is "Choice 3"."""

from collections.abc import Mapping

from hotline.domain.changes.change import ENTRIES, NUMBERS, PHRASES
from hotline.engine.check.finding import Finding
from hotline.text.languages import NAMES
from hotline.web.console.visit import Visit
from hotline.web.console.who import phrase

PARTS: Mapping[str, str] = {
    NUMBERS: phrase("Telephone numbers"),
    ENTRIES: phrase("Entries"),
    PHRASES: phrase("What the line itself says"),
}
ROWS: Mapping[str, str] = {
    "choices": phrase("Choice {number}"),
    "lead": phrase("Words that show only sometimes, {number}"),
    "arms": phrase("Way {number}"),
}
FIELDS: Mapping[str, str] = {
    "text": phrase("What it says"),
    "note": phrase("The line under the choices"),
    "skip": phrase("The words for going on without an answer"),
    "one": phrase("The question where the list has one place"),
    "none": phrase("The words where the list has no place"),
    "goes": phrase("Then"),
    "weak": phrase("Where easy digits lead to"),
    "flow": phrase("The flow that it goes into"),
    "start": phrase("The first screen"),
    "nodes": phrase("The order of the screens"),
    "choices": phrase("The order of the choices"),
    "arms": phrase("The order of the ways"),
    "lead": phrase("The order of the words that show only sometimes"),
    "kind": phrase("What kind of screen it is"),
    "asks": phrase("What is asked"),
    "list": phrase("The list of places"),
    "languages": phrase("Whether the languages stand there"),
    "returns": phrase("Whether it goes back to the flow that called"),
    "reason": phrase("Reason for the words or the length that the check finds"),
    "saves": phrase("Where the answer is kept"),
    "topic": phrase("Which topic counts as read"),
    "completes": phrase("What counts as told"),
    "signed": phrase("Who answers for the question"),
    "gathers": phrase("What the flow gathers"),
    "private": phrase("Whether it is dialled by nobody"),
    "review": phrase("How far it was reviewed"),
    "value": phrase("what it counts as"),
    "key": phrase("its digit"),
    "when": phrase("when it shows"),
    "number": phrase("the number that it names"),
    "same_line": phrase("whether it stands on the same line"),
    "language": phrase("the language that it changes to"),
    "every_page": phrase("whether it stands on every page"),
}
"""By the whole field, or by its last part in a row."""

OF_A_NUMBER: Mapping[str, str] = {
    "service": phrase("whose it is"),
    "status": phrase("how sure it is"),
    "evidence": phrase("the evidence"),
    "confirmed_by": phrase("confirmed by"),
    "confirmed_on": phrase("confirmed on"),
}


def field_words(visit: Visit, field: str) -> str:
    """As the reader's language calls it; what has no name there is shown as it is stored."""
    first, *rest = field.split(".")
    if first in ROWS and rest and rest[0].isdecimal():
        row = visit.say(ROWS[first], number=int(rest[0]) + 1)
        inner = ".".join(rest[1:])
        if not inner or inner == "goes":
            return row
        return f"{row}, {visit.say(FIELDS[inner]) if inner in FIELDS else inner}"
    if first.isdecimal() and len(rest) == 1:
        return f"{first}, {visit.say(OF_A_NUMBER[rest[0]]) if rest[0] in OF_A_NUMBER else rest[0]}"
    if first == "signed":
        return visit.say(FIELDS[first])
    return visit.say(FIELDS[field]) if field in FIELDS else field


def part_words(visit: Visit, part: str) -> str:
    """A part of a change: the flow's name, or what the lists are called."""
    return visit.say(PARTS[part]) if part in PARTS else part


def finding_place(visit: Visit, one: Finding) -> str:
    """Flow, screen, field and language, as far as a finding names them."""
    field = field_words(visit, one.field) if one.field else ""
    language = NAMES.get(one.language, one.language)
    return ", ".join(part for part in (one.flow, one.node, field, language) if part)
