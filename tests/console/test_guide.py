"""docs/admin-guide.md, walked in a browser: the first link, three sentences, a colleague who reads, and back.

`HOTLINE_TEST_PICTURES=yes` takes the guide's pictures anew while the story is told.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, ViewportSize, expect

from hotline.domain.accounts.account import AccountRole
from hotline.domain.accounts.second_factor import code_at
from hotline.environment import is_yes
from hotline.services.accounts import invitations
from tests.callers import Caller, Line, make_ready
from tests.console.browsing import Site, free_port, served
from tests.console.conftest import MakeDesk, writes_history
from tests.eventually import eventually
from tests.floorplan.tree import ROOT
from tests.signing import SERVER, Person

pytestmark = pytest.mark.browser

GUIDE = ROOT / "docs" / "admin-guide.md"
PICTURES = ROOT / "docs" / "admin-guide"
SIZE: ViewportSize = {"width": 1366, "height": 768}
BOTTOM = "document.querySelector('main > :last-child').getBoundingClientRect().bottom"
TALLEST = 1000.0
CLICK, KEY = 2.5, 0.4
"""Seconds of somebody who types slowly and looks before each click."""
WORDS = {
    "rw": "Ntukishyure ngo ubone akazi. Bika pasiporo yawe.",
    "fr": "Ne payez pas pour un emploi. Gardez votre passeport.",
    "en": "Never pay to get a job. Keep your passport yourself.",
}
OLD = "Ntukabanze kwishyura"


@dataclass
class Hands:
    """Somebody at a page: each click and each key is counted."""

    page: Page
    clicks: int = 0
    keys: int = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def link(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name, exact=True))

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def types(self, label: str, words: str) -> None:
        self.writes(self.page.get_by_label(label, exact=True), words)

    def writes(self, field: Locator, words: str) -> None:
        field.fill(words)
        self.clicks += 1
        self.keys += len(words)

    @property
    def seconds(self) -> float:
        return self.clicks * CLICK + self.keys * KEY

    def keeps(self, name: str) -> None:
        """The picture of this name, where pictures are asked for: what stands in the page, and no more."""
        if not is_yes(os.environ.get("HOTLINE_TEST_PICTURES", "")):
            return
        PICTURES.mkdir(exist_ok=True)
        self.page.set_viewport_size({"width": SIZE["width"], "height": int(TALLEST)})
        self.page.evaluate("scrollTo(0, 0)")
        high = min(float(self.page.evaluate(BOTTOM)) + 16, TALLEST)
        clip: FloatRect = {"x": 0, "y": 0, "width": SIZE["width"], "height": high}
        file = PICTURES / f"{name}.png"
        self.page.screenshot(path=file, full_page=True, clip=clip, caret="hide")
        self.page.set_viewport_size(SIZE)


@dataclass
class Office:
    """The console, and phones that call the same line."""

    site: Site
    line: Line

    def at_the_contract(self) -> Caller:
        """A caller on the first screen about work abroad; the next one is the sentence that is changed."""
        caller = self.line.caller()
        caller.dial()
        assert caller.key("1").startswith("CON Mbere yo kugenda")
        return caller

    def next_caller_hears(self, words: str) -> bool:
        """A process asks what is live once a second."""
        return words in self.at_the_contract().key("9")


@pytest.fixture
def office(make_desk: MakeDesk, tmp_path: Path, chromium: Browser) -> Iterator[Office]:
    port = free_port()
    desk = make_desk(console_url=f"http://127.0.0.1:{port}")
    line = make_ready(desk.kit.database, tmp_path, desk.clock)
    writes_history(desk)
    with served(desk.app, port):
        yield Office(Site(desk, chromium), line)


def test_a_sentence_from_the_first_link_to_the_caller_and_back(office: Office) -> None:
    desk = office.site.desk
    invited = invitations.invite(desk.kit, SERVER, "Editor 1", [AccountRole.EDITOR])
    editor = Person(desk.kit, desk.clock, "Editor 1", invited.account_id)
    approver = desk.person("Approver 1", AccountRole.APPROVER)
    caller = office.at_the_contract()

    with office.site.page(SIZE) as page:
        hands = Hands(page)
        takes_up_the_account(hands, editor, invited.link)
        signs_in(hands, editor)
        assert hands.seconds < 180
        change = Hands(page)
        changes_a_sentence(change)
        proposes(change)
        assert change.seconds < 180
    with office.site.page(SIZE) as page:
        hands = Hands(page)
        signs_in(hands, approver)
        reads_and_publishes(hands)
        assert hands.seconds < 120
        assert OLD in caller.key("9")
        eventually(partial(office.next_caller_hears, WORDS["rw"]), seconds=10)

        back = Hands(page)
        brings_back(back)
        assert back.seconds < 60
        eventually(partial(office.next_caller_hears, OLD), seconds=10)


def takes_up_the_account(hands: Hands, person: Person, link: str) -> None:
    page = hands.page
    page.goto(f"/welcome/{link}")
    hands.keeps("1-password")
    hands.types("Password", person.password)
    hands.button("Go on")
    letters = page.locator(".letters").inner_text()
    person.secret = letters.replace("-", "").upper()
    person.clock.turn(seconds=30)
    hands.types("A code from the app", code_at(person.secret, person.clock()))
    hands.button("Go on")
    hands.button("Show my sheet")
    hands.click(page.get_by_label("I have it on paper"))
    hands.button("Take up the account")


def signs_in(hands: Hands, person: Person) -> None:
    page = hands.page
    page.goto("/enter")
    hands.types("Name", person.name)
    hands.types("Password", person.password)
    hands.types("Code", person.code())
    hands.button("Sign in")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def changes_a_sentence(hands: Hands) -> None:
    page = hands.page
    hands.link("Flows")
    hands.link("abroad")
    hands.click(page.get_by_text("Open in a change"))
    hands.keeps("2-flow")
    hands.link("A new change")
    hands.types("Title", "Fees abroad")
    hands.button("Open the change")
    hands.click(page.locator(".outline").get_by_role("link", name="fee"))
    page.locator("#h-language").select_option("rw")
    hands.clicks += 2
    hands.writes(page.locator("#f-text-rw"), WORDS["rw"])
    handset = page.locator(".beside .handset pre")
    expect(handset).to_contain_text(WORDS["rw"][:20])
    hands.writes(page.locator("#f-text-fr"), WORDS["fr"])
    hands.writes(page.locator("#f-text-en"), WORDS["en"])
    expect(page.locator("#p-meter-en")).to_contain_text("74 of 150")
    hands.keeps("3-editor")
    hands.button("Save")
    expect(page.get_by_text("Saved.")).to_be_visible()


def proposes(hands: Hands) -> None:
    page = hands.page
    hands.link("Fees abroad")
    hands.keeps("4-change")
    hands.button("Propose")
    expect(page.get_by_text("It waits for a second person")).to_be_visible()


def reads_and_publishes(hands: Hands) -> None:
    page = hands.page
    hands.link("Changes that wait to be read: 1.")
    hands.link("Fees abroad")
    hands.link("Read it")
    expect(page.locator("ins").first).to_be_visible()
    hands.keeps("5-read")
    for language in ("Kinyarwanda", "Français", "English"):
        hands.click(page.get_by_label(f"I have read the words in {language}"))
    hands.button("Publish")
    expect(page.get_by_text("live now")).to_be_visible()
    hands.keeps("6-live")


def brings_back(hands: Hands) -> None:
    page = hands.page
    hands.click(page.get_by_role("link", name=re.compile("Bring back")).first)
    hands.types("Why", "It reads badly aloud")
    hands.keeps("7-bring-back")
    hands.button("Bring it back")
    expect(page.locator("tbody").get_by_text("It reads badly aloud")).to_be_visible()


def test_the_pictures_that_the_guide_names_are_there() -> None:
    named = re.findall(r"!\[[^\]]+\]\(admin-guide/([^)]+)\)", GUIDE.read_text(encoding="utf-8"))
    assert sorted(set(named)) == sorted(path.name for path in PICTURES.iterdir())
    assert all((PICTURES / name).stat().st_size < 200_000 for name in named)
