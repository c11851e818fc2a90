"""Provides one hotline for all browser stories.

With `--save-pictures`, the stories also take the pictures in docs/ again.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.danger_case import case
from tests.browser.office import language, make_desk, office, site
from tests.faults.run import answer_alerts
from tests.support.eventually import eventually
from tests.support.keypad import quiet_page
from tests.support.servers import embedded
from tests.support.stack import Stack

__all__ = ["case", "embedded", "language", "make_desk", "office", "site"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--save-pictures", action="store_true", help="take the pictures in docs/ again"
    )


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory, made_home: Path) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("browser")
    shutil.copytree(made_home, folder / "home")
    with Stack(folder) as running:
        yield running


@pytest.fixture
def stack(running: Stack) -> Iterator[Stack]:
    """Yields the hotline, which has no open alerts. After each story, all alerts are answered and the phones are
    reset."""
    yield running
    take_all(running)
    running.emulator.reset()


@pytest.fixture
def page(chromium: Browser, stack: Stack) -> Iterator[Page]:
    with quiet_page(chromium, stack.page) as page:
        yield page


def take_all(running: Stack) -> None:
    """Answers all alerts. Without this step, a case of one story would escalate during the next story and send alerts
    to the phones of that story.
    """
    outbox = running.emulator.outbox()
    for phone in {sms["to"] for sms in outbox}:
        running.emulator.power(phone, on=True)
    over = Event()
    over.set()
    answered = answer_alerts(running.emulator, over)
    eventually(lambda: len(running.emulator.outbox()) >= len(outbox) + answered)
