"""Tests that the recovery passphrase decrypts a desk's keys only after two people are named. No service, page or
command can do without the two people.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.people.decrypt_passphrase import OF_THE_DEMO, TwoPeople
from hotline.text.errors import DeskRefused
from tests.architecture.tree import ROOT, parsed, path_of, python_files

OPENER = ROOT / "hotline/people/decrypt_passphrase.py"
OPENS = {"decrypt_recovery_pair"}
"""The function that decrypts keys with the recovery passphrase."""
BEFORE_TWO = {"TwoPeople", "PassphraseDecrypter"}
MAKES = {
    "make_desks": "gives desks that have no key their first one, and opens none",
    "first_keys": "makes the recovery pair and the signing key, and opens nothing",
    "open_line_key": "opens the signing key for `hotline init`, and no desk",
    **dict.fromkeys(
        OPENS, "takes the passphrase from `PassphraseDecrypter`, which asks for two people"
    ),
    "line_public_key": "tells the public half of the signing key, and opens no desk",
}
DEMO = {"service_demo"}
"""The modules of the demo, which has an emulated gateway. Only the demo uses the constant `OF_THE_DEMO` in place of
the names of two real people.
"""


def asked_of(function: ast.FunctionDef) -> dict[str, set[str]]:
    """Returns the parameters of a function, each with the names of classes in its type."""
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return {
        one.arg: {node.id for node in ast.walk(one.annotation) if isinstance(node, ast.Name)}
        for one in every
        if one.annotation is not None
    }


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef))


def test_only_one_file_of_the_product_opens_a_desk_by_a_passphrase() -> None:
    calls = {
        path_of(path)
        for path in python_files("hotline", "workers")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Name | ast.alias)
        and (node.id if isinstance(node, ast.Name) else node.name) in OPENS
    }
    assert calls == {path_of(OPENER)}


@pytest.mark.row("A7")
def test_whatever_takes_the_passphrase_takes_two_people() -> None:
    alone = [
        f"{path_of(path)}: {function.name}"
        for path in python_files("hotline")
        if path.parent.name in ("people", "cases", "alerts")
        and path.stem.startswith(("decrypt", "service_desk", "service_welcome"))
        for function in functions(path)
        if {"passphrase", "old", "new"} & {name for name, _ in _texts(function)}
        and function.name not in MAKES
        and not any(BEFORE_TWO & types for types in asked_of(function).values())
    ]
    assert alone == []


def _texts(function: ast.FunctionDef) -> Iterator[tuple[str, set[str]]]:
    return ((name, types) for name, types in asked_of(function).items() if types == {"str"})


def test_two_people_are_made_of_two_names_that_were_given() -> None:
    """Except for `OF_THE_DEMO`, the names of the two people come from the user and are never written in the code. Only
    modules of the demo use `OF_THE_DEMO`."""
    made, users = set(), set()
    for path in python_files("hotline", "workers"):
        for node in ast.walk(parsed(path)):
            match node:
                case ast.Call(func=ast.Name(id="TwoPeople"), args=given):
                    if any(isinstance(one, ast.Constant) for one in given):
                        made.add(path)
                case ast.Name(id="OF_THE_DEMO") if path != OPENER:
                    users.add(path.stem)
    assert (made, users) == ({OPENER}, DEMO)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Alice", "Alice"),
        ("Alice", " aLICE  "),
        ("Alice", "\uff21lice"),
        ("Alice", ""),
        ("", "Bosco"),
    ],
)
def test_one_person_is_not_two(first: str, second: str) -> None:
    with pytest.raises(DeskRefused, match="two people"):
        TwoPeople(first, second)
    assert OF_THE_DEMO.why("a demo").endswith("with no one, since it is a demo")
