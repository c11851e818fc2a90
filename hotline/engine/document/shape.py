"""What is wrong with the shape of a document: each fault with its path, and a remark in place of a sentence. Pure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hotline.engine.document.fields import REMARK
from hotline.text.remark import Remark, remark

OF_PYDANTIC: Mapping[str, Remark] = {
    "missing": remark("nothing is entered here"),
    "extra_forbidden": remark("this field does not belong here"),
    "string_pattern_mismatch": remark("these letters are not allowed here"),
    "string_too_long": remark("this is longer than {max_length} letters"),
    "string_too_short": remark("nothing is entered here"),
    "string_type": remark("this is no text"),
    "dict_type": remark("this is no text in languages, and no list of fields"),
    "list_type": remark("this is no list"),
    "bool_type": remark("this is neither yes nor no"),
    "model_type": remark("this part has no fields"),
    "literal_error": remark("this is none of the values that are offered"),
    "enum": remark("this is none of the values that are offered"),
}
"""What we say of each kind of fault that pydantic finds. Its own sentences are for programmers."""
TOO_SHORT: Mapping[str, Remark] = {
    "Dictionary": remark("enter the text in at least one language"),
    "List": remark("add at least one"),
}
"""By pydantic's name of what has no item."""
UNFIT = remark("this value does not fit here")


class ShapeFault(NamedTuple):
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
    if fault["type"] == "too_short":
        return TOO_SHORT.get(str(context.get("field_type")), UNFIT)
    known = OF_PYDANTIC.get(fault["type"], UNFIT)
    return Remark(known.template, tuple((name, str(value)) for name, value in context.items()))
