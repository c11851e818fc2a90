"""Tests that `hotline/__init__.py` has one sentence and no imports, and so has each package's."""

import ast

from tests.architecture.tree import parsed, python_files, said


def test_a_package_holds_nothing() -> None:
    packages = [path for path in python_files("hotline", "workers") if path.name == "__init__.py"]
    holding = [
        said(path)
        for path in packages
        if any(not isinstance(node, ast.Expr) for node in parsed(path).body)
    ]
    assert packages
    assert holding == []
