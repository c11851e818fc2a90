"""Sessions that are over are counted beside the hops, a few at a time: no hop waits for more than one such turn."""

import logging
import threading

from hotline.errors import StoreUnavailable
from hotline.ports import DoorKit
from hotline.services.reach.screens import count_left

logger = logging.getLogger(__name__)

EACH = 5.0
BETWEEN = 0.02
"""Seconds that the hops have for themselves between two transactions."""


def count_for_ever(kit: DoorKit, *, each: float = EACH) -> None:
    """In a thread that ends with its process; a killed process takes along what it had not counted."""
    pause = threading.Event()

    def work() -> None:
        while not pause.wait(each):
            try:
                count_left(kit, pause=lambda: pause.wait(BETWEEN))
            except StoreUnavailable:
                continue
            except Exception as broken:
                logger.error("screens are not counted: %s", type(broken).__name__)

    threading.Thread(target=work, name="counting", daemon=True).start()
