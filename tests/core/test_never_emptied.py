"""Tests that no table with protected rows can be truncated. SQLite has no TRUNCATE command."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hotline.core.database import Database
from hotline.operations.schema import create_all

KEPT = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"


def test_no_table_that_is_kept_is_truncated(empty_postgres: Database) -> None:
    create_all(empty_postgres)
    with empty_postgres.reading() as session:
        tables = session.scalars(text(KEPT)).all()
    assert {"case_event", "case_code", "case_key", "release", "release_cell"} <= {*tables}

    for table in tables:
        with pytest.raises(IntegrityError), empty_postgres.writing() as session:
            session.execute(text(f"TRUNCATE {table} CASCADE"))
