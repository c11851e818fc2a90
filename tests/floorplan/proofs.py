"""How the documents name what proves them, and whether it is there."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.floorplan.tree import ROOT, parsed

NAMED = re.compile(r"`(tests/[^`]+)`")


def is_there(proof: str) -> bool:
    """Whether a file of tests is there, and the test that is named in it."""
    name, _, test = proof.partition("::")
    path = ROOT / name
    if not path.is_file():
        return False
    return test in defined(path) if test else any(one.startswith("test_") for one in defined(path))


@cache
def defined(path: Path) -> frozenset[str]:
    """The functions of a file, which most documents name many times."""
    return frozenset(
        node.name for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)
    )
