"""Makes tables, keys, flows and database statements once in each test process. Tests then take copies from memory.

To make tables and keys for each test would take longer than the tests.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect

from hotline.core.catalogues import load_phrases
from hotline.core.database import Database, open_database, sqlite_file
from hotline.flows import document as documents
from hotline.flows import service_authoring
from hotline.flows.flow import Flow, FlowSet
from hotline.flows.flow_set_cache import SqlFlowSets, deserialise
from hotline.flows.service_authoring import ReadyDocument
from hotline.flows.service_check import place_lists
from hotline.keys.key_making import ROLES, make_keys
from hotline.operations import migrate
from hotline.text.languages import Phrases

FLOWS = Path(__file__).parents[2] / "flows"
DIALECTS: dict[str, Dialect] = {}
STATEMENTS: dict[Any, Any] = {}


def share_statements(database: Database) -> None:
    """Makes all databases of a test process share their compiled statements, so that each statement is compiled once.
    All databases of one kind get the same dialect object, because SQLAlchemy stores compiled statements for each
    dialect object."""
    engine = database.engine
    kind = engine.dialect.name
    if kind not in DIALECTS:
        # At the first connection, SQLAlchemy's dialect finds out which features the server has.
        engine.connect().close()
    engine.dialect = DIALECTS.setdefault(kind, engine.dialect)
    engine.update_execution_options(compiled_cache=STATEMENTS)


@cache
def _empty_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        database = open_database(f"sqlite:///{file}")
        migrate.upgrade(database)
        database.close()
        return file.read_bytes()


def lay_tables(file: Path) -> None:
    """Writes a SQLite file with every table and no row. The migrations made the tables."""
    file.write_bytes(_empty_sqlite())


@cache
def _keys(hour: datetime) -> Mapping[Path, bytes]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "keys"
        make_keys(folder, hour)
        files = [path for path in folder.rglob("*") if path.is_file()]
        return {path.relative_to(folder): _known(path) for path in files}


def _known(path: Path) -> bytes:
    """Returns the bytes of a key. The keys with which the hotline counts callers are fixed, because with random keys
    the hotline could by chance count two callers as one. All other keys are random."""
    secret = path.read_bytes()
    if path.name.startswith("people-"):
        return hashlib.sha256(path.name.encode()).digest()[: len(secret)]
    return secret


def lay_keys(folder: Path, at: datetime) -> None:
    """Writes the key folder of every role. All tests in a process have the same keys."""
    folder.mkdir(mode=0o700)
    for role in ROLES:
        (folder / role).mkdir(mode=0o700)
    for name, secret in _keys(at.replace(minute=0, second=0, microsecond=0)).items():
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        os.write(handle, secret)
        os.close(handle)


def lay_line(home: Path, at: datetime) -> None:
    """Writes the keys and the empty tables of a hotline into an existing folder."""
    lay_keys(home / "keys", at)
    lay_tables(home / "hotline.db")


_ROWS: dict[str, bytes] = {}


def lay_rows(database: Database, name: str, fill: Callable[[], None]) -> None:
    """Fills an empty database with the rows that `fill` writes. On SQLite, a test process calls `fill` only once for
    each name, and later tests copy the file."""
    file = sqlite_file(str(database.engine.url))
    if file is None:
        fill()
        return
    if name not in _ROWS:
        fill()
    # SQLite writes its log into the database file when the last connection closes.
    database.engine.dispose()
    if name in _ROWS:
        file.write_bytes(_ROWS[name])
    else:
        _ROWS[name] = file.read_bytes()


def is_untouched(database: Database) -> bool:
    """Returns True if the database is a SQLite file with the bytes that `lay_tables` writes."""
    file = sqlite_file(str(database.engine.url))
    if file is None or file.with_name(f"{file.name}-wal").exists():
        return False
    return file.exists() and file.read_bytes() == _empty_sqlite()


def is_current(database: Database) -> bool:
    """Returns True if the tables of the database have the newest version that this code knows."""
    with database.reading() as session:
        return migrate.current_version(session) == migrate.newest_version()


@cache
def shipped_phrases() -> Phrases:
    return load_phrases()


@cache
def _document() -> dict[str, Any]:
    return service_authoring.read_folder(FLOWS)


def shipped_document() -> dict[str, Any]:
    """Returns a copy of the content of the shipped flow files. A test may change this copy."""
    return deepcopy(_document())


@cache
def shipped_book() -> FlowSet:
    """Returns the shipped flows, compiled as the hotline uses them."""
    return documents.compile(_document(), place_lists())


@cache
def _shipped() -> ReadyDocument:
    return service_authoring.prepare(_document())


@cache
def _shipped_lines() -> Mapping[str, Flow]:
    """Builds each shipped flow from its form in the database, as a process of the hotline does."""
    lines: dict[str, Flow] = {}
    for _ in deserialise(_shipped().pressed, place_lists(), lines):
        pass
    return lines


def knowing_shipped(sets: SqlFlowSets) -> SqlFlowSets:
    """Puts the shipped flows into the cache `sets`, as if the process had loaded these flows before. Returns the
    cache."""
    sets._lines = {**_shipped_lines()}
    return sets


def publish_shipped(database: Database, at: datetime) -> None:
    made = _shipped()
    with database.writing() as session:
        service_authoring.publish_document(session, made, at)
