"""Tests the column and the order of a case on the board."""

from datetime import timedelta
from typing import Any

import pytest

from hotline.cases.rules_board import BoardCase, Column, sort_board
from hotline.tips.rules import Urgency
from tests.support.builders import NOON

MISSING = dict.fromkeys(BoardCase._fields)
FACTS: dict[str, Any] = MISSING | {
    "id": 1,
    "urgency": Urgency.DANGER,
    "filed_at": NOON,
    "storm_order": 0,
    "place": "12",
    "is_closed": False,
    "has_assignee": False,
    "is_asked": False,
    "is_overdue": False,
    "is_read": False,
    "official": "no",
    "basis": "vital_interest",
}
NEW = BoardCase(**FACTS)
MINUTE = timedelta(minutes=1)


def order(*cases: BoardCase) -> list[int]:
    found = sort_board(cases, NOON + 5 * MINUTE).columns[Column.UNTAKEN]
    return [one.id for one in found]


def test_board_orders_by_overdue_urgency_and_age() -> None:
    late = NEW._replace(id=2, urgency=Urgency.HEARD, filed_at=NOON - timedelta(days=1))
    older = NEW._replace(id=3, filed_at=NOON + 3 * MINUTE)
    newer = NEW._replace(id=4, filed_at=NOON + 4 * MINUTE)
    waits = NEW._replace(id=5, urgency=Urgency.HEARD)
    assert order(waits, newer, older, late, NEW) == [1, 2, 3, 4, 5]


def test_storm_of_dangers_hides_no_other_danger() -> None:
    forged = [NEW._replace(id=10 + n, storm_order=2) for n in range(3)]
    words = NEW._replace(id=20, storm_order=1, filed_at=NOON + 4 * MINUTE)
    elsewhere = NEW._replace(id=21, filed_at=NOON + 4 * MINUTE)
    late = NEW._replace(id=22, urgency=Urgency.HEARD, filed_at=NOON - timedelta(days=1))
    assert order(late, *forged, words, elsewhere) == [21, 20, 10, 11, 12, 22]


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({}, Column.UNTAKEN),
        ({"has_assignee": True}, Column.UNREAD),
        ({"has_assignee": True, "is_asked": True}, Column.UNTAKEN),
        ({"has_assignee": True, "is_read": True}, Column.AT_WORK),
        ({"has_assignee": True, "on_site_at": NOON}, Column.AT_WORK),
        ({"closure_at": NOON}, Column.TO_APPROVE),
        ({"is_closed": True, "owed_at": NOON}, Column.OWED),
    ],
)
def test_each_case_is_in_one_column(changed: dict[str, Any], column: Column) -> None:
    assert NEW._replace(**changed).column is column
