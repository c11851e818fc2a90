"""Reads a draft flow as far as it can be previewed, node by node, and lists its faults. Pure.

`document.read` accepts all or nothing. Here an invalid node is left out of the flow. Where possible, only the broken
part of the node is left out. So the editor sees a screen while writing it.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from pydantic import ValidationError

from hotline.core.documents import Document, Editable
from hotline.flows.anatomy import kind_of, nodes_of, path_of
from hotline.flows.check import MEND, Code, Finding
from hotline.flows.check_flow_set import of_flow, of_node
from hotline.flows.document import shape_faults
from hotline.flows.flow import Book, Flow
from hotline.flows.models import FlowModel, NodeModel, field_of, flow_of
from hotline.text.phrases import Remark, remark

MOST_MENDS = 40
"""Most attempts to remove broken parts of a node. After them the node is left out."""
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
"""Fields that a node can be previewed without."""


class Lack(StrEnum):
    """The kind of thing that is missing or wrong in a draft."""

    KIND = "kind"
    """The node is none of say, menu, ask, branch, call, finish, or has two of them."""
    WORDS = "words"
    """It has no text yet."""
    GOES = "goes"
    """It leads to no node yet."""
    CHOICES = "choices"
    """It has no choice yet."""
    NAME = "name"
    """A saved answer, a value or a called flow has no name yet."""
    BROKEN = "broken"
    """Any other fault. The message describes it."""


LACKS = {
    "text": Lack.WORDS,
    "goes": Lack.GOES,
    "choices": Lack.CHOICES,
    "arms": Lack.CHOICES,
    "saves": Lack.NAME,
    "value": Lack.NAME,
    "flow": Lack.NAME,
}
"""Kinds by the last part of the field that is empty or invalid."""
SENTENCES = {
    Lack.KIND: remark("is no screen yet"),
    Lack.WORDS: remark("has no text yet"),
    Lack.GOES: remark("has no next screen yet"),
    Lack.CHOICES: remark("has no choices yet"),
    Lack.NAME: remark("has no name yet"),
}


def lack_of(fault: Finding) -> Lack:
    """Returns the kind of a fault, from its message."""
    return next((lack for lack, said in SENTENCES.items() if said == fault.message), Lack.BROKEN)


class Draft(NamedTuple):
    flow: Flow
    """Part of the draft that can be previewed. It has only valid nodes."""
    faults: tuple[Finding, ...]
    """Faults of its shape. Things that are only missing have a short message for each kind."""
    missing: frozenset[str]
    """Nodes that cannot be previewed."""

    def faults_of(self, node: str) -> tuple[Finding, ...]:
        return tuple(fault for fault in self.faults if fault.node == node)


def drafted(name: str, flow: object) -> Draft:
    """Returns the draft of a flow's document, whatever is broken in it."""
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
    return Draft(compiled, tuple(faults), frozenset(written.keys() - models.keys()))


def played(flow: object, name: str) -> Flow:
    """Returns the part of a flow's document that can be previewed."""
    return drafted(name, flow).flow


def put_in(book: Book, flow: Flow) -> Book:
    """Returns the flow set with this flow added or replaced. It drops all cached drawings."""
    return replace(book, flows={**book.flows, flow.name: flow}, drawings={}, dependants={})


def draft_findings(book: Book, draft: Draft, *, node: str = "") -> tuple[Finding, ...]:
    """Returns all faults of one draft, or of one node of it, together with the published flows.

    `book` may contain the draft already. Its cached drawings are then used.
    """
    name = draft.flow.name
    if book.flows.get(name) is not draft.flow:
        book = put_in(book, draft.flow)
    half = draft.faults_of(node) if node else draft.faults
    led = {remark("no screen is called {name}", name=node) for node in draft.missing}
    found = of_node(book, name, node) if node else of_flow(book, name)
    return (*half, *(one for one in found if one.message not in led))


def _of_the_flow(name: str, flow: object) -> Iterator[Finding]:
    """Yields the faults of a flow's own fields, such as its start, its review and its kind of report."""
    head = dict(flow) if isinstance(flow, Mapping) else {}
    stand_in: Editable = {"start": {"finish": {}}}
    try:
        FlowModel.model_validate({**head, "nodes": stand_in})
    except ValidationError as invalid:
        yield from _faults((name, ""), invalid)
    nodes = head.get("nodes")
    if not isinstance(nodes, Mapping) or not nodes:
        yield _fault((name, ""), remark("has no screen yet"), "nodes")
    elif isinstance(head.get("start"), str) and head["start"] not in nodes:
        message = remark("no screen is called {name}", name=head["start"])
        yield _fault((name, ""), message, "start")


def _read(where: tuple[str, str], document: Document) -> tuple[NodeModel | None, Sequence[Finding]]:
    """Returns the node without its broken parts, and every fault. The node is None where the rest is not valid."""
    found: dict[Finding, None] = {}
    rest: Editable = dict(document)
    for _ in range(MOST_MENDS):
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


def _fault(where: tuple[str, str], said: Remark, field: str, language: str = "") -> Finding:
    return Finding(*where, Code.SHAPE, said, MEND, language, field)


def _faults(where: tuple[str, str], invalid: ValidationError) -> Iterator[Finding]:
    for fault in shape_faults(invalid):
        field, language = field_of(fault.path, str(fault.says))
        lack = _lack(field, language, fault.kind)
        yield _fault(where, SENTENCES.get(lack, fault.says), field, language)


def _lack(field: str, language: str, kind: str) -> Lack:
    """Returns the kind of a fault. Only things that are just missing get another kind than `BROKEN`."""
    last = field.rpartition(".")[2]
    is_missing = kind in ("missing", "too_short", "value_error") or kind.endswith("_type")
    if not field:
        return Lack.KIND if kind == "value_error" else Lack.BROKEN
    is_line = last.isdecimal() or last in ("text", "note", "skip", "one", "none")
    if is_line and (language or kind != "value_error"):
        last = "text"
    return LACKS.get(last, Lack.BROKEN) if is_missing else Lack.BROKEN


def _without(node: Editable, faults: Sequence[Finding]) -> Editable | None:
    """Returns the node without the parts that the faults name.

    None where a needed part is broken, or where no part was removed.
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


def _says_more(node: Editable, fault: Finding) -> bool:
    """Removes a broken language from a text. Returns True if another language is left to show."""
    text = _body(node).get(fault.field)
    if not isinstance(text, dict):
        return False
    text.pop(fault.language, None)
    return bool(text)


def _body(node: Editable) -> Editable:
    body = node.get(kind_of(node))
    return body if isinstance(body, dict) else {}
