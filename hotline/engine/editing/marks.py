"""Marks that count: what they say decides what is counted, what is alerted, and what a digit means. Pure.

`saves` and `value` name an answer, `topic` and `completes` say what was read or told, `gathers` and `private` what a
flow is, `key` which digit a choice has, `signed` who answers for a question. The form locks them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hotline.engine.editing.anatomy import body_of, kind_of, rows_of
from hotline.engine.editing.lists.rows import names, names_after

OF_A_FLOW = frozenset({"gathers", "private"})
OF_A_NODE = frozenset({"saves", "topic", "completes", "signed"})
OF_A_CHOICE = frozenset({"value", "key"})
MARKS = OF_A_FLOW | OF_A_NODE | OF_A_CHOICE


def mark_of(field: str) -> str:
    """Which mark a field of a form is: `choices.2.value` is `value`; empty where it is none."""
    parts = field.split(".")
    if parts[0] == "choices" and len(parts) == 3:
        return parts[2] if parts[2] in OF_A_CHOICE else ""
    return parts[0] if parts[0] in OF_A_NODE else ""


def locked(node: object, live: object) -> frozenset[str]:
    """The fields of a form that stay shut until somebody says why: the marks of what callers hear already.

    A screen or a choice that no caller has met is counted nowhere yet, and is free.
    """
    if kind_of(live) == "":
        return frozenset()
    fields = {"saves", "topic", "completes", "signed.by", "signed.day", "signed.digest"}
    old, new = _choices(live), _choices(node)
    known = set(names("choices", old))
    for at, name in enumerate(names_after("choices", old, new)):
        if name in known:
            fields |= {f"choices.{at}.{mark}" for mark in OF_A_CHOICE}
    return frozenset(fields)


def with_flow_marks(flow: Mapping[str, Any], *, gathers: str, private: bool) -> dict[str, Any]:
    """The flow with these marks, in front of its start; without those that say nothing."""
    said = {"gathers": gathers, "private": private}
    changed: dict[str, Any] = {}
    for name, value in flow.items():
        if name == "start":
            changed |= {mark: given for mark, given in said.items() if given}
        if name not in OF_A_FLOW:
            changed[name] = value
    return changed | {mark: given for mark, given in said.items() if given}


def marks_in(node: object) -> Mapping[str, Any]:
    """The marks that a node has, by the field of its form."""
    found = {name: body_of(node).get(name) for name in ("saves", "topic", "completes")}
    if isinstance(node, Mapping):
        found["signed"] = node.get("signed")
    for at, row in enumerate(rows_of(node, "choices")):
        if isinstance(row, Mapping):
            found |= {f"choices.{at}.{mark}": row.get(mark) for mark in ("value", "key")}
    return {field: value for field, value in found.items() if value not in (None, "")}


def _choices(node: object) -> Sequence[Mapping[str, Any]]:
    return [row if isinstance(row, Mapping) else {} for row in rows_of(node, "choices")]
