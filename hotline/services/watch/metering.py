"""What web processes count of their hooks, added up in one place."""

from collections.abc import Mapping

from hotline.ports import Kit
from hotline.store.reach import measures
from hotline.store.reach.measures import HookCount


def add(kit: Kit, counted: Mapping[HookCount, tuple[int, float]]) -> None:
    """What one process has counted since it last said. Raises StoreUnavailable: then it says it again."""
    with kit.database.writing() as session:
        measures.add(session, counted)
