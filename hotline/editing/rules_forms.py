"""Builds and reads the form of a node (a screen, or a step without a screen), and merges two edits of a flow. Pure.

The form uses the same field names as the problems that the check of the flow finds. `choices.2.rw` is the text of a
choice in one language. Other fields are names and checkboxes. In the form, a condition has four fields: an answer, the
answer's values, a flag, and a checkbox for "not". A merge combines two edits of the same version of a flow. If only one
of the two edits changed a value, the merge takes the changed value. If both edits changed a value, the editor must
choose between the two new values. Two editors can write in two languages at the same time, because a text in one
language is a separate field. If both edits changed a list, the merge compares the lists row by row. The order of the
rows counts as one more field of the list.
"""

import copy
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any, NamedTuple

from hotline.core.documents import Document, DocumentPath, Editable
from hotline.flows.check import choices_of, conditions, nodes
from hotline.flows.document import field_of
from hotline.flows.flow import REASON_LETTERS, Evidence, FlowSet, MenuNode, QuestionNode
from hotline.flows.node_fields import (
    ABSENT,
    ROW_LISTS,
    ROWS,
    TEXT_LISTS,
    WHOLE,
    body_of,
    is_disputed,
    is_list_of_rows,
    kind_of,
    merged_order,
    names,
    names_after,
    nodes_of,
    path_of,
    path_to_rows,
    replace_letters,
    rows_of,
    value_at,
)
from hotline.flows.screen import NUMBERS
from hotline.text.characters import UNSEEN
from hotline.text.languages import CODES

TICK = "yes"
"""The value of a ticked checkbox. Before each checkbox, the page has an empty field of the same name, so the server
also gets the names of unticked checkboxes."""
ASKED = ("words", "number", "place", "pin")
LENGTHS = ("4", "6", "8")
"""The possible lengths of a PIN."""


class FieldFault(StrEnum):
    """The reason why the form refuses the value of a field. The form shows the refused text again, so that the editor
    can correct the text."""

    UNSEEN = "unseen"
    """The text contains an invisible character, such as NUL, a direction mark or a zero-width character."""
    NAME = "name"
    """A name may have lower-case letters, digits and `_`. A name must start with a letter, and have 40 characters at
    most."""
    VALUE = "value"
    LIST = "list"
    DIGITS = "digits"
    KEY = "key"
    LANGUAGE = "language"
    DAY = "day"
    CHOICE = "choice"
    """The value is not one of the values that the form offers."""
    REASON = "reason"
    """The text is too short to count as a reason."""
    WAY = "way"
    """The editor opened the full list of screens and flows, but has not chosen a screen or flow yet."""


_PATTERNS = {
    FieldFault.NAME: re.compile(r"[a-z][a-z0-9_]{0,39}"),
    FieldFault.VALUE: re.compile(r"[A-Za-z0-9_.-]{1,40}"),
    FieldFault.LIST: re.compile(r"[a-z0-9_.{}]{1,60}"),
    FieldFault.DIGITS: re.compile(r"\d{3,13}"),
    FieldFault.KEY: re.compile(f"[{NUMBERS}]"),
    FieldFault.LANGUAGE: re.compile("|".join(CODES)),
    FieldFault.CHOICE: re.compile("|".join((*ASKED, *LENGTHS, TICK))),
}
_TABLES: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(
    (files(__package__) / "fields.toml").read_text(encoding="utf-8")
)
TEXTS_OF, ROWS_OF, SELDOM = (_TABLES[name] for name in ("texts", "lists", "seldom"))
_MAY_HOLD = {name: FieldFault(kind) for kind, held in _TABLES["holds"].items() for name in held}
WHEN = ("answer", "is", "flag", "not")
TICKS = frozenset({"languages", "same_line", "every_page"})
COMMON_FIELDS = ("reason", "signed.by", "signed.day", "signed.digest")
"""Form fields of every kind of node that are not part of the node's content: the written reason and the approval.
"""


def fault_of(name: str, typed: str) -> FieldFault | None:
    """Returns the error of one field. Does not check the rest of the node. An empty field has no error."""
    if any(letter != "\n" and unicodedata.category(letter) in UNSEEN for letter in typed):
        return FieldFault.UNSEEN
    last = name.rpartition(".")[2]
    if not typed or last in CODES:
        return None
    if name == "reason":
        return None if len(typed) >= REASON_LETTERS else FieldFault.REASON
    if last == "is":
        pattern = _PATTERNS[FieldFault.VALUE]
        return None if all(map(pattern.fullmatch, values_of(typed))) else FieldFault.VALUE
    if last == "day":
        return None if _is_day(typed) else FieldFault.DAY
    kind = _MAY_HOLD.get(last)
    return None if kind is None or _PATTERNS[kind].fullmatch(typed) else kind


def values_of(typed: str) -> list[str]:
    """Splits a text such as `yes, unsure` at commas and spaces, and returns the single values."""
    return re.findall(r"[^\s,]+", typed)


def field_names(kind: str, counted: dict[str, int]) -> Iterator[str]:
    """Yields all field names of a node's form, in the order of the page. `counted` contains the number of rows of each
    list."""
    for text in TEXTS_OF.get(kind, ()):
        yield from (f"{text}.{code}" for code in CODES)
    yield from _TABLES["values"].get(kind, ())
    for rows in ROWS_OF.get(kind, ()):
        parts = (*(CODES if rows in TEXT_LISTS else ()), *_TABLES["rows"][rows])
        for at in range(counted.get(rows, 0)):
            yield from (f"{rows}.{at}.{part}" for part in parts)
            yield from (f"{rows}.{at}.when.{part}" for part in WHEN)
    yield from COMMON_FIELDS if kind else ()


def _is_day(typed: str) -> bool:
    try:
        date.fromisoformat(typed)
    except ValueError:
        return False
    return True


MAX_DEPTH = 50
"""The maximum number of nested negations that the form reads."""


def condition_fields(when: object) -> Mapping[str, str]:
    """Returns all fields of a condition. A field is empty if the condition has no value for this field. If `when` is
    not a condition, all fields are empty."""
    inner, turned = when, False
    for _ in range(MAX_DEPTH):
        if not isinstance(inner, Mapping) or "not" not in inner:
            break
        inner, turned = inner["not"], not turned
    if not isinstance(inner, Mapping):
        return dict.fromkeys(WHEN, "")
    values = inner.get("is")
    listed = values if isinstance(values, list) else [] if values is None else [values]
    return {
        "answer": _as_text(inner.get("answer")),
        "is": ", ".join(map(str, listed)),
        "flag": _as_text(inner.get("flag")),
        "not": TICK if turned else "",
    }


def condition_of(fields: Mapping[str, str]) -> Editable | None:
    """Returns the condition as the document stores it. Returns None if all fields of the condition are empty."""
    values = values_of(fields.get("is", ""))
    parts: Editable = {name: fields[name] for name in ("answer", "flag") if fields.get(name)}
    if values:
        parts["is"] = values[0] if len(values) == 1 else values
    if not parts:
        return None
    return {"not": parts} if fields.get("not") == TICK else parts


def _as_text(value: object) -> str:
    return "" if value is None else str(value)


LABELS = {"choices": "label", "lead": "text"}
"""For each kind of list, the key under which a row stores its text."""


def form_of(node: Document) -> dict[str, str]:
    """Returns every field of the node's form in the order of the page. A field is empty if the document has no value
    for this field."""
    counted = {rows: len(rows_of(node, rows)) for rows in ROW_LISTS}
    return {name: shown_value(node, name) for name in field_names(kind_of(node), counted)}


def shown_value(node: object, name: str) -> str:
    """Returns the value that the form shows in the field `name`."""
    row, is_of_condition, part = name.partition(".when.")
    if is_of_condition:
        return condition_fields(value_at(node, _path_of_field(node, f"{row}.when")))[part]
    if name == "returns":
        is_end = kind_of(node) == "finish"
        return TICK if is_end and "text" not in body_of(node) else ""
    value = value_at(node, _path_of_field(node, name))
    if name.rpartition(".")[2] in TICKS:
        return TICK if value is True else ""
    return "" if value is None or isinstance(value, Mapping | list) else str(value)


def _path_of_field(node: object, name: str) -> DocumentPath:
    """Returns the path in the document to the value of a form field. For the text of a row, the path has one level more
    than the name of the form field.
    """
    if name == "returns":
        return ("finish", "text")
    first, *rest = name.split(".")
    if first in LABELS and rest[1] in CODES:
        rest.insert(1, LABELS[first])
    return path_of(node, ".".join((first, *rest)))


MAX_ROWS = 60
"""The maximum number of rows of one list in a form."""
_ROW = re.compile(r"(choices|lead|arms)\.(\d{1,3})\.")
NEEDED = ("text", "label")
"""The names of texts that stay in the document even if they are empty."""


class FieldRefused(NamedTuple):
    name: str
    fault: FieldFault
    typed: str


class FormRead(NamedTuple):
    node: Editable
    refused: tuple[FieldRefused, ...]
    """Refused fields. If the typed value of a field has an error, the node keeps the old value of this field."""


def read_form(node: Document, form: Mapping[str, str], *, locked: Collection[str] = ()) -> FormRead:
    """Returns the node with the typed values. `node` is the node that the form showed. The function ignores the typed
    values of `locked` fields."""
    counted = _counted(node, form)
    changed: Editable = copy.deepcopy(dict(node))
    refused: list[FieldRefused] = []
    conditions: dict[str, None] = {}
    for name in field_names(kind_of(node), counted):
        if name not in form or name in locked:
            continue
        typed, before = plain_text(form[name]), plain_text(shown_value(node, name))
        if typed == before:
            continue
        if (fault := fault_of(name, typed)) is not None:
            refused.append(FieldRefused(name, fault, form[name]))
        elif ".when." in name:
            conditions[name.rpartition(".")[0]] = None
        else:
            way = _path_of_field(node, name)
            value = _value(way[-1], typed)
            if name == "returns":
                value = None if typed else value_at(changed, way) or {}
            _store(changed, way, value)
    for name in conditions:
        parts = {}
        for part in WHEN:
            # The condition gets the value that the editor typed in this field, or the old value if the typed value has
            # an error.
            field = f"{name}.{part}"
            said = plain_text(form.get(field, shown_value(node, field)))
            parts[part] = said if fault_of(field, said) is None else shown_value(node, field)
        _store(changed, _path_of_field(changed, name), condition_of(parts))
    for rows in ROW_LISTS:
        # The page shows empty extra rows, in which the editor can add entries. Rows that stay empty are not stored in
        # the document.
        listed, old = rows_of(changed, rows), len(rows_of(node, rows))
        if isinstance(listed, list):
            listed[old:] = [row for row in listed[old:] if row != _empty(rows)]
    return FormRead(changed, tuple(refused))


def _empty(rows: str) -> Editable:
    return {LABELS[rows]: {}} if rows in LABELS else {}


def plain_text(typed: str) -> str:
    """Returns the text in the Unicode form NFC, with line feeds as line ends, and with spaces for tabs. Removes spaces
    at both ends of the text."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return unicodedata.normalize("NFC", lines).strip()


def _counted(node: Document, form: Mapping[str, str]) -> dict[str, int]:
    """Returns the number of rows of each list: the rows of the node, and further rows in which the editor typed
    text."""
    counted = {rows: len(rows_of(node, rows)) for rows in ROW_LISTS}
    for name, typed in form.items():
        if (found := _ROW.match(name)) and plain_text(typed) and int(found[2]) < MAX_ROWS:
            counted[found[1]] = max(counted[found[1]], int(found[2]) + 1)
    return counted


def _store(node: Editable, path: Sequence[str], value: object) -> None:
    """Stores a value at a path in a node. If the value is None, removes the field at this path. If a text loses its
    last language, the function removes the whole text. If an approval loses its last field, the function removes the
    whole approval."""
    *before, last = path
    inside = reach_value(node, before)
    if value is not None:
        inside[last] = value
        return
    inside.pop(last, None)
    holds_parts = last in CODES or before == ["signed"]
    if not inside and holds_parts and before[-1] not in NEEDED:
        del value_at(node, before[:-1])[before[-1]]


def reach_value(node: Editable, path: Sequence[str], end: type = dict) -> Any:
    """Returns the value at the end of a path in a node. Adds to the node the mappings, lists and rows on this path that
    do not exist yet.
    """
    here: Any = node
    for rows, step, after in zip(("", *path), path, (*path[1:], ""), strict=False):
        kind = list if after.isdecimal() else end if not after else dict
        at: str | int = step
        if step.isdecimal():
            at = int(step)
            here.extend(_empty(rows) for _ in range(at + 1 - len(here)))
        if not isinstance(here[at] if isinstance(at, int) else here.get(at), kind):
            here[at] = kind()
        here = here[at]
    return here


def _value(part: str, typed: str) -> object:
    if part in TICKS:
        return True if typed == TICK else None
    if part == "digits":
        return int(typed) if typed in LENGTHS else None
    return typed or None


class FormOffers(NamedTuple):
    screens: DocumentPath
    """The screens of the edited flow in their order, to which the field `goes` may lead."""
    flows: DocumentPath
    """The flows that a node of kind call may open."""
    lists: DocumentPath
    """The lists from which a caller may choose a place: `provinces`, `districts.{province}`."""
    numbers: DocumentPath
    """Phone numbers that conditional text may contain. Callers see a phone number only while the number is
    confirmed."""
    answers: Mapping[str, DocumentPath]
    """The possible values of each saved answer. The mapping has no values for an answer that the caller types or
    chooses from a list."""
    flags: DocumentPath
    """The flags that conditions in the flows already use."""


def offers(flow_set: FlowSet, flow: object) -> FormOffers:
    """Returns the values from which the editor can choose in the form.

    `flow_set` contains the draft. `flow` is the document of the edited flow. Because the values come from the document,
    the form also offers screens that the preview cannot show.
    """
    answers: dict[str, dict[str, None]] = {}
    lists = {name: None for name in flow_set.lists if "." not in name}
    flags: dict[str, None] = {}
    for _, _, node in nodes(flow_set):
        if isinstance(node, MenuNode | QuestionNode) and node.saves is not None:
            values = answers.setdefault(node.saves, {})
            values.update((choice.value, None) for choice in choices_of(node) if choice.value)
        if isinstance(node, QuestionNode) and node.list is not None:
            lists[node.list] = None
        flags.update((one.flag, None) for one in conditions(node) if one.flag is not None)
    signed = (one.digits for one in flow_set.numbers.values() if one.evidence is not Evidence.NEVER)
    return FormOffers(
        screens=tuple(nodes_of(flow)),
        flows=tuple(name for name, one in flow_set.flows.items() if not one.private),
        lists=tuple(lists),
        numbers=tuple(signed),
        answers={name: tuple(values) for name, values in answers.items()},
        flags=tuple(flag for flag in flags if not flag.startswith("number.")),
    )


MOVES = {"up": -1, "down": 1}


def after_button(node: Document, do: str) -> Editable | None:
    """Returns the node after the editor pressed a button. Returns None if the button is unknown or cannot change this
    node.

    The buttons `up`, `down` and `drop` name the row to move or to remove. The button `add` can name the list that gets
    a new row. If the name of the button contains no list, the button changes the `choices` or the `arms` of the node.
    The button `fix` names a language and a letter to replace, and `fix_all` names only a language.
    """
    verb, _, rest = do.partition(":")
    if verb in ("fix", "fix_all"):
        language, _, letter = rest.partition(":")
        if verb == "fix" and not letter:
            return None
        changed, times = replace_letters(node, language, letter if verb == "fix" else "")
        return changed if times else None

    own = ROWS_OF.get(kind_of(node), [])
    rows, _, at = rest.rpartition(".") if verb != "add" else (rest, "", "")
    rows = rows or next(reversed(own), "")
    if rows not in own:
        return None
    changed = copy.deepcopy(dict(node))
    listed: list[Any] = reach_value(changed, path_to_rows(node, rows), list)
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
    """Adds a row to a list of the form. In a node of kind branch, the new row goes before the last row, if the last row
    has no condition. Returns False if the list already has `MAX_ROWS` rows."""
    if len(listed) >= MAX_ROWS:
        return False
    last = listed[-1] if listed else None
    ends = rows == "arms" and isinstance(last, dict) and "when" not in last
    listed.insert(len(listed) - 1 if ends else len(listed), _empty(rows))
    return True


NODES = ("nodes",)


class Side(StrEnum):
    """The version that the editor keeps if both edits changed the same field."""

    THEIRS = "theirs"
    YOURS = "yours"


Settled = Mapping[str, Side]
"""The editor's decisions about conflicts, by the key of the conflict."""


class MergedField(NamedTuple):
    """A place in the flow, with the names that a page shows: the screen, the field of the screen's form, and the
    language of a text."""

    node: str
    name: str
    language: str


class FieldClash(NamedTuple):
    """A field that both edits changed in different ways. A version in which the field has no value contains
    `ABSENT`."""

    key: str
    """The key of the editor's decision about this conflict. If the merge runs again, the conflict has the same key as
    before."""
    place: MergedField
    base: Any
    theirs: Any
    yours: Any


class Merged(NamedTuple):
    document: Any
    """The flow after the merge of two edits. For each conflict that the editor has not decided, the merged flow
    contains the version to save (`yours`)."""
    clashes: Sequence[FieldClash] = ()
    """The conflicts that the editor has not decided yet. The server saves nothing before the editor has decided all
    conflicts."""


class _Merging(NamedTuple):
    settled: Settled
    clashes: list[FieldClash]


class _Where(NamedTuple):
    """A place in the flow. `path` contains the names of the steps that lead to this place in the document. `at`
    contains the same steps, with the number of each list row in place of its name. The number of a row is its number in
    the version to save (`yours`). If a row exists only in the other version, the number is its number in the other
    version.
    """

    path: DocumentPath = ()
    at: DocumentPath = ()
    key: str = ""
    """The key of the place in the document. The key is empty for a row or a screen. An editor may give a screen the
    name of a field, and the merge must not treat this screen like that field."""

    def into(self, name: str) -> "_Where":
        key = "" if self.path == NODES else name
        return _Where((*self.path, name), (*self.at, name), key)

    def into_row(self, name: str, at: int) -> "_Where":
        return _Where((*self.path, name), (*self.at, str(at)))


def merge(
    base: Document, theirs: Document, yours: Document, settled: Settled | None = None
) -> Merged:
    """Returns the flow after a merge of two edits, which both began with the version `base`. `yours` is the edit to
    save. `theirs` is the edit that a different person saved in the meantime.
    """
    state = _Merging(settled or {}, [])
    document = _mapping(state, _Where(), base, theirs, yours)
    return Merged(document, tuple(state.clashes))


def _merged_value(state: _Merging, here: _Where, base: Any, theirs: Any, yours: Any) -> Any:
    new, written = base == ABSENT, (theirs, yours)
    have_parts = all(isinstance(one, Mapping) for one in written) and here.key not in WHOLE
    if here.path == NODES and have_parts and isinstance(base, Mapping):
        return _mapping(state, here, base, theirs, yours)
    if theirs in (yours, base):
        return yours
    if base == yours:
        return theirs
    # Two edits of a screen cannot be merged if the edits gave the screen different kinds.
    is_node = len(here.path) == len(NODES) + 1 and here.path[: len(NODES)] == NODES
    is_one_kind = not is_node or kind_of(theirs) == kind_of(yours)
    if have_parts and is_one_kind and (new or isinstance(base, Mapping)):
        return _mapping(state, here, {} if new else base, theirs, yours)
    have_rows = all(is_list_of_rows(here.key, one) for one in written)
    if have_rows and (new or is_list_of_rows(here.key, base)):
        return _rows(state, here, [] if new else base, theirs, yours)
    return _settled_side(state, here, base, theirs, yours)


def _mapping(
    state: _Merging, here: _Where, base: Document, theirs: Document, yours: Document
) -> Editable:
    found: Editable = {}
    for name in dict.fromkeys((*base, *theirs, *yours)):
        versions = (one.get(name, ABSENT) for one in (base, theirs, yours))
        value = _merged_value(state, here.into(str(name)), *versions)
        if value != ABSENT:
            found[name] = value
    order = _order(state, here, [*base], [*theirs], [*yours], found, asks=here.path == NODES)
    return {name: found[name] for name in order}


def _rows(
    state: _Merging,
    here: _Where,
    base: Sequence[Document],
    theirs: Sequence[Document],
    yours: Sequence[Document],
) -> list[Any]:
    key = here.key
    named = names(key, base), names_after(key, base, theirs), names_after(key, base, yours)
    rows = [
        dict(zip(known, own, strict=True))
        for known, own in zip(named, (base, theirs, yours), strict=True)
    ]
    found: Editable = {}
    for name in dict.fromkeys((*named[0], *named[1], *named[2])):
        counted = next(known.index(name) for known in reversed(named) if name in known)
        versions = (own.get(name, ABSENT) for own in rows)
        value = _merged_value(state, here.into_row(name, counted), *versions)
        if value != ABSENT:
            found[name] = value
    order = _order(state, here, *named, found, asks=True)
    return [found[name] for name in order]


def _order(
    state: _Merging,
    here: _Where,
    base: Sequence[str],
    theirs: Sequence[str],
    yours: Sequence[str],
    found: Document,
    *,
    asks: bool,
) -> Sequence[str]:
    there = here.into(ROWS)
    if asks and is_disputed(base, theirs, yours):
        choice = _settled_side(state, there, tuple(base), tuple(theirs), tuple(yours))
        return merged_order(base, choice, choice, found)
    return merged_order(base, theirs, yours, found)


def _settled_side(state: _Merging, here: _Where, base: Any, theirs: Any, yours: Any) -> Any:
    key = "/".join(here.path)
    chosen = state.settled.get(key)
    if chosen is None:
        state.clashes.append(FieldClash(key, _place(here), base, theirs, yours))
    return theirs if chosen is Side.THEIRS else yours


def _place(here: _Where) -> MergedField:
    first, *rest = here.at
    if first in CODES and len(rest) == 1:
        return MergedField("", rest[0], first)
    if here.path[: len(NODES)] != NODES or len(here.path) == len(NODES):
        return MergedField("", ".".join(here.at), "")
    steps = [step for step in here.at[len(NODES) + 1 :] if step != ROWS]
    name, language = field_of(steps)
    return MergedField(here.path[len(NODES)], name, language)
