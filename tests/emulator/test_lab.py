"""Tests the panel on the page with the handsets. In the panel, a person can cause and end faults, and move the
hotline's clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hotline.emulator.emulator import FAULTS, Emulator, build_emulator, read_as
from hotline.text.errors import SettingsInvalid
from tests.emulator.line import FakeLine, listening
from tests.emulator.sdk import LocalSms
from tests.support.handsets import EmulatorClient
from tests.support.keypad import DESK, OldAnswer, quiet

ONE = "+250788100001"


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    return tmp_path / "clock"


@pytest.fixture
def emulator(line: FakeLine, clock: Path) -> Iterator[Emulator]:
    """Yields the emulator of a demo, in which the hotline's clock can be moved."""
    with listening(line) as hooks:
        yield build_emulator(hooks=hooks, seed=7, line_clock=clock)


@pytest.fixture
def page(desk: Page, url: str) -> Iterator[Page]:
    desk.set_viewport_size(DESK)
    with quiet(desk, url) as page:
        page.get_by_role("button", name="Make it go wrong").click()
        yield page


@pytest.mark.browser
def test_button_sets_a_fault(page: Page, client: EmulatorClient, emulator: Emulator) -> None:
    client.set_faults({"kind": "slow", "probability": 0.5})
    money = page.get_by_role("button", name="No money")
    money.click()
    expect(money).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-lab-open]")).to_have_text("Something goes wrong")
    kinds = [(rule.kind.value, rule.status) for rule in emulator.faults.rules()]
    assert ("recipient_status", 405) in kinds

    page.get_by_role("button", name="All well again").click()
    expect(money).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-lab-open]")).to_have_text("Make it go wrong")
    assert emulator.faults.rules() == ()


@pytest.mark.browser
def test_old_answer_clears_no_newer_key_error(page: Page) -> None:
    """The key F8 closes and opens the panel. The first button then has the focus."""
    opener = page.locator("[data-lab-open]")
    slow = page.get_by_role("button", name="Answers after 12 s")
    old = OldAnswer(page, "**/control/line-clock")
    page.keyboard.press("F8")
    expect(page.locator("[data-lab]")).to_be_hidden()
    with page.expect_response("**/control/faults"):
        page.keyboard.press("F8")
    old.wait_for()
    page.keyboard.press("Enter")
    expect(opener).to_have_text("Something goes wrong")
    old.arrive()
    expect(slow).to_have_attribute("aria-pressed", "true")
    expect(opener).to_have_text("Something goes wrong")


@pytest.mark.browser
def test_tab_key_reaches_the_panel(page: Page) -> None:
    """With the Tab key, the open panel comes after the caller's phone, and the panel's faults come next."""
    page.locator("[data-handset=citizen]").focus()
    page.keyboard.press("Tab")
    opener = page.locator("[data-lab-open]")
    expect(opener).to_be_focused()
    for expanded in ("false", "true"):
        page.keyboard.press("Enter")
        expect(opener).to_have_attribute("aria-expanded", expanded)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Answers after 12 s")).to_be_focused()


@pytest.mark.row("P5")
@pytest.mark.browser
def test_hotline_s_clock_is_moved_and_reset(page: Page, clock: Path) -> None:
    page.get_by_role("button", name="+1 day").click()
    page.get_by_role("button", name="+1 h").click()
    expect(page.locator("[data-offset]")).to_have_text("1 d 1 h ahead")
    assert clock.read_text() == str(25 * 3600)
    page.get_by_role("button", name="True time").click()
    expect(page.locator("[data-offset]")).to_have_text("is true")
    assert clock.read_text() == "0"


@pytest.mark.browser
def test_panel_fits_its_column(page: Page) -> None:
    for width, height in ((1280, 800), (1366, 640), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        high = page.evaluate("document.documentElement.scrollHeight")
        assert high <= height, (width, height)


@pytest.mark.row("P5")
@pytest.mark.browser
def test_each_button_sets_a_known_fault(page: Page) -> None:
    rules = page.locator("[data-fault]").evaluate_all(
        "buttons => buttons.map(button => JSON.parse(button.dataset.fault))"
    )
    assert len({rule.point for rule in read_as(FAULTS, rules)}) == 5


def test_clock_of_other_process_cannot_be_moved() -> None:
    emulator = build_emulator()
    with pytest.raises(SettingsInvalid, match="hotline demo"):
        emulator.turn_line(60)
    emulator.close()


def test_switched_off_phone_gives_failure(url: str, client: EmulatorClient, line: FakeLine) -> None:
    client.set(give_up_after=2.0)
    client.power(ONE, on=False)
    LocalSms(url).sent("Message", ONE)
    told = line.wait_for("delivery", 3)
    assert [one["status"] for one in told] == ["Submitted", "Buffered", "Failed"]
    assert told[-1]["failureReason"] == "UserIsInactive"
    client.power(ONE, on=True)
    assert client.inbox(ONE) == []


def test_lost_sms_is_in_the_inbox_list(
    client: EmulatorClient, line: FakeLine, emulator: Emulator
) -> None:
    client.set_faults({"kind": "lost_mo", "times": 1})
    client.text("1 K7Q4", msisdn=ONE)
    client.text("1 K7Q5", msisdn=ONE)
    assert [one["text"] for one in line.wait_for("sms")] == ["1 K7Q5"]
    assert [one.text for one in emulator.state.incoming] == ["1 K7Q4", "1 K7Q5"]
