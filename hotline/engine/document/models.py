"""The shape of a revision's document, for pydantic. `document.py` teaches the format and reads it with these."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from hotline.engine import flow as compiled
from hotline.engine.document.fields import (
    Language,
    Model,
    Name,
    PhraseName,
    Review,
    Texts,
    Value,
    Words,
    refused,
)
from hotline.engine.numbers.numbers import Evidence, Number, flag_of
from hotline.text.languages import CODES
from hotline.text.remark import remark

NAMES = {"lead": "leads", "list_": "list", "day": "on"}
"""Fields that the engine's values call otherwise than the document does."""


class Part(Model):
    """A part that becomes one of the engine's values."""

    makes: ClassVar[Callable[..., Any]]

    def compile(self) -> Any:
        """Returns the value, with the same fields; what the document leaves out is the value's own default."""
        given = {NAMES.get(name, name): _compiled(value) for name, value in self}
        return self.makes(**{name: value for name, value in given.items() if value is not None})


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
            raise refused(
                remark("a condition is about one thing: an answer, a fact, or the opposite of one")
            )
        if self.is_ is not None and self.answer is None:
            raise refused(remark("only a condition on an answer compares a value"))
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
    """A phone number that the words name: they stand only while it is signed."""

    @model_validator(mode="after")
    def only_sometimes(self) -> Self:
        if self.when is None and self.number is None:
            raise refused(remark("conditional text needs a condition or a verified number"))
        return self

    def compile(self) -> compiled.Lead:
        whens = [self.when.compile()] if self.when else []
        if self.number is not None:
            whens.append(compiled.Condition(flag=flag_of(self.number)))
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
    """What every node that waits may have."""

    text: Texts
    lead: list[LeadModel] = Field(default_factory=list)
    topic: Name | None = None
    completes: Name | None = None


class SayModel(_Shown):
    makes = compiled.Say
    goes: Name | None = None


class MenuModel(_Shown):
    makes = compiled.Menu
    choices: Annotated[list[ChoiceModel], Field(min_length=1)]
    saves: Name | None = None
    goes: Name | None = None
    note: Texts | None = None
    languages: bool = False

    @model_validator(mode="after")
    def every_choice_means_something(self) -> Self:
        for number, choice in enumerate(self.choices):
            if choice.goes is None and self.goes is None:
                raise refused(
                    remark(
                        "choice {number} leads nowhere: choose where it leads, or where the menu does",
                        number=number + 1,
                    )
                )
            if self.saves is not None and not choice.value and choice.goes is None:
                raise refused(
                    remark("choice {number} records no value and leads nowhere", number=number + 1)
                )
        return self


class AskModel(_Shown):
    makes = compiled.Ask
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
            raise refused(remark("a question for a place uses a list, and no other question does"))
        if self.kind in ("place", "pin") and self.skip is not None:
            raise refused(remark("only words and numbers can be skipped"))
        if self.kind != "place" and (self.one is not None or self.none is not None):
            raise refused(remark("only a list of places can have one place or none"))
        if self.kind in ("words", "pin") and self.choices:
            raise refused(
                remark("words have no choices, nor has a PIN: a digit would be an answer")
            )
        if self.weak is not None and self.kind != "pin":
            raise refused(remark("only a PIN can be too weak"))
        if self.digits is not None and self.kind != "pin":
            raise refused(remark("only a PIN has so many digits"))
        for number, choice in enumerate(self.choices):
            if not choice.value:
                raise refused(remark("choice {number} records no value", number=number + 1))
        return self


class ArmModel(Part):
    makes = compiled.Arm
    goes: Name
    when: ConditionModel | None = None


class CallModel(Part):
    makes = compiled.Call
    flow: Name
    goes: Name | None = None


class FinishModel(Part):
    makes = compiled.Finish
    text: Texts | None = None


class SignedModel(Part):
    """Who answers for a question, since when, and for which words: `hotline flows check` says their digest."""

    makes = compiled.Signed

    by: Annotated[str, Field(min_length=1)]
    day: date
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]


class NodeModel(Model):
    say: SayModel | None = None
    menu: MenuModel | None = None
    ask: AskModel | None = None
    branch: Annotated[list[ArmModel], Field(min_length=1)] | None = None
    call: CallModel | None = None
    finish: FinishModel | None = None
    review: Review | None = None
    """The state of this node's texts, where it differs from the file's."""
    signed: SignedModel | None = None
    reason: Annotated[str, Field(min_length=1)] | None = None
    """Why a question takes more than ten lines of a narrow phone, or says what the check finds. No caller reads it."""

    @model_validator(mode="after")
    def one_kind(self) -> Self:
        kinds = (self.say, self.menu, self.ask, self.branch, self.call, self.finish)
        if sum(kind is not None for kind in kinds) != 1:
            raise refused(
                remark(
                    "a screen is exactly one of message, menu, question, branch, another flow and end"
                )
            )
        return self

    def compile(self) -> compiled.Node:
        if self.branch is not None:
            return compiled.Branch(_compiled(self.branch))
        shown = self.say or self.menu or self.ask or self.call or self.finish
        node: compiled.Node = _compiled(shown)
        return node


def flow_of(
    name: str, start: str, nodes: Mapping[str, NodeModel], gathers: str | None, *, private: bool
) -> compiled.Flow:
    """Returns the flow of these nodes, with who answers for them and why they are long."""
    return compiled.Flow(
        name=name,
        start=start,
        nodes={node: one.compile() for node, one in nodes.items()},
        gathers=gathers,
        private=private,
        signed={node: one.signed.compile() for node, one in nodes.items() if one.signed},
        reasons={node: one.reason for node, one in nodes.items() if one.reason is not None},
    )


class FlowModel(Model):
    flow: Name
    start: Name
    nodes: Annotated[dict[Name, NodeModel], Field(min_length=1)]
    review: Review
    gathers: Name | None = None
    private: bool = False

    @model_validator(mode="after")
    def reviewed_in_every_language(self) -> Self:
        missing = [code for code in CODES if code not in self.review]
        if missing:
            raise refused(remark("review says nothing of {missing}", missing=", ".join(missing)))
        return self


class NumberModel(Model):
    """A row of `numbers.csv`."""

    number: Digits
    service: str
    status: Evidence
    evidence: str
    confirmed_by: str = ""
    confirmed_on: date | None = None
    note: str = ""

    @model_validator(mode="after")
    def signed_whole(self) -> Self:
        if bool(self.confirmed_by) != (self.confirmed_on is not None):
            raise refused(remark("who confirmed the number and when belong together"))
        if self.confirmed_by and self.status is not Evidence.VERIFIED:
            raise refused(remark("only a verified number can be confirmed"))
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
    """What the poster is called that names an entry: for figures, and shown to no caller."""
    phrases: dict[Language, dict[PhraseName, Words]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def named_alike(self) -> Self:
        for name, flow in self.flows.items():
            if name != flow.flow:
                raise refused(
                    remark("the flow {name} names itself {flow}", name=name, flow=flow.flow)
                )
        return self
