"""Tests that each exception appears below its parent in the tree in the docstring of errors.py."""

import ast
import builtins
import inspect
import re

from hotline.text import errors
from hotline.text.errors import HotlineError
from tests.architecture.tree import parsed, path_of, python_files


def _drawn() -> dict[str, str]:
    """Returns the parent of each exception, as the tree in the docstring of errors.py shows it."""
    parents: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^(?P<lines>[│├└─ ]*)(?P<name>[A-Z]\w+)(\s{2,}|$)", line)
        if found is None:
            continue
        depth = len(found["lines"]) // 4
        above[depth:] = [found["name"]]
        if depth:
            parents[found["name"]] = above[depth - 1]
    return parents


def test_the_drawing_is_the_tree() -> None:
    classes = {
        name: cls
        for name, cls in inspect.getmembers(errors, inspect.isclass)
        if issubclass(cls, HotlineError) and not name.startswith("_") and cls is not HotlineError
    }
    drawn = _drawn()
    assert drawn.keys() == classes.keys()
    for name, cls in classes.items():
        assert drawn[name] in {parent.__name__ for parent in cls.__mro__[1:]}, name


def test_no_exception_is_made_elsewhere() -> None:
    """A private exception may control the flow inside one file. An exception that other files use must be in the
    tree."""
    found = [
        f"{path_of(path)}: {node.name}"
        for path in python_files("hotline", "workers")
        if path.name != "errors.py"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and any(_is_exception(base) for base in node.bases)
    ]
    assert not found


def _is_exception(base: ast.expr) -> bool:
    name = ast.unparse(base).rpartition(".")[2]
    known = getattr(errors, name, None) or getattr(builtins, name, None)
    return isinstance(known, type) and issubclass(known, BaseException)
