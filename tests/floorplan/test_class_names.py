"""A class has a name of its own in the whole house: who reads it in an import knows which one it is."""

import ast
from collections import defaultdict

from tests.floorplan.tree import parsed, python_files, said


def test_no_class_name_stands_twice() -> None:
    found = defaultdict(list)
    for path in python_files("hotline", "workers"):
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(said(path))
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}
