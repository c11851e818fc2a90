"""Every family of rows, imported so that one metadata knows them all."""

from hotline.store import (
    alarms,
    audit,
    contacts,
    desks,
    flows,
    measures,
    messages,
    outreach,
    people,
    responders,
    retention,
    tips,
)
from hotline.store.database import Database, Row

FAMILIES = (
    alarms,
    audit,
    contacts,
    desks,
    flows,
    measures,
    messages,
    outreach,
    people,
    responders,
    retention,
    tips,
)
METADATA = Row.metadata


def create_all(database: Database) -> None:
    """Every table, at once: for tests. A real database is made by the migrations."""
    METADATA.create_all(database.engine)
