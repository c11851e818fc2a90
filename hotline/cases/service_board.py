"""Returns the board of a desk: the open cases that an account may see, in columns, and a number that changes with it.

An open board asks for the number each two seconds. So the cases are read again only after something happened.
"""

from collections.abc import MutableMapping
from typing import NamedTuple
from weakref import WeakKeyDictionary

from hotline.cases import queries_board
from hotline.cases.rules_board import SortedBoard, sort_board
from hotline.cases.service_viewer import viewer_of
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database, Session
from hotline.tips.queries_visible import Viewer


class Board(NamedTuple):
    sorted: SortedBoard
    viewer: Viewer


def board(context: ConsoleContext, by: SignedIn) -> Board:
    """Returns the board of an account. Raises StoreUnavailable."""
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        return Board(_sorted(session, context, viewer), viewer)


def _sorted(session: Session, context: ConsoleContext, viewer: Viewer) -> SortedBoard:
    cases = queries_board.open_cases(session, viewer) if viewer.desks else ()
    return sort_board(cases, context.now())


def count_late(context: ConsoleContext, by: SignedIn) -> int:
    """Returns how many tips that this account may see were not taken in time."""
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        return queries_board.count_late(session, viewer, context.now()) if viewer.desks else 0


class BoardNumber(NamedTuple):
    version: tuple[int, ...]
    """The newest events when the number was computed."""
    number: int
    urgent: int
    """The number of dangers that no responder has taken."""


_KNOWN: MutableMapping[Database, dict[int, BoardNumber]] = WeakKeyDictionary()
"""The last number of each account. Who may see what changes only with a row of the audit log."""


def board_number(context: ConsoleContext, by: SignedIn) -> BoardNumber:
    """Returns a number that changes if the board of this account changes."""
    known = _KNOWN.setdefault(context.database, {})
    with context.database.reading() as session:
        version = queries_board.version(session)
        found = known.get(by.account_id)
        if found is None or found.version != version:
            now = _sorted(session, context, viewer_of(session, by))
            found = known[by.account_id] = BoardNumber(version, now.number, now.urgent)
    return found
