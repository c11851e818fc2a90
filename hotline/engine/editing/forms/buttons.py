"""The buttons of a form that change its rows or its letters: `up:2`, `drop:lead.0`, `add`, `mend:fr:’`. Pure.

The fields are read first, then the button acts on what they say, so that no button loses a word.
"""

import copy
from collections.abc import Mapping
from typing import Any

from hotline.engine.document.kept import Document, Editable
from hotline.engine.editing.anatomy import kind_of, mended, way_to_rows
from hotline.engine.editing.forms.fields import ROWS_OF
from hotline.engine.editing.forms.reading import MOST_ROWS, made

NEW: Mapping[str, Document] = {"choices": {"label": {}}, "lead": {"text": {}}, "arms": {}}
MOVES = {"up": -1, "down": 1}


def acted(node: Document, do: str) -> Editable | None:
    """The node after a button; None where no such button changes a node, or not this one.

    `up`, `down` and `drop` name a row, `choices` or `arms` where they name no list; `add` a list, or none. `mend` names
    a language and a letter, `mend_all` a language.
    """
    verb, _, rest = do.partition(":")
    if verb in ("mend", "mend_all"):
        language, _, letter = rest.partition(":")
        if verb == "mend" and not letter:
            return None
        changed, times = mended(node, language, letter if verb == "mend" else "")
        return changed if times else None

    own = ROWS_OF.get(kind_of(node), [])
    rows, _, at = rest.rpartition(".") if verb != "add" else (rest, "", "")
    rows = rows or next(reversed(own), "")
    if rows not in own:
        return None
    changed = copy.deepcopy(dict(node))
    listed: list[Any] = made(changed, way_to_rows(node, rows), list)
    if verb == "add":
        return changed if _added(listed, rows) else None
    if not at.isdecimal() or int(at) >= len(listed):
        return None
    if verb == "drop":
        del listed[int(at)]
        return changed
    to = int(at) + MOVES.get(verb, 0)
    if to == int(at) or not 0 <= to < len(listed):
        return None
    listed[int(at)], listed[to] = listed[to], listed[int(at)]
    return changed


def _added(listed: list[Any], rows: str) -> bool:
    """A branch's new arm stands before its last, which always holds."""
    if len(listed) >= MOST_ROWS:
        return False
    last = listed[-1] if listed else None
    ends = rows == "arms" and isinstance(last, dict) and "when" not in last
    listed.insert(len(listed) - 1 if ends else len(listed), copy.deepcopy(dict(NEW[rows])))
    return True
