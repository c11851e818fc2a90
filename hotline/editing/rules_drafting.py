"""Reads the previewable part of a draft flow, node by node, and lists its faults. Pure.

`document.read` accepts a whole flow or refuses it. This module leaves out an invalid node. If possible, it leaves out
only the invalid part of the node. So editors see a screen while they write it.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from pydantic import ValidationError

from hotline.core.documents import Document, Editable
from hotline.flows.check import FIX, Code, Problem
from hotline.flows.check_flow_set import flow_problems, node_problems
from hotline.flows.document import shape_faults
from hotline.flows.flow import Flow, FlowSet
from hotline.flows.models import FlowModel, NodeModel, field_of, flow_of
from hotline.flows.node_fields import kind_of, nodes_of, path_of
from hotline.text.phrases import MessageText, message_text

MAX_REPAIRS = 40
"""The maximum number of attempts to remove invalid parts of a node. After them, the node is left out."""
OPTIONAL = (
    "title",
    "lead",
    "choices",
    "arms",
    "note",
    "topic",
    "completes",
    "reason",
    "signed",
    "review",
)
"""Fields that a preview of a node does not need."""


class MissingKind(StrEnum):
    """The kind of thing that is missing or wrong in a draft."""

    KIND = "kind"
    """The node must be exactly one of say, menu, ask, branch, call and finish, but it is none or several of them."""
    WORDS = "words"
    """The node has no text yet."""
    GOES = "goes"
    """The node leads to no other node yet."""
    CHOICES = "choices"
    """The node has no choice yet."""
    NAME = "name"
    """A saved answer, a value or a called flow has no name yet."""
    BROKEN = "broken"
    """Any other fault. The message describes it."""


MISSING_BY_FIELD = {
    "text": MissingKind.WORDS,
    "goes": MissingKind.GOES,
    "choices": MissingKind.CHOICES,
    "arms": MissingKind.CHOICES,
    "saves": MissingKind.NAME,
    "value": MissingKind.NAME,
    "flow": MissingKind.NAME,
}
"""The kind of fault, by the last part of the field that is empty or invalid."""
SENTENCES = {
    MissingKind.KIND: message_text("the screen has no type yet"),
    MissingKind.WORDS: message_text("the screen has no text yet"),
    MissingKind.GOES: message_text("the screen has no next screen yet"),
    MissingKind.CHOICES: message_text("the screen has no choices yet"),
    MissingKind.NAME: message_text("an answer, a value or a flow has no name yet"),
}


def missing_kind(fault: Problem) -> MissingKind:
    """Returns the kind of a fault, from its message."""
    return next(
        (lack for lack, said in SENTENCES.items() if said == fault.message), MissingKind.BROKEN
    )


class ReadDraft(NamedTuple):
    flow: Flow
    """The part of the draft that can be previewed. It has only valid nodes."""
    faults: tuple[Problem, ...]
    """Faults in the structure of the draft. If content is only missing, the message is short and depends on the
    kind."""
    missing: frozenset[str]
    """Nodes that cannot be previewed."""

    def faults_of(self, node: str) -> tuple[Problem, ...]:
        return tuple(fault for fault in self.faults if fault.node == node)


def read_draft(name: str, flow: object) -> ReadDraft:
    """Returns the draft of a flow's document, even if parts are invalid."""
    written = nodes_of(flow)
    models: dict[str, NodeModel] = {}
    faults = [*_of_the_flow(name, flow)]
    for node, document in written.items():
        model, found = _read((name, node), document)
        faults += found
        if model is not None:
            models[node] = model

    head = flow if isinstance(flow, Mapping) else {}
    start, gathers = head.get("start"), head.get("gathers")
    compiled = flow_of(
        name,
        start if isinstance(start, str) else next(iter(written), ""),
        models,
        gathers if isinstance(gathers, str) and gathers else None,
        private=head.get("private") is True,
    )
    return ReadDraft(compiled, tuple(faults), frozenset(written.keys() - models.keys()))


def playable_part(flow: object, name: str) -> Flow:
    """Returns the part of a flow's document that can be previewed."""
    return read_draft(name, flow).flow


def with_flow(flow_set: FlowSet, flow: Flow) -> FlowSet:
    """Returns the flow set with this flow added or replaced. This removes all cached screens."""
    return replace(flow_set, flows={**flow_set.flows, flow.name: flow}, drawings={}, dependants={})


def draft_problems(flow_set: FlowSet, draft: ReadDraft, *, node: str = "") -> tuple[Problem, ...]:
    """Returns all faults of one draft, or of one of its nodes, together with the published flows.

    `flow_set` may already contain the draft. Then its cached screens are used.
    """
    name = draft.flow.name
    if flow_set.flows.get(name) is not draft.flow:
        flow_set = with_flow(flow_set, draft.flow)
    half = draft.faults_of(node) if node else draft.faults
    led = {message_text("no screen is called {name}", name=node) for node in draft.missing}
    found = node_problems(flow_set, name, node) if node else flow_problems(flow_set, name)
    return (*half, *(one for one in found if one.message not in led))


def _of_the_flow(name: str, flow: object) -> Iterator[Problem]:
    """Yields the faults of a flow's own fields, such as its start, its reviews and its kind of report."""
    head = dict(flow) if isinstance(flow, Mapping) else {}
    stand_in: Editable = {"start": {"finish": {}}}
    try:
        FlowModel.model_validate({**head, "nodes": stand_in})
    except ValidationError as invalid:
        yield from _faults((name, ""), invalid)
    nodes = head.get("nodes")
    if not isinstance(nodes, Mapping) or not nodes:
        yield _fault((name, ""), message_text("the flow has no screen yet"), "nodes")
    elif isinstance(head.get("start"), str) and head["start"] not in nodes:
        message = message_text("no screen is called {name}", name=head["start"])
        yield _fault((name, ""), message, "start")


def _read(where: tuple[str, str], document: Document) -> tuple[NodeModel | None, Sequence[Problem]]:
    """Returns the node without its invalid parts, and every fault. The node is None if the rest is invalid."""
    found: dict[Problem, None] = {}
    rest: Editable = dict(document)
    for _ in range(MAX_REPAIRS):
        try:
            return NodeModel.model_validate(rest), tuple(found)
        except ValidationError as invalid:
            faults = [*_faults(where, invalid)]
        if not found:
            found = dict.fromkeys(faults)
        left = _without(rest, faults)
        if left is None:
            break
        rest = left
    return None, tuple(found)


def _fault(where: tuple[str, str], message: MessageText, field: str, language: str = "") -> Problem:
    return Problem(*where, Code.SHAPE, message, FIX, language, field)


def _faults(where: tuple[str, str], invalid: ValidationError) -> Iterator[Problem]:
    for fault in shape_faults(invalid):
        field, language = field_of(fault.path, str(fault.message))
        lack = _lack(field, language, fault.kind)
        yield _fault(where, SENTENCES.get(lack, fault.message), field, language)


def _lack(field: str, language: str, kind: str) -> MissingKind:
    """Returns the kind of a fault. If content is missing, the kind says so. Otherwise it is `BROKEN`."""
    last = field.rpartition(".")[2]
    is_missing = kind in ("missing", "too_short", "value_error") or kind.endswith("_type")
    if not field:
        return MissingKind.KIND if kind == "value_error" else MissingKind.BROKEN
    is_line = last.isdecimal() or last in ("text", "note", "skip", "one", "none")
    if is_line and (language or kind != "value_error"):
        last = "text"
    return MISSING_BY_FIELD.get(last, MissingKind.BROKEN) if is_missing else MissingKind.BROKEN


def _without(node: Editable, faults: Sequence[Problem]) -> Editable | None:
    """Returns the node without the parts that the faults name.

    Returns None if a necessary part is invalid, or if no part was removed.
    """
    left = copy.deepcopy(node)
    rows: set[tuple[str, int]] = set()
    for fault in faults:
        first, *rest = fault.field.split(".")
        if first not in OPTIONAL and not (fault.language and _says_more(left, fault)):
            return None
        if rest and rest[0].isdecimal():
            rows.add((first, int(rest[0])))
        elif not fault.language:
            inside = left if first in left else _body(left)
            inside.pop(path_of(left, first)[-1], None)
    for first, at in sorted(rows, reverse=True):
        listed = left.get("branch") if first == "arms" else _body(left).get(first)
        if not isinstance(listed, list) or at >= len(listed):
            return None
        del listed[at]
    return left if left != node else None


def _says_more(node: Editable, fault: Problem) -> bool:
    """Removes an invalid language from a text. Returns True if the text has another language."""
    text = _body(node).get(fault.field)
    if not isinstance(text, dict):
        return False
    text.pop(fault.language, None)
    return bool(text)


def _body(node: Editable) -> Editable:
    body = node.get(kind_of(node))
    return body if isinstance(body, dict) else {}
