"""A file that passes 250 lines, or a function that passes 40, is asking to be two."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.floorplan.tree import our_python, parsed, said

FILE = 250
TABLE = 400
"""A test file is a table of cases, read row by row."""
FUNCTION = 40


WRITTEN_OUT = ("migrations/versions", "tests/builders.py")
"""A migration is one list of what it makes, a builder one of defaults: neither holds a thought."""


def faults(path: Path) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").count("\n")
    limit = TABLE if path.name.startswith("test_") else FILE
    if lines > limit:
        yield f"{said(path)} has {lines} lines, {limit} are the most"
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno
            if length >= FUNCTION:
                yield f"{said(path)}:{node.lineno} {node.name} has {length + 1} lines, {FUNCTION} are the most"


def test_each_fits_in_a_head() -> None:
    ours = [path for path in our_python() if not any(part in str(path) for part in WRITTEN_OUT)]
    assert len(ours) > 100
    found = [fault for path in ours for fault in faults(path)]
    assert not found, "\n".join(found)
