"""What is wrong with the shape of a document: each fault with its path, and a remark in place of a sentence. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hotline.engine.document.fields import REMARK
from hotline.text.remark import Remark, remark

OF_PYDANTIC: Mapping[str, Remark] = {
    "missing": remark("Field required"),
    "extra_forbidden": remark("Extra inputs are not permitted"),
    "string_pattern_mismatch": remark("String should match pattern '{pattern}'"),
    "string_too_long": remark("String should have at most {max_length} characters"),
    "too_short": remark(
        "{field_type} should have at least {min_length} item after validation, not {actual_length}"
    ),
    "string_type": remark("Input should be a valid string"),
    "dict_type": remark("Input should be a valid dictionary"),
    "list_type": remark("Input should be a valid list"),
    "bool_type": remark("Input should be a valid boolean"),
    "model_type": remark("Input should be a valid dictionary or instance of {class_name}"),
    "literal_error": remark("Input should be {expected}"),
    "enum": remark("Input should be {expected}"),
}
"""Pydantic's own sentences, as it says them; what it says otherwise stays as it is."""


@dataclass(frozen=True, slots=True)
class ShapeFault:
    path: tuple[str, ...]
    kind: str
    """Pydantic's: `missing`, `value_error`."""
    says: Remark

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: {self.says}"


def shape_faults(invalid: ValidationError) -> Iterator[ShapeFault]:
    for fault in invalid.errors(include_url=False, include_input=False):
        path = tuple(str(step) for step in fault["loc"])
        yield ShapeFault(path, fault["type"], _says(fault))


def _says(fault: ErrorDetails) -> Remark:
    context = fault.get("ctx", {})
    own = context.get(REMARK)
    if isinstance(own, Remark):
        return own
    said = fault["msg"].removeprefix("Value error, ")
    known = OF_PYDANTIC.get(fault["type"])
    if known is not None:
        values = tuple((name, str(value)) for name, value in context.items())
        told = Remark(known.template, values)
        if str(told) == said:
            return told
    return remark("{says}", says=said)
