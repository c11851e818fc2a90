"""Finds and reads the project's own files, for tests of the architecture."""

import ast
import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def python_files(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))


def kept_files() -> list[Path]:
    """Returns every file that `.gitignore` does not exclude. The function does not use Git, because a new machine may
    not have Git."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    patterns = [".git", *(line.strip("/") for line in ignored)]
    kept: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not _ignored(name, patterns)]
        kept += [Path(folder, name) for name in names if not _ignored(name, patterns)]
    return sorted(kept)


def _ignored(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def path_of(path: Path) -> str:
    """Returns the name of a file for the message of a failed test."""
    return str(path.relative_to(ROOT))
