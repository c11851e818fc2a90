"""Keeps a real gateway from a line that is invented: whatever its settings say, nothing of it reaches a phone."""

from dataclasses import dataclass, field

from hotline.domain.outbox.delivery import Outcome, SendResult
from hotline.errors import Unavailable
from hotline.ports import SmsGateway
from hotline.store.database import Database
from hotline.store.watch import trials

INVENTED = "invented_year"


@dataclass
class SmsOfRealLines(SmsGateway):
    sms: SmsGateway
    database: Database
    _known: bool | None = field(default=None, init=False)

    def send(self, msisdn: str, text: str) -> SendResult:
        """Nothing is sent before it is known: a database is marked when it is empty, and never afterwards."""
        if self._known is None:
            try:
                with self.database.reading() as session:
                    self._known = trials.is_invented(session)
            except Unavailable:
                return SendResult(Outcome.NOT_SENT)
        if self._known:
            return SendResult(Outcome.CONFIG_FAULT, provider_status=INVENTED)
        return self.sms.send(msisdn, text)
