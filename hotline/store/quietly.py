"""A driver's errors without their words, which may quote what was to be stored."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hotline.errors import StoreUnavailable
from hotline.text.causes import known_cause

OUR_FAULT = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""What a statement of ours can do wrong while the database is well."""
OUR_FAULT_PLAINLY = (
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.NotSupportedError,
    sqlite3.ProgrammingError,
)
"""The same, where SQLite's driver is asked without SQLAlchemy."""


class _Quiet(Exception):
    """Stands for a driver's error: its kind without its words."""


@contextmanager
def quietly() -> Iterator[None]:
    """Statement and cause of a driver's error may quote what was to be stored: neither travels on."""
    try:
        yield
    except OUR_FAULT_PLAINLY as broken:
        raise type(broken)("its words are not ours to say") from None
    except (DBAPIError, PoolTimeout, sqlite3.Error) as broken:
        if isinstance(broken, OUR_FAULT) and not broken.connection_invalidated:
            raise type(broken)(None, None, _Quiet(type(broken.orig).__name__)) from None
        cause = known_cause(str(getattr(broken, "orig", None) or broken))
        raise StoreUnavailable(cause or type(broken).__name__) from None
