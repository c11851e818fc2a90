"""Tests the chain of digests in the audit log. The chain stays intact if rows are only added, and breaks at the first
row that was changed.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.core.database import Database
from hotline.operations import migrate
from hotline.people import tables_audit
from hotline.people.tables_audit import AuditEntry
from tests.support.builders import NOON
from tests.support.servers import drop_guard

pytestmark = pytest.mark.both


def append(database: Database, n: int) -> None:
    with database.writing() as session:
        tables_audit.append_row(session, NOON, "cli", "tip_read", f"tip:{n}")


def verify(database: Database) -> tables_audit.Chain:
    with database.reading() as session:
        return tables_audit.verify_chain(session)


def test_an_empty_chain_is_whole(database: Database) -> None:
    assert verify(database) == tables_audit.Chain(length=0, newest="0" * 64, broken_at=None)


def test_each_row_stands_on_the_one_before(database: Database) -> None:
    for n in range(3):
        append(database, n)

    chain = verify(database)
    assert chain.length == 3
    assert chain.broken_at is None


def set_row(row: int, **values: object) -> Callable[[Session], object]:
    return lambda session: session.execute(
        update(AuditEntry).where(AuditEntry.id == row).values(**values)
    )


def drop(*rows: int) -> Callable[[Session], object]:
    return lambda session: session.execute(delete(AuditEntry).where(AuditEntry.id.in_(rows)))


@pytest.mark.parametrize(
    ("touch", "broken_at"),
    [
        (set_row(2, actor="nobody"), 2),
        (set_row(2, action="tip_listed"), 2),
        (set_row(2, subject="tip:9"), 2),
        (set_row(2, reason="none"), 2),
        (set_row(2, at=NOON.replace(year=2025)), 2),
        (set_row(2, digest="f" * 64), 2),
        (set_row(3, previous="f" * 64), 3),
        (drop(1), 2),
        (drop(2), 3),
        (drop(1, 2), 3),
    ],
    ids=["actor", "action", "subject", "reason", "at", "digest", "previous", "first", "one", "two"],
)
def test_whatever_is_touched_shows(
    database: Database, touch: Callable[[Session], object], broken_at: int
) -> None:
    for n in range(1, 4):
        append(database, n)
    with database.writing() as session:
        drop_guard(session, "audit")
        touch(session)

    assert verify(database).broken_at == broken_at


def test_writers_at_once_make_one_chain(empty: Database) -> None:
    migrate.upgrade(empty)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: append(empty, n), range(20)))

    chain = verify(empty)
    assert (chain.length, chain.broken_at) == (20, None)


def test_a_row_that_was_rolled_back_leaves_no_gap(database: Database) -> None:
    append(database, 1)
    with database.reading() as session:
        tables_audit.append_row(session, NOON, "cli", "tip_read")
    append(database, 2)

    assert verify(database).length == 2


@pytest.mark.parametrize("touch", [set_row(2, actor="nobody"), drop(3)], ids=["changed", "cut"])
def test_each_row_stays_as_it_is(database: Database, touch: Callable[[Session], object]) -> None:
    """The database itself refuses to change or delete a row of the audit log. The hotline never erases these rows."""
    for n in range(1, 4):
        append(database, n)
    with pytest.raises(IntegrityError), database.writing() as session:
        touch(session)
    assert verify(database).length == 3
