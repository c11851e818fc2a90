"""Runs the reader process. This process decrypts a case for a responder who has typed a PIN on a phone. The reader
process has its own keys.

The process checks for requests of responders when a job arrives in its queue, and also four times a second. Without
Redis, an answer comes at most a quarter of a second later.
"""

import logging
import time
from collections.abc import Callable
from threading import Event, Thread

from hotline.cases import reader_answering, reader_handover, service_weekly_keys
from hotline.cases.decrypt_reader import ReaderContext
from hotline.cases.reader_pins import delete_old_requests, record_reading_place
from hotline.core.contexts import READER_QUEUE
from hotline.statistics import reader_person_sums
from hotline.text.errors import StoreUnavailable
from workers.outage import Outage
from workers.worker import hear

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
TIDY_SECONDS = 60.0
"""The number of seconds between two deletions of old requests and old weekly keys."""
HAND_ON_SECONDS = 5.0
"""The number of seconds between two rounds of work. In a round, the reader process gives case keys to desks. A round
starts only while no responder waits for a case.
"""


class Reader:
    """The reader process's state between two checks."""

    def __init__(
        self, context: ReaderContext, *, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._context = context
        self._outage = Outage(
            logger,
            down="the reader cannot answer: the database does not answer",
            back="the database answers again, and so does the reader",
            elapsed=elapsed,
        )
        self._tidied = self._handed_on = 0.0
        self._has_begun = False

    def look(self) -> None:
        """Answers waiting responders, gives case keys to desks, and deletes old requests and keys. The first check also
        compares the setting `national_in_console` with its last value, and writes a change to the audit log.

        Logs any error, and does the work again later.
        """
        try:
            while reader_answering.answer_next(self._context):
                self._handed_on = 0.0
            if not self._has_begun:
                record_reading_place(self._context)
                self._has_begun = True
            if time.monotonic() - self._handed_on >= HAND_ON_SECONDS:
                # The code sets this time before the round's work. So a round that fails does not begin again at once,
                # and does not delay the answers to responders.
                self._handed_on = time.monotonic()
                reader_handover.reconcile(self._context)
            if time.monotonic() - self._tidied >= TIDY_SECONDS:
                self._tidied = time.monotonic()
                delete_old_requests(self._context)
                service_weekly_keys.delete_old_keys(self._context)
                reader_person_sums.count_due_months(self._context)
            self._outage.is_over()
        except StoreUnavailable as broken:
            self._outage.goes_on(broken)
        except Exception as broken:
            logger.error("the reader process could not finish its work: %s", type(broken).__name__)


def look_until(context: ReaderContext, stop: Event) -> None:
    """Checks for requests of responders whenever a job notifies the reader process, and each quarter of a second."""
    reader = Reader(context)
    while not stop.is_set():
        reader.look()
        context.bell.wait(LOOK_SECONDS)
        context.bell.clear()


def read(context: ReaderContext, _ask_id: int) -> None:
    """Notifies the reader process, which then answers all waiting requests of responders. The responders get the same
    answers if this job runs twice or never.
    """
    context.bell.set()


def run(
    context: ReaderContext, redis_url: str, stop: Event, *, listen_again: Callable[[], None]
) -> None:
    """Runs the reader process until `stop` is set, with or without Redis. `listen_again` sets the signal handlers of
    this process again.

    The worker of RQ replaces these handlers while it works.
    """
    looking = Thread(target=look_until, args=(context, stop), name="looking")
    looking.start()
    try:
        hear(context, redis_url, READER_QUEUE, stop, listen_again=listen_again)
    finally:
        stop.set()
        context.bell.set()
        looking.join()
