"""The shape of conditions, and of words that stand only where they hold, for pydantic. `models.py` has the rest."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from hotline.engine import flow as compiled
from hotline.engine.document.fields import Model, Name, Texts, Value, refused
from hotline.engine.numbers.number_row import Digits
from hotline.engine.numbers.numbers import flag_of
from hotline.text.remark import remark


class ConditionModel(Model):
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


class LeadModel(Model):
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
