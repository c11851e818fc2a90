"""Adds `pytest tests/transcripts --update-transcripts`, which rewrites the transcripts. Reviewers read the diff."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-transcripts", action="store_true", help="write them again")
