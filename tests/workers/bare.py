"""Builds a context for a worker that is only started and stopped."""

from datetime import UTC, datetime

from hotline.core.database import open_database
from tests.support.kits import WholeKit, make_kit


def bare_kit(url: str) -> WholeKit:
    return make_kit(database=open_database(url), now=lambda: datetime.now(UTC))
