"""Builds a case with an assignee, and records answers about its persons, as a responder does on the screens after the
PIN."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import select

from hotline.alerts import queries, service_case, tables_case_events
from hotline.cases import decrypt_codes, service_follow_up
from hotline.cases.service_follow_up import PersonReport
from hotline.core.database import Session
from hotline.gateway.tables import Assignment, Message
from hotline.keys.encrypt import READER, Encrypter
from hotline.people.rules import Level
from hotline.tips.rules_events import EventChannel, LoggedEvent
from hotline.tips.rules_persons import FollowKind, MetPerson, PersonCodes
from hotline.tips.tables_persons import ServiceReferral
from tests.support.contexts import READER_PUBLIC, THE_READER, WholeContext
from tests.support.district import District
from tests.support.taking import take_case

GROWN_UP = {"minor": "no", "act": "yes", "force": "yes", "deceit": "no", "purpose": "yes"}
CHILD = {"minor": "yes", "act": "yes", "purpose": "yes"}


def offered_by(session: Session, tip_id: int, who: int, at: datetime) -> None:
    """Adds the row of a service referral: the responder offered a service to a person, who has not arrived at the
    service yet."""
    entry = tables_case_events.events_of_tip(session, tip_id)[0].id
    offer = ServiceReferral(offered_id=entry, tip_id=tip_id, n=1, responder_id=who, offered_at=at)
    offer.clock, offer.due_at, offer.times = FollowKind.ARRIVAL, at, 0
    session.add(offer)


@dataclass
class HelpedCase:
    """One case of district 12 with its responder as assignee, a colleague, a coordinator and the national desk."""

    district: District
    urgency: int = 2
    keys: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        place = ("12",)
        self.hers, self.colleague = (self.district.enrol(districts=place) for _ in range(2))
        self.leads = self.district.enrol(Level.COORDINATOR, districts=place)
        self.nation = [self.district.enrol(Level.NATIONAL) for _ in range(2)]
        self.tip = self.district.tell(urgency=self.urgency)
        (first, *_) = self.district.all(Assignment)
        self.hers, self.colleague = sorted(
            (self.hers, self.colleague), key=lambda one: one != first.responder_id
        )
        take_case(self.context, self.hers, first.reference, self.district.clock())
        self.district.clock.turn(minutes=1)

    @property
    def context(self) -> WholeContext:
        return replace(self.district.context, encrypter=Encrypter(reader=lambda: READER_PUBLIC))

    def say(
        self,
        kind: str,
        codes: Mapping[str, str],
        *,
        n: int = 1,
        of: int | None = None,
        corrects: int | None = None,
        who: int | None = None,
        key: str = "",
    ) -> int | None:
        """Records an entry about a person, by the assignee or by `who`.

        Returns the id of the entry. `of` is the id of an earlier entry, in which a responder offered the service.
        """
        by = service_case.by_responder(who or self.hers, EventChannel.USSD)
        said, at = PersonCodes(n, codes, of), self.district.clock()
        act = PersonReport(LoggedEvent(kind), said, by, at, key or f"{next(self.keys)}", corrects)
        with self.district.database.writing() as session:
            tip = queries.tip_for_writing(session, self.tip)
            told = service_follow_up.record_report(
                session, self.context, tip, act, private=self.private(session)
            )
        return None if told is None else told[0]

    def private(self, session: Session) -> bytes | None:
        tip = queries.tip_for_writing(session, self.tip)
        keys = [bytes(THE_READER)]
        return decrypt_codes.case_private_key(session, self.context, tip, READER, keys)

    def people(self) -> Sequence[MetPerson]:
        with self.district.database.writing() as session:
            tip = queries.tip_for_writing(session, self.tip)
            return service_follow_up.decrypted_persons(session, tip, self.private(session))

    @property
    def person(self) -> MetPerson:
        (only,) = self.people()
        return only

    def offer(self) -> int:
        """Records a screening, a consent and an offer of shelter. Returns the entry of the offer."""
        self.say("screened", GROWN_UP)
        self.say("consent", {"consent": "yes"})
        offered = self.say("offered", {"service": "shelter"})
        assert offered is not None
        return offered

    def reminded(self) -> list[tuple[int, str]]:
        """Asks the questions whose deadlines have passed. Returns the responder who gets each question, and the name of
        the question's text."""
        before = len(self.district.all(Message))
        service_follow_up.ask_due(self.context)
        rows = self.district.all(Message)[before:]
        return [(row.responder_id, row.template) for row in rows]

    def reference(self, who: int) -> str:
        with self.district.database.reading() as session:
            hers = (Assignment.tip_id == self.tip, Assignment.responder_id == who)
            found = select(Assignment.reference).where(*hers).order_by(Assignment.id.desc())
            return str(session.scalars(found.limit(1)).one())
