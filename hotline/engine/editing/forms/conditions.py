"""A condition as four fields of a form, and back: an answer and its values, or a flag; whether it is turned. Pure."""

from collections.abc import Mapping
from typing import Any

from hotline.engine.editing.forms.fields import TICK, WHEN, values_of

DEEPEST = 50
"""Times that a condition may be turned round and round again."""


def condition_fields(when: object) -> Mapping[str, str]:
    """Every part, empty where it has none; all empty of what is no condition."""
    inner, turned = when, False
    for _ in range(DEEPEST):
        if not isinstance(inner, Mapping) or "not" not in inner:
            break
        inner, turned = inner["not"], not turned
    if not isinstance(inner, Mapping):
        return dict.fromkeys(WHEN, "")
    values = inner.get("is")
    listed = values if isinstance(values, list) else [] if values is None else [values]
    return {
        "answer": _said(inner.get("answer")),
        "is": ", ".join(map(str, listed)),
        "flag": _said(inner.get("flag")),
        "not": TICK if turned else "",
    }


def condition_of(fields: Mapping[str, str]) -> dict[str, Any] | None:
    """The condition as a document has it; None where nothing is asked."""
    values = values_of(fields.get("is", ""))
    parts: dict[str, Any] = {name: fields[name] for name in ("answer", "flag") if fields.get(name)}
    if values:
        parts["is"] = values[0] if len(values) == 1 else values
    if not parts:
        return None
    return {"not": parts} if fields.get("not") == TICK else parts


def _said(value: object) -> str:
    return "" if value is None else str(value)
