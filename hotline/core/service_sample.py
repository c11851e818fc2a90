"""Tells pages if this hotline contains sample data, so that each page with a number can say so."""

from hotline.core import tables_sample
from hotline.core.contexts import Context


def is_sample(context: Context) -> bool:
    """Returns True if the database contains sample data. Raises StoreUnavailable."""
    with context.database.reading() as session:
        return tables_sample.is_sample(session)
