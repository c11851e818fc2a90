"""Tests a hotline whose processes have their own accounts at PostgreSQL and Redis. Each account has the rights for its
process's work, and no others."""

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError

from hotline.core.database import open_database
from hotline.monitoring.service_checks_database import check_locks
from hotline.operations import migrate, server_roles
from hotline.operations.schema import METADATA
from hotline.operations.server_roles import ALL, HOOKS, WRITERS
from hotline.people import tables_sessions
from hotline.text.places import districts
from tests.faults.callers import plan, tell
from tests.faults.run import WORDS, answer_alerts
from tests.faults.stand.ground import redis_program
from tests.faults.stand.postgres import Postgres, postgres_in
from tests.support.clock import Clock
from tests.support.contexts import make_context
from tests.support.eventually import eventually
from tests.support.servers import CARELESS, short_folder
from tests.support.stack import Stack, hotline

CHECKER = "user checker on nopass ~* &* +@all\n"
"""A line for Redis's file of users: the user with which the test reads the log of refused commands."""


def test_the_rights_name_every_table() -> None:
    assert {*WRITERS, "audit"} == {*METADATA.tables, "alembic_version"}


@pytest.fixture(scope="module")
def roles(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    """Returns a server with a database `roles` and the accounts of its processes."""
    url = postgres_server.make("roles")
    database = open_database(url)
    migrate.upgrade(database)
    server_roles.make_roles(database, url, tmp_path_factory.mktemp("keys"))
    server_roles.make_roles(database, url, tmp_path_factory.mktemp("other"))
    database.close()
    return postgres_server


def refused(server: Postgres, role: str, statement: str) -> bool:
    address = server.url("roles").replace("+psycopg", "").replace("//line@", f"//roles_{role}@")
    with psycopg.connect(address) as connection:
        try:
            connection.execute(statement.encode())
        except InsufficientPrivilege:
            return True
        return False


def test_the_clock_may_end_lock_and_empty_what_is_over(roles: Postgres) -> None:
    as_clock = roles.url("roles").replace("//line@", "//roles_workers@")
    with closing(open_database(as_clock)) as database, database.writing() as session:
        tables_sessions.delete_expired(session, Clock()())
    assert refused(roles, "workers", "INSERT INTO console_session DEFAULT VALUES")


TRUSTED = ("desk", "account", "publication", "approval", "desk_member", "revision", "person")


@pytest.mark.adversary("a thief of the `web` process, on PostgreSQL")
@pytest.mark.parametrize("table", TRUSTED)
@pytest.mark.parametrize(
    "verb", ["INSERT INTO {} DEFAULT VALUES", "UPDATE {0} SET {1} = {1}", "DELETE FROM {}"]
)
def test_web_cannot_write_what_trust_rests_on(roles: Postgres, table: str, verb: str) -> None:
    first = next(iter(METADATA.tables[table].columns)).name
    assert refused(roles, HOOKS, verb.format(table, first))


@pytest.mark.adversary("a thief of the `web` process, on PostgreSQL")
@pytest.mark.parametrize("role", ALL)
def test_no_process_changes_a_row_of_the_audit_log_or_makes_a_table(
    roles: Postgres, role: str
) -> None:
    for statement in (
        "UPDATE audit SET reason = ''",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "INSERT INTO audit (id) VALUES (2147483647)",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "CREATE TABLE other (id int)",
        "UPDATE recovery_pair SET id = id",
    ):
        assert refused(roles, role, statement)


ROW = (
    "INSERT INTO audit (at, actor, action, subject, reason, previous, digest, process, number)"
    " SELECT now(), 'line', 'tip_read', '', '', {previous}, {digest}, '{{process}}', {number}"
)
NEWEST = "coalesce((SELECT digest FROM audit ORDER BY id DESC LIMIT 1), repeat('0', 64))"
DIGEST = "md5(random()::text) || md5(random()::text)"
NEXT = "1 + coalesce((SELECT max(number) FROM audit WHERE process = '{process}'), 0)"


@pytest.mark.parametrize("role", ALL)
def test_a_process_adds_only_its_own_audit_rows_after_the_newest(
    roles: Postgres, role: str
) -> None:
    """An attacker with this role cannot add a wrong row to the audit log. After a wrong row, no process could add a
    later row, so no officer could read a tip."""

    def adds(process: str = role, **values: str) -> bool:
        row = {"previous": NEWEST, "digest": DIGEST, "number": NEXT, **values}
        return not refused(roles, role, ROW.format(**row).format(process=process))

    assert adds()
    assert not any(adds(one) for one in [*ALL, "console"] if one != role)
    for values in (
        {"previous": f"'{role.ljust(64, '0')}'"},
        {"digest": "repeat('0', 64)"},
        {"digest": "(SELECT min(previous) FROM audit)"},
        {"number": "2147483647"},
    ):
        assert not adds(**values), values
    assert adds()


@pytest.mark.adversary("a thief of the `web` process, on PostgreSQL")
def test_the_account_that_keeps_a_lock_is_named(roles: Postgres) -> None:
    as_watch = roles.url("roles").replace("//line@", "//roles_watch@")
    thief = as_watch.replace("+psycopg", "").replace("watch", HOOKS)
    with closing(open_database(as_watch)) as database:
        context = make_context(database=database, now=Clock())
        with psycopg.connect(thief) as connection:
            connection.execute(b"SELECT pg_advisory_lock(4114110003)")
            assert check_locks(context, lambda _: None).ok, "another clock process works"
            connection.execute(b"SELECT pg_advisory_lock(411411006)")
            found = check_locks(context, lambda _: None)
            assert (found.ok, "roles_hooks keeps the lock 411411006" in found.message) == (
                False,
                True,
            )
            assert f"pg_terminate_backend({connection.info.backend_pid})" in found.todo
            connection.execute(b"SELECT pg_advisory_unlock(411411006)")
            assert check_locks(context, lambda _: None).ok
            connection.execute(b"SELECT pg_advisory_xact_lock(4114110001)")
            assert check_locks(context, lambda _: connection.commit()).ok, "it was only short"


DRAWN = "SELECT nextval('{}_id_seq')"


@pytest.mark.parametrize("role", ALL)
def test_a_process_draws_no_ids_of_tables_that_it_does_not_write(
    roles: Postgres, role: str
) -> None:
    for table in ("desk_member", "approval", "account", "release", "on_call_contact"):
        assert refused(roles, role, DRAWN.format(table)) == (role not in WRITERS[table]), table
    assert not refused(roles, role, DRAWN.format("audit"))


def test_the_ids_of_the_audit_log_do_not_end(roles: Postgres) -> None:
    (most,) = roles.execute(
        "SELECT max_value FROM pg_sequences WHERE sequencename = 'audit_id_seq'", "roles"
    )
    assert most == (2**63 - 1,)


@contextmanager
def redis_with(users: Path, folder: Path) -> Iterator[Redis]:
    argv = (redis_program(), "--port", "0", "--unixsocket", f"{folder}/s", "--save", "")
    with subprocess.Popen((*argv, "--aclfile", str(users)), stdout=subprocess.DEVNULL) as process:
        client = Redis.from_url(f"unix://checker:none@{folder}/s")
        try:
            eventually((folder / "s").exists)
            yield client
        finally:
            client.close()
            process.kill()


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.slow(reason="waits for real processes to start")
def test_a_tip_goes_its_way_and_no_server_refuses_a_statement(tmp_path: Path) -> None:
    users = tmp_path / "users.acl"
    with short_folder("hotline-pg-") as folder, postgres_in(folder, CARELESS) as server:
        stack = Stack(
            tmp_path,
            environ={
                "HOTLINE_DATABASE_URL": server.make("line"),
                "HOTLINE_REDIS_URL": f"unix://{folder}/s",
            },
            pages=True,
        )
        hotline(stack.environ, "init", "--demo")
        # `Stack` leaves out this option, because the hotline's home did not exist yet when `Stack` chose its command.
        stack._words.append("--made")
        hotline(stack.environ, "upgrade", "--roles", "--redis-users", str(users))
        users.write_text(users.read_text() + CHECKER)
        with redis_with(users, folder) as redis, stack:
            tips = plan(3, [districts()[0].code] * 3, WORDS)
            told = [tell(stack.emulator, tip) for tip in tips]
            assert all(told)
            eventually(lambda: len(stack.emulator.outbox()) >= len(told), seconds=60)
            quiet = threading.Event()
            quiet.set()
            answer_alerts(stack.emulator, quiet)
            eventually(lambda: refusals(folder) != [] or taken(stack.environ) > 0, seconds=60)
            assert refusals(folder) == []
            seen = server.execute("SELECT DISTINCT usename FROM pg_stat_activity", "line")
            assert {f"line_{role}" for role in ALL} <= {str(name) for (name,) in seen}
            hotline(stack.environ, "audit", "verify")
            assert (refusals(folder), redis.acl_log()) == ([], [])


def refusals(folder: Path) -> list[str]:
    lines = (folder / "log").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if "permission denied" in line]


def taken(environ: Mapping[str, str]) -> int:
    rows = json.loads(hotline(environ, "tips", "list", "--json"))
    return sum(row["acknowledged_by"] is not None for row in rows)


def test_no_user_of_redis_empties_it_or_reads_another_processs_keys(tmp_path: Path) -> None:
    users = tmp_path / "users.acl"
    users.write_text(server_roles.redis_accounts(tmp_path / "keys") + CHECKER)
    with short_folder("hotline-r-") as folder, redis_with(users, folder):
        for role in server_roles.REDIS:
            account = (tmp_path / "keys" / role / "redis.account").read_text()
            with Redis.from_url(f"unix://{account}@{folder}/s") as client:
                client.set("rq:job:1", "")
                for words in (("FLUSHALL",), ("KEYS", "*"), ("CONFIG", "GET", "*")):
                    with pytest.raises(NoPermissionError):
                        client.execute_command(*words)
                if role != HOOKS:
                    with pytest.raises(NoPermissionError):
                        client.get("run:1")
        with Redis.from_url(f"unix://{folder}/s") as stranger, pytest.raises(AuthenticationError):
            stranger.get("rq:job:1")
