"""Runs the emulator of the gateway in a thread of the test."""

from collections.abc import Iterator
from contextlib import contextmanager

from hotline.emulator.emulator import Emulator
from hotline.emulator.server import NOTHING_ABOUT, About, listen
from tests.support.serving import running


@contextmanager
def serving(emulator: Emulator, port: int = 0, *, about: About = NOTHING_ABOUT) -> Iterator[str]:
    """Yields the address of an emulator. The emulator runs in a thread until the block ends."""
    try:
        with running(listen(emulator, port, about=about)) as own:
            yield f"http://127.0.0.1:{own}"
    finally:
        emulator.close()
