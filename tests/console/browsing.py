"""Serves the console on a port of this machine, and provides a browser that opens the console's pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, ViewportSize
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.console.conftest import Desk, MakeDesk
from tests.support.serving import running
from tests.support.signing import Person
from tests.support.stack import free_port

OFFICE: ViewportSize = {"width": 1366, "height": 768}
NARROW: ViewportSize = {"width": 360, "height": 640}
TWICE_AS_LARGE: ViewportSize = {"width": OFFICE["width"] // 2, "height": OFFICE["height"] // 2}
"""The size of a page in a browser of an office that enlarges every page to 200 %."""


class QuietHandler(WSGIRequestHandler):
    """A request handler that logs nothing, because the address of a link is a secret."""

    def log(self, type: str, message: str, *args: object) -> None:
        return None


@contextmanager
def served(app: Flask, port: int) -> Iterator[None]:
    """Serves each request in its own thread, as the console's server does."""
    with running(make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)):
        yield


@dataclass
class Site:
    """A console that accepts requests, and the browser of a test."""

    desk: Desk
    browser: Browser

    @property
    def address(self) -> str:
        return self.desk.context.console_url

    @contextmanager
    def page(
        self,
        size: ViewportSize = OFFICE,
        *,
        script: bool = True,
        locale: str = "en-GB",
        expects: Callable[[str], bool] = lambda _: False,
    ) -> Iterator[Page]:
        """Opens a separate browser context. The test fails if the browser's log has an unexpected message."""
        wrong: list[str] = []

        def complains(said: ConsoleMessage) -> None:
            if not expects(said.text):
                wrong.append(said.text)

        def fails(error: Error) -> None:
            wrong.append(str(error))

        context = self.browser.new_context(
            viewport=size, java_script_enabled=script, locale=locale, base_url=self.address
        )
        page = context.new_page()
        page.on("console", complains)
        page.on("pageerror", fails)
        try:
            yield page
        finally:
            context.close()
        assert not wrong, wrong

    def sign_in(self, page: Page, person: Person) -> None:
        page.goto("/enter")
        page.get_by_label("Name").fill(person.name)
        page.get_by_label("Password").fill(person.password)
        page.get_by_label("Code").fill(person.code())
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.address}/")


@pytest.fixture
def site(make_desk: MakeDesk, chromium: Browser) -> Iterator[Site]:
    port = free_port()
    desk = make_desk(console_url=f"http://127.0.0.1:{port}")
    with served(desk.app, port):
        yield Site(desk, chromium)
