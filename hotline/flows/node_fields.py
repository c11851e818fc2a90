"""Reads a draft's nodes, finds and replaces text in them, and returns their recorded values. Pure.

No function here raises an error, even if the document is invalid. Recorded values are the values of a flow that
statistics, alerts and the meaning of digits depend on. `saves` and `value` name an answer. `topic` and `completes`
record what the caller read or reported. `gathers` and `private` set the kind of a flow. `key` is the digit of a
choice, and `signed` is the approval of a question. The editor's form locks all these fields.

The module compares two versions of a document value by value, and recognises rows that moved.

The text search ignores capitals and accents. The search also looks at the names of flows and screens.

Basic phones cannot show some letters, for example letters that Microsoft Word inserts. The module replaces these
letters with similar letters.
"""

import copy
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any, NamedTuple

from hotline.core.documents import Document, DocumentPath, Editable, derived_value
from hotline.flows.check import plain_text
from hotline.flows.document import KINDS, field_of
from hotline.text.characters import TYPOGRAPHY, foreign_letters, substitute
from hotline.text.languages import CODES

NAMED_BY = {
    "choices": ("value", "goes"),
    "lead": ("number", "when"),
    "branch": ("when",),
    "numbers": ("number",),
}
"""Maps each key of the document that contains a list of rows to the fields that identify a row."""
WORDED_BY = {"choices": "label", "lead": "text", "branch": "goes"}
LAST = "else"
"""The name of a row that has none of these fields: the last arm of a branch, or a new row."""


def is_list_of_rows(key: str, value: object) -> bool:
    return (
        key in NAMED_BY
        and isinstance(value, list)
        and all(isinstance(row, Mapping) for row in value)
    )


def names(key: str, rows: Sequence[Document]) -> DocumentPath:
    """Returns a unique name for each row of a list, such as the values of its choices."""
    used: set[str] = set()
    return tuple(_free(_name(key, row), used) for row in rows)


def names_after(key: str, base: Sequence[Document], rows: Sequence[Document]) -> DocumentPath:
    """Returns a unique name for each row of a list. A row that also exists in the older list `base` keeps its name."""
    before, new_names = names(key, base), names(key, rows)
    matched = {at: name for at, name in enumerate(new_names) if name in before}
    left = {name: row for name, row in zip(before, base, strict=True) if name not in new_names}
    part = WORDED_BY.get(key, "")
    for at, row in enumerate(rows):
        words = row.get(part)
        matches = (name for name, old_row in left.items() if words and old_row.get(part) == words)
        if at not in matched and (name := next(matches, None)) is not None:
            matched[at] = name
            del left[name]
    for at, name in enumerate(before if len(rows) == len(base) else ()):
        if at not in matched and name in left:
            matched[at] = name
            del left[name]

    used = {*before, *matched.values()}
    return tuple(matched.get(at) or _free(name, used) for at, name in enumerate(new_names))


def _name(key: str, row: Document) -> str:
    for part in NAMED_BY[key]:
        if (value := row.get(part)) not in (None, ""):
            return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return LAST


def _free(name: str, used: set[str]) -> str:
    candidate, number = name, 2
    while candidate in used:
        candidate, number = f"{name}#{number}", number + 1
    used.add(candidate)
    return candidate


def is_moved(before: Sequence[str], after: Sequence[str]) -> bool:
    """Returns True if the items present in both lists changed their order. Ignores additions and removals."""
    return [item for item in before if item in after] != [item for item in after if item in before]


def merged_order(
    base: Sequence[str], hers: Sequence[str], yours: Sequence[str], names: Iterable[str]
) -> DocumentPath:
    """Returns the items in `names`, in the order of the version that changed the order of `base`: `hers` or `yours`. If
    both versions changed the order, the result has the order of `yours`. If only one version added an item, the item
    comes after the same neighbour as in that version."""
    leading, second = (
        (yours, hers) if is_moved(base, yours) or not is_moved(base, hers) else (hers, yours)
    )
    order = list(leading)
    for at, item in enumerate(second):
        if item not in order and item not in base:
            before = next((earlier for earlier in reversed(second[:at]) if earlier in order), None)
            order.insert(order.index(before) + 1 if before is not None else 0, item)
    allowed = set(names)
    unplaced = [item for item in (*base, *hers, *yours) if item in allowed and item not in order]
    return tuple(item for item in dict.fromkeys((*order, *unplaced)) if item in allowed)


def is_disputed(base: Sequence[str], hers: Sequence[str], yours: Sequence[str]) -> bool:
    """Returns True if both versions changed the order in different ways."""
    return is_moved(base, hers) and is_moved(base, yours) and is_moved(hers, yours)


ROWS = "#rows"
"""A path that ends with this step means the order of the rows in a list, given as the names of the rows."""

WHOLE = frozenset({"when", "signed"})
"""Fields with a mapping that is compared as a whole, such as a condition."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Marks a value that exists in only one of two versions of a document."""


ABSENT = Absent()


class ValueChange(NamedTuple):
    """One value that differs between two versions."""

    at: DocumentPath
    """The path to the value in the new version, or to a removed value in the old version. The path names a row by its
    number."""
    before: Any
    after: Any


def changed_values(before: object, after: object) -> Iterator[ValueChange]:
    """Yields every value that differs, including the values of added and removed rows."""
    yield from _compared((), (), "", before, after)


def _compared(
    old_path: DocumentPath, new_path: DocumentPath, key: str, before: Any, after: Any
) -> Iterator[ValueChange]:
    if before == after:
        return
    values = (before, after)
    if key not in WHOLE and any(isinstance(value, Mapping) and value for value in values):
        if all(isinstance(value, Mapping | Absent) for value in values):
            maps = [value for value in values if isinstance(value, Mapping)]
            for name in dict.fromkeys(str(name) for mapping in maps for name in mapping):
                parts = _get(before, name), _get(after, name)
                yield from _compared((*old_path, name), (*new_path, name), name, *parts)
            return
    elif any(is_list_of_rows(key, value) and value for value in values):
        if all(is_list_of_rows(key, value) or value == ABSENT for value in values):
            old_rows, new_rows = (value if isinstance(value, list) else [] for value in values)
            yield from _rows(old_path, new_path, key, old_rows, new_rows)
            return
    else:
        yield ValueChange(old_path if after == ABSENT else new_path, before, after)
        return
    # Only one of the two values has parts, so the change is a removal and an addition.
    yield from _compared(old_path, new_path, key, before, ABSENT)
    yield from _compared(old_path, new_path, key, ABSENT, after)


def _rows(
    path: DocumentPath,
    now: DocumentPath,
    key: str,
    before: Sequence[Document],
    after: Sequence[Document],
) -> Iterator[ValueChange]:
    old_names, new_names = names(key, before), names_after(key, before, after)
    if old_names != new_names:
        yield ValueChange((*now, ROWS), old_names, new_names)
    for name in dict.fromkeys((*new_names, *old_names)):
        old_at = old_names.index(name) if name in old_names else None
        new_at = new_names.index(name) if name in new_names else None
        parts = (
            ABSENT if old_at is None else before[old_at],
            ABSENT if new_at is None else after[new_at],
        )
        at = str(old_at if new_at is None else new_at)
        yield from _compared((*path, at if old_at is None else str(old_at)), (*now, at), "", *parts)


def _get(value: object, name: str) -> Any:
    return value.get(name, ABSENT) if isinstance(value, Mapping) else ABSENT


ROW_LISTS = ("choices", "lead", "arms")
BRANCH = "branch"
TEXT_LISTS = ("choices", "lead")
"""The lists in which each row contains a text."""


class NodeText(NamedTuple):
    """One text of a node, with the name of its field, its path in the document, and its text by language."""

    field: str
    steps: DocumentPath
    words: Mapping[str, str]


def nodes_of(flow: object) -> Mapping[str, Document]:
    """Returns the valid nodes of a flow in order. A valid node is a mapping."""
    nodes = flow.get("nodes") if isinstance(flow, Mapping) else None
    if not isinstance(nodes, Mapping):
        return {}
    return {str(name): node for name, node in nodes.items() if isinstance(node, Mapping)}


def kind_of(node: object) -> str:
    """Returns the kind of a node: say, menu, ask, branch, call or finish. The result is empty if the node has no
    kind yet."""
    if not isinstance(node, Mapping):
        return ""
    return next((kind for kind in KINDS if node.get(kind) is not None), "")


def value_at(document: object, path: Iterable[str]) -> Any:
    """Returns the value at the end of a path, even in an invalid document. Returns None if there is no value."""
    value: Any = document
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def body_of(node: object) -> Document:
    """Returns the content of a node: the mapping under its kind, such as `menu`. The result is empty for a branch,
    whose content is a list of arms."""
    body = value_at(node, [kind_of(node)])
    return body if isinstance(body, Mapping) else {}


def path_to_rows(node: object, rows: str) -> DocumentPath:
    """Returns the path to a list of rows in a node: the choices, the conditional texts (`lead`) or the arms."""
    return (BRANCH,) if rows == "arms" else (kind_of(node), rows)


def rows_of(node: object, rows: str) -> Sequence[Any]:
    """Returns the rows of a node's choices, conditional texts (`lead`) or arms, even if they are invalid."""
    found = value_at(node, path_to_rows(node, rows))
    return found if isinstance(found, list) else ()


def screens_with_numbers(flows: Document) -> Mapping[str, Mapping[tuple[str, str], None]]:
    """Returns, for each phone number, the flows and screens that show it, without duplicates."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for flow, document in flows.items():
        for name, node in nodes_of(document).items():
            for row in rows_of(node, "lead"):
                if digits := value_at(row, ["number"]):
                    found.setdefault(str(digits), {})[flow, name] = None
    return found


def texts_in(node: object) -> Iterator[NodeText]:
    """Yields every text of a node, in the order of a screen."""
    kind, body = kind_of(node), body_of(node)
    leads = [("lead", str(at), "text") for at in range(len(rows_of(node, "lead")))]
    labels = [("choices", str(at), "label") for at in range(len(rows_of(node, "choices")))]
    fields = [("text",), ("note",), ("skip",), ("one",), ("none",)]
    for inner in (*leads, fields[0], *labels, *fields[1:]):
        words = value_at(body, inner)
        if isinstance(words, Mapping):
            steps = (kind, *inner)
            texts = {str(code): str(text) for code, text in words.items() if text is not None}
            yield NodeText(field_of(steps)[0], steps, texts)


def links_in(node: object) -> Iterator[tuple[str, str]]:
    """Yields each field that leads to a node of the same flow, with the name of this node."""
    rows = [(rows, at) for rows in ("choices", "arms") for at in range(len(rows_of(node, rows)))]
    for field in (*(f"{rows}.{at}.goes" for rows, at in rows), "goes", "weak"):
        target = value_at(node, path_of(node, field))
        if isinstance(target, str) and target:
            yield field, target


def called_flow(node: object) -> str:
    """Returns the flow that a node calls. The result is empty if the node calls no flow."""
    flow = value_at(node, ("call", "flow"))
    return flow if isinstance(flow, str) else ""


def first_text(node: object) -> Mapping[str, str]:
    """Returns the first text of a node by language. The console shows this text in lists of nodes."""
    texts = {code: value_at(body_of(node), ("text", code)) for code in CODES}
    return {code: words for code, words in texts.items() if isinstance(words, str)}


def opening_text(flow: object) -> Mapping[str, str]:
    """Returns the first text of a flow by language."""
    nodes = nodes_of(flow)
    first_node = nodes.get(str(value_at(flow, ("start",))))
    return next(filter(None, map(first_text, (first_node, *nodes.values()))), {})


SHORT_TITLE = 24
"""The maximum length of the text that replaces a missing title."""


class Titles(NamedTuple):
    """The titles of all flows in a document, in the reader's language."""

    flows: Mapping[str, Any]
    language: str

    def flow(self, name: str) -> str:
        """Returns the title of a flow, or the flow's name if the flow has no title."""
        return self._said(self.flows.get(name), "title") or name

    def description(self, name: str) -> str:
        """Returns the sentence that describes a flow. The result is empty if the flow has no description."""
        return self._said(self.flows.get(name), "description")

    def screen(self, flow: str, name: str) -> str:
        """Returns the title of a screen.

        If a screen has no title, returns the title of the flow that the screen calls. If the screen calls no flow,
        returns the first words of the screen, or its name.
        """
        node = nodes_of(self.flows.get(flow)).get(name)
        if title := self._said(node, "title"):
            return title
        if callee := called_flow(node):
            return self.flow(callee)
        words = first_text(node)
        return shorten(words.get(self.language, ""), SHORT_TITLE, placeholder=" ...") or name

    def place(self, flow: str, name: str) -> str:
        """Returns "flow: screen", or only the flow if `name` is empty."""
        return f"{self.flow(flow)}: {self.screen(flow, name)}" if name else self.flow(flow)

    def flow_pairs(self, names: Iterable[str], prefix: str = "") -> list[tuple[str, str]]:
        """Returns the options of a select list. The value of an option is the prefix and the name of the flow, and
        its label is the flow's title."""
        return [(f"{prefix}{name}", self.flow(name)) for name in names]

    def screen_pairs(self, flow: str, names: Iterable[str]) -> list[tuple[str, str]]:
        """Returns the options of a select list. The value of an option is the name of the screen, and its label is
        the screen's title."""
        return [(name, self.screen(flow, name)) for name in names]

    def _said(self, part: object, field: str) -> str:
        """Returns a text in the reader's language, or in English, even if the document is invalid."""
        text = value_at(part, (field, self.language)) or value_at(part, (field, "en"))
        return text if isinstance(text, str) else ""


def with_value(node: Document, steps: Sequence[str], value: object) -> Editable:
    """Returns a copy of the node in which `value` replaces the value at the path `steps`. If `value` is None, the copy
    has no value at this path."""
    result: Editable = copy.deepcopy(dict(node))
    *path, key = steps
    part: Any = result
    for step in path:
        part = part[int(step)] if isinstance(part, list) else part[step]
    if value is None:
        part.pop(key, None)
    elif isinstance(part, list):
        part[int(key)] = value
    else:
        part[key] = value
    return result


def place_of(flow: str, name: str, node: Document, field: str) -> str:
    """Returns the place of a text as reviews and approvals store it, such as `learn.one.menu.choices.2.label`."""
    return ".".join((flow, name, *path_of(node, field)))


def path_of(node: object, field: str) -> DocumentPath:
    """Returns the path of a field in the node's document.

    `field` is a name that `field_of` returns, such as `choices.2.goes`, or `text` for the node's own text.
    """
    kind = kind_of(node)
    first, *rest = field.split(".")
    if first == "arms":
        return ("branch", *rest)
    if first == "asks":
        return (kind, "kind")
    if first in ("title", "reason", "signed", "review"):
        return (first, *rest)
    if first in TEXT_LISTS and len(rest) == 1:
        return (kind, first, *rest, "label" if first == "choices" else "text")
    return (kind, first, *rest)


RECORDED_OF_FLOW = frozenset({"gathers", "private"})
RECORDED_OF_NODE = frozenset({"saves", "topic", "completes", "signed"})
RECORDED_OF_CHOICE = frozenset({"value", "key"})


def recorded_name(field: str) -> str:
    """Returns the name of the recorded value that a form field sets. For `choices.2.value` it is `value`. For a field
    that sets no recorded value, the result is empty."""
    parts = field.split(".")
    if parts[0] == "choices" and len(parts) == 3:
        return parts[2] if parts[2] in RECORDED_OF_CHOICE else ""
    return parts[0] if parts[0] in RECORDED_OF_NODE else ""


def locked_fields(node: object, live: object) -> frozenset[str]:
    """Returns the locked fields of a form: the recorded values that are already published.

    Editors must give a reason to unlock these fields. Fields of new screens and choices are not locked, because the
    statistics contain no values from them yet.
    """
    if kind_of(live) == "":
        return frozenset()
    fields = {"saves", "topic", "completes", "signed.by", "signed.day", "signed.digest"}
    live_rows, rows = (
        [row if isinstance(row, Mapping) else {} for row in rows_of(version, "choices")]
        for version in (live, node)
    )
    live_names = set(names("choices", live_rows))
    for at, name in enumerate(names_after("choices", live_rows, rows)):
        if name in live_names:
            fields |= {f"choices.{at}.{mark}" for mark in RECORDED_OF_CHOICE}
    return frozenset(fields)


def with_flow_values(flow: Document, *, gathers: str, private: bool) -> Editable:
    """Returns the flow with the values of `gathers` and `private` inserted before its `start`. Leaves out empty
    values."""
    recorded = {"gathers": gathers, "private": private}
    values = {mark: setting for mark, setting in recorded.items() if setting}
    result: Editable = {}
    for name, value in flow.items():
        if name == "start":
            result |= values
        if name not in RECORDED_OF_FLOW:
            result[name] = value
    return result | values


def with_texts(part: Document, texts: Mapping[str, Mapping[str, str]]) -> Editable:
    """Returns a flow or a node in which the new texts come before all other fields. `texts` contains the new texts by
    field and language. Empty texts are left out."""
    head = {field: {c: text for c, text in words.items() if text} for field, words in texts.items()}
    rest = {name: value for name, value in part.items() if name not in texts}
    return {name: text for name, text in head.items() if text} | rest


def recorded_values(node: object) -> Document:
    """Returns the recorded values of a node, by form field."""
    rows = range(len(rows_of(node, "choices")))
    inner = [f"choices.{at}.{mark}" for at in rows for mark in ("value", "key")]
    fields = ("saves", "topic", "completes", "signed", *inner)
    found = {field: value_at(node, path_of(node, field)) for field in fields}
    return {field: value for field, value in found.items() if value not in (None, "")}


class TextMatch(NamedTuple):
    flow: str
    node: str
    """The screen in which the search found the query, or an empty text for the name of the flow."""
    field: str
    """The field of the screen in which the search found the query, or an empty text for the name of the screen."""
    language: str
    words: str


def search_texts(flows: Mapping[str, object], query: str) -> Iterator[TextMatch]:
    """Yields every text that contains the query, in the order of the document. An empty query finds nothing."""
    plain_query = plain_text(query)
    if not plain_query:
        return
    for flow, document in flows.items():
        yield from (
            found for words, found in derived_value(_said, document, flow) if plain_query in words
        )


def _said(document: object, flow: str) -> Sequence[tuple[str, TextMatch]]:
    """Returns all searchable texts of a flow. Each text comes with a copy without capitals and accents."""
    found = [TextMatch(flow, "", "", "", flow)]
    for node, written in nodes_of(document).items():
        found.append(TextMatch(flow, node, "", "", node))
        for text in texts_in(written):
            found += [TextMatch(flow, node, text.field, *pair) for pair in text.words.items()]
    return [(plain_text(match.words), match) for match in found]


class BadLetter(NamedTuple):
    field: str
    """The field of the first text that contains the letter."""
    letter: str
    name: str
    """The name of the letter in Unicode."""
    instead: str
    """The substitute for the letter. The substitute is `?` if no letter is similar."""
    times: int
    """The number of times that the texts in this language contain the letter."""


def bad_letters(node: object) -> Mapping[str, Sequence[BadLetter]]:
    """Returns, for each language, the letters that basic phones cannot show."""
    found: dict[str, dict[str, BadLetter]] = {code: {} for code in CODES}
    for text in texts_in(node):
        for language, words in text.words.items():
            letters, normal = found.setdefault(language, {}), unicodedata.normalize("NFC", words)
            for letter in foreign_letters(normal):
                name = unicodedata.name(letter, f"U+{ord(letter):04X}").lower()
                new = BadLetter(text.field, letter, name, substitute(letter), 0)
                bad_letter = letters.get(letter, new)
                letters[letter] = bad_letter._replace(times=bad_letter.times + normal.count(letter))
    return {language: [*letters.values()] for language, letters in found.items()}


def replace_letters(node: Document, language: str, letter: str = "") -> tuple[Editable, int]:
    """Replaces letters that phones cannot show, in one language of a node's texts. If `letter` is given, replaces
    only this letter.

    Returns the node and the number of replacements. A letter without a substitute stays, because `?` would spoil the
    word.
    """
    wrong = {bad_letter.letter for bad_letter in bad_letters(node).get(language, ())}
    letters = wrong & {letter} if letter else wrong
    table = {symbol: substitute(symbol) for symbol in letters if substitute(symbol) != "?"}
    return _replaced(node, table, language)


def without_typography(node: Document) -> tuple[Editable, Mapping[str, int]]:
    """Replaces the quotes, dashes and spaces of Microsoft Word with simple characters, in every language.

    Returns the node, and the number of replacements of each character. A letter with an accent stays, because only the
    editor may decide if the letter is replaced.
    """
    found: Counter[str] = Counter()
    for text in texts_in(node):
        for words in text.words.values():
            found.update(letter for letter in words if letter in TYPOGRAPHY)
    return _replaced(node, TYPOGRAPHY)[0], found


def _replaced(node: Document, table: Mapping[str, str], only: str = "") -> tuple[Editable, int]:
    result, times = dict(node), 0
    for text in texts_in(node):
        for language, words in text.words.items():
            normal = unicodedata.normalize("NFC", words)
            count = sum(letter in table for letter in normal)
            if count and only in ("", language):
                corrected = "".join(table.get(letter, letter) for letter in normal)
                result = with_value(result, (*text.steps, language), corrected)
                times += count
    return result, times
