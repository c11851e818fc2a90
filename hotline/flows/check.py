"""Describes a problem that the check of flows found: the fault, its place, and how to fix it."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from importlib.resources import files
from typing import NamedTuple

from hotline.core.documents import Document, Editable
from hotline.flows.conversation import Place
from hotline.flows.document import targets
from hotline.flows.flow import (
    BranchNode,
    CallNode,
    Choice,
    Condition,
    EndNode,
    Flow,
    FlowSet,
    Lead,
    MenuNode,
    MessageNode,
    Node,
    QuestionNode,
    Text,
    Waiting,
    reachable,
)
from hotline.text.languages import MessageText, message_text, message_text_of

FIX = message_text("enter this value again")


class Code(StrEnum):
    """The kind of a problem."""

    SHAPE = "shape"
    """The document has a wrong structure. The check then looks for no other problems."""
    UNKNOWN_NODE = "unknown_node"
    UNKNOWN_FLOW = "unknown_flow"
    UNKNOWN_LIST = "unknown_list"
    UNKNOWN_ENTRY = "unknown_entry"
    UNKNOWN_ANSWER = "unknown_answer"
    DIALLED = "dialled"
    """A caller who dials digits after the service code can open a protected node. The dialled digits stay in the
    phone's call log."""
    DEAD_END = "dead_end"
    UNREACHABLE = "unreachable"
    LOOP = "loop"
    LANGUAGE_MISSING = "language_missing"
    LETTER = "letter"
    NUMBER_UNSIGNED = "number_unsigned"
    TOO_LONG = "too_long"
    BROKEN_WORD = "broken_word"
    """A word is so long that a narrow phone breaks it in the middle, or separates a label from its digit."""
    TOO_MANY_CHOICES = "too_many_choices"
    TOO_MANY_LINES = "too_many_lines"
    """A question has no written reason, but needs more than `MAX_LINES` lines on a narrow phone.

    The check also uses this code for a written reason that is not needed.
    """
    UNSURE_LATE = "unsure_late"
    """The choice "not sure" appears only on the last page of a list."""
    TOO_EARLY = "too_early"
    LAST_SCREEN = "last_screen"
    UNSAFE_WORD = "unsafe_word"
    """A screen of a report contains a promise, or a word that exposes the caller."""
    PROMISE = "promise"
    """A screen makes a promise that the hotline cannot keep, and no written reason allows it."""
    ASKS_WHO = "asks_who"
    WORDS_LOST = "words_lost"
    """A question for free text is outside a report, so nothing saves the answer."""
    QUESTION = "question"
    """A question that desks may ask callers breaks a rule for such questions."""
    ECHO = "echo"
    """A screen repeats an answer of the caller, or contains an unknown placeholder."""
    VALUE_TWICE = "value_twice"
    """Two choices of one question save the same value."""
    TOO_MANY_ANSWERS = "too_many_answers"
    ALERT_LATE = "alert_late"
    PHRASE = "phrase"
    """An editor gave a phrase of the code, such as the text of an SMS, a new text that is not allowed."""


class Problem(NamedTuple):
    flow: str
    node: str
    code: Code
    message: MessageText
    fix: MessageText
    language: str = ""
    field: str = ""
    """The field to fix, with its name in the form, such as `choices.2`. It is empty if the problem concerns the
    whole node."""

    @property
    def anchor(self) -> str:
        return anchor(self.field, self.language)

    @property
    def file(self) -> str:
        return f"{self.flow}.yaml"

    @property
    def sentence(self) -> str:
        return str(self.message_text)

    @property
    def message_text(self) -> MessageText:
        """Returns the problem as a message for a person: its place, the fault and the fix."""
        field = self.field if self.code is Code.SHAPE else ""
        where = " ".join(part for part in (self.file, self.node, field, self.language) if part)
        return message_text(
            "{where}: {message} [{code}]. Fix: {fix}",
            where=where,
            message=self.message,
            code=self.code.value,
            fix=self.fix,
        )

    def to_dict(self) -> Editable:
        """Returns the problem as data for a program, with its texts in English."""
        said = {"message": str(self.message), "fix": str(self.fix)}
        return {"file": self.file, **self.to_row(), **said}

    def to_row(self) -> Editable:
        """Returns the problem as data for the database. Its texts can later be shown in any language."""
        return {
            "flow": self.flow,
            "node": self.node,
            "code": self.code.value,
            "message": self.message.to_json(),
            "fix": self.fix.to_json(),
            "language": self.language,
            "field": self.field,
        }

    @classmethod
    def from_row(cls, written: Document) -> "Problem":
        """Returns the problem that `to_row` stored."""
        said = {name: message_text_of(written[name]) for name in ("message", "fix")}
        return cls(**{**written, **said, "code": Code(written["code"])})


Problems = Iterator[Problem]
RULES: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (files(__package__) / "rules.toml").read_text(encoding="utf-8")
)
"""The rules of the check by name, each with its kind of problem, its message and its fix. The function `problem`
replaces placeholders such as `{field}` with values."""


def problem(
    rule: str,
    flow: str,
    node: str,
    field: str = "",
    language: str = "",
    /,
    **values: str | int | MessageText,
) -> Problem:
    """Returns the problem of a field that breaks this rule."""
    known = {"field": field, "language": language, **values}
    says, fix = (
        message_text(words, **{name: one for name, one in known.items() if f"{{{name}}}" in words})
        for words in (RULES[rule]["says"], RULES[rule]["fix"])
    )
    return Problem(flow, node, Code(RULES[rule]["code"]), says, fix, language, field)


def anchor(field: str, language: str = "") -> str:
    """Returns the id of a field on a page, such as `f-choices.2-rw`. If `field` is empty, the result is empty."""
    return "-".join(part for part in ("f", field, language) if part) if field else ""


# The functions below read nodes for all checks: their texts, their conditions, and the nodes to which they lead.


class WrittenText(NamedTuple):
    """One text of a node, with the name of its field."""

    flow: str
    node: str
    field: str
    text: Text
    number: str | None = None
    """The phone number that this text may show."""

    @property
    def at(self) -> tuple[str, str, str]:
        """Returns the flow, the node and the field."""
        return self.flow, self.node, self.field


def nodes(flow_set: FlowSet) -> Iterator[tuple[Flow, str, Node]]:
    for flow in flow_set.flows.values():
        for name, node in flow.nodes.items():
            yield flow, name, node


def texts(flow_set: FlowSet) -> Iterator[WrittenText]:
    for flow, name, node in nodes(flow_set):
        may = {f"lead.{place}": lead.number for place, lead in enumerate(conditional_texts(node))}
        for field, text in node_texts(node):
            yield WrittenText(flow.name, name, field, text, may.get(field))


def translations(flow_set: FlowSet) -> Iterator[tuple[WrittenText, str, str]]:
    """Yields each text of a flow set in each of its languages, with the name of the language and the words."""
    for written in texts(flow_set):
        for language, words in written.text.items():
            yield written, language, words


def node_texts(node: Node) -> Iterator[tuple[str, Text]]:
    if isinstance(node, MessageNode | MenuNode | QuestionNode):
        yield "text", node.text
        for number, lead in enumerate(node.leads):
            yield f"lead.{number}", lead.text
    if isinstance(node, MenuNode | QuestionNode):
        for number, choice in enumerate(node.choices):
            yield f"choices.{number}", choice.label
    for name in (
        ("note", "skip", "one", "none") if isinstance(node, MenuNode | QuestionNode) else ()
    ):
        if text := getattr(node, name, None):
            yield name, text
    if isinstance(node, EndNode) and node.text is not None:
        yield "text", node.text


def conditional_texts(node: Node) -> tuple[Lead, ...]:
    return node.leads if isinstance(node, MessageNode | MenuNode | QuestionNode) else ()


def choices_of(node: Node) -> tuple[Choice, ...]:
    return node.choices if isinstance(node, MenuNode | QuestionNode) else ()


def conditions(node: Node) -> Iterator[Condition]:
    yield from (condition for _, condition in placed_conditions(node))


def placed_conditions(node: Node) -> Iterator[tuple[str, Condition]]:
    """Yields each condition of a node, with the field that depends on the condition."""
    for number, lead in enumerate(conditional_texts(node)):
        yield from ((f"lead.{number}", when) for when in lead.whens)
    for number, choice in enumerate(choices_of(node)):
        if choice.when:
            yield f"choices.{number}.when", choice.when
    if isinstance(node, BranchNode):
        for number, arm in enumerate(node.arms):
            if arm.when:
                yield f"arms.{number}.when", arm.when


def next_nodes(flow_set: FlowSet, place: Place) -> Iterator[Place]:
    """Yields the nodes that a node may lead to.

    A call leads to the start of the called flow. The node after the call counts only if the called flow can return.
    """
    flow = flow_set.flows[place.flow]
    node = flow.nodes[place.node]
    if isinstance(node, CallNode) and node.flow in flow_set.flows:
        called = flow_set.flows[node.flow]
        if called.start in called.nodes:
            yield Place(called.name, called.start)
        if not any(
            one == EndNode() or (isinstance(one, CallNode) and one.goes is None)
            for one in called.nodes.values()
        ):
            return
    for goes in targets(node):
        if goes in flow.nodes:
            yield Place(flow.name, goes)


def node_of(flow_set: FlowSet, place: Place) -> Node:
    return flow_set.flows[place.flow].nodes[place.node]


def screens_from(flow_set: FlowSet, places: Iterable[Place]) -> Iterator[Place]:
    """Yields the first screens on every path from these places."""

    def following(place: Place) -> Iterable[Place]:
        return () if shows_screen(node_of(flow_set, place)) else next_nodes(flow_set, place)

    yield from (
        place for place in reachable(places, following) if shows_screen(node_of(flow_set, place))
    )


def shows_screen(node: Node) -> bool:
    return isinstance(node, Waiting) or (isinstance(node, EndNode) and node.text is not None)


def starts(flow_set: FlowSet) -> Iterator[Place]:
    """Yields the start node of the front flow and of each flow that a short code opens."""
    for name in (flow_set.front, *flow_set.entries.values()):
        flow = flow_set.flows.get(name)
        if flow is not None and flow.start in flow.nodes:
            yield Place(flow.name, flow.start)
