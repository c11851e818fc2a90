"""Tests the page as a person uses it: two phones that are operated by thumb."""

import re
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, ViewportSize, expect

from hotline.cli.dial import dial
from hotline.emulator.emulator import Emulator, build_emulator
from hotline.emulator.server import About, create_app
from tests.emulator.line import FakeLine
from tests.emulator.running import serving
from tests.emulator.sdk import LocalSms
from tests.support.handsets import EmulatorClient
from tests.support.keypad import DESK, OldAnswer, Phone, quiet, quiet_page

CITIZEN, RESPONDER, OTHER = "+250788000001", "+250788100001", "+250738100002"
LONGER_THAN_FOLLOWING = 900
"""The number of milliseconds in which the phone on the right must switch to the recipient of the next alert."""
SIZES = ((1920, 1080), (1280, 800), (1280, 690), (1366, 640), (1024, 768), (390, 844), (320, 640))


@pytest.fixture
def page(desk: Page, url: str, client: EmulatorClient) -> Iterator[Page]:
    client.enrol(
        [{"msisdn": RESPONDER, "label": "Gasabo 1"}, {"msisdn": "+250738100002", "label": "Huye 2"}]
    )
    desk.set_viewport_size(DESK)
    with quiet(desk, url) as page:
        yield page


@pytest.fixture
def citizen(page: Page) -> Phone:
    return Phone(page, "citizen")


@pytest.fixture
def responder(page: Page) -> Phone:
    return Phone(page, "responder")


@pytest.mark.browser
def test_dial_read_answer_hang_up(citizen: Phone, client: EmulatorClient, line: FakeLine) -> None:
    line.answers = {"1": "CON Read on"}
    citizen.press("*384*777#")
    citizen.shows("*384*777#")
    citizen.act("call")
    citizen.shows("1 Read")
    expect(citizen.root.locator("[data-septets]")).to_have_text("20/156 septets")

    citizen.press("1")
    citizen.act("call")
    citizen.shows("Read on")
    citizen.act("end")

    citizen.shows(re.compile(r"\d\d:\d\d"))
    assert line.wait_for("ended")[0]["status"] == "Incomplete"
    citizen.act("right")
    citizen.shows("*384*777#")
    citizen.shows("What was dialled stays here")
    assert client.violations() == []


@pytest.mark.browser
def test_old_answer_clears_no_typed_text(
    page: Page, citizen: Phone, client: EmulatorClient
) -> None:
    old = OldAnswer(page, "**/control/handset/*000001")
    client.power(OTHER, on=False)
    old.wait_for()
    citizen.dial("*384*777#")
    citizen.shows("1 Read")
    citizen.press("1")
    old.arrive()
    expect(citizen.root.locator("[data-input]")).to_have_text("1")


@pytest.mark.browser
def test_keyboard_alone_operates_the_page(page: Page, citizen: Phone, line: FakeLine) -> None:
    page.keyboard.type("*384*777#")
    page.keyboard.press("Backspace")
    page.keyboard.type("#")
    page.keyboard.press("Enter")
    citizen.shows("1 Read")
    page.keyboard.type("A word")
    page.keyboard.press("Enter")
    assert line.wait_for("ussd", 2)[1]["text"] == "A word"
    citizen.shows("1 Read")
    page.keyboard.press("Escape")
    citizen.shows(re.compile(r"\d\d:\d\d"))
    page.keyboard.press("Tab")
    expect(page.locator("[data-lab-open]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[data-handset=responder]")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    expect(page.locator("[data-handset=citizen]")).to_be_focused()


@pytest.mark.browser
def test_a_person_answers_an_sms(url: str, page: Page, responder: Phone, line: FakeLine) -> None:
    LocalSms(url).sent("K7Q4 waits", RESPONDER, sender_id="3847")
    responder.shows("1 new message")
    expect(responder.root).to_have_class(re.compile("buzz"))
    expect(responder.root).to_have_attribute("data-unread", "1")
    responder.act("left")
    responder.shows("K7Q4 waits")
    expect(responder.root).to_have_attribute("data-unread", "0")
    expect(responder.screen).to_have_attribute("data-inbox", "")

    responder.act("left")
    page.keyboard.type("1 K7Q4")
    responder.act("call")
    told = line.wait_for("sms")[0]
    assert (told["text"], told["from"]) == ("1 K7Q4", RESPONDER)
    log = page.locator("[data-log]")
    expect(log).to_contain_text("SMS reached the hotline")
    expect(log).not_to_contain_text("K7Q4")


@pytest.mark.browser
def test_switched_off_phone_gets_message_later(url: str, responder: Phone) -> None:
    responder.act("power")
    expect(responder.root).to_have_attribute("data-view", "off")
    LocalSms(url).sent("K7Q4 waits", RESPONDER)
    expect(responder.screen).to_be_empty()
    responder.act("power")
    responder.shows("1 new message")


@pytest.mark.browser
def test_chosen_phone_stays_and_others_are_marked(url: str, page: Page, responder: Phone) -> None:
    page.locator("[data-people]").select_option(RESPONDER)
    LocalSms(url).sent("K7Q4 waits", "+250738100002")
    other = page.locator("[data-log] button", has_text="Huye 2").first
    expect(other).to_be_visible()
    expect(page.locator("[data-people] option", has_text="✉ Huye 2")).to_have_count(1)
    expect(page.locator("[data-people]")).to_have_value(RESPONDER)
    other.click()
    responder.shows("1 new message")


TARGETS = """() => [...document.querySelectorAll("button, a, select")]
  .filter((one) => one.getClientRects().length)
  .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44)
  .map(([what, box]) => `${what} ${box.width} x ${box.height}`)"""
TELEPHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.mark.browser
def test_the_page_links_the_console_and_the_readme(chromium: Browser, emulator: Emulator) -> None:
    about = About("http://127.0.0.1:9/", "# The first line\n")
    with serving(emulator, about=about) as url, quiet_page(chromium, url) as page:
        said = "A hotline against human trafficking in Rwanda: demo"
        expect(page).to_have_title(said)
        expect(page.get_by_role("heading", level=1)).to_have_text(said)
        expect(page.get_by_role("link", name="Console")).to_have_attribute("href", about.console)
        page.get_by_role("link", name="README").click()
        expect(page.locator("body")).to_contain_text("# The first line")
        page.goto(url)


@pytest.mark.browser
def test_narrow_screen_shows_an_alert(
    url: str, page: Page, citizen: Phone, responder: Phone
) -> None:
    page.set_viewport_size(TELEPHONE)
    expect(citizen.root).to_be_visible()
    expect(responder.root).to_be_hidden()
    LocalSms(url).sent("K7Q4 waits", RESPONDER, sender_id="3847")

    alert = page.locator("[data-rings]")
    expect(alert).to_contain_text("K7Q4 waits")
    box = alert.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= TELEPHONE["height"]
    assert page.evaluate("scrollY") == 0

    alert.click()
    expect(responder.root).to_be_visible()
    expect(citizen.root).to_be_hidden()
    responder.shows("K7Q4 waits")
    expect(alert).to_be_hidden()
    page.get_by_role("button", name="Citizen", exact=True).click()
    expect(citizen.root).to_be_visible()


@pytest.mark.browser
def test_targets_have_44_pixels(url: str, page: Page, citizen: Phone, responder: Phone) -> None:
    page.set_viewport_size(TELEPHONE)
    LocalSms(url).sent("K7Q4 waits", OTHER, sender_id="3847")
    expect(page.locator("[data-rings]")).to_be_visible()
    assert page.evaluate(TARGETS) == []
    page.locator("[data-lab-open]").click()
    assert page.evaluate(TARGETS) == []
    page.get_by_role("button", name=re.compile("^Responder")).click()
    expect(responder.root).to_be_visible()
    assert page.evaluate(TARGETS) == []


@pytest.mark.browser
def test_nothing_is_cut_off(page: Page) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        wide, high = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert wide <= width, (width, height)
        assert high <= height or width < 760, (width, height)


def test_the_page_is_served_under_a_strict_policy() -> None:
    emulator = build_emulator()
    response = create_app(emulator).test_client().get("/")
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    page = response.get_data(as_text=True)
    assert "style=" not in page
    assert "://" not in page.replace("http://localhost/", "")
    emulator.close()


@pytest.mark.browser
def test_page_without_javascript_names_the_command(chromium: Browser, url: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    seen = " ".join(page.locator("body").inner_text().split())
    assert f".venv/bin/hotline dial '*384*777#' --emulator {url}/" in seen
    context.close()
    dialled = CliRunner().invoke(dial, ["*384*777#", "--emulator", f"{url}/"], input="\n")
    assert "1 Read" in dialled.output


@pytest.mark.browser
def test_touch_screen_types_letters(
    chromium: Browser, url: str, client: EmulatorClient, line: FakeLine
) -> None:
    """On a touch screen, no keyboard opens: the keys of the phone show how letters are written."""
    client.enrol([{"msisdn": RESPONDER, "label": "Gasabo 1"}])
    with quiet_page(chromium, url, touched=True) as page:
        phone = page.locator("[data-handset=responder]")

        def tap(*keys: str) -> None:
            for key in keys:
                phone.locator(f'[data-key="{key}"], [data-action="{key}"]').tap()

        LocalSms(url).sent("K7Q4 waits", RESPONDER, sender_id="3847")
        expect(phone).to_have_attribute("data-unread", "1")
        page.get_by_role("button", name=re.compile("^Responder")).tap()
        tap("left", "left")
        expect(phone.locator("[data-turns]")).to_have_text("123")
        tap("#")
        expect(phone.locator("[data-turns]")).to_have_text("abc")
        tap("1", "#", "0", "5", "5", "#", "7")
        expect(phone.locator("[data-input]")).to_have_text("1 k7")
        tap("call")
    assert line.wait_for("sms")[0]["text"] == "1 k7"


def alert(url: str, line: FakeLine, citizen: Phone, *to: str) -> None:
    """Simulates a caller's report, and sends an alert to each phone number in `to`."""
    citizen.dial("*384*777#")
    citizen.shows("1 Read")
    for msisdn in to:
        LocalSms(url).sent("K7Q4 waits", msisdn)
    citizen.act("end")
    citizen.rests()


@pytest.mark.browser
def test_the_right_phone_follows_each_tip(
    url: str, page: Page, citizen: Phone, responder: Phone, line: FakeLine
) -> None:
    """The phone on the right switches to the recipient of the next alert. The page switches even if a person chose the
    shown phone, or if the owner of the shown phone already read an alert.

    The page does not switch if the next alert also goes to the shown phone, or if a person has typed on the shown
    phone.
    """
    holder = page.locator("[data-people]")
    alert(url, line, citizen, RESPONDER)
    responder.shows("1 new message")
    responder.act("left")
    responder.shows("K7Q4 waits")

    alert(url, line, citizen, OTHER)
    expect(holder).to_have_value(OTHER)
    responder.shows("1 new message")

    alert(url, line, citizen, RESPONDER, OTHER)
    responder.shows("2 new messages")
    expect(holder).to_have_value(OTHER)

    responder.press("1")
    alert(url, line, citizen, RESPONDER)
    expect(page.locator("[data-people] option", has_text="✉ Gasabo 1")).to_have_count(1)
    page.wait_for_timeout(LONGER_THAN_FOLLOWING)
    expect(holder).to_have_value(OTHER)
