"""A file that passes 250 lines, or a function that passes 40, is asking to be two."""

import ast
from pathlib import Path

import pytest

from tests.floorplan.tree import our_python, parsed, said

FILE = 250
TABLE = 400
"""A test file is a table of cases, read row by row."""
FUNCTION = 40


WRITTEN_OUT = ("migrations/versions", "tests/builders.py")
"""A migration is one list of what it makes, a builder one of defaults: neither holds a thought."""


@pytest.mark.parametrize(
    "path",
    [path for path in our_python() if not any(part in str(path) for part in WRITTEN_OUT)],
    ids=said,
)
def test_fits_in_a_head(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    limit = TABLE if path.name.startswith("test_") else FILE
    assert lines <= limit, f"{said(path)} has {lines} lines"

    long = [
        f"{said(path)}:{node.lineno} {node.name}"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION
    ]
    assert not long, "\n".join(long)
