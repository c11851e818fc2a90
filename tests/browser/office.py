"""Runs the console for a browser story, and emulates phones that call the same hotline. Also contains the steps that
several stories do on the console's pages.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize, expect

from hotline.core.actors import AccountRole, Actor
from hotline.editing import service_draft_steps, service_drafts
from hotline.editing.service_drafts import NewStep
from hotline.text.languages import CODES
from tests.console.browsing import OFFICE, Site, site
from tests.console.conftest import Desk, make_desk, writes_history
from tests.console.hands import Hands, Newcomer
from tests.support.callers import Caller, Line, make_ready
from tests.support.eventually import eventually
from tests.support.signing import Person

__all__ = ["make_desk", "site"]

FLOW, NODE = "abroad", "fee"
OLD = "Ntukabanze kwishyura"
"""The beginning, in Kinyarwanda, of the text that the stories change."""
FRONT = "CON Akazi gatekanye"
LOCALES = {"rw": "rw-RW", "fr": "fr-FR", "en": "en-GB"}
"""The locale that a user's browser asks for."""
LANGUAGES = {"rw": "Kinyarwanda", "fr": "Français", "en": "English"}
"""The names of the languages as every page of the console shows them."""


@dataclass
class Office:
    site: Site
    line: Line
    language: str = "en"
    """The language in which the users of a story work."""

    @property
    def desk(self) -> Desk:
        return self.site.desk

    @contextmanager
    def hands(
        self, size: ViewportSize = OFFICE, *, expects: Callable[[str], bool] = lambda _: False
    ) -> Iterator[Hands]:
        """Opens a page in a browser that asks for the users' language."""
        with self.site.page(size, locale=LOCALES[self.language], expects=expects) as page:
            yield Hands(page, self.language)

    def person(self, name: str, *roles: AccountRole) -> Person:
        return self.desk.person(name, *roles, language=self.language)

    def calls(self, *keys: str) -> Caller:
        """Dials, presses the given keys and returns the caller."""
        caller = self.line.caller()
        assert caller.dial().startswith(FRONT)
        caller.key(*keys)
        return caller

    def at_the_contract(self) -> Caller:
        """Returns a caller on the first screen about work abroad. The next screen shows the sentence that the stories
        change."""
        return self.calls("1")

    def waits_until_callers_read(self, words: str, *keys: str) -> None:
        """Waits until callers see these words. A web process looks for newly published flows once a second."""
        eventually(partial(self._is_read, words, *keys))

    def _is_read(self, words: str, *keys: str) -> bool:
        return words in self.calls(*keys).screen

    def written(self, title: str, words: Mapping[str, str], by: str = "Editor 1") -> int:
        """Saves other words for the sentence that the stories change, as the editor's page does, but without a browser.
        Returns the id of the draft."""
        context, author = self.desk.context, Actor(by, 91)
        change = service_drafts.open_draft(context, author, title)
        draft = service_drafts.part_draft(context, change, FLOW)
        flow = copy.deepcopy(dict(draft.document or {}))
        flow["nodes"][NODE]["say"]["text"] |= words
        says = {"did": "edited", "node": NODE, "languages": [*words]}
        new = NewStep(FLOW, flow, title, says)
        service_draft_steps.save_step(context, author, change, new, base_version=draft.version)
        return change


@pytest.fixture(params=CODES)
def language(request: pytest.FixtureRequest) -> str:
    """Returns the language of the story's pages."""
    assert request.param in CODES
    return str(request.param)


@pytest.fixture
def office(site: Site, tmp_path: Path, language: str) -> Office:
    line = make_ready(site.desk.context.database, tmp_path, site.desk.clock)
    writes_history(site.desk)
    return Office(site, line, language)


def takes_up_the_account(hands: Hands, person: Newcomer, address: str) -> list[str]:
    """Completes an account through an invitation link. Returns the codes on the printed sheet. The last code on the
    sheet is the recovery key."""
    page = hands.page
    page.goto(address)
    hands.keeps("1-password")
    hands.types("Password", person.password)
    hands.presses("Continue")
    letters = page.locator(".letters").inner_text()
    person.secret = letters.replace("-", "").upper()
    hands.types("Code from the authenticator app", person.code())
    hands.presses("Continue")
    hands.presses("Show recovery sheet")
    printed = page.locator(".paper code").all_inner_texts()
    hands.ticks("I have the recovery sheet on paper")
    hands.presses("Activate account")
    hands.is_titled("Sign in")
    return printed


def writes(hands: Hands, words: Mapping[str, str]) -> None:
    """Enters the texts of a screen in the editor and saves them."""
    for code, said in words.items():
        hands.writes(hands.page.locator(f"#f-text-{code}"), said)
    hands.presses("Save")
    hands.sees("Saved.")


def proposes(hands: Hands) -> None:
    hands.presses("Submit for approval")
    hands.sees("This draft waits for review. If you edit the draft, you must submit it again.")


def comes_to_read(hands: Hands, title: str) -> None:
    hands.opens(title)
    expect(hands.page.locator("ins").first).to_be_visible()


def publishes(hands: Hands) -> None:
    for language in LANGUAGES.values():
        hands.ticks("I have read the {language} text", language=language)
    hands.presses("Publish draft")
    hands.sees("current version")
