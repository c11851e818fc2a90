"""Breaks one line of code at a time and runs the test that must notice this. `tests/mutants.csv` lists the lines.

Each row has a subject, a file, the text of a line, its replacement, and a test. The test must pass with the unchanged
code, and an assertion must fail with the broken copy. Add a row for a line that must never change unnoticed.

    python -m tests.mutants                    every row, with one line of progress for each.
    python -m tests.mutants --only encryption  the rows of one subject.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).parents[1]
LIST = ROOT / "tests" / "mutants.csv"
COPIED = ("hotline", "workers", "flows", "locales", "tests", "docs", "bin", "deploy", ".ci")
SUBJECTS = (
    "escalation",
    "deadlines",
    "outbox",
    "who may see",
    "redial",
    "000",
    "erasure",
    "second person",
    "encryption",
)
FAILED = 1
"""The exit code of pytest for a failed test. An error while collecting tests has another code."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One line of code that the program breaks, with the test that must notice it."""

    subject: str
    file: str
    before: str
    after: str
    test: str

    def broken(self, text: str) -> str:
        """Returns the text of the file after the line of this row was broken. Raises ValueError unless `before` occurs
        exactly once."""
        if text.count(self.before) != 1:
            raise ValueError(f"{self.file}: {text.count(self.before)} times {self.before!r}")
        return text.replace(self.before, self.after)


def mutants() -> Sequence[Mutant]:
    """Returns every row of `tests/mutants.csv`."""
    with LIST.open(encoding="utf-8", newline="") as file:
        return [Mutant(**row) for row in csv.DictReader(file)]


def copy_tree(folder: Path) -> None:
    """Copies the files that a test needs into a folder."""
    skipped = shutil.ignore_patterns("__pycache__", "*.png")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=skipped)
    for file in ("pyproject.toml", "wsgi.py", "Procfile", "README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / file, folder)


def passes(folder: Path, tests: Sequence[str]) -> bool | None:
    """Runs tests in a copy of the code. Returns None if the run ended with another error than a failed test."""
    command = [sys.executable, "-B", "-m", "pytest", "-xq", "-n", "0", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "HOTLINE_TEST_LONG": ""}
    done = subprocess.run(
        [*command, *tests], cwd=folder, env=environment, capture_output=True, check=False
    )
    return {0: True, FAILED: False}.get(done.returncode)


def fault_of(mutant: Mutant, folder: Path) -> str:
    """Breaks the line of a row of `tests/mutants.csv`, and returns a sentence if the row's test does not notice this.
    The result is empty if the test notices the broken line."""
    file = folder / mutant.file
    whole = file.read_text(encoding="utf-8")
    try:
        file.write_text(mutant.broken(whole), encoding="utf-8")
        noticed = passes(folder, [mutant.test])
    except ValueError as wrong:
        return str(wrong)
    finally:
        file.write_text(whole, encoding="utf-8")
    if noticed is False:
        return ""
    why = "nobody notices" if noticed else "the test does not run"
    return f"{mutant.file}: {why}: {mutant.after.strip()!r} ({mutant.test})"


def faults(rows: Sequence[Mutant], workers: int = 2) -> Iterator[str]:
    """Yields for each row the sentence about its fault, or an empty text if the row has no fault. The tests must first
    pass with the unchanged code."""
    with tempfile.TemporaryDirectory() as made:
        folders: Queue[Path] = Queue()
        for number in range(workers):
            folder = Path(made) / str(number)
            folder.mkdir()
            copy_tree(folder)
            folders.put(folder)
        tests = sorted({row.test for row in rows})
        if not passes(Path(made) / "0", tests):
            yield "the tests of the list do not pass on the code as it is"
            return

        def tried(row: Mutant) -> str:
            folder = folders.get()
            try:
                return fault_of(row, folder)
            finally:
                folders.put(folder)

        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(tried, rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=SUBJECTS, help="the rows of one subject")
    only = parser.parse_args().only
    rows = [row for row in mutants() if only in (None, row.subject)]
    counted = Counter[bool]()
    for number, fault in enumerate(faults(rows), 1):
        counted[not fault] += 1
        sys.stderr.write(f"{number}/{len(rows)} {fault or 'noticed'}\n")
    sys.stdout.write(f"{counted[True]} noticed, {counted[False]} not\n")
    return 1 if counted[False] else 0


if __name__ == "__main__":
    sys.exit(main())
