"""Tests what the doctor finds, with one fault at a time. Each result says what to do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from hotline.alarms.rules import CheckResult
from hotline.core.database import open_database
from hotline.flows.flow import (
    FLOW,
    Evidence,
    Flow,
    FlowSet,
    Lead,
    MenuNode,
    MessageNode,
    Number,
    Question,
    TextApproval,
)
from hotline.gateway import tables
from hotline.gateway.rules import MessageState
from hotline.gateway.tables import Message
from hotline.monitoring import service_alarms
from hotline.monitoring.service_checks_database import check_database
from hotline.people.rules import Level
from hotline.people.tables import Responder
from tests.support.builders import post
from tests.support.contexts import make_watch
from tests.support.district import District
from tests.support.fakes import FakeShelf


def examine(district: District, shelf: FakeShelf | None = None) -> dict[str, CheckResult]:
    context = replace(district.context, flow_sets=shelf or FakeShelf())
    return {finding.name: finding for finding in check_database(context)}


def healthy(district: District) -> None:
    district.man_desks()
    service_alarms.add_contact(
        replace(district.context, watch=make_watch()), "Keza", "+250788700001", "en", by="Aline"
    )
    with district.database.writing() as session:
        tables.take_lead(session, "clock", district.clock(), timedelta(seconds=10))


def stop_clock(district: District) -> None:
    district.clock.turn(seconds=11)


def pause_queue(district: District) -> None:
    with district.database.writing() as session:
        tables.pause_for_fault(
            session, district.clock() + timedelta(minutes=1), "401 from the gateway"
        )


def leave_tip_waiting(district: District) -> None:
    district.file_tip(filed_at=district.clock() - timedelta(minutes=2))


def leave_message_waiting(district: District) -> None:
    district.tell(urgency=3)
    for message in district.all(Message):
        district.change(Message, message.id, created_at=district.clock() - timedelta(minutes=2))


def give_up_a_message(district: District) -> None:
    district.tell(urgency=3)
    for message in district.all(Message):
        district.change(Message, message.id, state=MessageState.UNDELIVERABLE)


def test_a_healthy_line_has_nothing_to_do(district: District) -> None:
    healthy(district)
    found = examine(district)
    assert [name for name, finding in found.items() if not finding.ok] == []
    assert {name: one.todo for name, one in found.items() if one.todo} == {}


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (stop_clock, "clock"),
        (pause_queue, "outgoing queue"),
        (leave_tip_waiting, "tips"),
        (leave_message_waiting, "unsent"),
        (give_up_a_message, "undeliverable"),
    ],
)
def test_each_fault_shows(district: District, fault: Callable[[District], None], name: str) -> None:
    healthy(district)
    fault(district)

    wrong = [finding for finding in examine(district).values() if not finding.ok]

    assert [finding.name for finding in wrong] == [name]
    assert wrong[0].todo


def test_without_a_national_desk_or_flows(district: District) -> None:
    found = examine(district, FakeShelf(revision=None))
    assert not found["national desk"].ok
    assert not found["flows"].ok
    assert not found["clock"].ok


@pytest.mark.parametrize(
    ("national", "others", "wrong"),
    [
        (0, 0, {"national desk": 2, "phones": 1, "districts": 1}),
        (0, 3, {"national desk": 2, "phones": 1}),
        (1, 2, {"national desk": 1, "phones": 1}),
        (2, 0, {"phones": 1, "districts": 1}),
        (2, 1, {}),
    ],
)
def test_two_of_the_national_desk_and_three_phones_are_the_least(
    national: int, others: int, wrong: dict[str, int], district: District
) -> None:
    for level, count in ((Level.NATIONAL, national), (Level.COORDINATOR, others)):
        for _ in range(count):
            district.enrol(level, districts=())
    found = examine(district)
    of_people = ("national desk", "phones", "districts", "desks")
    levels = {
        name: service_alarms.alarm_level(found[name]) for name in of_people if not found[name].ok
    }
    assert levels == wrong
    assert ("the hotline is not open" in found["phones"].message) is ("phones" in wrong)


def test_every_empty_district_and_every_away_desk_is_named(district: District) -> None:
    healthy(district)
    district.change(Responder, 3, unreachable="permanent")
    with district.database.writing() as session:
        post(session, session.get_one(Responder, 3), Level.COORDINATOR, "11", "12")
    found = examine(district)
    assert len(found["districts"].names) == 28
    assert "28 districts (Bugesera, Burera, " in found["districts"].message
    assert found["districts"].message.count(",") < 8
    assert found["desks"].names == ("Gasabo", "Nyarugenge")
    assert "2 desks (Gasabo, Nyarugenge)" in found["desks"].message

    district.change(Responder, 1, active=False)
    district.change(Responder, 2, unreachable="permanent")
    assert "national" in examine(district)["desks"].names


def test_a_message_of_which_nobody_knows_is_told_and_is_no_fault(district: District) -> None:
    """The hotline sends a message with an unknown result again, so the doctor shows the message but reports no
    fault."""
    healthy(district)
    district.tell(urgency=3)
    for message in district.all(Message):
        district.change(Message, message.id, state=MessageState.UNKNOWN)

    assert examine(district)["unknown"].message == "1 messages may or may not have been sent"
    assert examine(district)["unknown"].ok


def test_a_dead_database_is_a_finding(district: District) -> None:
    gone = replace(district, database=open_database("sqlite:////nowhere/at/all.db"))
    (only,) = examine(gone).values()
    assert (only.name, only.ok) == ("database", False)
    assert only.todo


@pytest.mark.parametrize(
    ("confirmed", "ok"),
    [
        (None, True),
        (timedelta(days=334), True),
        (timedelta(days=335), False),
        (timedelta(days=400), False),
    ],
)
def test_c15_an_old_number_shows(confirmed: timedelta | None, ok: bool, district: District) -> None:
    on = None if confirmed is None else (district.clock() - confirmed).date()
    found = examine(district, FakeShelf(shelved=_naming("116", on)))["numbers"]
    assert found.ok is ok
    assert ("116 must be confirmed again: shown until" in found.message) is not ok


@pytest.mark.parametrize(("days", "level"), [(334, 0), (335, 1), (365, 1), (366, 2)])
def test_an_alarm_asks_for_a_signature(days: int, level: int, district: District) -> None:
    book = _naming("112", (district.clock() - timedelta(days=days)).date())
    found = examine(district, FakeShelf(shelved=book))["numbers"]
    assert service_alarms.alarm_level(found) == level
    assert ("112 stays on the screens, signed until" in found.message) is (level > 0)
    assert book.numbers["112"].shows(district.clock().date())


def _naming(digits: str, on: date | None) -> FlowSet:
    """Returns a flow set with one screen that shows the phone number `digits`, confirmed on the day `on` or never."""
    number = Number(digits, Evidence.VERIFIED, "MIGEPROF" if on else "", on)
    say = MessageNode(text={}, leads=(Lead((), {}, digits),))
    return FlowSet(flows={"help": Flow("help", "a", {"a": say})}, numbers={digits: number})


@pytest.mark.parametrize(
    ("signed", "ok"),
    [
        (None, True),
        (timedelta(days=334), True),
        (timedelta(days=335), False),
        (timedelta(days=400), False),
    ],
)
def test_c12_an_old_signature_shows(signed: timedelta | None, ok: bool, district: District) -> None:
    menu = MenuNode(text={"en": "There?"}, choices=())
    digest = Question("still", menu, None).digest
    on = None if signed is None else (district.clock() - signed).date()
    names = {"still": TextApproval("MIGEPROF", on, digest)} if on else {}
    book = FlowSet(flows={FLOW: Flow(FLOW, "still", {"still": menu}, signed=names)})

    found = examine(district, FakeShelf(shelved=book))["questions"]
    assert found.ok is ok
    assert ("still must be signed again" in found.message) is not ok


def test_a_question_changed_after_its_signature_is_named(district: District) -> None:
    menu = MenuNode(text={"en": "There?"}, choices=())
    names = {"still": TextApproval("MIGEPROF", district.clock().date(), "00000000")}
    book = FlowSet(flows={FLOW: Flow(FLOW, "still", {"still": menu}, signed=names)})

    assert not examine(district, FakeShelf(shelved=book))["questions"].ok
