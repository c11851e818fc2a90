"""What web processes count of their hooks, added up in one place."""

from collections.abc import Mapping

from hotline.ports import Kit
from hotline.store.reach import outreach
from hotline.store.reach.outreach import HookCount


def add(kit: Kit, counted: Mapping[HookCount, tuple[int, float]]) -> None:
    """What one process has counted since it last said. Raises StoreUnavailable: then it says it again."""
    with kit.database.writing() as session:
        outreach.add(session, counted)
