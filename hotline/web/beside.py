"""Does work beside the requests of a server, again and again."""

import logging
import threading
from collections.abc import Callable

from hotline.errors import Unavailable

logger = logging.getLogger(__name__)


def every(seconds: float, work: Callable[[], object], name: str) -> None:
    """Does the work each time so many seconds have passed, in a thread that ends with its process.

    What fails is named by its kind and tried again. A database that is away is another's to name.
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
