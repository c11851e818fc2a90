"""Tests the rules for Prometheus: written by the tool, on metrics that exist, each with its section of the runbook."""

import re
import shutil
import subprocess
from dataclasses import replace
from typing import Any

import pytest
import yaml

from hotline.alarms.rules import Alarm
from hotline.counters.tables import HookCount
from hotline.monitoring import service_measures
from hotline.people.rules import Level
from tests.architecture.tree import ROOT
from tests.monitoring.test_measures import scrape
from tests.support.contexts import make_watch
from tests.support.district import District
from tests.support.fakes import FakeInstruments, FakeShelf
from tools.alert_rules import FILE, text

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
    district.enrol(Level.NATIONAL, districts=())
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
