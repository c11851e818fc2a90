"""Builds a whole lesson, quiz or menu from the texts of one form, and shows a phone number on a screen. Pure.

A builder makes the same screens as an editor makes by hand. The form has one field for each empty text of the model.
Screens that the editor left empty are left out, and their arrows lead on to the next screen.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from hotline.core.documents import Document, Editable
from hotline.editing.rules_operations import FlowModelName, copy_flow, delete_screen, new_flow
from hotline.editing.rules_preview import arrows_of
from hotline.flows.node_fields import body_of, nodes_of, rows_of, texts_in, with_value
from hotline.text.quiz import FIRST_PREFIX

NUMBERED = ("one", "two", "three")
"""The names of a model's repeated screens, in order."""
OPTIONAL_GROUP = "question"
"""The screens of a lesson's quiz question. They are left out unless the editor writes a question."""
SAID = Mapping[str, Mapping[str, str]]


class Slot(NamedTuple):
    """One empty text of a model. The form has a field for it in each language."""

    key: str
    """The screen and the field, such as `menu.choices.0`. It names the form's field."""
    label: str
    """The name of the label in the table `builder_texts`."""
    number: int
    """The number in the label. It is 0 if the label has none."""
    has_answer: bool
    """True for a quiz question, for which the editor chooses the right answer."""


def slots(model: FlowModelName) -> Sequence[Slot]:
    """Returns the empty texts of a model, one topic after the other. A lesson's question comes last."""
    found = _slots(model)
    return sorted(found, key=lambda one: (one.key.startswith(OPTIONAL_GROUP), one.number))


def _slots(model: FlowModelName) -> Iterator[Slot]:
    for node, written in nodes_of(new_flow(model, "new")).items():
        group, _, role = node.partition("_")
        saves = str(body_of(written).get("saves") or "")
        for text in texts_in(written):
            if text.words:
                continue
            part, _, row = text.field.partition(".")
            number = int(row) + 1 if row else (*NUMBERED, group).index(group) % len(NUMBERED) + 1
            label = f"{model}_{role or (part if group in NUMBERED or row else group)}"
            yield Slot(f"{node}.{text.field}", label, number, saves.startswith(FIRST_PREFIX))


def build_flow(
    model: FlowModelName, name: str, said: SAID, *, denied: Collection[str] = (), onward: str = ""
) -> Editable:
    """Returns a new flow with these texts by slot. `denied` are the questions whose right answer is No.

    A repeated question without other words repeats the first question.
    """
    flow = new_flow(model, name, onward=onward)
    for key, words in said.items():
        _set_text(flow, key, words)
    for node in [one for one in flow["nodes"] if one.endswith("_again")]:
        first = node.removesuffix("_again")
        if not _words(said, node):
            _set_text(flow, f"{node}.text", said.get(f"{first}.text", {}))
        if first in denied:
            for asked in (first, node):
                choices = rows_of(flow["nodes"][asked], "choices")
                choices[0]["value"], choices[1]["value"] = "wrong", "right"
    return _without_empty(flow, said)


def _set_text(flow: Editable, key: str, words: Mapping[str, str]) -> None:
    node, _, field = key.partition(".")
    steps = next(text.steps for text in texts_in(flow["nodes"][node]) if text.field == field)
    flow["nodes"][node] = with_value(flow["nodes"][node], steps, dict(words))


def _words(said: SAID, node: str) -> bool:
    return any(words for key, words in said.items() if key.partition(".")[0] == node)


def _without_empty(flow: Editable, said: SAID) -> Editable:
    """Leaves out groups of screens without text. If the form has no text at all, only the quiz question is left out."""
    written = {node.partition("_")[0] for node in flow["nodes"] if _words(said, node)}
    topic = ""
    for name, node in nodes_of(flow).items():
        group, goes = name.partition("_")[0], body_of(node).get("goes")
        if not goes or group in written or (not written and group != OPTIONAL_GROUP):
            continue
        topic = topic or str(body_of(node).get("topic") or "")
        if flow["start"] == name:
            flow["start"] = goes
        decided = {one.key: goes for one in arrows_of(flow) if one.goes == name}
        flow = delete_screen(flow, name, decided)
    says = [one for one in flow["nodes"].values() if "say" in one and not rows_of(one, "lead")]
    if topic and says:
        says[-1]["say"]["topic"] = topic
    return flow


def with_number(flow: Document, node: str, number: str, words: Mapping[str, str]) -> Editable:
    """Returns the flow with a text on one screen that callers see while this phone number is verified."""
    changed = copy_flow(flow)
    body = body_of(changed["nodes"][node])
    lead = {"number": number, "text": dict(words)}
    assert isinstance(body, dict)
    body["lead"] = [*rows_of(changed["nodes"][node], "lead"), lead]
    return changed
