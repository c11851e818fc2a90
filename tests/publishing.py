"""Makes flows live in a test, without a change and without a log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.core.database import Database
from hotline.flows.service_authoring import put_live, ready


def publish(database: Database, document: Mapping[str, Any], now: datetime) -> int:
    """Make the document live and say its revision. A document that was saved before is not saved again.

    Raises FlowInvalid where it cannot be played, or moves an entry that was published; StoreUnavailable.
    """
    made = ready(document)
    with database.writing() as session:
        return put_live(session, made, now)
