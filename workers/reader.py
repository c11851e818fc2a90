"""The reader: opens cases for responders' phones, behind their PINs. A process and a key folder of its own.

It is rung by its queue, and looks four times a second by itself: a Redis that is dead costs a quarter of a second.
"""

import logging
import time
from collections.abc import Callable
from threading import Event, Thread

from redis.exceptions import RedisError
from rq.exceptions import StopRequested

from hotline.domain.jobs import READER_QUEUE
from hotline.errors import StoreUnavailable
from hotline.services import weekly_keys
from hotline.services.reader import answering
from hotline.services.reader.cases import handing_on, month_ends
from hotline.services.reader.pins import forget_old_readings
from hotline.services.reader.reader_kit import ReaderKit
from workers.outage import Outage
from workers.worker import RECONNECT_SECONDS, make_worker

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
TIDY_SECONDS = 60.0
"""Between two times at which what is over is deleted."""
HAND_ON_SECONDS = 5.0
"""Between two times at which keys of cases are handed on, while nobody asks."""


class Reader:
    """What the process remembers from one look to the next."""

    def __init__(self, kit: ReaderKit, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._kit = kit
        self._outage = Outage(
            logger,
            down="nobody is answered: the database does not answer",
            back="the database answers again: callers behind a PIN are answered",
            elapsed=elapsed,
        )
        self._tidied = self._handed_on = 0.0

    def look(self) -> None:
        """Answer whoever waits, hand on keys of cases, delete what is over. What fails is named, and tried again."""
        try:
            while answering.answer_next(self._kit):
                self._handed_on = 0.0
            if time.monotonic() - self._handed_on >= HAND_ON_SECONDS:
                # What fails is tried again when it is due again: nobody behind a PIN waits for it four times a second.
                self._handed_on = time.monotonic()
                handing_on.reconcile(self._kit)
            if time.monotonic() - self._tidied >= TIDY_SECONDS:
                self._tidied = time.monotonic()
                self._tidy()
            self._outage.is_over()
        except StoreUnavailable as broken:
            self._outage.goes_on(broken)
        except Exception as broken:
            logger.error("the look failed: %s", type(broken).__name__)

    def _tidy(self) -> None:
        forget_old_readings(self._kit)
        weekly_keys.forget(self._kit)
        month_ends.tidy(self._kit)


def look_until(kit: ReaderKit, stop: Event) -> None:
    """Look whenever the bell rings, and each quarter of a second."""
    reader = Reader(kit)
    while not stop.is_set():
        reader.look()
        kit.bell.wait(LOOK_SECONDS)
        kit.bell.clear()


def run(kit: ReaderKit, redis_url: str, stop: Event, *, hear: Callable[[], None]) -> None:
    """Until told to stop, with Redis or without it. `hear` makes this process end on a signal, as the queue's worker
    does while it works.
    """
    looking = Thread(target=look_until, args=(kit, stop), name="looking")
    looking.start()
    try:
        while not stop.is_set():
            _work(kit, redis_url, stop)
            hear()
            stop.wait(RECONNECT_SECONDS)
    finally:
        stop.set()
        kit.bell.set()
        looking.join()


def _work(kit: ReaderKit, redis_url: str, stop: Event) -> None:
    """Hear the bell for as long as there is a Redis."""
    try:
        worker = make_worker(kit, redis_url, READER_QUEUE)
        worker.work(logging_level="WARNING")
        if worker.asked_to_stop:
            stop.set()
    except (RedisError, StopRequested) as broken:
        logger.error("no bell: %s", type(broken).__name__)
        if isinstance(broken, StopRequested):
            stop.set()
