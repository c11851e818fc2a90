"""Defines the document of a revision (a saved set of all flows), and reads, writes and compiles it.

Editors write the document as YAML. The database stores the document as JSON.

A revision is `{"flows": {name: flow}, "entries": {"90": "responders"}, "numbers": [row of numbers.csv]}`. A revision
may also have `"entry_names": {"11": "poster"}` and `"phrases": {"rw": {"TAKEN": text of a phrase}}`.

This is an example of a flow:

    flow: report                    name of the flow and of its file
    title: {rw: .., fr: .., en: ..}               shown to colleagues in place of the name, as is `description`
    review: {rw: draft, fr: draft, en: draft}     state of all its texts; a node may have its own `review`
    gathers: tip                    kind of report; entering it begins an attempt; digits dialled in advance never enter
    private: true                   opened only by its own short code, or called by another private flow
    start: danger
    nodes:
      danger:                       a node is exactly one of say, menu, ask, branch, call, finish
        menu:
          text: {rw: .., fr: .., en: ..}
          saves: danger             name of the answer; without it a choice only leads on
          goes: official            for choices that have no `goes` of their own
          topic: x                  counted as read when the node is shown
          completes: tip            reaching the node completes the report
          note: {rw: .., fr: .., en: ..}       a line under the choices
          languages: true           offers the other languages on one line, on the highest keys
          lead: [{when: {answer: danger, is: yes}, text: {..}}]      conditional text in front of the text
                [{number: 112, text: {..}}]      text with a phone number: it shows while the number is verified
          choices:
            - {label: {..}, value: yes, goes: node, key: 5, when: {flag: reporting}}   without `value` nothing is saved
        title: {rw: .., fr: .., en: ..}      next to `menu`: shown to colleagues in place of the node's name
        reason: ..                  next to `menu`: reason for over 10 lines of 16 letters, or for words the check finds
      a: {say: {text: .., goes: b, topic: .., completes: .., lead: ..}}        `9` leads on; without `goes`, only back
      w: {ask: {kind: words, text: .., saves: landmark, goes: last, skip: {..}}}     words or number; `0` skips
      n: {ask: {kind: pin, text: .., saves: pin, goes: next, weak: again}}     four digits, passed on but never saved;
                                    an easy PIN (equal digits, a row, a year) goes to `weak` and is not passed on;
                                    `digits: 6` asks for six, `digits: 8` for eight
      p: {ask: {kind: place, text: .., saves: district, goes: n, list: "districts.{province}", choices: [..]}}
                                    a choice with `every_page: true` is on each page of the list: "not sure"
                                    `one: {en: "{found}?"}` asks about a list's only place; `none: {..}` is for no place
      b: {branch: [{when: {answer: danger, is: [yes, unsure]}, goes: x}, {goes: y}]}
      c: {call: {flow: learn, goes: after}}          without `goes` this flow ends when that one does
      f: {finish: {text: ..}}                        the last screen; `finish: {}` returns to the calling flow

A condition is `{answer: NAME, is: VALUE or [VALUES]}`, `{flag: NAME}` or `{not: condition}`. Without `is`, the
condition is true if the caller answered the question. The name of a flag may contain an answer (`quicker.{case}`). The
choices on each page are numbered from 1 to 8. A choice with a `key` always has that digit. The code that compiles the
document provides some lists ("provinces", "districts.1"). Other lists exist only during a session.

A text may contain placeholders. `{receipt}` is the receipt of the report that the caller made in this session.
`{certificate}` is the code of a certificate. After a responder types the work PIN, `{open}` and `{urgent}` are numbers
of cases, and `{ref}`, `{place}`, `{time}` and `{page}` describe the chosen case. `flow.py` lists all placeholders. A
text may contain no other braces.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from hotline.core.documents import Document
from hotline.flows import flow as compiled
from hotline.flows.conversation import Option
from hotline.flows.flow import (
    BranchNode,
    CallNode,
    Evidence,
    Flow,
    FlowSet,
    MenuNode,
    MessageNode,
    Node,
    Number,
    QuestionNode,
    list_answers,
    number_flag,
)
from hotline.text.characters import UNSEEN
from hotline.text.errors import FlowInvalid
from hotline.text.languages import CODES, MessageText, message_text

MESSAGE_KEY = "remark"
"""The key under which a validation error contains the hotline's own message."""


def invalid(template: str, **values: str | int) -> PydanticCustomError:
    """Returns the error that a validator raises. This error keeps its message as a `MessageText`, which can be
    translated later."""
    text = message_text(template, **values)
    return PydanticCustomError("value_error", "{says}", {"says": str(text), MESSAGE_KEY: text})


def _words(text: str) -> str:
    """Returns the text in Unicode's composed form (NFC), without spaces at the beginning and the end.

    Raises an error for an empty text and for invisible characters, such as NUL, direction marks and zero-width
    characters.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    # A test of the whole text is faster than a test of each character.
    for letter in "" if text.replace("\n", "").isprintable() else text:
        if letter != "\n" and unicodedata.category(letter) in UNSEEN:
            name = unicodedata.name(letter, "a control character")
            code = f"U+{ord(letter):04X}"
            raise invalid(
                "the text contains an invisible character: {name} ({code})", name=name, code=code
            )
    if not text:
        raise invalid("is empty")
    return text


def _known(language: str) -> str:
    if language not in CODES:
        languages = ", ".join(CODES)
        raise invalid("this is not a language of the hotline ({known})", known=languages)
    return language


Words = Annotated[str, AfterValidator(_words)]
Language = Annotated[str, AfterValidator(_known)]
LONGEST_NAME = 40
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=LONGEST_NAME)]
Value = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=40)]
PhraseName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=40)]
"""The name of a text that the code sends, such as `TAKEN` for an SMS."""
Texts = Annotated[dict[Language, Words], Field(min_length=1)]
TITLE_LETTERS = 60
DESCRIPTION_LETTERS = 160
Title = Annotated[str, Field(max_length=TITLE_LETTERS), AfterValidator(_words)]
Titled = Annotated[dict[Language, Title], Field(min_length=1)]
Description = Annotated[str, Field(max_length=DESCRIPTION_LETTERS), AfterValidator(_words)]
Described = Annotated[dict[Language, Description], Field(min_length=1)]
Review = dict[Language, Literal["draft", "reviewed"]]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


KINDS = ("say", "menu", "ask", "branch", "call", "finish")
ROWS = {"choices": "choices", "lead": "lead", "branch": "arms"}
"""Maps each key of a node that contains a list to the first part of the list's form fields. For example, `arms.2` is a
form field for the key `branch`."""
_AT_A_ROW = re.compile(r"^choice (\d+) (has no next screen)?")


def field_of(steps: Sequence[str], message: str = "") -> tuple[str, str]:
    """Returns the form field and the language for a path in a node's document. The form field and the language are
    empty if the path leads to the whole node.

    If only the fault's message says which choice is wrong, reads the number of the choice from the message.
    """
    inner = [step for step in steps if step != "[key]"]
    if inner and inner[0] in KINDS and inner[0] != "branch":
        is_kind = inner == ["ask", "kind"]
        inner = ["asks"] if is_kind else inner[1:]
    if not inner:
        found = _AT_A_ROW.match(message)
        if found is None:
            return "", ""
        return f"choices.{int(found[1]) - 1}.{'goes' if found[2] else 'value'}", ""

    if inner[0] not in ROWS:
        return _named(inner[:1], inner[1:])
    return _named([ROWS[inner[0]], *inner[1:2]], inner[2:])


def _named(names: Sequence[str], steps: Sequence[str]) -> tuple[str, str]:
    steps = [step for step in steps if step not in ("text", "label")]
    if steps and steps[0] in CODES:
        return ".".join(names), steps[0]
    return ".".join((*names, *steps[:1])), ""


class BrokenReference(NamedTuple):
    flow: str
    node: str
    code: str
    """The kind of broken reference: `unknown_node`, `unknown_flow`, `unknown_list` or `unknown_entry`."""
    message: MessageText
    field: str = ""
    """The field of the node, such as `choices.2.goes`."""


def targets(node: Node) -> Iterator[str]:
    """Returns the names of the nodes to which a node leads in the same flow."""
    return iter(dict.fromkeys(target for _, target in links(node)))


def links(node: Node) -> Iterator[tuple[str, str]]:
    """Yields each field that leads to a node, with the name of that node. The same node can occur several times."""
    found: list[tuple[str, str | None]] = []
    if isinstance(node, MenuNode | QuestionNode):
        found = [(f"choices.{at}.goes", choice.goes) for at, choice in enumerate(node.choices)]
    if isinstance(node, BranchNode):
        found = [(f"arms.{at}.goes", arm.goes) for at, arm in enumerate(node.arms)]
    if isinstance(node, MessageNode | MenuNode | QuestionNode | CallNode):
        found.append(("goes", node.goes))
    if isinstance(node, QuestionNode):
        found.append(("weak", node.weak))
    yield from ((field, target) for field, target in found if target is not None)


def broken_references(flow_set: FlowSet) -> Iterator[BrokenReference]:
    for flow in flow_set.flows.values():
        yield from broken_in_flow(flow_set, flow)
    yield from broken_in_set(flow_set)


def broken_in_set(flow_set: FlowSet) -> Iterator[BrokenReference]:
    """Yields broken references outside the flows: the front and the short codes."""
    if flow_set.front not in flow_set.flows:
        yield BrokenReference(
            flow_set.front,
            "",
            "unknown_flow",
            message_text("the flow named front is missing: calls start in that flow"),
        )
    for entry, name in flow_set.entries.items():
        if name not in flow_set.flows:
            message = message_text("no flow is called {name}", name=name)
            yield BrokenReference("entries", entry, "unknown_entry", message)
        elif flow_set.flows[name].gathers:
            message = message_text(
                "a short code cannot open {name}, because the flow collects a report", name=name
            )
            yield BrokenReference("entries", entry, "unknown_entry", message)


def broken_in_flow(flow_set: FlowSet, flow: Flow) -> Iterator[BrokenReference]:
    if flow.start not in flow.nodes:
        message = message_text("no screen is called {name}", name=flow.start)
        yield BrokenReference(flow.name, "start", "unknown_node", message)
    for name, node in flow.nodes.items():
        for field, target in links(node):
            if target not in flow.nodes:
                message = message_text("no screen is called {name}", name=target)
                yield BrokenReference(flow.name, name, "unknown_node", message, field)
        if isinstance(node, CallNode):
            callee = flow_set.flows.get(node.flow)
            message = message_text("no flow is called {name}", name=node.flow)
            if callee is not None:
                message = message_text(
                    "the private flow {name} opens only from its short code", name=node.flow
                )
            if callee is None or (callee.private and not flow.private):
                yield BrokenReference(flow.name, name, "unknown_flow", message, "flow")
        if (
            isinstance(node, QuestionNode)
            and node.list is not None
            and not _listed(flow_set, flow, node.list)
        ):
            message = message_text("no list is called {name}", name=node.list)
            yield BrokenReference(flow.name, name, "unknown_list", message, "list")


def _listed(flow_set: FlowSet, flow: Flow, pattern: str) -> bool:
    """Returns True if a list with this name can exist. The lists of a private flow exist only during a session, so for
    a private flow the result is always True."""
    if flow.private:
        return True
    if not list_answers(pattern):
        return pattern in flow_set.lists
    stem = pattern.split("{", 1)[0]
    return any(name.startswith(stem) for name in flow_set.lists)


NAMES = {"lead": "leads", "list_": "list", "day": "on"}
"""The fields that have one name in the document and a different name in the classes of the engine."""


class Part(Model):
    """A part of the document that `compile` converts to an object of the engine."""

    makes: ClassVar[Callable[..., Any]]

    def compile(self) -> Any:
        """Returns the engine's object with the same fields as this part. Fields that the document does not have get
        the default values."""
        values = {NAMES.get(name, name): _compiled(value) for name, value in self}
        return self.makes(**{name: value for name, value in values.items() if value is not None})


def _compiled(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_compiled, value))
    return value.compile() if isinstance(value, Part) else value


class ConditionModel(Part):
    answer: Name | None = None
    is_: Value | list[Value] | None = Field(None, alias="is")
    flag: Annotated[str, Field(pattern=r"^[a-z0-9_.{}]+$", max_length=60)] | None = None
    not_: "ConditionModel | None" = Field(None, alias="not")

    @model_validator(mode="after")
    def one_kind(self) -> Self:
        kinds = [kind for kind in (self.answer, self.flag, self.not_) if kind is not None]
        if len(kinds) != 1:
            raise invalid(
                "a condition must contain exactly one of these fields: answer, flag or not"
            )
        if self.is_ is not None and self.answer is None:
            raise invalid("only a condition on an answer can compare a value")
        return self

    def compile(self) -> compiled.Condition:
        if self.not_ is not None:
            inner = self.not_.compile()
            return compiled.Condition(inner.answer, inner.values, inner.flag, not inner.negated)
        values = [self.is_] if isinstance(self.is_, str) else self.is_ or []
        return compiled.Condition(self.answer, tuple(values), self.flag)


Digits = Annotated[str, Field(pattern=r"^\d{3,13}$")]


class LeadModel(Part):
    text: Texts
    when: ConditionModel | None = None
    number: Digits | None = None
    """The phone number in the text. Screens show the text only while the confirmation of this number is valid."""

    @model_validator(mode="after")
    def only_sometimes(self) -> Self:
        if self.when is None and self.number is None:
            raise invalid("a conditional text needs the field `when` or the field `number`")
        return self

    def compile(self) -> compiled.Lead:
        whens = [self.when.compile()] if self.when else []
        if self.number is not None:
            whens.append(compiled.Condition(flag=number_flag(self.number)))
        return compiled.Lead(tuple(whens), self.text, self.number)


class ChoiceModel(Part):
    makes = compiled.Choice
    label: Texts
    value: Value | Literal[""] = ""
    goes: Name | None = None
    key: Annotated[str, Field(pattern="^[1-8]$")] | None = None
    same_line: bool = False
    language: Language | None = None
    when: ConditionModel | None = None
    every_page: bool = False


class _Shown(Part):
    """The fields of every node that shows a screen."""

    text: Texts
    lead: list[LeadModel] = Field(default_factory=list)
    topic: Name | None = None
    completes: Name | None = None


class MessageModel(_Shown):
    makes = compiled.MessageNode
    goes: Name | None = None


class MenuModel(_Shown):
    makes = compiled.MenuNode
    choices: Annotated[list[ChoiceModel], Field(min_length=1)]
    saves: Name | None = None
    goes: Name | None = None
    note: Texts | None = None
    languages: bool = False

    @model_validator(mode="after")
    def every_choice_means_something(self) -> Self:
        for number, choice in enumerate(self.choices):
            if choice.goes is None and self.goes is None:
                raise invalid(
                    "choice {number} has no next screen: choose a next screen for this choice, or for the whole menu",
                    number=number + 1,
                )
            if self.saves is not None and not choice.value and choice.goes is None:
                raise invalid(
                    "choice {number} has no recorded value and no next screen", number=number + 1
                )
        return self


class QuestionModel(_Shown):
    makes = compiled.QuestionNode
    kind: Literal["words", "number", "place", "pin"]
    saves: Name
    goes: Name
    list_: str | None = Field(None, alias="list", pattern=r"^[a-z0-9_.{}]+$")
    choices: list[ChoiceModel] = Field(default_factory=list)
    skip: Texts | None = None
    one: Texts | None = None
    none: Texts | None = None
    weak: Name | None = None
    digits: Annotated[int, Field(ge=4, le=8, multiple_of=2)] | None = None

    @model_validator(mode="after")
    def fits_its_kind(self) -> Self:
        if (self.kind == "place") != (self.list_ is not None):
            raise invalid(
                "a question that asks for a place needs a list of places, and no other question may have such a list"
            )
        if self.kind in ("place", "pin") and self.skip is not None:
            raise invalid("callers can skip only a question for text or for a number")
        if self.kind != "place" and (self.one is not None or self.none is not None):
            raise invalid(
                "only a question that asks for a place may have the fields `one` and `none` (texts for 1 or 0 places)"
            )
        if self.kind in ("words", "pin") and self.choices:
            raise invalid(
                "a question for text or a PIN cannot have choices, because a typed digit counts as the answer"
            )
        if self.weak is not None and self.kind != "pin":
            raise invalid("only a PIN question needs a screen for weak PINs")
        if self.digits is not None and self.kind != "pin":
            raise invalid("only a question that asks for a PIN may have the field `digits`")
        for number, choice in enumerate(self.choices):
            if not choice.value:
                raise invalid("choice {number} has no recorded value", number=number + 1)
        return self


class ArmModel(Part):
    makes = compiled.Arm
    goes: Name
    when: ConditionModel | None = None


class CallModel(Part):
    makes = compiled.CallNode
    flow: Name
    goes: Name | None = None


class EndModel(Part):
    makes = compiled.EndNode
    text: Texts | None = None


class TextApprovalModel(Part):
    """The approval of a question: the approver's name, the day of the approval, and the digest of the approved text.
    `hotline flows check` prints the digest."""

    makes = compiled.TextApproval

    by: Annotated[str, Field(min_length=1)]
    day: date
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]


class NodeModel(Model):
    title: Titled | None = None
    """The screen's title for colleagues. Callers never see this title."""
    say: MessageModel | None = None
    menu: MenuModel | None = None
    ask: QuestionModel | None = None
    branch: Annotated[list[ArmModel], Field(min_length=1)] | None = None
    call: CallModel | None = None
    finish: EndModel | None = None
    review: Review | None = None
    """The review state of the texts of this node, if it differs from the review state of the flow."""
    signed: TextApprovalModel | None = None
    reason: Annotated[str, Field(min_length=1)] | None = None
    """The editor's reason why a question has more than ten lines on a narrow phone, or contains words that the check
    finds.

    Callers never see this reason.
    """

    @model_validator(mode="after")
    def one_kind(self) -> Self:
        kinds = (self.say, self.menu, self.ask, self.branch, self.call, self.finish)
        if sum(kind is not None for kind in kinds) != 1:
            raise invalid(
                "choose one screen type: message, menu, question, branch, another flow or end"
            )
        return self

    def compile(self) -> compiled.Node:
        if self.branch is not None:
            return compiled.BranchNode(_compiled(self.branch))
        part = self.say or self.menu or self.ask or self.call or self.finish
        node: compiled.Node = _compiled(part)
        return node


def flow_of(
    name: str, start: str, nodes: Mapping[str, NodeModel], gathers: str | None, *, private: bool
) -> compiled.Flow:
    """Returns the flow with these nodes, their approvals and their written reasons."""
    return compiled.Flow(
        name=name,
        start=start,
        nodes={node: model.compile() for node, model in nodes.items()},
        gathers=gathers,
        private=private,
        signed={node: model.signed.compile() for node, model in nodes.items() if model.signed},
        reasons={node: model.reason for node, model in nodes.items() if model.reason is not None},
    )


class FlowModel(Model):
    flow: Name
    title: Titled | None = None
    description: Described | None = None
    start: Name
    nodes: Annotated[dict[Name, NodeModel], Field(min_length=1)]
    review: Review
    gathers: Name | None = None
    private: bool = False

    @model_validator(mode="after")
    def reviewed_in_every_language(self) -> Self:
        missing = [code for code in CODES if code not in self.review]
        if missing:
            raise invalid("field `review`: add the languages {missing}", missing=", ".join(missing))
        return self


class NumberModel(Model):
    """One row of `numbers.csv`: a phone number that screens may show."""

    number: Digits
    service: str
    status: Evidence
    evidence: str
    confirmed_by: str = ""
    confirmed_on: date | None = None
    """The day on which a person called the number to confirm it."""
    answered_by: str = ""
    """The office and role of the person who answered when the number was called for the confirmation."""
    note: str = ""

    @model_validator(mode="after")
    def signed_whole(self) -> Self:
        if bool(self.confirmed_by) != (self.confirmed_on is not None) or (
            self.answered_by and not self.confirmed_by
        ):
            raise invalid("enter both who confirmed the phone number and on which day")
        if self.confirmed_by and self.status is not Evidence.VERIFIED:
            raise invalid("only a verified number can be confirmed")
        return self

    def compile(self) -> Number:
        return Number(self.number, self.status, self.confirmed_by, self.confirmed_on)


class RevisionModel(Model):
    flows: Annotated[dict[Name, FlowModel], Field(min_length=1)]
    entries: dict[Annotated[str, Field(pattern=r"^\d{1,4}$")], Name] = Field(default_factory=dict)
    numbers: list[NumberModel] = Field(default_factory=list)
    entry_names: dict[Annotated[str, Field(pattern=r"^\d{1,4}$")], Words] = Field(
        default_factory=dict
    )
    """Maps the last digits of a short code to the name of the poster that shows the short code. The statistics show
    this name, but callers never see it."""
    phrases: dict[Language, dict[PhraseName, Words]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def named_alike(self) -> Self:
        for name, flow in self.flows.items():
            if name != flow.flow:
                raise invalid(
                    "file {name} and flow {flow} need the same name", name=name, flow=flow.flow
                )
        return self


Lists = Mapping[str, tuple[Option, ...]]


OF_PYDANTIC: Mapping[str, MessageText] = {
    "missing": message_text("this field is empty: enter a value"),
    "extra_forbidden": message_text("this field does not belong in this part of the flow"),
    "string_pattern_mismatch": message_text("this field contains letters that are not allowed"),
    "string_too_long": message_text("enter {max_length} letters or fewer"),
    "string_too_short": message_text("this field is empty: enter a value"),
    "string_type": message_text("enter a text"),
    "dict_type": message_text("write each line as `name: value`, for example `en: Welcome`"),
    "list_type": message_text("enter a list of values"),
    "bool_type": message_text("enter yes or no"),
    "model_type": message_text("write each line of this part of the flow like this: field: value"),
    "literal_error": message_text("choose one of the listed values"),
    "enum": message_text("choose one of the listed values"),
}
"""The hotline's message for each kind of fault that pydantic finds. Pydantic's own messages are for programmers, not
for editors."""
TOO_SHORT: Mapping[str, MessageText] = {
    "Dictionary": message_text("enter the text in at least one language"),
    "List": message_text("this list is empty: add at least one row"),
}
"""Messages for empty lists and mappings, by pydantic's name for the type."""
UNFIT = message_text("this field does not accept this value: choose another value")


class ShapeFault(NamedTuple):
    path: tuple[str, ...]
    kind: str
    """The kind of fault, as pydantic names it, such as `missing` or `value_error`."""
    message: MessageText

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: {self.message}"


def shape_faults(invalid: ValidationError) -> Iterator[ShapeFault]:
    for fault in invalid.errors(include_url=False, include_input=False):
        path = tuple(str(step) for step in fault["loc"])
        yield ShapeFault(path, fault["type"], _fault_text(fault))


def _fault_text(fault: ErrorDetails) -> MessageText:
    context = fault.get("ctx", {})
    custom = context.get(MESSAGE_KEY)
    if isinstance(custom, MessageText):
        return custom
    if fault["type"] == "too_short":
        return TOO_SHORT.get(str(context.get("field_type")), UNFIT)
    text = OF_PYDANTIC.get(fault["type"], UNFIT)
    return MessageText(text.template, tuple((name, str(value)) for name, value in context.items()))


def read(document: Document) -> RevisionModel:
    """Returns the document as a validated model. Raises FlowInvalid with every fault and its path."""
    found = parse_shape(document)
    if isinstance(found, RevisionModel):
        return found
    raise FlowInvalid([str(fault) for fault in found])


def parse_shape(document: Document) -> RevisionModel | tuple[ShapeFault, ...]:
    """Returns the document as a validated model, or every fault of its structure."""
    try:
        return RevisionModel.model_validate(document)
    except ValidationError as invalid:
        return tuple(shape_faults(invalid))


def bind_lists(revision: RevisionModel, lists: Lists) -> FlowSet:
    """Converts a validated revision to a flow set that the check can read. The revision may still name nodes, flows or
    lists that do not exist."""
    flows = {
        name: flow_of(name, model.start, model.nodes, model.gathers, private=model.private)
        for name, model in revision.flows.items()
    }
    numbers = {row.number: row.compile() for row in revision.numbers}
    return FlowSet(
        flows=flows,
        lists=lists,
        entries=revision.entries,
        numbers=numbers,
        phrases=revision.phrases,
    )


def compile(document: Document, lists: Lists) -> FlowSet:
    """Compiles a document to a flow set that callers can use.

    Raises FlowInvalid with every fault of the structure, or with every broken reference.
    """
    flows = bind_lists(read(document), lists)
    broken = [f"{fault.flow}.{fault.node}: {fault.message}" for fault in broken_references(flows)]
    if broken:
        raise FlowInvalid([*dict.fromkeys(broken)])
    return flows


_KINDS = ("null", "bool", "str", "seq", "map")


class _Loader(yaml.CSafeLoader):
    """A YAML loader that converts only `true`, `false` and empty values. The loader reads all other values as text,
    and refuses a document in which a key occurs twice.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012
        "t": [("tag:yaml.org,2002:bool", re.compile("^true$"))],
        "f": [("tag:yaml.org,2002:bool", re.compile("^false$"))],
        "": [("tag:yaml.org,2002:null", re.compile("^$"))],
    }

    yaml_constructors = {  # noqa: RUF012
        tag: yaml.SafeLoader.yaml_constructors[tag]
        for tag in (None, *(f"tag:yaml.org,2002:{kind}" for kind in _KINDS))
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in keys:
                raise FlowInvalid([f"line {key.start_mark.line + 1}: {key.value} is there twice"])
            keys.add(key.value)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """A YAML dumper that also accepts subclasses of dict and list, such as documents from a cache."""


_Dumper.add_multi_representer(dict, yaml.SafeDumper.represent_dict)
_Dumper.add_multi_representer(list, yaml.SafeDumper.represent_list)


def parse(text: str) -> Any:
    """Returns the document in a YAML text. Raises FlowInvalid with the line number."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 0
        raise FlowInvalid([f"line {line}: {broken.problem}"]) from None
    except yaml.YAMLError as broken:
        raise FlowInvalid([f"not YAML: {broken}"]) from None
    except (KeyError, RecursionError) as broken:
        raise FlowInvalid([f"not a flow file: {type(broken).__name__}"]) from None


def dump(document: Mapping[str, Any]) -> str:
    """Returns the document as YAML text that `parse` reads back."""
    return yaml.dump(dict(document), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
