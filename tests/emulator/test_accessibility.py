"""Tests the page of two handsets with axe, for blind users and small screens."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.emulator.line import FakeLine
from tests.emulator.sdk import LocalSms
from tests.support.handsets import EmulatorClient
from tests.support.keypad import Phone, quiet_page

pytestmark = pytest.mark.browser

RESPONDER = "+250788100001"
OPTIONS = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
"""A rule that axe skips by default: each button is large enough for a thumb."""


@pytest.mark.parametrize("place", ["desk", "telephone"])
def test_axe_finds_nothing(
    chromium: Browser, url: str, client: EmulatorClient, line: FakeLine, place: str
) -> None:
    client.enrol([{"msisdn": RESPONDER, "label": "Gasabo 1"}])
    with quiet_page(chromium, url, touched=place == "telephone") as page:
        found = faults(page, "at rest")
        Phone(page, "citizen").dial("*384*777#")
        Phone(page, "citizen").shows("1 Read")
        LocalSms(url).sent("K7Q4 waits " * 12, RESPONDER)
        if place == "telephone":
            expect(page.locator("[data-rings]")).to_be_visible()
            found += faults(page, "alerted")
            page.get_by_role("button", name=re.compile("^Responder")).click()
        responder = Phone(page, "responder")
        responder.shows("1 new message")
        responder.act("left")
        responder.shows("K7Q4 waits")
        found += faults(page, "in use")
        page.keyboard.press("F8")
        found += faults(page, "faults open")
    assert found == []


def faults(page: Page, when: str) -> list[str]:
    told = Axe().run(page, options=OPTIONS).response
    return [
        f"{when}: {rule['id']}: {node['html'][:80]}: {node['failureSummary'][:200]}"
        for rule in told["violations"]
        for node in rule["nodes"]
    ]
