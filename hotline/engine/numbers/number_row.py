"""A row of `numbers.csv`, for pydantic. `numbers.py` says what it means."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from hotline.engine.document.fields import Model, refused
from hotline.engine.numbers.numbers import Evidence, Number
from hotline.text.remark import remark

Digits = Annotated[str, Field(pattern=r"^\d{3,13}$")]


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
