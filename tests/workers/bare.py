"""Builds a context for tests that only start and stop a worker."""

from datetime import UTC, datetime

from hotline.core.database import open_database
from tests.support.contexts import WholeContext, make_context


def bare_context(url: str) -> WholeContext:
    return make_context(database=open_database(url), now=lambda: datetime.now(UTC))
