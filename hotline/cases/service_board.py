"""Returns the board of a desk: the open cases that an account may see, in columns, and a number that changes with it.

An open board asks for the number each two seconds. It reads the cases again only if the number changed.
"""

from collections.abc import MutableMapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from weakref import WeakKeyDictionary

from hotline.cases import queries_board
from hotline.cases.rules_board import BoardCase, SortedBoard, board_number, sort_board
from hotline.cases.service_viewer import viewer_of
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database, Session
from hotline.tips.queries_visible import Viewer


class Board(NamedTuple):
    sorted: SortedBoard
    viewer: Viewer
    number: int


class KnownBoard(NamedTuple):
    """The cases that an account sees, as they were after the newest events."""

    version: tuple[int, ...]
    viewer: Viewer
    cases: Sequence[BoardCase]
    number: int
    """This number changes when a case changes."""
    read_at: datetime


_KNOWN: MutableMapping[Database, dict[int, KnownBoard]] = WeakKeyDictionary()
"""The last board of each account. Each change of the right to see a case writes a row of the audit log."""
MAX_KNOWN = 300
READ_AGAIN_AFTER = timedelta(seconds=20)
"""A transaction with a lower id may commit after a transaction with a higher one. Then the version stays the same."""


def _known(session: Session, by: SignedIn, database: Database, at: datetime) -> KnownBoard:
    known = _KNOWN.setdefault(database, {})
    version = queries_board.version(session)
    found = known.get(by.account_id)
    if found is None or found.version != version or at - found.read_at > READ_AGAIN_AFTER:
        viewer = viewer_of(session, by)
        cases = queries_board.open_cases(session, viewer) if viewer.desks else ()
        if len(known) >= MAX_KNOWN:
            known.clear()
        found = KnownBoard(version, viewer, cases, board_number(cases), at)
        known[by.account_id] = found
    return found


def board(context: ConsoleContext, by: SignedIn) -> Board:
    """Returns the board of an account. Raises StoreUnavailable."""
    with context.database.reading() as session:
        found = _known(session, by, context.database, context.now())
    return Board(sort_board(found.cases, context.now()), found.viewer, found.number)


def number(context: ConsoleContext, by: SignedIn) -> int:
    """Returns a number that changes if the board of this account changes."""
    with context.database.reading() as session:
        return _known(session, by, context.database, context.now()).number


def count_late(context: ConsoleContext, by: SignedIn) -> int:
    """Returns how many tips that this account may see were not taken in time."""
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        return queries_board.count_late(session, viewer, context.now()) if viewer.desks else 0
