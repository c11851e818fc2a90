"""Tests that docstrings are plain English: a verb first, no old words, and no question word at the beginning."""

import ast
import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import pytest

from tests.architecture.test_budget import ROOT

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
"""Code within a sentence, and indented samples."""
NO_VERB = frozenset(("this", "its", "as", "us", "always"))
TO_DO: frozenset[str] = frozenset()
"""Files still to be rewritten. The list only gets shorter."""


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def docstrings(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yields each standalone string, and True if it is the docstring of a function."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for number, line in enumerate(body if isinstance(body, list) else ()):
            said = line.value if isinstance(line, ast.Expr) else None
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                is_function = isinstance(node, ast.FunctionDef) and not node.name.startswith(
                    "test_"
                )
                yield said.value, is_function and number == 0


def faults(text: str, *, of_function: bool) -> Iterator[str]:
    """Yields each fault of a docstring."""
    first = re.match(r"[A-Za-z']*", text.strip())
    word = first.group().lower() if first else ""
    if word in NEVER_FIRST:
        yield f"begins with {word!r}"
    if of_function and (not word.endswith("s") or word in NO_VERB):
        yield f"begins with {word!r}, which is no verb in the third person"
    prose = CODE.sub("", cleandoc(text))
    yield from (f"says {found!r}" for found in OLD_WORDS.findall(prose) + CALLED.findall(prose))


@pytest.mark.parametrize(
    ("text", "of_function"),
    [
        ("What is due now.", False),
        ("The tips of a desk.", True),
        ("Returns the tips that she told.", True),
        ("Returns the steps beside it.", True),
    ],
)
def test_a_docstring_of_the_old_kind_is_found(text: str, *, of_function: bool) -> None:
    assert [*faults(text, of_function=of_function)] != []


@pytest.mark.parametrize("text", ["Returns the tips of a desk.", "Stands down a responder."])
def test_a_plain_docstring_has_no_fault(text: str) -> None:
    assert [*faults(text, of_function=True)] == []


def test_every_docstring_is_plain() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}: {fault}: {text.strip()[:70]!r}"
        for path in sources()
        for text, of_function in docstrings(ast.parse(path.read_text(encoding="utf-8")))
        for fault in faults(text, of_function=of_function)
        if path.relative_to(ROOT).as_posix() not in TO_DO
    }
    assert sorted(found) == []
