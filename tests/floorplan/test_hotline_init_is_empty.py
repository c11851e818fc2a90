"""`hotline/__init__.py` says one sentence and imports nothing, ever: so does every room's."""

import ast

from tests.floorplan.tree import parsed, python_files, said


def test_a_package_holds_nothing() -> None:
    packages = [path for path in python_files("hotline", "workers") if path.name == "__init__.py"]
    holding = [
        said(path)
        for path in packages
        if any(not isinstance(node, ast.Expr) for node in parsed(path).body)
    ]
    assert packages
    assert holding == []
