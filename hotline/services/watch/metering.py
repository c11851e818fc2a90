"""Adds up the counts that web processes make of their hooks."""

from collections.abc import Mapping

from hotline.ports import Kit
from hotline.store.reach import outreach
from hotline.store.reach.outreach import HookCount


def add(kit: Kit, counted: Mapping[HookCount, tuple[int, float]]) -> None:
    """Adds the counts of one process since its last report. Raises StoreUnavailable; the process then reports again."""
    with kit.database.writing() as session:
        outreach.add(session, counted)
