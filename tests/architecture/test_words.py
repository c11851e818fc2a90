"""Tests that no identifier contains a word that docs/glossary.md advises against."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import parsed, path_of, python_files

DISCOURAGED = {
    "phone": "msisdn, or the person who holds it",
    "mobile": "msisdn",
    "subscriber": "contact",
    "user": "contact or admin",
    "users": "contacts or admins",
    "provider": "gateway",
    "transport": "channel",
    "shortcut": "entry",
    "sprint": "turn",
    "ticket": "tip",
    "agent": "responder",
    "officer": "responder",
    "dlr": "delivery report",
    "broadcast": "campaign",
    "staff": "admin",
    "utils": "a name that says what is in it",
    "helpers": "a name that says what is in it",
    "manager": "a name that says what it does",
}
GATEWAYS_OWN = re.compile(r"provider_(id|status)|user_agent", re.I)
"""Allowed names: database columns for values from the SMS gateway, and `user_agent` of HTTP."""
ADDRESSES = {("hotline/emulator/server.py", "user")}
"""Allowed names that are part of the gateway's own web addresses."""


def _identifiers(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.arg(arg=name)
                | ast.Name(id=name, ctx=ast.Store())
            ):
                yield node.lineno, name


def _words(identifier: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)]


def _faults(path: Path) -> list[str]:
    return [
        f"{path_of(path)}:{line} {identifier}: say {DISCOURAGED[word]}"
        for line, identifier in _identifiers(parsed(path))
        if (path_of(path), identifier) not in ADDRESSES
        for word in _words(GATEWAYS_OWN.sub("", identifier))
        if word in DISCOURAGED
    ]


@pytest.mark.parametrize("room", ["hotline", "workers"])
def test_no_identifier_holds_a_discouraged_word(room: str) -> None:
    faults = [fault for path in python_files(room) for fault in _faults(path)]
    assert not faults, "\n".join(faults)


def test_no_file_is_named_after_nothing() -> None:
    named = {path.stem for path in python_files("hotline", "workers", "tests")}
    assert not named & {"utils", "helpers", "manager", "common", "base", "misc"}
