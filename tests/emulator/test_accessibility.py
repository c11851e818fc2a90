"""Tests the page of two handsets with axe, for blind users and small screens."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.emulator.line import FakeLine
from tests.emulator.sdk import LocalSms
from tests.support.axe import axe_faults
from tests.support.handsets import EmulatorClient
from tests.support.keypad import Phone, quiet_page

pytestmark = pytest.mark.browser

RESPONDER = "+250788100001"


@pytest.mark.parametrize("place", ["desk", "telephone"])
def test_axe_finds_nothing(
    chromium: Browser, url: str, client: EmulatorClient, line: FakeLine, place: str
) -> None:
    client.enrol([{"msisdn": RESPONDER, "label": "Gasabo 1"}])
    with quiet_page(chromium, url, touched=place == "telephone") as page:
        found = axe_faults(page, "at rest")
        Phone(page, "citizen").dial("*384*777#")
        Phone(page, "citizen").shows("1 Read")
        LocalSms(url).sent("K7Q4 waits " * 12, RESPONDER)
        if place == "telephone":
            expect(page.locator("[data-rings]")).to_be_visible()
            found += axe_faults(page, "alerted")
            page.get_by_role("button", name=re.compile("^Responder")).click()
        responder = Phone(page, "responder")
        responder.shows("1 new message")
        responder.act("left")
        responder.shows("K7Q4 waits")
        found += axe_faults(page, "in use")
        page.keyboard.press("F8")
        found += axe_faults(page, "faults open")
    assert found == []
