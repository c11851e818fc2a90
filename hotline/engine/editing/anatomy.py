"""How a draft's node is read, however broken it is: nothing here raises, whatever the document holds. Pure.

Marks that count: what they say decides what is counted, what is alerted, and what a digit means. Pure.

`saves` and `value` name an answer, `topic` and `completes` say what was read or told, `gathers` and `private` what a
flow is, `key` which digit a choice has, `signed` who answers for a question. The form locks them.

Where words stand in the flows, for whoever looks for a sentence. Pure.

Looked for without capitals and accents, and in the names of flows and screens as well.

Letters that no basic phone shows, each with its substitute; and the marks that Word makes of plain ones. Pure.
"""

import copy
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hotline.engine.check.risky import plain
from hotline.engine.document.kept import Document, Editable, Way, derived
from hotline.engine.document.models import KINDS, field_of
from hotline.engine.editing.comparing import names, names_after
from hotline.text.gsm7 import TYPOGRAPHY, strangers, substitute
from hotline.text.languages import CODES

ROW_LISTS = ("choices", "lead", "arms")
BRANCH = "branch"
LINES = ("choices", "lead")
"""Lists of rows that each show words."""


class NodeText(NamedTuple):
    """A text of a node: the field's name, the way to it in the document, and its words by language."""

    field: str
    steps: Way
    words: Mapping[str, str]


def nodes_of(flow: object) -> Mapping[str, Document]:
    """The nodes that are documents at all, in their order."""
    nodes = flow.get("nodes") if isinstance(flow, Mapping) else None
    if not isinstance(nodes, Mapping):
        return {}
    return {str(name): node for name, node in nodes.items() if isinstance(node, Mapping)}


def kind_of(node: object) -> str:
    """say, menu, ask, branch, call or finish; empty where it is none, or not yet."""
    if not isinstance(node, Mapping):
        return ""
    return next((kind for kind in KINDS if node.get(kind) is not None), "")


def value_at(document: object, way: Iterable[str]) -> Any:
    """Returns what stands at the end of a way, whatever the document is; None where nothing does."""
    here: Any = document
    for step in way:
        if isinstance(here, Mapping):
            here = here.get(step)
        elif isinstance(here, list) and step.isdecimal() and int(step) < len(here):
            here = here[int(step)]
        else:
            return None
    return here


def body_of(node: object) -> Document:
    """What stands under the node's kind; nothing of a branch, whose body is its arms."""
    body = value_at(node, [kind_of(node)])
    return body if isinstance(body, Mapping) else {}


def way_to_rows(node: object, rows: str) -> Way:
    """Returns the way to the choices, lead or arms of a node."""
    return (BRANCH,) if rows == "arms" else (kind_of(node), rows)


def rows_of(node: object, rows: str) -> Sequence[Any]:
    """The choices, lead or arms of a node as they are written."""
    found = value_at(node, way_to_rows(node, rows))
    return found if isinstance(found, list) else ()


def texts_in(node: object) -> Iterator[NodeText]:
    """Every text that is there, in the order of a screen."""
    kind, body = kind_of(node), body_of(node)
    leads = [("lead", str(at), "text") for at in range(len(rows_of(node, "lead")))]
    labels = [("choices", str(at), "label") for at in range(len(rows_of(node, "choices")))]
    others = [("text",), ("note",), ("skip",), ("one",), ("none",)]
    for inner in (*leads, others[0], *labels, *others[1:]):
        words = value_at(body, inner)
        if isinstance(words, Mapping):
            steps = (kind, *inner)
            said = {str(code): str(text) for code, text in words.items() if text is not None}
            yield NodeText(field_of(steps)[0], steps, said)


def arrows_in(node: object) -> Iterator[tuple[str, str]]:
    """Which field leads to which node of the same flow, in the order of the page."""
    rows = [(rows, at) for rows in ("choices", "arms") for at in range(len(rows_of(node, rows)))]
    for field in (*(f"{rows}.{at}.goes" for rows, at in rows), "goes", "weak"):
        goes = value_at(node, path_of(node, field))
        if isinstance(goes, str) and goes:
            yield field, goes


def called_by(node: object) -> str:
    """The flow that a call opens; empty where it is none."""
    flow = value_at(node, ("call", "flow"))
    return flow if isinstance(flow, str) else ""


def first_words(node: object) -> Mapping[str, str]:
    """What a list shows of a node: its text, by language."""
    said = {code: value_at(body_of(node), ("text", code)) for code in CODES}
    return {code: words for code, words in said.items() if isinstance(words, str)}


def opening_words(flow: object) -> Mapping[str, str]:
    """Returns what a caller reads first in a flow, by language."""
    nodes = nodes_of(flow)
    begins = nodes.get(str(value_at(flow, ("start",))))
    return next(filter(None, map(first_words, (begins, *nodes.values()))), {})


def with_value(node: Document, steps: Sequence[str], value: object) -> Editable:
    """A copy of the node with another value at a path that is there; None takes it out."""
    changed: Editable = copy.deepcopy(dict(node))
    *way, last = steps
    here: Any = changed
    for step in way:
        here = here[int(step)] if isinstance(here, list) else here[step]
    if value is None:
        here.pop(last, None)
    elif isinstance(here, list):
        here[int(last)] = value
    else:
        here[last] = value
    return changed


def place_of(flow: str, name: str, node: Document, field: str) -> str:
    """Where reviews and signatures have a text: `learn.one.menu.choices.2.label`."""
    return ".".join((flow, name, *path_of(node, field)))


def path_of(node: object, field: str) -> Way:
    """The way to a field in the node's document, as `field_of` names it: `choices.2.goes`, and `text` for a text."""
    kind = kind_of(node)
    first, *rest = field.split(".")
    if first == "arms":
        return ("branch", *rest)
    if first == "asks":
        return (kind, "kind")
    if first in ("reason", "signed", "review"):
        return (first, *rest)
    if first in LINES and len(rest) == 1:
        return (kind, first, *rest, "label" if first == "choices" else "text")
    return (kind, first, *rest)


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
    old, new = (
        [row if isinstance(row, Mapping) else {} for row in rows_of(one, "choices")]
        for one in (live, node)
    )
    known = set(names("choices", old))
    for at, name in enumerate(names_after("choices", old, new)):
        if name in known:
            fields |= {f"choices.{at}.{mark}" for mark in OF_A_CHOICE}
    return frozenset(fields)


def with_flow_marks(flow: Document, *, gathers: str, private: bool) -> Editable:
    """The flow with these marks, in front of its start; without those that say nothing."""
    marks = {"gathers": gathers, "private": private}
    said = {mark: given for mark, given in marks.items() if given}
    changed: Editable = {}
    for name, value in flow.items():
        if name == "start":
            changed |= said
        if name not in OF_A_FLOW:
            changed[name] = value
    return changed | said


def marks_in(node: object) -> Document:
    """The marks that a node has, by the field of its form."""
    rows = range(len(rows_of(node, "choices")))
    inner = [f"choices.{at}.{mark}" for at in rows for mark in ("value", "key")]
    fields = ("saves", "topic", "completes", "signed", *inner)
    found = {field: value_at(node, path_of(node, field)) for field in fields}
    return {field: value for field, value in found.items() if value not in (None, "")}


class WordsFound(NamedTuple):
    flow: str
    node: str
    """Empty where the flow is called so."""
    field: str
    """Empty where the screen is called so."""
    language: str
    words: str


def searched(flows: Mapping[str, object], query: str) -> Iterator[WordsFound]:
    """Every text that holds the query, in the order of the document; nothing for an empty one."""
    wanted = plain(query)
    if not wanted:
        return
    for flow, document in flows.items():
        yield from (found for words, found in derived(_said, document, flow) if wanted in words)


def _said(document: object, flow: str) -> Sequence[tuple[str, WordsFound]]:
    """All that is looked for in a flow, without capitals and accents."""
    found = [WordsFound(flow, "", "", "", flow)]
    for node, written in nodes_of(document).items():
        found.append(WordsFound(flow, node, "", "", node))
        for text in texts_in(written):
            found += [WordsFound(flow, node, text.field, *said) for said in text.words.items()]
    return [(plain(one.words), one) for one in found]


class BadLetter(NamedTuple):
    field: str
    language: str
    letter: str
    name: str
    """As Unicode calls it."""
    instead: str
    """What to write; `?` where nothing is like it."""
    times: int


def bad_letters(node: object) -> tuple[BadLetter, ...]:
    """Each letter once for each text and language, in the order of the page."""
    found = []
    for text in texts_in(node):
        for language, words in text.words.items():
            said = unicodedata.normalize("NFC", words)
            for letter in strangers(said):
                name = unicodedata.name(letter, f"U+{ord(letter):04X}").lower()
                instead, times = substitute(letter), said.count(letter)
                found.append(BadLetter(text.field, language, letter, name, instead, times))
    return tuple(found)


def mended(node: Document, language: str, letter: str = "") -> tuple[Editable, int]:
    """One letter of a language replaced in every text of the node, or each that is none; and how often.

    What has no substitute stays: a `?` is nobody's word.
    """
    wrong = {one.letter for one in bad_letters(node) if one.language == language}
    chosen = wrong & {letter} if letter else wrong
    table = {one: substitute(one) for one in chosen if substitute(one) != "?"}
    return _replaced(node, table, language)


def without_typography(node: Document) -> tuple[Editable, Mapping[str, int]]:
    """Word's quotes, dashes and blanks made plain in every language; and how often each stood there.

    A letter with a mark stays: whether ê may lose it is the writer's to say.
    """
    found: Counter[str] = Counter()
    for text in texts_in(node):
        for words in text.words.values():
            found.update(letter for letter in words if letter in TYPOGRAPHY)
    return _replaced(node, TYPOGRAPHY)[0], found


def _replaced(node: Document, table: Mapping[str, str], only: str = "") -> tuple[Editable, int]:
    changed, times = dict(node), 0
    for text in texts_in(node):
        for language, words in text.words.items():
            said = unicodedata.normalize("NFC", words)
            count = sum(letter in table for letter in said)
            if count and only in ("", language):
                plain = "".join(table.get(letter, letter) for letter in said)
                changed = with_value(changed, (*text.steps, language), plain)
                times += count
    return changed, times
