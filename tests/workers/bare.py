"""A kit for a worker that is only started and stopped."""

from datetime import UTC, datetime

from hotline.ports import Kit
from hotline.store.database import open_database
from tests.kits import make_kit


def bare_kit() -> Kit:
    return make_kit(database=open_database("sqlite://"), now=lambda: datetime.now(UTC))
