"""Tests the daily test report over HTTP with the real hooks. Only the test handset is alerted, and no statistics
count the report."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from hotline.alarms.rules import CheckResult
from hotline.alerts import service_assignment
from hotline.alerts import service_sending as alerts_service_sending
from hotline.cases import queries
from hotline.core import rules_trial
from hotline.counters.tables import Tally
from hotline.gateway import queries as gateway_queries
from hotline.gateway.http import Dialler
from hotline.gateway.rules import Outcome, ReportIn, SendResult
from hotline.gateway.stand_ins import FakeSms
from hotline.gateway.tables import Assignment, Deadline, Message
from hotline.monitoring import service_checks_outside
from hotline.people.rules import Level
from tests.monitoring.test_dialling import SECRET, served
from tests.support.callers import Line
from tests.support.contexts import WholeContext, make_watch
from tests.support.fakes import DecryptingEncrypter, FakeInstruments

HANDSET, HELPER = "+250788700009", "+250788000091"


@dataclass
class Calling(FakeInstruments):
    dialler: Dialler | None = None

    def report_trial(self) -> bool:
        assert self.dialler is not None
        return self.dialler.tells(rules_trial.KEYS)


@dataclass
class Trial:
    line: Line
    context: WholeContext
    sms: FakeSms

    def day(self, *, reports_come: bool = True) -> None:
        service_checks_outside.run_trial(self.context)
        service_assignment.assign_pending(self.context)
        alerts_service_sending.deliver_due(self.context)
        if reports_come:
            for number, _ in enumerate(self.sms.sent, 1):
                alerts_service_sending.apply_report(
                    self.context, ReportIn(f"ATXid_{number:032x}", "Success")
                )

    @property
    def finding(self) -> CheckResult:
        with self.line.database.reading() as session:
            return service_checks_outside.check_trials(session, self.line.clock())


@pytest.fixture
def daily(line: Line) -> Iterator[Trial]:
    """Yields a hotline with responders in every place, and a test handset."""
    line.enrol(Level.RESPONDER, HELPER)
    sms = FakeSms()
    with served(line.context) as address:
        gauges = Calling(dialler=Dialler(address, lambda: [SECRET.encode()], "*384*777#"))
        seals = type(
            "Seals", (), {"number": DecryptingEncrypter().number, "tip": line.context.encrypter.tip}
        )()
        context = replace(
            line.context, watch=make_watch(instruments=gauges), sms=sms, encrypter=seals
        )
        service_checks_outside.set_handset(context, HANDSET, by="Aline")
        yield Trial(line, context, sms)


@pytest.mark.row("R12")
def test_the_handset_gets_the_alert_and_nobody_else_does(daily: Trial) -> None:
    daily.day()
    assert [to for to, _ in daily.sms.sent] == [HANDSET]
    assert [row.state for row in daily.line.all(Message)] == ["delivered"]
    assert (daily.line.all(Deadline), daily.line.all(Tally)) == ([], [])
    assert daily.line.tip.channel == rules_trial.CHANNEL


def test_one_a_day_and_an_hour_after_one_that_did_not_come_through(daily: Trial) -> None:
    told = []
    for hours, come in ((0, True), (1, True), (23, False), (0.5, False), (0.5, True), (23, True)):
        daily.line.clock.turn(hours=hours)
        daily.day(reports_come=come)
        told.append(len(daily.line.tips))
    assert told == [1, 1, 2, 2, 3, 3]


def test_twenty_six_hours_without_one_wake_somebody(daily: Trial) -> None:
    daily.day()
    daily.line.clock.turn(hours=26)
    assert daily.finding.ok
    daily.line.clock.turn(minutes=1)
    assert not daily.finding.ok
    daily.day()
    assert daily.finding.ok


@pytest.mark.parametrize("outcome", [Outcome.PERMANENT, Outcome.TRANSIENT])
def test_a_handset_that_is_not_reached_rings_nobody_else(daily: Trial, outcome: Outcome) -> None:
    daily.sms.results = [SendResult(outcome)] * 3
    daily.day(reports_come=False)
    for _ in range(20):
        daily.line.clock.turn(seconds=30)
        alerts_service_sending.deliver_due(daily.context)
        alerts_service_sending.resend_unreported(daily.context)
        service_assignment.fire_deadlines(daily.context)
        service_assignment.assign_pending(daily.context)
    assert {to for to, _ in daily.sms.sent} == {HANDSET}
    assert len(daily.line.all(Assignment)) == 1


def test_no_list_and_no_alarm_knows_of_it(daily: Trial) -> None:
    daily.context.watch.instruments.report_trial()
    daily.line.clock.turn(hours=1)
    assert service_assignment.assign_pending(daily.context) == 0
    with daily.line.database.reading() as session:
        assert queries.tip_overviews(session) == []
        assert gateway_queries.outbox_health(session).unassigned_since is None


def test_without_a_handset_nothing_is_told(line: Line) -> None:
    service_checks_outside.run_trial(line.context)
    assert line.tips == []
    with line.database.reading() as session:
        assert service_checks_outside.check_trials(session, line.clock() + timedelta(days=9)).ok
