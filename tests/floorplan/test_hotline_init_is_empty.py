"""`hotline/__init__.py` says one sentence and imports nothing, ever: so does every room's."""

import ast
from pathlib import Path

import pytest

from tests.floorplan.tree import parsed, python_files, said


@pytest.mark.parametrize(
    "path",
    [path for path in python_files("hotline", "workers") if path.name == "__init__.py"],
    ids=said,
)
def test_a_package_holds_nothing(path: Path) -> None:
    assert all(isinstance(node, ast.Expr) for node in parsed(path).body)
