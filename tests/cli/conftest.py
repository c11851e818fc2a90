"""Runs the tests of commands with the embedded database and Redis."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.made_once import lay_line
from tests.support.servers import embedded

__all__ = ["embedded"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Returns the home of a hotline without people and tips."""
    home = tmp_path / "home"
    home.mkdir()
    lay_line(home, datetime.now(UTC))
    return home
