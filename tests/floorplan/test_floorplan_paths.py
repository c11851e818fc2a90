"""Every file, folder and function that the floorplan names is there."""

import ast
import re
from pathlib import Path

from tests.floorplan.tree import ROOT, parsed

PLAN = ROOT / "docs" / "floorplan.md"
ROOMS = "adapters|cli|domain|emulator|engine|lab|sealing|services|store|text|web"
NAMED = re.compile(
    rf"(?<![\w/])(?P<path>(?:hotline/)?(?:{ROOMS})(?:/\w+)+|(?:workers|tests|docs|deploy|flows)/\w+)"
    r"(?:\.(?!py\b|md\b)(?P<name>\w+))?"
)
LEAST = 25
"""At least so many paths stand in the plan."""


def test_what_the_plan_names_is_there() -> None:
    found = [*NAMED.finditer(PLAN.read_text(encoding="utf-8"))]
    assert len({one["path"] for one in found}) >= LEAST
    assert [one[0] for one in found if not _is_there(one["path"], one["name"])] == []


def _is_there(path: str, name: str | None) -> bool:
    for place in (ROOT / path, ROOT / "hotline" / path):
        if place.is_dir() and name is None:
            return True
        file = place.with_suffix(".py")
        if file.is_file():
            return name is None or name in _names(file)
    return False


def _names(file: Path) -> set[str]:
    tree = parsed(file)
    return {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
