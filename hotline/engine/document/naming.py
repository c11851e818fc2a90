"""How the fields of a node are called where somebody fills them in: `choices.2` in `rw`, `choices.2.goes`. Pure.

A form, a finding and a fault of shape say one name, so that each fault is a link to its field. A text is named by where
it stands, and its language is said apart; what decides when it stands is one field, `choices.2.when`.
"""

import re
from collections.abc import Sequence

from hotline.text.languages import CODES

KINDS = ("say", "menu", "ask", "branch", "call", "finish")
ROWS = {"choices": "choices", "lead": "lead", "branch": "arms"}
"""Lists of a node, and what the first part of their fields is."""
_AT_A_ROW = re.compile(r"^choice (\d+) (leads nowhere)?")


def field_of(steps: Sequence[str], message: str = "") -> tuple[str, str]:
    """The field and the language of a path in a node's document; both empty where it is the node itself.

    A few faults name a choice in their message alone: they are found at the menu.
    """
    inner = [step for step in steps if step != "[key]"]
    if inner and inner[0] in KINDS and inner[0] != "branch":
        asks = inner == ["ask", "kind"]
        inner = ["asks"] if asks else inner[1:]
    if not inner:
        found = _AT_A_ROW.match(message)
        if found is None:
            return "", ""
        return f"choices.{int(found[1]) - 1}.{'goes' if found[2] else 'value'}", ""

    if inner[0] not in ROWS:
        return _named(inner[:1], inner[1:])
    return _named([ROWS[inner[0]], *inner[1:2]], inner[2:])


def _named(names: Sequence[str], rest: Sequence[str]) -> tuple[str, str]:
    rest = [step for step in rest if step not in ("text", "label")]
    if rest and rest[0] in CODES:
        return ".".join(names), rest[0]
    return ".".join((*names, *rest[:1])), ""
