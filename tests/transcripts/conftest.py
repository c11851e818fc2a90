"""`pytest tests/transcripts --update-transcripts` writes the transcripts anew; the diff is the review."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-transcripts", action="store_true", help="write them anew")
