"""Simulates nights with very many dangers, and counts the SMS of each person. The test moves the clock, and reports
every SMS that the gateway accepts as delivered."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from hotline.alerts import service_assignment, service_sending
from hotline.gateway.rules import Outcome, ReportIn, SendResult
from hotline.people.rules import Level, kind_of
from hotline.people.tables_desks import Desk
from hotline.text.places import districts, neighbours
from hotline.tips.tables import Grant
from tests.support.builders import make_tip
from tests.support.district import District

GASABO = "12"
OUTAGE = SendResult(Outcome.NOT_SENT)


@dataclass
class Flood:
    district: District
    sent: list[tuple[datetime, int, str]] = field(default_factory=list)
    """Each accepted SMS: its time, its recipient and its text."""
    is_down: bool = False
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.start = self.district.clock()

    def enrol(self, near: int = 2, national: int = 3) -> None:
        """Enrols three people of Gasabo, and the given numbers of people in each neighbouring district and at the
        national desk."""
        with self.district.database.writing() as session:
            for code in ("national", *(one.code for one in districts())):
                session.add(
                    Desk(
                        code=code,
                        kind=kind_of(code),
                        public_key=b"",
                        created_at=self.district.clock(),
                    )
                )
        for level in (Level.RESPONDER, Level.RESPONDER, Level.COORDINATOR):
            self.district.enrol(level, language="en")
        for place in neighbours(GASABO):
            for _ in range(near):
                self.district.enrol(Level.COORDINATOR, districts=(place,), language="en")
        for _ in range(national):
            self.district.enrol(Level.NATIONAL, language="en")

    def danger(
        self,
        *,
        words: bool = False,
        place: str = GASABO,
        sector: str | None = "1201",
        visit: str | None = None,
    ) -> int:
        """Files a tip about danger from a phone that sent no other tip. Responders of neighbouring districts may see
        this tip."""
        n, at = next(self.numbers), self.district.clock()
        tip = make_tip(uid=f"flood{n:027}", at=at, filed_at=at, place=place, sector=sector)
        tip.visit = visit
        tip.contact_key, tip.words_at = f"{n:064}", at if words else None
        tip_id = self.district.add(tip)
        with self.district.database.writing() as session:
            desks = (place, "national", *neighbours(place))
            session.add_all(
                Grant(tip_id=tip_id, desk_code=one, encrypted_key=b"k") for one in desks
            )
        return tip_id

    def tick(self, seconds: float = 0) -> None:
        """Runs the clock's jobs and a worker once."""
        self.district.clock.turn(seconds=seconds)
        context, sms = self.district.context, self.district.sms
        service_assignment.assign_pending(context)
        service_assignment.fire_deadlines(context)
        service_sending.resend_unreported(context)
        sms.results = [OUTAGE] * 500 if self.is_down else []
        before = len(sms.sent)
        service_sending.deliver_due(context)
        if self.is_down:
            return
        for n, (number, text) in enumerate(sms.sent[before:], start=before + 1):
            self.sent.append((self.district.clock(), int(number[-2:]), text))
            service_sending.apply_report(context, ReportIn(f"ATXid_{n:032x}", "Success"))

    def minutes(self, many: float, *, each: int = 15) -> None:
        for _ in range(int(many * 60 / each)):
            self.tick(each)

    def counts(self, since: datetime, within: timedelta) -> Counter[int]:
        return Counter(who for at, who, _ in self.sent if since <= at < since + within)

    def texts_since(self, at: datetime) -> list[tuple[int, str]]:
        return [(who, text) for when, who, text in self.sent if when >= at]


def ledger(title: str, counts: Counter[int], people: Mapping[int, str]) -> str:
    """Returns one line with the title, and the name of each person with the number of SMS that this person got."""
    return f"{title}: " + ", ".join(f"{people[who]} {counts[who]}" for who in sorted(people))
