"""Provides the fixtures that all test packages share. The fixtures use the real parts if possible: for example, a real
database."""

import gc
from collections.abc import Callable, Generator, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hotline.core.database import Database
from tests import long
from tests.support.clock import Clock
from tests.support.made_once import lay_tables
from tests.support.servers import (
    Pair,
    emptied,
    every_value,
    pair,
    postgres_kept,
    postgres_killable,
    postgres_of_a_file,
    postgres_released,
    postgres_server,
    postgres_template,
)
from tests.support.unsynced import open_unsynced

__all__ = [
    "pair",
    "postgres_kept",
    "postgres_killable",
    "postgres_of_a_file",
    "postgres_released",
    "postgres_server",
    "postgres_template",
]

pytest_plugins = [
    f"tests.support.{name}" for name in ("callers", "district", "empty", "homes", "steps", "valkey")
]
RARELY = (50_000, 20, 100)
"""The thresholds that make garbage collection rare. A test leaves few reference cycles, and each search through all
objects takes time."""

long.register_profiles()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Starts one browser for all pages of a process, only if a test needs it."""
    with import_module("tests.support.keypad").chromium_browser() as browser:
        yield browser


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    file = tmp_path / "hotline.db"
    lay_tables(file)
    database = open_unsynced(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture
def postgres(postgres_kept: Database) -> Iterator[Database]:
    with emptied(postgres_kept) as database:
        yield database


@pytest.fixture
def database(pair: Pair, request: pytest.FixtureRequest) -> Database:
    """Returns a database with tables and no rows."""
    database = request.getfixturevalue("sqlite" if pair is Pair.EMBEDDED else "postgres")
    assert isinstance(database, Database)
    return database


@pytest.fixture
def stored(pair: Pair, database: Database, tmp_path: Path) -> Callable[[], bytes]:
    """Returns a function that returns all data in the database: the bytes of the files of SQLite, or all values in
    PostgreSQL.
    """
    if pair is Pair.SERVERS:
        return lambda: every_value(database)
    return lambda: b"".join(path.read_bytes() for path in sorted(tmp_path.glob("hotline.db*")))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", choices=long.PARTS, help="only the tests that compute, or that wait")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    long.seed_everything(config)


def pytest_report_header() -> str:
    return long.how_to_repeat()


@pytest.hookimpl(tryfirst=True)
def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return long.has_no_slow_test(collection_path, config) or None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Switches garbage collection off, because searching the imported objects took a third of the time for
    collecting the tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*RARELY)
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Moves the long tests to the front, so that the end of a run does not wait for a long test."""
    long.keep(config, items)
