"""Fixtures every room shares. Each is real where it can be: a database is a database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from hotline.store.database import Database, open_database
from hotline.store.schema import create_all

settings.register_profile("quick", max_examples=5, deadline=None)
"""For `bin/quick`: a few examples of each property. `bin/test` tries them all."""


@dataclass
class Clock:
    """A clock that stands until it is turned."""

    at: datetime = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/hotline.db")
    create_all(database)
    yield database
    database.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, whatever order chance gave the rest: nobody waits for one that began last."""
    items.sort(key=lambda item: item.get_closest_marker("chaos") is None)
