"""Tests the metrics, the alert rules and the service levels, and that no label identifies a person or a place."""

import re
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hotline.alarms.rules import Alarm, CheckState
from hotline.alarms.service import raise_alarm
from hotline.alerts import service_assignment
from hotline.alerts.service_sending import apply_report
from hotline.core.database import open_database
from hotline.core.environment import commit
from hotline.counters.rules import BOUNDS, bound_of
from hotline.counters.tables import HookCount
from hotline.gateway.rules import Outcome, ReportIn
from hotline.gateway.tables import Assignment, Attempt
from hotline.monitoring import queries, service_measures
from hotline.monitoring.prometheus import serving
from hotline.people.rules import Level
from hotline.text.errors import Occupied
from hotline.tips.tables import Tip
from tests.architecture.tree import ROOT
from tests.support.builders import make_responder
from tests.support.contexts import WholeContext, make_watch
from tests.support.district import District
from tests.support.fakes import FakeInstruments, FakeShelf
from tools.alert_rules import FILE, text


@dataclass
class Scrape:
    text: str

    def value(self, name: str, **labels: str) -> float:
        """Returns the value of the metric with this name and these labels."""
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
    district.enrol(Level.NATIONAL)
    return replace(district.context, watch=make_watch(), flow_sets=FakeShelf())


def test_the_outbox(district: District, context: WholeContext) -> None:
    district.tell(urgency=2, filed_at=district.clock())
    district.clock.turn(seconds=90)
    told = scrape(context)
    assert told.value("hotline_messages", state="pending") == 1
    assert told.value("hotline_queue_age_seconds", queue="alerts") == 90
    assert told.value("hotline_queue_age_seconds", queue="notices") == 0
    assert told.value("hotline_wrong", part="unsent") == 1
    assert told.value("hotline_wrong", part="outgoing queue") == 0
    assert told.value("hotline_queue_length", queue="worker") == 3
    assert told.value("hotline_balance") == 1000


def test_no_series_counts_tips_by_urgency(district: District, context: WholeContext) -> None:
    """Counts of tips by state or urgency would show when danger was reported and when a responder took it."""
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


def test_sends_are_counted_by_outcome(district: District, context: WholeContext) -> None:
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


RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"


@pytest.fixture
def manned(district: District) -> WholeContext:
    district.enrol(Level.RESPONDER)
    district.enrol(Level.NATIONAL)
    return replace(district.context, watch=make_watch(), flow_sets=FakeShelf())


def danger(district: District, *, accepted_after: float | None) -> None:
    district.tell(urgency=1, filed_at=district.clock())
    if accepted_after is not None:
        district.clock.turn(seconds=accepted_after)
        district.deliver()
    district.clock.turn(seconds=60)


def counted(district: District) -> tuple[int, int]:
    at = district.clock()
    with district.database.reading() as session:
        return queries.danger_alerts(session, at - timedelta(hours=1), at)


@pytest.mark.parametrize(("after", "late"), [(5, 0), (14.9, 0), (15.5, 1), (None, 1)])
def test_a_danger_is_late_after_fifteen_seconds_or_without_an_accepted_alert(
    district: District, manned: WholeContext, after: float | None, late: int
) -> None:
    danger(district, accepted_after=after)
    assert counted(district) == (1, late)
    assert scrape(manned).value("hotline_danger_late") == late


def test_the_time_of_the_gateway_counts(district: District, manned: WholeContext) -> None:
    danger(district, accepted_after=8)
    with district.database.writing() as session:
        for row in district.all(Attempt):
            session.get_one(Attempt, row.id).seconds = 9.0
    district.tell(urgency=1, filed_at=district.clock())
    assert counted(district) == (1, 1)


@pytest.mark.parametrize(("after", "late"), [(5, 0), (15.5, 1), (None, 1)])
def test_a_tip_that_becomes_a_danger_later_counts_from_then(
    district: District, manned: WholeContext, after: float | None, late: int
) -> None:
    tip = district.tell(urgency=2, filed_at=district.clock())
    district.deliver()
    district.clock.turn(hours=2)
    assert counted(district) == (0, 0)
    with district.database.writing() as session:
        row = session.get_one(Tip, tip)
        row.urgency, row.danger_at = 1, district.clock()
    service_assignment.assign_pending(district.context)
    if after is not None:
        district.clock.turn(seconds=after)
        district.deliver()
    district.clock.turn(seconds=60)
    assert counted(district) == (1, late)


def test_no_value_counts_the_dangers(district: District, manned: WholeContext) -> None:
    before = re.findall("^hotline_(?:danger|service).*", scrape(manned).text, re.M)
    for _ in range(3):
        danger(district, accepted_after=5)
    assert re.findall("^hotline_(?:danger|service).*", scrape(manned).text, re.M) == before


def test_a_missed_level_is_a_warning(district: District, manned: WholeContext) -> None:
    well = service_measures.check_levels(manned)
    assert (well.state, "nothing to measure" in well.message) == (CheckState.OK, True)
    within = BOUNDS.index(0.3)
    counts = {HookCount("ussd", "con", within): (995, 9.0), HookCount("ussd", "con", 9): (5, 9.0)}
    service_measures.add(manned, counts)
    kept = service_measures.check_levels(manned)
    assert kept.state is CheckState.OK
    assert "hop within 0.3 s: 99.50% (target 99.5%)" in kept.message
    service_measures.add(manned, {HookCount("ussd", "failed", 0): (1, 0.0)})
    assert service_measures.check_levels(manned).state is CheckState.WARNING
    assert scrape(manned).value("hotline_service_level_kept", level="hop") == 0
    district.clock.turn(days=31)
    assert service_measures.check_levels(manned).state is CheckState.OK


RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(FILE.read_text("utf-8"))["groups"] for rule in group["rules"]
]


def test_the_file_is_what_the_tool_writes() -> None:
    assert FILE.read_text("utf-8") == text()


def test_each_alarm_has_an_alert_and_no_two_have_one_name() -> None:
    parts = {part for rule in RULES for part in re.findall(r'part="([^"]+)"', rule["expr"])}
    assert parts == {*Alarm}
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_each_metric_and_each_part_of_a_rule_exists(district: District) -> None:
    district.enrol(Level.NATIONAL)
    watch = make_watch(instruments=FakeInstruments(ends={"line": 1.0}))
    context = replace(district.context, watch=watch, flow_sets=FakeShelf())
    service_measures.add(context, {HookCount("ussd", "con", 0): (1, 0.0)})
    told = scrape(context).text
    for rule in RULES:
        for metric in re.findall(r"hotline_[a-z_]+", rule["expr"]):
            assert re.search(rf"^{metric}[ {{]", told, re.M), metric
        for label in re.findall(r'(?:part|le)="[^"]+"', rule["expr"]):
            assert label in told, label


def test_each_section_that_a_rule_names_stands_in_the_runbook() -> None:
    page = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    anchors = {
        f"docs/runbook.md#{title.lower().replace(' ', '-')}"
        for title in re.findall(r"^#+ (.+)$", page, re.M)
    }
    assert {rule["annotations"]["runbook"] for rule in RULES} <= anchors
    for rule in RULES:
        assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not on this machine")
def test_promtool_accepts_them() -> None:
    subprocess.run(["promtool", "check", "rules", FILE], check=True)
