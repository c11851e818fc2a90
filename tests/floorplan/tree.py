"""Where our own files are, and what they say: for the tests that hold the house to its plan."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def python_files(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))


def our_python() -> Iterator[Path]:
    yield from python_files("hotline", "workers", "tests")
    yield from ROOT.glob("*.py")


def kept_files() -> list[Path]:
    """Every file that `.gitignore` does not name. Git itself is not asked: a bare machine has none."""
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


def said(path: Path) -> str:
    """How a failing test names a file."""
    return str(path.relative_to(ROOT))


def collected(tests: Iterable[str]) -> frozenset[str]:
    """The id of every test in the files of these, parameters and all, whatever today's sample is."""
    files = sorted({test.partition("::")[0] for test in tests})
    asked = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n0", *files]
    everything = {**os.environ, "HOTLINE_TEST_LONG": "yes", "PYTEST_ADDOPTS": ""}
    told = subprocess.run(
        asked, cwd=ROOT, env=everything, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout[-2000:] + told.stderr[-2000:]
    return frozenset(line for line in told.stdout.splitlines() if "::" in line)
