"""What differs besides words, as a sentence: "Choice 2 led to a, leads to b"."""

from collections.abc import Mapping

from hotline.engine.editing.difference import FieldChanged
from hotline.web.console.visit import Visit
from hotline.web.console.who import phrase
from hotline.web.console.writing.changes.field_words import field_words

ARROWS: Mapping[str, tuple[str, str, str]] = {
    "goes": (
        phrase("It led to {before}, and leads to {after}"),
        phrase("It leads to {after}"),
        phrase("It led to {before}, and that is gone"),
    ),
    "start": (
        phrase("The flow began at {before}, and begins at {after}"),
        phrase("The flow begins at {after}"),
        phrase("The flow began at {before}, and that is gone"),
    ),
    "flow": (
        phrase("It went into the flow {before}, and goes into {after}"),
        phrase("It goes into the flow {after}"),
        phrase("It went into the flow {before}, and that is gone"),
    ),
}
OF_A_ROW = (
    phrase("{field} led to {before}, and leads to {after}"),
    phrase("{field} leads to {after}"),
    phrase("{field} led to {before}, and that is gone"),
)
ELSE = (
    phrase("{field}: was {before}, is {after}"),
    phrase("{field}: is {after}"),
    phrase("{field}: was {before}, is gone"),
)
ORDER = phrase("The order of screens changed. It was: {before}. It is: {after}")


def changed_words(visit: Visit, one: FieldChanged) -> str:
    """Both values are shown as they are stored: names of screens, answers and topics have no translation."""
    if one.field == "nodes":
        return visit.say(ORDER, before=one.before, after=one.after)
    last = one.field.rpartition(".")[2]
    sentences = ARROWS.get(one.field)
    if sentences is None:
        sentences = OF_A_ROW if last in ("goes", "weak") else ELSE
    words = sentences[0 if one.before and one.after else 1 if one.after else 2]
    field = field_words(visit, one.field)
    return visit.say(words, field=field, before=one.before, after=one.after)
