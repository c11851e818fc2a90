"""Gives each process its own account at PostgreSQL and at Redis, with only the rights that it needs.

`hotline upgrade --roles` creates these accounts. The passwords of these accounts are in the key folders of the
processes. A process without an account of its own uses the account in its settings.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

from hotline.core.database import Database
from hotline.keys.key_folder import DATABASE_ACCOUNT, REDIS_ACCOUNT, KeyFolder
from hotline.operations.schema import METADATA
from hotline.people.tables_audit import AuditEntry

ALL = HOOKS, WORKERS, WATCH, READER, PAGES = "hooks", "workers", "watch", "reader", "pages"
CONSOLE = "console"
"""The commands of the operator. At PostgreSQL, these commands use the owner's account, because they also create
tables.
"""
CALLS = """
alarm assignment attempt call_back case_code case_counted case_event case_grant case_key case_note counter coverage
deadline delivery_report dialogue drill enrolment_code grant help_answer hook_counter inbound_seen inbox_read leader
message participant pending_alert people people_register pin_reading pin_reading_ask pin_warning possible_victim
process_start question_back queue_state reply_answer screen_count secret_attempt service_referral service_request
shared_alert started_form stopped storm tally timed_task tip tip_likeness tip_link tip_place
"""
"""The tables that contain calls, tips and messages. Every process may write to these tables."""
_WRITTEN: Mapping[Sequence[str], str] = {
    ALL: CALLS,
    (PAGES,): """
account account_code approval console_session failed_sign_in harm_record harm_text line_key membership person
release_approval sheet_import sign_in_attempt
""",
    (WORKERS, PAGES): """
case_file draft draft_check draft_news draft_plan draft_step duty exclusion gap_notice holiday leave legal_hold
news_address programme_target publication queue_pause release release_cell revision signature text_question
""",
    (WORKERS, READER): "person_count person_sum",
    (WORKERS, READER, PAGES): "duty_override handover_note handover_read",
    (WORKERS, WATCH, READER, PAGES): "enrolment responder",
    (WORKERS, WATCH, PAGES): "on_call_contact",
    (READER, PAGES): "desk desk_member",
    (): "alembic_version key_canary recovery_pair sample_mark",
}
WRITERS = {table: writers for writers, tables in _WRITTEN.items() for table in tables.split()}
"""For each table, the processes that may write to it. The keys are the names of all tables. `audit` is a special case:
each process adds rows, and none changes a row."""
COLUMNS = (
    *((HOOKS, "on_call_contact", "unreachable"), (HOOKS, "responder", "categories")),
    *((WORKERS, "console_session", column) for column in ("key_until", "locked_key", "locked_at")),
    (WORKERS, "account_code", "locked_key"),
)
"""The only columns that a process may change in some tables. For example, the web process marks an on-call contact as
unreachable after the contact sent the SMS "STOP". A process that locks rows of a table must also have the right to
change a column of this table.
"""
DELETES = {WORKERS: ("console_session", "failed_sign_in", "sign_in_attempt")}
"""The tables in which a process may delete rows, for example rows that have expired, but may not add rows."""
UNREAD = {
    HOOKS: (
        "account_code",
        "approval",
        "recovery_pair",
        "sign_in_attempt",
        "draft_step",
        "news_address",
    )
}
"""For each process, the tables that the process may not read."""
EACH = "+@read +@write +@connection +@transaction -@dangerous +info resetchannels"
SERVES = f"{EACH} +@pubsub +@blocking +@scripting &rq:pubsub:*"
REDIS: Mapping[str, str] = {
    HOOKS: f"~rq:* ~opening:* ~run:* {EACH}",
    **dict.fromkeys((WORKERS, READER), f"~rq:* {SERVES}"),
    **dict.fromkeys((WATCH, PAGES, CONSOLE), f"~rq:* ~hotline:probe {EACH}"),
}
"""The keys, commands and channels that each process may use at Redis. No process has the right to empty a database of
Redis."""


def grants(role: str, name: str) -> Iterator[str]:
    """Yields the statements that give a process's account its rights and remove all other rights."""
    account = f'"{name}"'
    tables = ", ".join(f'"{table}"' for table, writers in WRITERS.items() if role in writers)
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {account}"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {account}"
    # A process must not take ids for a table that another process writes, because it could use up all ids of this
    # table.
    yield f"GRANT USAGE, SELECT ON SEQUENCE {', '.join(_sequences(role))} TO {account}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {account}"
    yield f"GRANT INSERT, UPDATE, DELETE ON {tables} TO {account}"
    # If a process could choose the id of its row in the audit log, it could choose the highest possible id. After a row
    # with the highest possible id, no process could add a later row.
    added = ", ".join(f'"{one.name}"' for one in AuditEntry.__table__.columns if one.name != "id")
    yield f"GRANT INSERT ({added}) ON audit TO {account}"
    for table in UNREAD.get(role, ()):
        yield f'REVOKE SELECT ON "{table}" FROM {account}'
    for table in DELETES.get(role, ()):
        yield f'GRANT DELETE ON "{table}" TO {account}'
    for writer, table, column in COLUMNS:
        if writer == role:
            yield f'GRANT UPDATE ("{column}") ON "{table}" TO {account}'


def _sequences(role: str) -> Iterator[str]:
    """Yields the database sequences from which a process takes the ids of its new rows."""
    for name, table in METADATA.tables.items():
        column = table.autoincrement_column
        if column is not None and (name == "audit" or role in WRITERS[name]):
            yield f'"{name}_{column.name}_seq"'


def grant_existing(database: Database, url: str) -> None:
    """Gives the existing accounts the rights that this version needs. A new version may have new tables."""
    if database.is_sqlite:
        return
    with database.writing() as session:
        names = {account_name(url, role): role for role in ALL}
        for name in session.scalars(text("SELECT rolname FROM pg_roles")).all():
            for statement in grants(names[name], name) if name in names else ():
                session.connection().exec_driver_sql(statement)


def make_roles(database: Database, url: str, keys: Path) -> Sequence[str]:
    """Creates the missing accounts, and sets their passwords to the passwords in the key folders. Returns the names of
    the created accounts.

    The owner of the database needs the right CREATEROLE. The server receives only a digest of each password, because
    the server may write each statement to its log.
    """
    names = []
    with database.writing() as session:
        connection = session.connection()
        server: Any = connection.connection.driver_connection
        existing = set(session.scalars(text("SELECT rolname FROM pg_roles")))
        for role in ALL:
            name, password = _account(keys / role, DATABASE_ACCOUNT, account_name(url, role))
            digest = server.pgconn.encrypt_password(
                password.encode(), name.encode(), b"scram-sha-256"
            ).decode()
            verb = "ALTER" if name in existing else "CREATE"
            connection.exec_driver_sql(f"{verb} ROLE \"{name}\" LOGIN PASSWORD '{digest}'")
            names.append(name)
    grant_existing(database, url)
    return names


def redis_accounts(keys: Path) -> str:
    """Returns the file of users for Redis (`aclfile`). The file contains digests of the passwords. If Redis uses this
    file, Redis has only the users in the file."""
    lines = ["user default off"]
    for role, rights in REDIS.items():
        name, password = _account(keys / role, REDIS_ACCOUNT, role)
        digest = hashlib.sha256(password.encode()).hexdigest()
        lines.append(f"user {name} on #{digest} {rights}")
    return "\n".join(lines) + "\n"


def account_name(url: str, role: str) -> str:
    """Returns the name of a process's account at PostgreSQL. An account of PostgreSQL is valid for all databases of
    the server, so its name includes the name of the database."""
    return f"{make_url(url).database}_{role}"


def _account(folder: Path, file: str, name: str) -> tuple[str, str]:
    """Returns the name and the password of an account from a key folder. If the folder has no password for this
    account, first creates a password."""
    keys = KeyFolder(folder)
    keys.make(file, f"{name}:{secrets.token_hex(24)}".encode())
    stored_name, _, password = keys.read(file).decode().partition(":")
    return stored_name, password
