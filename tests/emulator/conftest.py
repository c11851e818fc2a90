from collections.abc import Iterator
from typing import Any

import pytest

from hotline.emulator.emulator import Emulator, build_emulator
from tests.emulator.line import FakeLine, listening
from tests.emulator.running import serving
from tests.support.handsets import EmulatorClient


@pytest.fixture(scope="session")
def desk(chromium: Any) -> Any:
    """Returns the same desktop browser page for all tests, because another page costs a second of processor time.

    No test leaves anything in the page, and each emulator has its own address.
    """
    return chromium.new_page()


@pytest.fixture
def line() -> FakeLine:
    return FakeLine()


@pytest.fixture
def emulator(line: FakeLine) -> Iterator[Emulator]:
    with listening(line) as hooks:
        yield build_emulator(hooks=hooks, seed=7)


@pytest.fixture
def url(emulator: Emulator) -> Iterator[str]:
    with serving(emulator) as url:
        yield url


@pytest.fixture
def client(url: str) -> EmulatorClient:
    """Returns a client whose emulator has a clock that runs ten times as fast as real time."""
    client = EmulatorClient(url)
    client.run_clock_at(10)
    return client
