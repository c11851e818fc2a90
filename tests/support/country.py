"""Builds a district and a gateway with an inbox. A test can let an SMS be lost, listed in the inbox, delivered by
callback, or forged."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.alerts import service_assignment
from hotline.alerts.tables import InboxRead
from hotline.dialogue import service_inbox
from hotline.dialogue.service_sms import Arrival, MessageOutcome, take_sms
from hotline.gateway.rules import ListedSms, MessageIn
from hotline.gateway.tables import Assignment, InboundSeen
from hotline.people.rules import Level
from tests.support.builders import make_message
from tests.support.contexts import WholeContext, make_line
from tests.support.district import District
from tests.support.fakes import FakeInbox

HER = "+250788000001"
SHORTCODE = "7770"


@dataclass
class Country:
    """A district, a gateway with an inbox, and a hotline that handles each SMS from the inbox."""

    district: District
    inbox: FakeInbox = field(default_factory=FakeInbox)
    heard: list[MessageOutcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inbox.takes = self._takes

    @property
    def context(self) -> WholeContext:
        context = self.district.context
        return replace(context, inbox=self.inbox, hook=self.inbox)

    @property
    def reference(self) -> str:
        return str(self.district.all(Assignment)[0].reference)

    def lists(self, text: str, *, ago: float = 0, number: int | None = None, **fields: str) -> None:
        """Adds an SMS to the gateway's inbox. The gateway received the SMS `ago` seconds before now."""
        known = max((one.number for one in self.inbox.listed), default=0)
        at = self.district.clock() - timedelta(seconds=ago)
        sms = ListedSms(
            number or known + 1,
            fields.get("sender", HER),
            fields.get("to", SHORTCODE),
            text,
            at.replace(microsecond=0),
        )
        self.inbox.listed.append(sms)

    def is_called(self, text: str, *, id: str = "ATXid_a", sender: str = HER) -> MessageOutcome:
        """Calls the hotline's hook with an SMS of the current time, and delivers the hotline's answers."""
        at = self.district.clock()
        message = make_message(provider_id=id, sender=sender, text=text, sent_at=at)
        outcome = take_sms(self.district.context, message)
        self.district.deliver()
        return outcome

    def minute(self, count: int = 1) -> None:
        """Moves the clock minute by minute. Reads the inbox after each minute, as a worker does."""
        for _ in range(count):
            self.district.clock.turn(seconds=60)
            service_inbox.read_inbox(self.context)
            self.district.deliver()

    def climbs(self) -> int:
        """Escalates the cases that are due, and returns the number of assignments after the escalation."""
        service_assignment.fire_deadlines(self.district.context)
        return len(self.district.all(Assignment))

    def row(self) -> InboxRead:
        with self.district.database.reading() as session:
            return session.scalars(select(InboxRead)).one()

    def seen(self) -> list[InboundSeen]:
        with self.district.database.reading() as session:
            return list(session.scalars(select(InboundSeen).order_by(InboundSeen.received_at)))

    def finding(self, name: str) -> tuple[bool, str]:
        with self.district.database.reading() as session:
            found = service_inbox.check_inbox(session, make_line(), self.district.clock())
        (one,) = [one for one in found if one.name == name]
        return one.ok, one.message

    def _takes(self, sms: ListedSms) -> bool:
        message = MessageIn(f"listed-{sms.number}", sms.sender, sms.text, sms.sent_at)
        self.heard.append(take_sms(self.district.context, message, Arrival.LISTED))
        return True


@pytest.fixture
def country(district: District) -> Country:
    """Returns a district with one alerted responder, and the national desk. The gateway's inbox was read once before
    this alert, and was empty."""
    district.enrol()
    district.enrol(Level.NATIONAL)
    country = Country(district)
    service_inbox.read_inbox(country.context)
    district.tell(urgency=3)
    district.deliver()
    district.sms.sent.clear()
    district.clock.turn(seconds=5)
    return country
