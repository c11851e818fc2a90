"""Tests the values in Prometheus's format, and that no label identifies a person or a place."""

import re
import urllib.request
from dataclasses import dataclass, replace
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alarms.rules import Alarm
from hotline.alarms.service import raise_alarm
from hotline.alerts.service_sending import apply_report
from hotline.core.database import open_database
from hotline.core.environment import commit
from hotline.counters.rules import BOUNDS, bound_of
from hotline.counters.tables import HookCount
from hotline.errors import Occupied
from hotline.gateway.rules_delivery import Outcome
from hotline.gateway.rules_message import ReportIn
from hotline.gateway.tables import Assignment, Attempt
from hotline.monitoring import service_measures
from hotline.monitoring.prometheus import serving
from hotline.people.rules import Level
from tests.support.builders import make_responder
from tests.support.contexts import WholeContext, make_watch
from tests.support.district import District
from tests.support.fakes import FakeInstruments, FakeShelf


@dataclass
class Scrape:
    text: str

    def value(self, name: str, **labels: str) -> float:
        """Returns the value in the only line that has these labels."""
        lines = [line for line in self.text.splitlines() if re.match(rf"{name}[ {{]", line)]
        for label, value in labels.items():
            lines = [line for line in lines if f'{label}="{value}"' in line]
        (only,) = lines
        return float(only.rpartition(" ")[2])


def scrape(context: WholeContext) -> Scrape:
    with serving("127.0.0.1", 0, lambda: service_measures.gather(context)) as port:
        address = f"http://127.0.0.1:{port}/metrics"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return Scrape(answer.read().decode())


@pytest.fixture
def context(district: District) -> WholeContext:
    district.enrol(Level.NATIONAL, districts=())
    return replace(district.context, watch=make_watch(), flow_sets=FakeShelf())


def test_the_outbox(district: District, context: WholeContext) -> None:
    district.tell(urgency=2, filed_at=district.clock())
    district.clock.turn(seconds=90)
    told = scrape(context)
    assert told.value("hotline_messages", state="pending") == 1
    assert told.value("hotline_queue_age_seconds", queue="alerts") == 90
    assert told.value("hotline_queue_age_seconds", queue="notices") == 0
    assert told.value("hotline_wrong", part="unsent") == 1
    assert told.value("hotline_wrong", part="lane") == 0
    assert told.value("hotline_queue_length", queue="worker") == 3
    assert told.value("hotline_balance") == 1000


def test_no_series_counts_tips_by_state_or_urgency(
    district: District, context: WholeContext
) -> None:
    """Such numbers would show when danger was reported and when a responder took it."""
    for urgency in (1, 2, 3):
        district.tell(urgency=urgency, filed_at=district.clock())
    district.deliver()
    told = scrape(context).text
    labels = {label for label, _ in LABELS.findall(told)}
    assert not labels & {"urgency", "priority"}
    assert "hotline_tips" not in told
    states = set(re.findall(r'hotline_messages{state="(\w+)"', told))
    assert states == {"pending", "sending", "retry", "unknown", "dead"}


def test_rates_by_network(district: District, context: WholeContext) -> None:
    for number in range(20):
        district.tell(urgency=3)
        district.deliver()
        message = district.all(Assignment)[number].id
        report = ReportIn(f"ATXid_{message:032x}", "Success", network="63510")
        apply_report(district.context, report)
    assert scrape(context).value("hotline_arrived_share", network="63510") == 1


def test_sends_by_outcome_and_the_time_of_the_gateway(
    district: District, context: WholeContext
) -> None:
    district.tell(urgency=3)
    district.deliver()
    (attempt,) = district.all(Attempt)
    assert 0 < attempt.seconds < 5
    with district.database.writing() as session:
        session.get_one(Attempt, attempt.id).seconds = 7.0
    told = scrape(context)
    assert told.value("hotline_gateway_seconds_bucket", outcome="accepted", le="5.0") == 0
    assert told.value("hotline_gateway_seconds_bucket", outcome="accepted", le="10.0") == 1
    assert told.value("hotline_gateway_seconds_sum", outcome="accepted") == 7


def test_what_runs_out_and_what_runs(context: WholeContext) -> None:
    gauges = FakeInstruments(backup=7200, silent={"reader": 90}, ends={"console": 86_400})
    told = scrape(replace(context, watch=make_watch(instruments=gauges)))
    assert told.value("hotline_backup_age_seconds") == 7200
    assert told.value("hotline_certificate_seconds", of="console") == 86_400
    assert told.value("hotline_workers_up", queue="worker") == 1
    assert told.value("hotline_workers_up", queue="reader") == 0
    assert told.value("hotline_wrong", part="workers") == 1
    assert 0 < told.value("hotline_commit_seconds") < 5
    assert told.value("hotline_build_info", version=version("hotline"), commit=commit()) == 1


def test_an_alarm_of_an_event_is_a_part_until_it_is_acknowledged(context: WholeContext) -> None:
    assert scrape(context).value("hotline_wrong", part="strange job") == 0
    raise_alarm(context, Alarm.STRANGE_JOB)
    assert scrape(context).value("hotline_wrong", part="strange job") == 1


def test_what_two_web_processes_counted_is_added_up(context: WholeContext) -> None:
    for _ in range(2):
        service_measures.add(context, {HookCount("ussd", "con", 0): (3, 0.006)})
    service_measures.add(context, {HookCount("ussd", "con", len(BOUNDS)): (1, 7.0)})
    told = scrape(context)
    labels = {"hook": "ussd", "outcome": "con"}
    assert told.value("hotline_hook_seconds_bucket", le="0.005", **labels) == 6
    assert told.value("hotline_hook_seconds_bucket", le="5.0", **labels) == 6
    assert told.value("hotline_hook_seconds_bucket", le="+Inf", **labels) == 7
    assert told.value("hotline_hook_seconds_sum", **labels) == pytest.approx(7.012)


def test_without_database_and_redis_what_is_left_is_told(district: District) -> None:
    gone = open_database("sqlite:////nowhere/at/all.db")
    dead = make_watch(instruments=FakeInstruments(redis=False, left=None))
    told = scrape(replace(district.context, database=gone, watch=dead))
    assert told.value("hotline_wrong", part="database") == 1
    assert told.value("hotline_wrong", part="redis") == 1
    assert "hotline_workers_up{" not in told.text
    assert "hotline_messages{" not in told.text


LABELS = re.compile(r'(\w+)="([^"]*)"')
WORDS = {
    "part": r"[a-z -]{2,20}",
    "state": r"[a-z]+",
    "network": r"[0-9]{5,6}",
    "queue": r"worker|reader|alerts|answers|notices",
    "level": r"danger|hop",
    "version": r"[0-9.]+",
    "commit": r"[0-9a-f]+(-dirty)?|unknown",
    "hook": r"[a-z]+",
    "outcome": "|".join(("con", "end", "ok", "failed", *Outcome)),
    "le": r"[0-9.]+|\+Inf",
}


@pytest.mark.row("P2")
def test_no_label_tells_who_or_where(district: District, context: WholeContext) -> None:
    """The secret words are a responder's name and number, and the references of a tip. No label may contain one of
    these words."""
    with district.database.writing() as session:
        session.add(make_responder(name="Ikanari Yihishe", msisdn="+250788654321"))
    district.tell(urgency=1, place="12", filed_at=district.clock())
    district.deliver()
    for row in district.all(Assignment):
        report = ReportIn(f"ATXid_{row.id:032x}", "Success +250788654321", network="63510")
        apply_report(district.context, report)
    service_measures.add(context, {HookCount("ussd", "con", 3): (1, 0.01)})
    told = scrape(context).text

    for label, value in LABELS.findall(told):
        assert re.fullmatch(WORDS[label], value), (label, value)
    for canary in ("Ikanari", "788654321", *(row.reference for row in district.all(Assignment))):
        assert canary not in told


def test_a_port_that_is_taken_is_said() -> None:
    with serving("127.0.0.1", 0, list) as port, pytest.raises(Occupied, match="METRICS_PORT"):  # noqa: SIM117
        with serving("127.0.0.1", port, list):
            pass


@given(st.floats(0, 100))
def test_a_time_is_counted_under_the_first_bound_that_holds_it(seconds: float) -> None:
    place = bound_of(seconds)
    assert place == len(BOUNDS) or seconds <= BOUNDS[place]
    assert place == 0 or seconds > BOUNDS[place - 1]
