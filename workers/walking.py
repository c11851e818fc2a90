"""A process that only answers forgets the keys of past weeks too, though nobody comes."""

import logging
from threading import Event

from hotline.errors import HotlineError
from hotline.ports import Kit
from hotline.services import weekly_keys

logger = logging.getLogger(__name__)

EACH_SECONDS = 60.0


def walk_until(kit: Kit, stop: Event, each: float = EACH_SECONDS) -> None:
    """Each minute, until `stop`. What fails is named, and tried again the next time."""
    while not stop.wait(each):
        try:
            weekly_keys.forget(kit)
        except HotlineError as broken:
            logger.error("past weeks stay: %s", type(broken).__name__)
