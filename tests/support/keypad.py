"""Opens the emulator's page of simulated phones in a browser, and presses the keys of one phone."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from playwright.sync_api import (
    APIResponse,
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Route,
    ViewportSize,
    expect,
    sync_playwright,
)

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK: ViewportSize = {"width": 1280, "height": 800}
TELEPHONE: ViewportSize = {"width": 320, "height": 640}
LETTERS = {"1": "", "2": "abc", "3": "def", "4": "ghi", "5": "jkl"} | {
    "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz", "0": " "
}  # fmt: skip
LONGER_THAN_PATIENCE = timedelta(seconds=1)
CLOCK_FACE = re.compile(r"^\d\d:\d\d")


@contextmanager
def chromium_browser() -> Iterator[Browser]:
    """Starts Debian's Chromium, so that the browser makes no network requests of its own."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def quiet_page(browser: Browser, url: str, *, touched: bool = False) -> Iterator[Page]:
    """Opens a new page with the size of a desktop or of a narrow telephone."""
    size = TELEPHONE if touched else DESK
    page = browser.new_page(viewport=size, has_touch=touched)
    with quiet(page, url):
        yield page
    page.close()


@contextmanager
def quiet(page: Page, url: str) -> Iterator[Page]:
    """Opens the page with its strict security policy. Makes the test fail if the browser logs a message or an error."""
    wrong: list[str] = []

    def complains(said: ConsoleMessage) -> None:
        wrong.append(said.text)

    def fails(error: Error) -> None:
        wrong.append(str(error))

    page.on("console", complains)
    page.on("pageerror", fails)
    answer = page.goto(url)
    assert answer is not None
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src")
    for role in ("citizen", "responder"):
        expect(page.locator(f"[data-handset={role}] [data-operator]")).to_have_text("MTN")
    yield page
    page.goto("about:blank")
    page.remove_listener("console", complains)
    page.remove_listener("pageerror", fails)
    assert wrong == []


class OldAnswer:
    """Keeps the first answer to one question of the page, so that it reaches the page after later answers."""

    def __init__(self, page: Page, address: str) -> None:
        self._page = page
        self._kept: list[tuple[Route, APIResponse]] = []
        page.route(address, self._keep_first)

    def _keep_first(self, route: Route) -> None:
        if self._kept or route.request.method != "GET":
            route.continue_()
        else:
            self._kept.append((route, route.fetch()))

    def wait_for(self) -> None:
        """Waits until the page has asked the question, and the emulator has answered."""
        while not self._kept:
            self._page.evaluate("0")

    def arrive(self) -> None:
        """Gives the page the old answer, and waits until the page has read it."""
        (route, answer), address = self._kept[0], self._kept[0][0].request.url
        route.fulfill(response=answer)
        self._page.evaluate("address => fetch(address).then((answer) => answer.json())", address)


class Phone:
    """One of the two phones on the emulator's page."""

    def __init__(self, page: Page, role: str) -> None:
        self._page = page
        self.root = page.locator(f"[data-handset={role}]")
        self.screen: Locator = self.root.locator("[data-screen]")

    def press(self, keys: str) -> None:
        for key in keys:
            self.root.locator(f'[data-key="{key}"]').click()

    def act(self, action: str) -> None:
        self.root.locator(f"[data-action={action}]").click()

    def shows(self, text: str | re.Pattern[str], *, within: float = 5) -> None:
        expect(self.screen).to_contain_text(text, timeout=within * 1000)

    def rests(self) -> None:
        """Checks that the phone shows its clock, as it does while no call is open."""
        self.shows(CLOCK_FACE)

    def dial(self, code: str) -> None:
        self.press(code)
        self.act("call")

    def reply(self, key: str, shows: str) -> None:
        """Presses one digit and the green key, and checks the next screen."""
        self.press(key)
        self.act("call")
        self.shows(shows)

    def spell(self, words: str) -> None:
        """Types words on the keypad. A letter needs several presses of its key, and # switches to digits and back.

        The page's clock stops while a letter is typed, so that a slow machine cannot turn one letter into two.
        """
        at = datetime.now(UTC)
        mode = self.root.locator("[data-mode]")
        for letter in words.casefold():
            wanted = "123" if letter.isdigit() else "abc"
            if mode.text_content() != wanted:
                self.press("#")
            expect(mode).to_have_text(wanted)
            self._page.clock.set_fixed_time(at)
            self.press(_presses(letter))
            at += LONGER_THAN_PATIENCE


def _presses(letter: str) -> str:
    if letter.isdigit():
        return letter
    key = next(key for key, row in LETTERS.items() if letter in row)
    return key * (LETTERS[key].index(letter) + 1)
