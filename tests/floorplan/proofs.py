"""How the documents name what proves them, and whether it is there."""

import ast
import re

from tests.floorplan.tree import ROOT, parsed

NAMED = re.compile(r"`(tests/[^`]+)`")


def is_there(proof: str) -> bool:
    """Whether a file of tests is there, and the test that is named in it."""
    name, _, test = proof.partition("::")
    path = ROOT / name
    if not path.is_file():
        return False
    defined = {node.name for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)}
    return test in defined if test else any(one.startswith("test_") for one in defined)
