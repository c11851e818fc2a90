"""Tests how the doctor and the monitoring read the hotline's own test call, its balance at the gateway and its usual
traffic."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from hotline.alarms.rules import CheckResult
from hotline.alerts.service_sending import apply_report
from hotline.core import rules_trial
from hotline.counters.rules import is_flood
from hotline.flows.tables import Revision
from hotline.gateway.rules import ReportIn
from hotline.monitoring import service_checks_outside
from tests.support.builders import make_dialogue
from tests.support.contexts import WholeContext, make_watch
from tests.support.district import District
from tests.support.fakes import FakeInstruments

MTN, AIRTEL = "63510", "63514"


def found(
    context: WholeContext, name: str, *, budget: float = 0, **instruments: Any
) -> CheckResult:
    plugs = make_watch(instruments=FakeInstruments(**instruments), budget=budget)
    (one,) = [
        x
        for x in service_checks_outside.traffic_findings(replace(context, watch=plugs))
        if x.name == name
    ]
    return one


def dialled(district: District, at: datetime, count: int, *, channel: str = "ussd") -> None:
    with district.database.writing() as session:
        if session.get(Revision, 1) is None:
            session.add(Revision(id=1, digest="d", document={}, created_at=at, live_from=at))
            session.flush()
        session.add_all(
            make_dialogue(f"{at} {channel} {number}", at, channel=channel)
            for number in range(count)
        )


def test_a_line_that_does_not_answer_its_own_call(district: District) -> None:
    assert found(district.context, "dial", line=True).ok
    assert found(district.context, "dial", line=None).ok
    assert not found(district.context, "dial", line=False).ok


@pytest.mark.parametrize(
    ("left", "budget", "ok", "level"),
    [
        (1000.0, 1000, True, 1),
        (400.0, 1000, False, 1),
        (100.0, 1000, False, 2),
        (0.0, 1000, False, 3),
        (5.0, 0, True, 3),
        (0.0, 0, False, 3),
        (None, 1000, True, 1),
    ],
)
def test_the_balance_against_the_budget(
    district: District, left: float | None, budget: float, ok: bool, level: int
) -> None:
    one = found(district.context, "balance", left=left, budget=budget)
    assert (one.ok, one.level) == (ok, level)


def test_an_hour_without_the_usual_callers_is_reported(district: District) -> None:
    now = district.clock()
    dialled(district, now - timedelta(weeks=5), 1)
    for week in range(1, 5):
        dialled(district, now - timedelta(weeks=week, minutes=30), 12)
    dialled(district, now - timedelta(minutes=90), 50)
    dialled(district, now - timedelta(minutes=10), 12, channel=rules_trial.CHANNEL)
    quiet = found(district.context, "quiet")
    assert (quiet.ok, quiet.message) == (
        False,
        "0 sessions in an hour; in the same hour of earlier weeks 12, 12, 12, 12",
    )
    dialled(district, now - timedelta(minutes=5), 3)
    assert found(district.context, "quiet").ok


@pytest.mark.parametrize(
    ("sms", "before", "flood"),
    [(19, [], False), (20, [], True), (24, [5, 5, 90], False), (25, [5, 5, 0], True)],
)
def test_five_times_the_usual_sms_are_a_flood(sms: int, before: list[int], *, flood: bool) -> None:
    assert is_flood(sms, before) is flood


def test_an_hour_with_very_many_sms_is_reported(district: District) -> None:
    district.enrol()
    assert found(district.context, "many sms").ok
    for _ in range(20):
        district.tell(urgency=2)
    many = found(district.context, "many sms")
    assert (many.ok, many.message) == (False, "20 SMS in an hour; usually 0 at this time of day")


def reported(district: District, network: str, status: str, count: int) -> None:
    for number in range(count):
        report = ReportIn(f"{network}{status}{district.clock()}{number}", status, network=network)
        apply_report(district.context, report)


def test_one_network_that_fails_is_named_and_the_others_are_not(district: District) -> None:
    for network in (MTN, AIRTEL):
        reported(district, network, "Success", 15)
    district.clock.turn(hours=2)
    reported(district, MTN, "Success", 12)
    reported(district, AIRTEL, "Failed", 8)
    assert found(district.context, "delivery").ok
    reported(district, AIRTEL, "Rejected", 2)
    one = found(district.context, "delivery")
    assert (one.ok, one.message) == (False, "fewer messages than usual arrive on network 63514")
    district.clock.turn(hours=2)
    assert found(district.context, "delivery").ok
