"""Tests that each alarm names an existing page of the runbook that tells the on-call contact what to do."""

import re

import pytest

from hotline.alarms.rules import Alarm
from tests.architecture.tree import ROOT

PAGES = dict(
    re.findall(
        r"^### (.+)\n((?:(?!#).*\n?)+)",
        (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8"),
        re.M,
    )
)


@pytest.mark.parametrize("alarm", Alarm)
def test_every_alarm_has_its_page(alarm: Alarm) -> None:
    page = PAGES[alarm]
    assert "**What to do" in page
    assert len(page.split()) > 10
