"""Simulates a person at a page of the console, in one of its languages. The person needs some seconds for each
click, each key and each text."""

import os
from dataclasses import dataclass
from typing import Protocol

from playwright.sync_api import FloatRect, Locator, Page, ViewportSize, expect

from hotline.core.environment import is_yes
from tests.architecture.tree import ROOT
from tests.console.browsing import OFFICE
from tests.console.conftest import WORDS

PICTURES = ROOT / "docs" / "admin-guide"
BESIDE_THE_HANDSETS = ROOT / "docs" / "console.png"
"""The file of a picture of the console. The README shows this picture next to the picture of the handsets."""
SHAPE: FloatRect = {"x": 0, "y": 0, "width": 1280, "height": 800}
"""The size of the picture of the handsets."""
BOTTOM = "document.querySelector('main > :last-child').getBoundingClientRect().bottom"
TALLEST = 1000.0
CLICK, KEY, LETTER = 2.5, 0.4, 0.08
"""The seconds for a click, a key and a letter, for a person who types slowly and reads half aloud."""


class Newcomer(Protocol):
    """A person who has an account, or is just completing an account through an invitation link."""

    name: str
    password: str
    secret: str
    """The secret from which the person's authenticator app computes codes."""

    def code(self) -> str:
        """Returns an authenticator code that was not used before."""
        ...


@dataclass
class Hands:
    """A person at a page. The person finds buttons and fields by the texts in the catalogue of a language. So one story
    of a test can run in each language."""

    page: Page
    language: str = "en"
    clicks: int = 0
    keys: int = 0
    letters: int = 0

    def says(self, phrase: str, **values: object) -> str:
        """Returns a text of the console in this page's language."""
        return WORDS[self.language][phrase].format(**values)

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def opens(self, name: str) -> None:
        """Clicks a link whose text is a name that a person chose: the name of a flow, a screen or a draft."""
        link = self.page.get_by_role("link", name=name, exact=True).first
        menu = self.page.locator("header summary:visible").first
        if not link.count() and menu.count():
            self.click(menu)
        self.click(link)

    def follows(self, phrase: str, **values: object) -> None:
        self.opens(self.says(phrase, **values))

    def presses(self, phrase: str, within: str = "main", **values: object) -> None:
        name = self.says(phrase, **values)
        self.click(self.page.locator(within).get_by_role("button", name=name, exact=True))

    def labelled(self, phrase: str, **values: object) -> Locator:
        return self.page.get_by_label(self.says(phrase, **values), exact=True)

    def ticks(self, phrase: str, **values: object) -> None:
        self.click(self.labelled(phrase, **values))

    def types(self, phrase: str, words: str) -> None:
        self.writes(self.labelled(phrase), words)

    def writes(self, field: Locator, words: str) -> None:
        field.fill(words)
        self.clicks += 1
        self.keys += len(words)

    def chooses(self, field: Locator, value: str) -> None:
        """Selects a value in a list field of the page."""
        field.select_option(value)
        self.clicks += 2

    def reads(self, shown: Locator) -> str:
        words = shown.inner_text()
        self.letters += len(words)
        return words

    def sees(self, phrase: str, **values: object) -> None:
        expect(self.page.get_by_text(self.says(phrase, **values)).first).to_be_visible()

    def is_titled(self, phrase: str, **values: object) -> None:
        expect(self.page.locator("h1")).to_have_text(self.says(phrase, **values))

    @property
    def seconds(self) -> float:
        return self.clicks * CLICK + self.keys * KEY + self.letters * LETTER

    def counted(self) -> "Hands":
        """Returns the same page with the counts of clicks, keys and letters at zero."""
        return Hands(self.page, self.language)

    def signs_in(self, person: Newcomer) -> None:
        self.page.goto(f"/enter?language={self.language}")
        self.types("Name", person.name)
        self.types("Password", person.password)
        self.types("Code", person.code())
        self.presses("Sign in")
        self.page.wait_for_url("**/")

    def keeps(self, name: str) -> None:
        """Takes a picture of the page for the guide, and saves it under this name. The picture ends a little below
        the page's content.
        """
        if not self.is_drawing:
            return
        width, height = OFFICE["width"], OFFICE["height"]
        self._sized({"width": width, "height": int(TALLEST)})
        high = min(float(self.page.evaluate(BOTTOM)) + 16, TALLEST)
        clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": high}
        file = PICTURES / f"{name}.png"
        self.page.screenshot(path=file, full_page=True, clip=clip, caret="hide")
        self._sized({"width": width, "height": height})

    def keeps_beside_the_handsets(self) -> None:
        if not self.is_drawing:
            return
        self._sized({"width": int(SHAPE["width"]), "height": int(SHAPE["height"])})
        self.page.screenshot(path=BESIDE_THE_HANDSETS, clip=SHAPE, caret="hide")
        self._sized(OFFICE)

    @property
    def is_drawing(self) -> bool:
        """Returns True if pictures are requested and the page is in English, like the guide."""
        return self.language == "en" and is_yes(os.environ.get("HOTLINE_TEST_PICTURES", ""))

    def _sized(self, size: ViewportSize) -> None:
        self.page.set_viewport_size(size)
        self.page.evaluate("scrollTo(0, 0)")
