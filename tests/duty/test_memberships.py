"""Tests people who belong to several desks: which alerts they get, how their desks change, and how they are removed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hotline.alerts import queries, queries_people
from hotline.core.actors import AccountRole, Actor
from hotline.dialogue import service_commit
from hotline.duty import service_leaves, service_removal
from hotline.duty.service_removal import Removed
from hotline.gateway.queries import STOPPED
from hotline.people import tables
from hotline.people.rules import DeskKind, Level, RequestedPosting, kind_of
from hotline.people.tables import Responder
from hotline.people.tables_desks import Desk
from hotline.text.errors import PersonnelRefused
from hotline.text.places import NATIONAL, Category
from tests.support.builders import NOON
from tests.support.deciding import decides, signed_in
from tests.support.district import District
from tests.support.posting import post

BY = {"by": "Alice", "reason": "a test"}
DESKS = {"12": Level.DEPUTY, "13": Level.COORDINATOR, "border-east": Level.RESPONDER}


def desks(district: District, who: int) -> dict[str, str]:
    with district.database.reading() as session:
        return {row.desk_code: row.level for row in tables.current_memberships(session, who)}


@pytest.fixture
def members(district: District) -> District:
    """Returns a district with two members of the national desk. Responder 1 is deputy in district 12, coordinator in
    13, and belongs to a border desk."""
    one = district.enrol(Level.RESPONDER)
    for _ in range(2):
        district.enrol(Level.NATIONAL)
    with district.database.writing() as session:
        tables.set_desks(session, session.get_one(Responder, one), DESKS, ["labour"], NOON)
    return district


def test_each_level_of_hers_is_a_candidate_of_its_districts(members: District) -> None:
    with members.database.reading() as session:
        hers = [c for c in queries.roster(session, NOON) if c.id == 1]
        (member,) = [one for one in queries_people.members(session) if one.id == 1]
    assert {(c.level, c.districts) for c in hers} == {
        (Level.DEPUTY, frozenset({"12"})),
        (Level.COORDINATOR, frozenset({"13"})),
        (Level.RESPONDER, frozenset({"border-east"})),
    }
    assert (member.level, member.desks) == (Level.COORDINATOR, frozenset(DESKS))


@pytest.mark.parametrize(("place", "level"), [("12", Level.DEPUTY), ("13", Level.COORDINATOR)])
def test_the_level_is_that_of_the_tip_s_district(
    members: District, place: str, level: Level
) -> None:
    tip = members.tell(place=place)
    with members.database.reading() as session:
        assert [
            one.level
            for one in queries.alerted_by_tip(session, [tip])[tip]
            if one.responder_id == 1
        ] == [level]


def test_a_move_changes_districts_and_leaves_other_desks(members: District) -> None:
    there = {"24": Level.COORDINATOR, "border-east": Level.RESPONDER}
    post(members.context, 1, there)
    assert desks(members, 1) == {"24": "coordinator", "border-east": "responder"}
    post(members.context, 1, there, (Category.SEX,))
    with members.database.reading() as session:
        rows = tables.current_memberships(session, 1)
        person = session.get_one(Responder, 1)
    assert {row.desk_code: row.categories for row in rows} == {
        "24": ["sex"],
        "border-east": ["sex"],
    }
    assert (person.level, person.districts, person.categories) == ("coordinator", ["24"], ["sex"])


def test_who_goes_up_and_down_again_is_back_in_her_district(district: District) -> None:
    for _ in range(2):
        district.enrol(Level.NATIONAL)
    three = district.enrol(Level.RESPONDER)
    post(district.context, three, {NATIONAL: Level.NATIONAL})
    assert desks(district, three) == {NATIONAL: "national"}
    post(district.context, three, {"12": Level.DEPUTY})
    assert desks(district, three) == {"12": "deputy"}


def test_a_desk_that_was_retired_meanwhile_gets_nobody(members: District) -> None:
    """The hotline checks again that each desk is still in use before it carries out a change of desks."""
    with members.database.writing() as session:
        for code in (*DESKS, "24"):
            session.add(Desk(code=code, kind=kind_of(code), public_key=b"", created_at=NOON))
    wanted = RequestedPosting({**DESKS, "24": Level.COORDINATOR}, ())
    assert service_removal.change_desks(members.context, Actor("Alice"), 1, wanted, "a test")
    with members.database.writing() as session:
        session.get_one(Desk, "24").retired_at = NOON
    bob = signed_in(members.context, "Bob", AccountRole.ADMIN)
    with pytest.raises(PersonnelRefused):
        decides(members.context, bob, "posting")
    assert "24" not in desks(members, 1)


def test_who_is_removed_has_no_desk_and_is_back_at_all_of_hers(members: District) -> None:
    service_removal.remove_responder(members.context, "1", second=None, **BY)
    assert desks(members, 1) == {}
    assert members.responder(1).state == "left"
    members.clock.turn(minutes=1)
    service_leaves.bring_back(members.context, "1", number=None, second="Bob", **BY)
    assert desks(members, 1) == {code: str(level) for code, level in DESKS.items()}
    assert members.responder(1).state == "active"


def test_who_works_for_oversight_by_now_is_not_brought_back_to_a_district(
    members: District,
) -> None:
    service_removal.remove_responder(members.context, "1", second=None, **BY)
    eye = members.enrol(Level.RESPONDER)
    with members.database.writing() as session:
        session.add(Desk(code="eye", kind=DeskKind.OVERSIGHT, public_key=b"", created_at=NOON))
        own = session.get_one(Responder, 1).person_id
        other = session.get_one(Responder, eye)
        other.person_id = own
        tables.set_desks(session, other, {"eye": Level.RESPONDER}, [], NOON)
    members.clock.turn(minutes=1)
    with pytest.raises(PersonnelRefused, match="oversight"):
        service_leaves.bring_back(members.context, "1", number=None, second="Bob", **BY)
    assert (desks(members, 1), members.responder(1).state) == ({}, "left")


# Tests how responders take leave and return, with both kinds of database.


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
    _, ended = service_leaves.bring_back(alone.context, first, number=None, second=None, **BY)
    assert ended == ["leave"]
    assert service_leaves.on_leave(alone.context) == {}


def test_a_stopped_number_is_taken_off_the_list_by_itself(alone: District) -> None:
    first = names(alone)[0]
    number = alone.responder(1).encrypted_number.decode()
    service_commit.stop_messages(alone.context, number)
    alone.change(Responder, 1, unreachable=STOPPED)
    with pytest.raises(PersonnelRefused, match="enter the number"):
        service_leaves.bring_back(alone.context, first, number=None, second=None, **BY)
    _, ended = service_leaves.bring_back(alone.context, first, number=number, second=None, **BY)
    assert ended == ["unreachable"]
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

    district.enrol(Level.NATIONAL)
    with ThreadPoolExecutor(2) as pool:
        came = list(pool.map(go, [one, other]))
    assert sorted(type(result).__name__ for result in came) == ["PersonnelRefused", "Removed"]


def test_a_move_out_of_the_district_hands_the_case_on(alone: District) -> None:
    (tip,) = [row.tip_id for row in alone.open_deadlines()]
    post(alone.context, 1, {"24": Level.RESPONDER})
    assert [who for _, who in alone.told(tip)] == [1, 2]
    assert alone.responder(1).districts == ["24"]
