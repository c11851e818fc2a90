"""Runs the emulator of the gateway in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hotline.emulator.emulator import Emulator
from hotline.emulator.server import NOTHING_ABOUT, About, listen


@contextmanager
def serving(emulator: Emulator, port: int = 0, *, about: About = NOTHING_ABOUT) -> Iterator[str]:
    """Yields the address of an emulator. It runs in a thread until the block ends."""
    server = listen(emulator, port, about=about)
    thread = threading.Thread(
        target=server.serve_forever, args=(0.05,), name="emulator-server", daemon=True
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()
        emulator.close()
