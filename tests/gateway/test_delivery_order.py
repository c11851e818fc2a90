"""Tests the order of messages, and how many the hotline sends in a given time."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.gateway.rules_delivery import FreeSends, free_sends
from hotline.gateway.tables import Message
from hotline.people.rules import Level
from tests.support.district import District


def test_danger_goes_first(district: District) -> None:
    district.enrol(Level.NATIONAL, districts=())
    for urgency in (3, 2, 1):
        district.tell(urgency=urgency)
    order: list[int] = []
    district.sms.during = lambda: order.append(
        next(row.priority for row in district.all(Message) if row.state == "sending")
    )
    assert district.deliver() == 3
    assert order == [1, 2, 3]


def test_alerts_of_one_step_have_a_turn_each(district: District) -> None:
    for _ in range(2):
        district.enrol()
    district.enrol(Level.NATIONAL, districts=())
    district.tell(urgency=1)
    district.tell(urgency=1)
    assert [row.turn for row in district.all(Message)] == [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize(
    ("at_once", "under_way", "others", "doubted", "left"),
    [
        (32, 0, 0, False, FreeSends(32, 12)),
        (32, 20, 0, False, FreeSends(12, 12)),
        (32, 25, 0, False, FreeSends(7, 7)),
        (32, 20, 12, False, FreeSends(12, 0)),
        (32, 20, 20, False, FreeSends(12, 0)),
        (32, 32, 0, False, FreeSends(0, 0)),
        (32, 40, 9, False, FreeSends(0, 0)),
        (1, 0, 0, False, FreeSends(1, 1)),
        (1, 1, 0, False, FreeSends(0, 0)),
        (32, 0, 0, True, FreeSends(1, 1)),
        (32, 1, 0, True, FreeSends(0, 0)),
    ],
)
def test_the_room_of_the_line(
    at_once: int, under_way: int, others: int, doubted: bool, left: FreeSends
) -> None:
    assert free_sends(at_once, under_way, others, doubted=doubted) == left


@given(at_once=st.integers(1, 999), under_way=st.integers(0, 2000), others=st.integers(0, 2000))
def test_no_step_gives_more_room_than_there_is(at_once: int, under_way: int, others: int) -> None:
    for doubted, left in product((False, True), (at_once - under_way,)):
        found = free_sends(at_once, under_way, min(others, under_way), doubted=doubted)
        assert 0 <= found.others <= found.first <= max(left, 0 if not doubted else 1)
