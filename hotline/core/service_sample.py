"""Says whether this line holds sample data, so that each page with a number says so."""

from hotline.core import tables_sample
from hotline.core.contexts import Context


def is_sample(context: Context) -> bool:
    """Returns True if the database holds sample data. Raises StoreUnavailable."""
    with context.database.reading() as session:
        return tables_sample.is_sample(session)
