"""Sends SMS in several threads of a process, up to a number that a setting limits.

The module also stops every SMS to the real gateway if the database contains sample data. So no SMS about sample data
reaches a phone, even if the settings name the real gateway.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Condition, Lock

from hotline.core import tables
from hotline.core.contexts import Send, SmsGateway
from hotline.core.database import Database
from hotline.gateway.rules import Outcome, SendResult
from hotline.text.errors import Unavailable

logger = logging.getLogger(__name__)


class ThreadSenders:
    """A pool of threads that send SMS. Every process that sends SMS uses this class as its `Senders`.

    No thread starts before the first SMS is sent.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._threads = ThreadPoolExecutor(places, thread_name_prefix="send")
        self._turn = Lock()
        self._changed = Condition()
        self._under_way = 0

    def fill(self, claim: Callable[[int], Sequence[Send]]) -> int:
        begun = 0
        with self._turn:
            while free := self._free():
                sends = claim(free)
                for send in sends:
                    with self._changed:
                        self._under_way += 1
                    self._threads.submit(self._run, send, claim)
                begun += len(sends)
                if len(sends) < free:
                    break
        return begun

    def in_turn(self) -> Lock:
        return self._turn

    def end(self, seconds: float) -> None:
        with self._turn, self._changed:
            self._places = 0
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way, seconds)
        self._threads.shutdown(wait=False)

    def _free(self) -> int:
        with self._changed:
            return max(self._places - self._under_way, 0)

    def _run(self, send: Send, claim: Callable[[int], Sequence[Send]]) -> None:
        """Sends one SMS and then fills the free places. If the send fails, logs the class of the error, but no data of
        the SMS. The thread that sends the SMS also writes the log line, so the line contains the id of the request.

        When this process's claim on a failed SMS expires, the clock process records the result of the attempt as
        unknown. If the function cannot fill the free places, the next tick tries again.
        """
        try:
            send()
        except Exception as broken:
            logger.error("an SMS was not sent: %s", type(broken).__name__)
            return
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()
        self.fill(claim)


SAMPLE = "invented_year"


@dataclass
class SmsOfRealLines(SmsGateway):
    sms: SmsGateway
    database: Database
    _known: bool | None = field(default=None, init=False)

    def send(self, msisdn: str, text: str) -> SendResult:
        """Sends an SMS, unless the database contains sample data.

        If the database does not answer, sends nothing. Only an empty database can be marked as sample data. So the
        object reads the mark only before the first SMS.
        """
        if self._known is None:
            try:
                self._known = tables.is_sample(self.database)
            except Unavailable:
                return SendResult(Outcome.NOT_SENT)
        if self._known:
            return SendResult(Outcome.CONFIG_FAULT, provider_status=SAMPLE)
        return self.sms.send(msisdn, text)
