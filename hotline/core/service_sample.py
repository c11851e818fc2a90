"""Says whether this line holds sample data, so that each page with a number says so."""

from hotline.core import tables_sample
from hotline.core.context import Kit


def is_invented(kit: Kit) -> bool:
    """Returns True if the database holds sample data. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return tables_sample.is_invented(session)
