"""What a step of a change did, as a sentence of the reader's language. A step holds data; whoever reads it differs."""

from collections.abc import Mapping, Sequence
from typing import Any

from hotline.domain.changes.change import StepKind
from hotline.services.changes.drafts import StepLine
from hotline.text.languages import NAMES
from hotline.web.console.visit import Visit
from hotline.web.console.who import phrase
from hotline.web.console.writing.changes.field_words import part_words

SENTENCES: Mapping[StepKind, str] = {
    StepKind.EDITED: phrase("{who} changed {what}: {languages}"),
    StepKind.MARKS: phrase("{who} changed what is counted or alerted in {what}: {why}"),
    StepKind.NODE_ADDED: phrase("{who} added the screen {what}"),
    StepKind.NODE_RENAMED: phrase("{who} renamed the screen {old}: {what}"),
    StepKind.NODE_DELETED: phrase("{who} deleted the screen {what}"),
    StepKind.ORDERED: phrase("{who} put the screens of {part} into another order"),
    StepKind.FLOW_ADDED: phrase("{who} added the flow {part}"),
    StepKind.FLOW_DELETED: phrase("{who} took out the flow {part}"),
    StepKind.BROUGHT_BACK: phrase("{who} brought back state {version} of {part}"),
    StepKind.CAUGHT_UP: phrase("{who} brought in what went live meanwhile: {part}"),
    StepKind.NUMBER_CONFIRMED: phrase("{who} confirmed the number {what}"),
    StepKind.NUMBER_TAKEN_AWAY: phrase("{who} took away the number {what}"),
    StepKind.NUMBER_LISTED: phrase("{who} listed the number {what}"),
    StepKind.ENTRY_ADDED: phrase("{who} added the entry {what}"),
    StepKind.WORDS_TAKEN: phrase("{who} took words of {part}: {languages}"),
    StepKind.IMPORTED: phrase("{who} took {part} out of flow files"),
}
WITHOUT_LANGUAGE = phrase("{who} changed {what}")
UNKNOWN = phrase("{who} changed {part}")
"""What a later release may have written."""


def sentence(visit: Visit, step: StepLine) -> str:
    says = step.says
    languages = [NAMES.get(str(code), str(code)) for code in _list(says.get("languages"))]
    did = says.get("did")
    known = did if isinstance(did, str) and did in {*StepKind} else None
    words = UNKNOWN if known is None else SENTENCES[StepKind(known)]
    if known == StepKind.EDITED and not languages:
        words = WITHOUT_LANGUAGE
    return visit.say(
        words,
        who=step.author or visit.say("the line"),
        part=part_words(visit, step.part),
        what=_what(says) or part_words(visit, step.part),
        languages=", ".join(languages),
        version=says.get("version", ""),
        old=says.get("from", ""),
        why=says.get("why", ""),
    ).rstrip(": ")


def why_marks(visit: Visit, found: Sequence[StepLine]) -> Sequence[str]:
    """The sentences of steps that change what is counted or alerted: whoever publishes reads why."""
    return [sentence(visit, step) for step in found if step.says.get("did") == StepKind.MARKS]


def _what(says: Mapping[str, Any]) -> str:
    """The screen, the number or the entry that a step names."""
    named = (says.get(key) for key in ("node", "number", "digits"))
    return next((str(one) for one in named if one), "")


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []
