"""Publishes flows in a test, without a draft and without a row in the audit log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.core.database import Database
from hotline.flows.service_authoring import prepare, publish_document


def publish(database: Database, document: Mapping[str, Any], now: datetime) -> int:
    """Publishes the document with flows, and returns its revision. Saves the same document only once. Raises
    FlowInvalid if the document cannot run or if it changes a published short code. Raises StoreUnavailable if the
    database fails."""
    made = prepare(document)
    with database.writing() as session:
        return publish_document(session, made, now)
