"""Where our own files are, and what they say: for the tests that hold the house to its plan."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def python_files(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))


def our_python() -> Iterator[Path]:
    yield from python_files("hotline", "workers", "tests")
    yield from ROOT.glob("*.py")


def kept_files() -> list[Path]:
    """Everything that git would hand to a stranger: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    names = filter(None, listed.stdout.split("\0"))
    return [path for path in (ROOT / name for name in sorted(names)) if path.is_file()]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def said(path: Path) -> str:
    """How a failing test names a file."""
    return str(path.relative_to(ROOT))
