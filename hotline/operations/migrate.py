"""Updates the tables of a database to the version that this code needs.

The module never returns tables to an older version. To correct an error in a migration, developers add a new migration.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from hotline.core.database import LOCK_SECONDS, Database, Session, open_database, sqlite_file
from hotline.core.database_server import BoundedConnection
from hotline.core.driver import without_details
from hotline.text.errors import NotReady

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).with_name("migrations")
VERSIONS = MIGRATIONS / "versions"
REVISION = re.compile(r'^revision\b.*"(.+)"', re.MULTILINE)
LOCK = 4_114_110_002
"""The id of PostgreSQL's advisory lock for migrations. If two releases start at the same time, they migrate one after
the other."""
LOCK_MS = 2000
"""The maximum milliseconds for which a migration waits for a table.

Hops (requests of the gateway during a call) wait behind the migration, so this time is shorter than a hop's limit.
"""


def upgrade(database: Database, *, also: Path | None = None) -> bool:
    """Runs the missing migrations, each in its own transaction. Returns True if at least one migration was missing.
    Raises StoreUnavailable.

    A migration locks only one table at a time, so the hotline can answer callers during a migration
    (docs/decisions/20). If a migration fails, the earlier migrations keep their effect, and an operator can repeat the
    run. Tests name a second folder in `also`, with the migrations of a future release.
    """
    # This code reads the migrations once, because each call of Alembic's own command would read all
    # of them again.
    scripts = _scripts(also)
    goal = scripts.get_current_head()
    is_changed = False
    while _step(database, scripts, goal):
        is_changed = True
    return is_changed


class TablesState(StrEnum):
    """The state of a database's tables, compared with the tables that this release expects."""

    MISSING = "missing"
    OLDER = "older"
    CURRENT = "current"
    UNKNOWN = "unknown"
    """The tables do not fit this release: another release, another commit or another program made them."""


class TablesFound(NamedTuple):
    state: TablesState
    version: str
    """The version of the tables. The text is empty if the tables contain no version."""
    place: str
    """The file, or the server and the name of the database. The text contains no account and no password."""
    difference: str = ""
    """The first column that differs from this code's columns, although the tables and this code have the same
    version."""


Columns = Mapping[tuple[str, str], bool]
"""The columns of a database, by table and name. The value is True if the database requires a value in this column for
each new row."""


def find_tables(url: str, *, also: Path | None = None) -> TablesFound:
    """Compares the tables in the database at `url` with the tables of this release. The function changes nothing in
    the database. Raises StoreUnavailable.

    Tests name a second folder in `also`, with the migrations of a future release.
    """
    file, place = sqlite_file(url), database_name(url)
    if file is not None and not file.exists():
        return TablesFound(TablesState.MISSING, "", place)
    version, columns = _read_version(file) if file is not None else _ask_version(url)
    difference = ""
    if version is None:
        has_tips = any(table == "tip" for table, _ in columns)
        state = TablesState.UNKNOWN if has_tips else TablesState.MISSING
    elif version == newest_version(also):
        difference = "" if also else _difference(columns)
        state = TablesState.UNKNOWN if difference else TablesState.CURRENT
    else:
        state = TablesState.OLDER if version in known_versions() else TablesState.UNKNOWN
    return TablesFound(state, version or "", place, difference)


def _difference(found: Columns) -> str:
    """Returns the first wrong column. The database lacks this column, or requires a value that this code does not
    write.
    """
    from hotline.operations.schema import METADATA

    tables = METADATA.tables
    expected = {(name, column.name) for name, table in tables.items() for column in table.columns}
    for column_name in sorted(expected - found.keys()):
        return f"{'.'.join(column_name)} is missing"
    for column_name, is_needed in sorted(found.items()):
        if is_needed and column_name[0] in tables and column_name not in expected:
            return f"{'.'.join(column_name)} is not known"
    return ""


VERSION = "SELECT version_num FROM alembic_version"
IN_FILE = (
    'SELECT m.name, c.name, c."notnull" AND c.dflt_value IS NULL AND NOT c.pk'
    " FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
)
ON_SERVER = text(
    "SELECT c.relname, a.attname, a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''"
    " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relkind = 'r'"
    " AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped"
)


def _read_version(file: Path) -> tuple[str | None, Columns]:
    """Returns the version and the columns of the tables in a file. The function creates no file and sets no pragma."""
    address = f"file:{quote(str(file.absolute()))}?mode=rw"
    with (
        without_details(),
        closing(sqlite3.connect(address, uri=True, timeout=LOCK_SECONDS)) as opened,
    ):
        columns = {(table, name): bool(needed) for table, name, needed in opened.execute(IN_FILE)}
        has_version = any(table == "alembic_version" for table, _ in columns)
        row = opened.execute(VERSION).fetchone() if has_version else None
    return (str(row[0]) if row else None), columns


def _ask_version(url: str) -> tuple[str | None, Columns]:
    with closing(open_database(url)) as database, database.reading() as session:
        rows = session.execute(ON_SERVER)
        columns = {(table, name): needed for table, name, needed in rows}
        return current_version(session), columns


def refuse_unknown(found: TablesFound) -> None:
    """Raises NotReady if this release can neither use the tables nor update them."""
    if found.state is TablesState.UNKNOWN:
        description = f"of version {found.version}" if found.version else "without a version"
        description += f" and of another commit ({found.difference})" if found.difference else ""
        raise NotReady(
            f"{found.place} has tables {description}, which this release does not know, so nothing was changed."
            " Install the release that made the tables. For a new hotline, set HOTLINE_DATABASE_URL or HOTLINE_HOME,"
            " then run `hotline init`"
        )


def refuse_unless_current(found: TablesFound) -> None:
    """Raises NotReady if the tables belong to another release."""
    refuse_unknown(found)
    if found.state is TablesState.OLDER:
        raise NotReady(
            f"{found.place} has tables of an earlier release ({found.version}): run `hotline upgrade` first"
        )


def database_name(url: str) -> str:
    """Returns a name for the database that an operator can read: its file, or its server and name. The name contains
    no account and no password.
    """
    file = sqlite_file(url)
    if file is not None:
        return str(file)
    parts = make_url(url)
    server = parts.host or parts.query.get("host") or "this machine"
    return f"database {parts.database or ''} at {server}{f':{parts.port}' if parts.port else ''}"


def server_of(url: str) -> str:
    """Returns the place of a database: its file, or the server's host and port."""
    file = sqlite_file(url)
    if file is not None:
        return str(file)
    parts = make_url(url)
    host = parts.host or parts.query.get("host") or "this machine"
    return f"{host if isinstance(host, str) else ','.join(host)}:{parts.port or 5432}"


def _step(database: Database, scripts: "ScriptDirectory", goal: str | None) -> bool:
    """Runs the next migration that is missing. Returns False if no migration is left."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    with database.writing() as session:
        if not database.is_sqlite:
            _take_turns(session)
        if current_version(session) == goal:
            return False
        config = Config(attributes={"connection": session.connection()})

        def next_one(revision: Any, _context: Any) -> Any:
            return scripts._upgrade_revs("+1", revision)

        with EnvironmentContext(config, scripts, fn=next_one, destination_rev="+1"):
            scripts.run_env()
        return True


def _take_turns(session: Session) -> None:
    """Takes the lock for migrations, and then limits how long this transaction waits for a table.

    The function waits without a time limit until another release has ended its migration. It waits only a short time
    for a table, because callers' requests wait behind this migration. A migration that does not get its table in time
    is rolled back completely and can be repeated.
    """
    driver = session.connection().connection.dbapi_connection
    assert isinstance(driver, BoundedConnection)
    driver.patience = None
    session.execute(text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"))
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    session.execute(text(f"SET LOCAL lock_timeout = {LOCK_MS}"))


def newest_version(also: Path | None = None) -> str | None:
    return _scripts(also).get_current_head() if also else known_versions()[-1]


def known_versions() -> Sequence[str]:
    """Returns the versions of the tables that this code can update, in the order of the migrations' file names.

    The function does not use Alembic, because each command would need a quarter of a second to import Alembic.
    """
    files = sorted(VERSIONS.glob("v*.py"))
    return [found for file in files for found in REVISION.findall(file.read_text("utf-8"))]


def current_version(session: Session) -> str | None:
    """Returns the newest migration that was run on the tables, or None."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    found: str | None = session.scalar(text(VERSION))
    return found


def _scripts(also: Path | None) -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    folders = [VERSIONS, also] if also else [VERSIONS]
    return ScriptDirectory(MIGRATIONS, version_locations=folders)
