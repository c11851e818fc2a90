"""Tests how responders take leave and return, with both kinds of database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hotline.dialogue import service_stop
from hotline.duty import service_leaves, service_removal
from hotline.duty.service_removal import Removed
from hotline.errors import PersonnelRefused
from hotline.gateway.queries_on_call import STOPPED
from hotline.people.rules import Level
from hotline.people.tables import Responder
from tests.support.district import District
from tests.support.posting import post

BY = {"by": "Alice", "reason": "her wish"}


def names(district: District) -> list[str]:
    return [row.name for row in district.all(Responder)]


@pytest.mark.row("R10")
def test_r10_a_planned_leave_hands_the_case_on_when_it_comes(alone: District) -> None:
    first, *_ = names(alone)
    (tip,) = [row.tip_id for row in alone.open_deadlines()]
    begins = alone.clock() + timedelta(minutes=30)
    service_leaves.record_leave(
        alone.context, first, starts_at=begins, ends_at=begins + timedelta(days=2), **BY
    )
    service_leaves.begin_leaves(alone.context)
    assert alone.told(tip) == [(0, 1)]

    alone.clock.turn(minutes=30)
    for _ in range(2):
        service_leaves.begin_leaves(alone.context)
    assert [who for _, who in alone.told(tip)] == [1, 2]
    assert service_leaves.on_leave(alone.context) == {1: begins + timedelta(days=2)}
    assert service_leaves.bring_back(
        alone.context, first, number=None, second=None, **BY
    ).ended == ["leave"]
    assert service_leaves.on_leave(alone.context) == {}


def test_a_stopped_number_is_taken_off_the_list_by_itself(alone: District) -> None:
    first = names(alone)[0]
    number = alone.responder(1).encrypted_number.decode()
    service_stop.stop_messages(alone.context, number)
    alone.change(Responder, 1, unreachable=STOPPED)
    with pytest.raises(PersonnelRefused, match="enter the number"):
        service_leaves.bring_back(alone.context, first, number=None, second=None, **BY)
    back = service_leaves.bring_back(alone.context, first, number=number, second=None, **BY)
    assert back.ended == ["unreachable"]
    assert alone.responder(1).unreachable is None


@pytest.mark.adversary("an admin who weakens the national desk")
def test_two_who_take_the_last_two_off_at_once_leave_one(district: District) -> None:
    district.man_desks()
    one, other, _ = names(district)

    def go(name: str) -> Removed | PersonnelRefused:
        try:
            return service_removal.remove_responder(district.context, name, second=None, **BY)
        except PersonnelRefused as refused:
            return refused

    district.enrol(Level.NATIONAL, districts=())
    with ThreadPoolExecutor(2) as pool:
        came = list(pool.map(go, [one, other]))
    assert sorted(type(result).__name__ for result in came) == ["PersonnelRefused", "Removed"]


def test_a_move_out_of_the_district_hands_the_case_on(alone: District) -> None:
    (tip,) = [row.tip_id for row in alone.open_deadlines()]
    post(alone.context, 1, {"24": Level.RESPONDER})
    assert [who for _, who in alone.told(tip)] == [1, 2]
    assert alone.responder(1).districts == ["24"]
