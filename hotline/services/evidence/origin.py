"""Whether this line's figures are of an invented year: whatever shows one says so."""

from hotline.ports import Kit
from hotline.store.evidence import origin


def is_invented(kit: Kit) -> bool:
    """Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return origin.is_invented(session)
