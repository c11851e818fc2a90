"""Repeats background work in a thread of a server's process."""

import logging
import threading
from collections.abc import Callable

from hotline.errors import Unavailable

logger = logging.getLogger(__name__)


def every(seconds: float, work: Callable[[], object], name: str) -> None:
    """Starts a daemon thread that does the work after every so many seconds.

    An error is logged by its class only, and the work is tried again. An unavailable database is not logged, since
    other
    code reports it.
    """
    pause = threading.Event()

    def loop() -> None:
        while not pause.wait(seconds):
            try:
                work()
            except Unavailable:
                continue
            except Exception as broken:
                logger.error("%s failed: %s", name, type(broken).__name__)

    threading.Thread(target=loop, name=name, daemon=True).start()
