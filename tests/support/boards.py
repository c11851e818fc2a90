"""Reads the board of a desk directly, without a page."""

from datetime import datetime

from hotline.cases.queries import open_cases
from hotline.cases.rules_board import Column, sort_board
from hotline.core.database import Session
from hotline.tips.queries_visible import Viewer


def untaken(session: Session, viewer: Viewer, at: datetime) -> list[int]:
    """Returns the tips that this viewer's board shows as not taken, in the order of the board."""
    columns = sort_board(open_cases(session, viewer), at).columns
    cases = [*columns[Column.UNTAKEN], *columns[Column.TO_APPROVE]]
    return [one.id for one in cases if one.is_untaken]
