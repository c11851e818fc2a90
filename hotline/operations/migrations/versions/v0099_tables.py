"""Creates every table, index and trigger of the first release. The tables are in `tables.sql`.

The triggers protect some tables: no program can change or delete a row in these tables, and no program can empty them.
Until the first hotline is in use, developers change tables in this file. After a hotline is in use, this file never
changes, and each change of a table is a new migration.
"""

from collections.abc import Sequence
from importlib.resources import files

from alembic import op

revision: str = "0099"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQLITE_TYPES = {
    "SERIAL": "INTEGER",
    "BIGSERIAL": "INTEGER",
    "TIMESTAMPTZ": "DATETIME",
    "BYTEA": "BLOB",
}
"""SQLite's names for the types in `tables.sql`."""
INSERT_ONLY = (
    "audit",
    "case_event",
    "sample_mark",
    "release",
    "release_cell",
    "release_approval",
    "person_count",
    "programme_target",
)
"""Tables whose rows are never changed or deleted."""
CODE_NOT_COUNTED = (
    "NOT EXISTS (SELECT 1 FROM case_counted c JOIN case_event l ON l.tip_id = c.tip_id"
    " WHERE l.id = OLD.case_event_id)"
)
KEY_NOT_COUNTED = "NOT EXISTS (SELECT 1 FROM case_counted WHERE tip_id = OLD.tip_id)"
VIOLATION = "USING ERRCODE = 'integrity_constraint_violation'"


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    tables = (
        files("hotline.operations.migrations").joinpath("tables.sql").read_text(encoding="utf-8")
    )
    for name, other in SQLITE_TYPES.items() if is_sqlite else ():
        tables = tables.replace(f" {name}", f" {other}")
    for statement in tables.removesuffix(";\n").split(";\n"):
        op.execute(statement)
    if is_sqlite:
        _on_sqlite()
    else:
        _on_postgres()


def _on_sqlite() -> None:
    for table in INSERT_ONLY:
        for what in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what} BEFORE {what} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is insert only'); END"
            )
    op.execute(
        "CREATE TRIGGER case_code_no_update BEFORE UPDATE ON case_code"
        " BEGIN SELECT RAISE(ABORT, 'case_code is never changed'); END"
    )
    op.execute(
        f"CREATE TRIGGER case_code_no_delete BEFORE DELETE ON case_code WHEN {CODE_NOT_COUNTED}"
        " BEGIN SELECT RAISE(ABORT, 'case_code was not counted yet'); END"
    )
    op.execute(
        f"CREATE TRIGGER case_key_no_delete BEFORE DELETE ON case_key WHEN {KEY_NOT_COUNTED}"
        " BEGIN SELECT RAISE(ABORT, 'case_key was not counted yet'); END"
    )


def _on_postgres() -> None:
    for table in INSERT_ONLY:
        _refuses(table, f"RAISE EXCEPTION '{table} is insert only' {VIOLATION};")
        _before(table, "no_change", "UPDATE OR DELETE")
    # Refuses a row in the name of another process, and a row that does not follow the newest row. If the log contained
    # a wrong row, no process could add a correct row after it. The name of the database account names the process. The
    # number is `people.tables_audit.LOCK`.
    op.execute(
        "CREATE FUNCTION audit_own_process() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ DECLARE own text := substr(current_user, length(current_database()) + 2);"
        " none text := repeat('0', 64); BEGIN"
        " IF current_user <> current_database() || '_' || own"
        " OR own NOT IN ('hooks', 'workers', 'watch', 'reader', 'pages') THEN RETURN NEW; END IF;"
        " PERFORM pg_advisory_xact_lock(4114110001);"
        " IF NEW.process <> own OR NEW.digest !~ '^[0-9a-f]{64}$' OR NEW.digest = none"
        " OR NEW.previous <> coalesce((SELECT digest FROM audit ORDER BY id DESC LIMIT 1), none)"
        " OR EXISTS (SELECT FROM audit WHERE previous = NEW.digest)"
        " OR NEW.number <> 1 + coalesce((SELECT max(number) FROM audit WHERE process = own), 0)"
        " THEN RAISE EXCEPTION 'an account adds rows of its own process only, after the newest row'"
        " USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_own_process BEFORE INSERT ON audit"
        " FOR EACH ROW EXECUTE FUNCTION audit_own_process()"
    )
    _refuses(
        "case_code",
        f"IF TG_OP = 'DELETE' THEN IF NOT ({CODE_NOT_COUNTED}) THEN RETURN OLD; END IF; END IF;"
        f" RAISE EXCEPTION 'case_code is kept until it was counted' {VIOLATION};",
    )
    _before("case_code", "no_change", "UPDATE OR DELETE")
    _refuses(
        "case_key",
        f"IF {KEY_NOT_COUNTED} THEN RAISE EXCEPTION 'case_key was not counted yet'"
        f" {VIOLATION}; END IF; RETURN OLD;",
    )
    _before("case_key", "no_delete", "DELETE")
    op.execute(
        "CREATE FUNCTION refuses_to_be_emptied() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME {VIOLATION}; END $$"
    )
    for table in (*INSERT_ONLY, "case_code", "case_key"):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuses_to_be_emptied()"
        )


def _refuses(table: str, body: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {body} END $$"
    )


def _before(table: str, name: str, actions: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE {actions} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_refuses()"
    )
