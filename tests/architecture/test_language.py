"""Tests that docstrings, help texts, errors and log lines are plain English: they contain no old words and do not
begin with a question word.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from inspect import cleandoc
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.pofile import read_po

from tests.architecture.tree import ROOT, parsed, path_of, python_files

FOLDERS = ("hotline", "workers", "tools", "tests")
NEVER_FIRST = frozenset(
    (
        *("what", "whatever", "who", "whoever", "whom", "whether", "how", "of", "where", "which"),
        *("those", "that", "when", "nobody", "somebody", "everybody"),
    )
)
OLD_WORDS = re.compile(
    r"\b(?:anew|dear|thereof|whom|beside|(?:stands?|stood)(?! down)|lest|mend(?:s|ed|ing)?|keeps? from|kept from"
    r"|lets? in|lets? go|hears? of|heard of|told of|comes? by|came by|goes on|going on|went on|gives? up|given up"
    r"|gave up|(?:is|are) gone|lives|dies|wakes?|woken|by itself|by themselves|at hand|as it is)\b",
    re.IGNORECASE,
)
CALLED = re.compile(r"\b(?:she|her|hers|somebody|nobody|whoever|everybody)\b", re.IGNORECASE)
"""Forbidden words. Name the caller, the responder, the desk officer, the editor or the admin instead."""
CODE = re.compile(r"`[^`]*`|(?m:^    .*$)")
"""Matches code within a sentence, and indented samples of code."""
NO_VERB = frozenset(("this", "its", "as", "us", "always"))
LOGGED = frozenset(("debug", "info", "warning", "error", "critical", "exception"))
NO_COMMAND = frozenset(("a", "an", "the", "another", "only", "also", "no", "not"))
TESTS = ROOT / "tests"
with (ROOT / "locales/en/LC_MESSAGES/console.po").open("rb") as file:
    CONSOLE = frozenset(str(one.id) for one in read_po(file) if one.id)
"""The English texts of the console's catalogue."""

OLD_NAMES = {
    "kit": "context",
    "kits": "contexts",
    "plug": "factory",
    "plugs": "factories",
    "lab": "load, faults or erasure",
    "dossier": "person page",
    "dossiers": "person pages",
    "rung": "escalation level",
    "ladder": "escalation policy",
    "lifted": "no longer excluded",
    "untold": "pending alert",
    "referred": "assigned",
    "watcher": "on-call contact",
    "watchers": "on-call contacts",
    "woken": "notified",
    "lane": "outgoing queue",
    "roll": "programme",
    "rolls": "programmes",
    "remark": "message",
    "guess": "attempt",
    "invented": "sample",
    "pretended": "emulated",
    "exercise": "drill",
    "exercises": "drills",
    "anatomy": "node fields",
    "manner": "visit safety",
    "coming": "visit facts",
    "acted": "result",
    "living": "active",
    "lives": "active",
    "anybody": "any",
    "somebody": "a person",
    "nobody": "no one",
    "everybody": "all",
    "whoever": "those who",
    "hers": "own",
    "anew": "again",
    "mend": "fix",
    "sealer": "encrypter",
    "moments": "timeline",
    "passage": "report attempt",
    "house": "context",
    "pocket": "pending",
    "care": "visit safety",
}
"""Words that names of classes, modules and functions may not contain, each with the word to use instead."""
OLD_FIELDS = {
    "acts": "actions",
    "beside": "partners",
    "books": "flow_sets",
    "care": "safety",
    "change_id": "draft_id",
    "climbs": "escalates",
    "coming": "visit_facts",
    "end_wanted": "outcome_asked",
    "end_wanted_by": "closure_by",
    "erase_wanted_at": "erasure_asked_at",
    "exercise_id": "drill_id",
    "fate": "state",
    "held_by": "paused_by",
    "held_until": "paused_until",
    "is_hers": "is_own",
    "is_red": "is_overdue",
    "judging": "closure_by",
    "kept_from": "excluded",
    "knew": "informed",
    "lane": "queue",
    "living": "active",
    "manner": "visit_decision",
    "moments": "timeline",
    "opening": "start",
    "proposed_at": "submitted_at",
    "proposed_by": "submitted_by",
    "red": "overdue",
    "referral_ids": "assignment_ids",
    "referred_at": "assigned_at",
    "roll": "programme",
    "rung": "times",
    "standing": "state",
    "telling": "attempt",
    "to_mend": "problems",
    "told_at": "alerted_at, notified_at or filed_at",
    "told_urgency": "first_urgency",
    "untold": "unposted",
    "wanted_at": "asked_at",
    "wanted_by": "asked_by",
    "why": "reason",
}
"""Names that no field or parameter of the product may have, each with the name to use instead."""


class Kind(Enum):
    """The kind of text that a string in the code contains."""

    DOCSTRING = "docstring"
    FUNCTION = "docstring of a function"
    HELP = "help text of a command"
    TEXT = "text for a person"


def is_command(function: ast.FunctionDef) -> bool:
    """Returns True for a function whose docstring is the help text of a command."""
    names = (ast.unparse(one).partition("(")[0] for one in function.decorator_list)
    return any(name.endswith((".command", ".group")) for name in names)


def kind_of(node: ast.AST, number: int) -> Kind:
    """Returns the kind of a standalone string. The string's node and its position in the body decide the kind."""
    if not isinstance(node, ast.FunctionDef) or node.name.startswith("test_") or number:
        return Kind.DOCSTRING
    return Kind.HELP if is_command(node) else Kind.FUNCTION


def docstrings(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, Kind]]:
    """Yields each standalone string with its kind."""
    for node in nodes:
        body = getattr(node, "body", None)
        for number, line in enumerate(body if isinstance(body, list) else ()):
            said = line.value if isinstance(line, ast.Expr) else None
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield said.value, kind_of(node, number)


def faults(text: str, kind: Kind) -> Iterator[str]:
    """Yields each place where a text breaks the rules for plain English."""
    first = re.match(r"[A-Za-z']*", text.strip())
    word = first.group().lower() if first else ""
    if word in NEVER_FIRST:
        yield f"begins with {word!r}"
    if kind is Kind.FUNCTION and (not word.endswith("s") or word in NO_VERB):
        yield f"begins with {word!r}, which is no verb in the third person"
    if kind is Kind.HELP and (word.endswith("s") or word in NO_COMMAND):
        yield f"begins with {word!r}, which is no imperative"
    prose = CODE.sub("", cleandoc(text))
    yield from (f"says {found!r}" for found in OLD_WORDS.findall(prose) + CALLED.findall(prose))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What is due now.", Kind.DOCSTRING),
        ("The tips of a desk.", Kind.FUNCTION),
        ("Returns the tips that she told.", Kind.FUNCTION),
        ("Returns the steps beside it.", Kind.FUNCTION),
        ("Prints the tips.", Kind.HELP),
        ("The tips.", Kind.HELP),
        ("nobody has opened it", Kind.TEXT),
    ],
)
def test_a_text_of_the_old_kind_is_found(text: str, kind: Kind) -> None:
    assert [*faults(text, kind)] != []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Returns the tips of a desk.", Kind.FUNCTION),
        ("Stands down a responder.", Kind.FUNCTION),
        ("List open tips.", Kind.HELP),
        ("Enter a reason.", Kind.TEXT),
    ],
)
def test_a_plain_text_has_no_fault(text: str, kind: Kind) -> None:
    assert [*faults(text, kind)] == []


def helps(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, Kind]]:
    """Yields the help text and the prompt of each option."""
    for node in nodes:
        if isinstance(node, ast.keyword) and node.arg in ("help", "prompt"):
            text = words_of(node.value)
            if text:
                yield text, Kind.TEXT


def errors(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, Kind]]:
    """Yields each text that the code raises or logs."""
    for node in nodes:
        call = node.exc if isinstance(node, ast.Raise) else node
        function = node.func if isinstance(node, ast.Call) else None
        is_logged = isinstance(function, ast.Attribute) and function.attr in LOGGED
        if not isinstance(call, ast.Call) or (call is node and not is_logged):
            continue
        said = (words_of(one) for one in call.args)
        yield from ((text, Kind.TEXT) for text in said if " " in text and text not in CONSOLE)


def words_of(node: ast.expr) -> str:
    """Returns the text of a string or an f-string, with the name of each value, like `<path>`. For any other
    expression, the result is empty."""
    if isinstance(node, ast.JoinedStr):
        return "".join(words_of(one) for one in node.values)
    if isinstance(node, ast.FormattedValue):
        names = re.findall(r"[a-zA-Z]\w*", ast.unparse(node.value))
        return f"<{names[-1] if names else 'value'}>"
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def texts(nodes: Sequence[ast.AST], *, is_product: bool) -> Iterator[tuple[str, Kind]]:
    yield from docstrings(nodes)
    yield from helps(nodes)
    yield from errors(nodes) if is_product else ()


class Found(NamedTuple):
    """The faults in the texts, names and fields of one file."""

    texts: Sequence[str]
    names: Sequence[str]
    fields: Sequence[str]


@cache
def found() -> Mapping[str, Found]:
    """Reads every file once, because a walk through a tree takes longer than all the checks of its nodes."""
    return {path_of(path): found_in(path) for path in python_files(*FOLDERS)}


def found_in(path: Path) -> Found:
    nodes = [*ast.walk(parsed(path))]
    is_product = not path.is_relative_to(TESTS)
    return Found(
        [
            f"{fault}: {text.strip()[:70]!r}"
            for text, kind in texts(nodes, is_product=is_product)
            for fault in faults(text, kind)
        ],
        [*old_names(path.stem, nodes)],
        [*old_fields(nodes)] if is_product else [],
    )


def test_every_docstring_help_text_error_and_log_line_is_plain() -> None:
    assert {file: one.texts for file, one in found().items() if one.texts} == {}


def test_every_text_of_the_console_is_plain() -> None:
    """A question to the reader may begin with a question word."""
    found = {
        f"{fault}: {text!r}"
        for text in CONSOLE
        for fault in faults(text, Kind.TEXT)
        if not (text.endswith("?") and fault.startswith("begins"))
    }
    assert sorted(found) == []


def old_names(stem: str, nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yields the old words in the names of a file and its definitions."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    defined = [one.name for one in nodes if isinstance(one, kinds)]
    for name in (stem, *defined):
        if not name.startswith("test_"):
            words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
            yield from (
                f"{name}: say {OLD_NAMES[w]}" for word in words if (w := word.lower()) in OLD_NAMES
            )


def test_no_name_has_an_old_word() -> None:
    assert {file: one.names for file, one in found().items() if one.names} == {}


def test_an_old_word_in_a_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text("class DoorKit: ...\n", encoding="utf-8")
    assert found_in(tmp_path / "page.py").names == ["DoorKit: say context"]


def old_fields(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yields the old words among the fields and parameters that a file defines."""
    for one in nodes:
        name = one.arg if isinstance(one, ast.arg) else ""
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            name = one.target.id
        if name in OLD_FIELDS:
            yield f"{name}: say {OLD_FIELDS[name]}"


def test_no_field_or_parameter_has_an_old_name() -> None:
    assert {file: one.fields for file, one in found().items() if one.fields} == {}


def test_an_old_field_and_an_old_parameter_are_found(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text("class A:\n    manner: str\n\n\ndef b(why: str): ...\n")
    assert len(found_in(tmp_path / "page.py").fields) == 2
