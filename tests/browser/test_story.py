"""Tests a case in Kinyarwanda from the call to the alert, in a browser and with a real hotline. At the end, a responder
takes the case."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.keypad import Phone
from tests.support.stack import Stack

pytestmark = pytest.mark.browser

CODE = "*384*777#"
FRONT = """\
Akazi gatekanye n'umuryango
1 Akazi ko mu mahanga
2 Akazi ko mu rugo
3 Abana
4 Uburenganzira, isuzume
5 Ufite ikibazo?
7 English
8 Francais"""
SOON = 3.0
PICTURE = Path(__file__).parents[2] / "docs" / "handsets.png"


def test_both_phones_through_the_whole_story(
    page: Page, stack: Stack, request: pytest.FixtureRequest
) -> None:
    citizen, responder = Phone(page, "citizen"), Phone(page, "responder")

    before = taken_by(stack, "Gasabo")
    tells_of_danger(citizen, district="1")
    responder.shows("1 new message", within=SOON)
    # Two workers send alerts at the same time, so the first alert may go to either of the two responders.
    holder = page.locator("[data-people] option:checked")
    expect(holder).to_contain_text(re.compile(r"Gasabo [12]"))
    name = re.findall(r"Gasabo [12]", holder.inner_text())
    reference = reads_the_alert(responder, "Gasabo")
    goes_on_to_the_end(citizen)
    if request.config.getoption("--save-pictures", default=False):
        take_picture(page)

    takes_it_by_sms(responder, reference)
    assert Counter(taken_by(stack, "Gasabo")) - Counter(before) == Counter(name)

    adds_a_landmark(citizen)
    the_call_log_leads_to_the_plain_front(citizen)
    hangs_up_in_the_middle(citizen)
    switches_the_phone_off(responder, citizen)
    assert stack.emulator.violations() == []


def tells_of_danger(citizen: Phone, *, district: str) -> None:
    citizen.dial(CODE)
    expect(citizen.screen).to_have_text(FRONT)
    citizen.reply("6", "Kanda 1-5, 7, 8")
    citizen.reply("5", "Hari uri mu kaga ubu?")
    citizen.reply("1", "Hari umuyobozi ubirimo")
    citizen.reply("2", "Hehe?")
    citizen.reply("1", "Akarere?")
    citizen.reply(district, "Byoherejwe.")


def reads_the_alert(responder: Phone, place: str) -> str:
    """Opens the alert on the responder's phone, and returns its reference. The alert contains only this reference,
    the place, the urgency and how to reply.
    """
    expect(responder.root).to_have_attribute("data-unread", "1")
    responder.act("left")
    alert = re.compile(rf"([A-Z0-9]{{4}}): {place}, byihutirwa\. Subiza 1 \1$")
    responder.shows(alert)
    expect(responder.root).to_have_attribute("data-unread", "0")
    found = alert.search(responder.screen.text_content() or "")
    assert found is not None
    return found[1]


def goes_on_to_the_end(citizen: Phone) -> None:
    citizen.reply("1", "Ni iki?")
    citizen.reply("1", "Ni nde ukeneye ubufasha?")
    citizen.reply("3", "Abafasha bashobora kuhaza?")
    citizen.reply("3", "Byabitswe. Ushobora guhagarika.")


def takes_it_by_sms(responder: Phone, reference: str) -> None:
    responder.act("left")
    responder.spell(f"1 {reference}")
    responder.act("call")
    responder.shows("Message sent.")
    responder.act("left")
    responder.shows("1 new message")
    responder.act("left")
    responder.shows(f"{reference}: ni ibyawe. Bitarasomwa")


def taken_by(stack: Stack, place: str) -> list[str | None]:
    listed = json.loads(stack.command("tips", "list", "--json"))
    return [tip["acknowledged_by"] for tip in listed if tip["place"] == place]


def adds_a_landmark(citizen: Phone) -> None:
    citizen.reply("3", "Ikiranga aho")
    citizen.spell("iduka")
    citizen.act("call")
    expect(citizen.screen).to_have_text("Murakoze. Murabeho.")
    citizen.act("left")
    citizen.rests()


def the_call_log_leads_to_the_plain_front(citizen: Phone) -> None:
    """Dials again from the call log. The phone keeps the dialled code, but none of the answers."""
    citizen.act("right")
    expect(citizen.screen.locator("[data-row]")).to_have_count(1)
    citizen.shows(CODE)
    citizen.act("call")
    expect(citizen.screen).to_have_text(FRONT)


def hangs_up_in_the_middle(citizen: Phone) -> None:
    citizen.reply("5", "Hari uri mu kaga ubu?")
    citizen.act("end")
    citizen.rests()
    citizen.dial(CODE)
    expect(citizen.screen).to_have_text(FRONT)
    citizen.act("end")
    citizen.rests()


def switches_the_phone_off(responder: Phone, citizen: Phone) -> None:
    """Switches a phone off and on. The alert waits until the phone is on."""
    responder.act("end")
    responder.act("power")
    expect(responder.root).to_have_attribute("data-view", "off")
    tells_of_danger(citizen, district="1")
    citizen.act("end")
    expect(responder.screen).to_be_empty()
    responder.act("power")
    responder.shows("1 new message")


def test_the_keyboard_alone(page: Page, stack: Stack) -> None:
    citizen, responder = Phone(page, "citizen"), Phone(page, "responder")
    keyboard = page.keyboard
    chooses_a_responder(page, "Kicukiro 1")
    expect(citizen.root).to_be_focused()
    keyboard.type(CODE)
    keyboard.press("Enter")
    expect(citizen.screen).to_have_text(FRONT)
    for keys, shows in (
        ("5", "Hari uri mu kaga ubu?"),
        ("1", "Hari umuyobozi ubirimo"),
        ("2", "Hehe?"),
        ("1", "Akarere?"),
        ("2", "Byoherejwe."),
    ):
        keyboard.type(keys)
        keyboard.press("Enter")
        citizen.shows(shows)
    keyboard.press("Escape")
    citizen.rests()
    keyboard.press("ArrowRight")
    citizen.shows(CODE)

    responder.shows("1 new message", within=SOON)
    for _ in range(2):
        keyboard.press("Tab")
    expect(responder.root).to_be_focused()
    takes_it_on_the_keyboard(page, responder)
    assert taken_by(stack, "Kicukiro") == ["Kicukiro 1"]
    keyboard.press("F9")
    expect(responder.root).to_have_attribute("data-view", "off")


def chooses_a_responder(page: Page, name: str) -> None:
    """Moves the focus with the Tab key to the list of responders, chooses a responder, and moves the focus back."""
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.locator("[data-people]")).to_be_focused()
    page.keyboard.type(name)
    expect(page.locator("[data-people] option:checked")).to_have_text(name)
    for _ in range(3):
        page.keyboard.press("Shift+Tab")


def takes_it_on_the_keyboard(page: Page, responder: Phone) -> None:
    page.keyboard.press("Enter")
    responder.shows("Kicukiro, byihutirwa.")
    expect(responder.root).to_have_attribute("data-unread", "0")
    reference = (responder.screen.text_content() or "")[-4:]
    page.keyboard.press("ArrowLeft")
    responder.shows("To 3847")
    page.keyboard.type(f"1 {reference}")
    for shows in ("Message sent.", "1 new message", f"{reference}: ni ibyawe."):
        page.keyboard.press("Enter")
        responder.shows(shows)


def take_picture(page: Page) -> None:
    """Takes a picture of the emulator as soon as no entry of its log is marked as new."""
    expect(page.locator("[data-log] .fresh")).to_have_count(0)
    page.screenshot(path=PICTURE, animations="disabled", caret="hide")
