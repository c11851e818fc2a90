"""What a docstring names of the house is there: a file, or what stands in a module or a table."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.floorplan.tree import ROOT, kept_files, python_files, said

FILE = re.compile(r"`(?P<path>[\w/.-]+\.py)`")
DOTTED = re.compile(r"`(?P<path>(?:[a-z_]+\.)+)(?P<name>[A-Za-z_]+)(?:\([^)`]*\))?`")
ELSEWHERE = {"engine.back", "report.danger.menu.text", "json.loads", "passed.child"}
"""Of the standard library, or of the flows."""
TABLE = re.compile(r'__tablename__ = "(\w+)"')
WORD = re.compile(r"\w+")
HERE = Path(__file__)
FILES = {"csv", "html", "key", "po", "pub", "py", "secret", "yaml"}
"""What a dotted name ends in that is a file."""


def test_every_name_in_a_docstring_leads_somewhere() -> None:
    faults = [f"{said(path)}: {name}" for path, text in _texts() for name in _missing(text)]
    assert faults == []


def test_a_name_that_leads_nowhere_is_seen() -> None:
    assert [*_missing("`turn.resume`, `message.next_at` and `engine/turn.py` are there.")] == []
    assert [*_missing("`turn.vanished`, `staging.opened`, `engine/gone.py`")] == [
        "engine/gone.py",
        "turn.vanished",
        "staging.opened",
    ]


def _missing(text: str) -> Iterator[str]:
    """The names that lead nowhere."""
    paths = _paths()
    for found in FILE.finditer(text):
        if not any(path.endswith(f"/{found['path']}") for path in paths):
            yield found["path"]
    for found in DOTTED.finditer(text):
        whole, module = f"{found['path']}{found['name']}", found["path"].split(".")[-2]
        if found["name"] in FILES or whole in ELSEWHERE:
            continue
        if found["name"] not in _names()[module]:
            yield whole


@cache
def _paths() -> frozenset[str]:
    return frozenset(f"/{path.relative_to(ROOT).as_posix()}" for path in kept_files())


@cache
def _names() -> defaultdict[str, set[str]]:
    """The words of each module, and of the module of each table."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for path, text in _texts():
        names[path.parent.name].add(path.stem)
        for name in (path.stem, *TABLE.findall(text)):
            names[name].update(WORD.findall(text))
    return names


@cache
def _texts() -> tuple[tuple[Path, str], ...]:
    paths = python_files("hotline", "workers", "tests")
    return tuple((path, path.read_text(encoding="utf-8")) for path in paths if path != HERE)
