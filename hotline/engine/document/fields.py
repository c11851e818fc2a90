"""What the fields of a document may hold, for pydantic. `models.py` makes the document's shape of them.

How the fields of a node are called where somebody fills them in: `choices.2` in `rw`, `choices.2.goes`. Pure.

A form, a finding and a fault of shape say one name, so that each fault is a link to its field. A text is named by where
it stands, and its language is said apart; what decides when it stands is one field, `choices.2.when`.

Which nodes, flows, entries and lists a book names that it does not have. Pure.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from hotline.engine.flow import Ask, Book, Branch, Call, Flow, Menu, Node, Say
from hotline.engine.keying import UNSEEN
from hotline.engine.view import list_answers
from hotline.text.languages import CODES
from hotline.text.remark import Remark, remark

REMARK = "remark"
"""Under which a fault of ours carries what it says."""


def refused(says: Remark) -> PydanticCustomError:
    """What a validator raises, in place of a ValueError that could be said in English alone."""
    return PydanticCustomError("value_error", "{says}", {"says": str(says), REMARK: says})


def _words(text: str) -> str:
    """Composed, without blanks at its ends. Refuses what nobody would see: NUL, bidi controls, zero widths."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    # What Python prints as it is holds none of them: most texts are looked at once, and not letter by letter.
    for letter in "" if text.replace("\n", "").isprintable() else text:
        if letter != "\n" and unicodedata.category(letter) in UNSEEN:
            name = unicodedata.name(letter, "a control character")
            code = f"U+{ord(letter):04X}"
            raise refused(
                remark("holds an invisible character: {name} ({code})", name=name, code=code)
            )
    if not text:
        raise refused(remark("is empty"))
    return text


def _known(language: str) -> str:
    if language not in CODES:
        known = ", ".join(CODES)
        raise refused(remark("is not a language of the line ({known})", known=known))
    return language


Words = Annotated[str, AfterValidator(_words)]
Language = Annotated[str, AfterValidator(_known)]
LONGEST_NAME = 40
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=LONGEST_NAME)]
Value = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=40)]
PhraseName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=40)]
"""Of a phrase of the code."""
Texts = Annotated[dict[Language, Words], Field(min_length=1)]
Review = dict[Language, Literal["draft", "reviewed"]]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


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


class BrokenReference(NamedTuple):
    flow: str
    node: str
    code: str
    """`unknown_node`, `unknown_flow`, `unknown_list`, `unknown_entry`."""
    message: Remark
    field: str = ""
    """Of the node: `choices.2.goes`."""


def targets(node: Node) -> Iterator[str]:
    """The nodes of its own flow that a node leads to."""
    return iter(dict.fromkeys(goes for _, goes in arrows(node)))


def arrows(node: Node) -> Iterator[tuple[str, str]]:
    """The same with the field that leads there, however often one node is named."""
    found: list[tuple[str, str | None]] = []
    if isinstance(node, Menu | Ask):
        found = [(f"choices.{at}.goes", choice.goes) for at, choice in enumerate(node.choices)]
    if isinstance(node, Branch):
        found = [(f"arms.{at}.goes", arm.goes) for at, arm in enumerate(node.arms)]
    if isinstance(node, Say | Menu | Ask | Call):
        found.append(("goes", node.goes))
    if isinstance(node, Ask):
        found.append(("weak", node.weak))
    yield from ((field, goes) for field, goes in found if goes is not None)


def broken_references(book: Book) -> Iterator[BrokenReference]:
    for flow in book.flows.values():
        yield from broken_in_flow(book, flow)
    yield from broken_in_book(book)


def broken_in_book(book: Book) -> Iterator[BrokenReference]:
    """What no flow of it can mend: its front and its entries."""
    if book.front not in book.flows:
        yield BrokenReference(book.front, "", "unknown_flow", remark("there is no front flow"))
    for entry, name in book.entries.items():
        if name not in book.flows:
            message = remark("no flow is called {name}", name=name)
            yield BrokenReference("entries", entry, "unknown_entry", message)
        elif book.flows[name].gathers:
            message = remark("{name} gathers: no printed string may open it", name=name)
            yield BrokenReference("entries", entry, "unknown_entry", message)


def broken_in_flow(book: Book, flow: Flow) -> Iterator[BrokenReference]:
    if flow.start not in flow.nodes:
        message = remark("no node is called {name}", name=flow.start)
        yield BrokenReference(flow.name, "start", "unknown_node", message)
    for name, node in flow.nodes.items():
        for field, goes in arrows(node):
            if goes not in flow.nodes:
                message = remark("no node is called {name}", name=goes)
                yield BrokenReference(flow.name, name, "unknown_node", message, field)
        if isinstance(node, Call):
            called = book.flows.get(node.flow)
            message = remark("no flow is called {name}", name=node.flow)
            if called is not None:
                message = remark("{name} is private: only its entry opens it", name=node.flow)
            if called is None or (called.private and not flow.private):
                yield BrokenReference(flow.name, name, "unknown_flow", message, "flow")
        if isinstance(node, Ask) and node.list is not None and not _listed(book, flow, node.list):
            message = remark("no list is called {name}", name=node.list)
            yield BrokenReference(flow.name, name, "unknown_list", message, "list")


def _listed(book: Book, flow: Flow, pattern: str) -> bool:
    """Whether any list has such a name. A private flow's lists are the session's own, unknown here."""
    if flow.private:
        return True
    if not list_answers(pattern):
        return pattern in book.lists
    stem = pattern.split("{", 1)[0]
    return any(name.startswith(stem) for name in book.lists)
