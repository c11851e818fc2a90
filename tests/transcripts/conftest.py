"""Adds `pytest tests/transcripts --update-transcripts`, which rewrites the transcripts. Reviewers read the changes of
the transcripts."""

from pathlib import Path

import pytest

from tests.support.made_once import shipped_book
from tests.transcripts.hanging_up import leaves
from tests.transcripts.transcript import read, record, rekeyed


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-transcripts", action="store_true", help="write them again")


def pytest_configure(config: pytest.Config) -> None:
    """Writes the transcripts before any test runs. If the tests run in several processes, only the main process writes
    the transcripts."""
    is_asked = config.getoption("--update-transcripts", default=False)
    if not is_asked or hasattr(config, "workerinput"):
        return
    book = shipped_book()
    for path in sorted(Path(__file__).parent.glob("*.txt")):
        before = path.read_text(encoding="utf-8")
        now = record(book, rekeyed(book, read(before), before), leaves=leaves)
        path.write_text(now.text, encoding="utf-8")
