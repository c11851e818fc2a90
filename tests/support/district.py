"""Builds a small country for tests of assignment and delivery: its people, clock and gateway."""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from hotline.alerts import service_assignment, service_sending
from hotline.core.database import Database
from hotline.gateway.rules import MessageState
from hotline.gateway.stand_ins import FakeJobs, FakeSenders, FakeSms
from hotline.gateway.tables import Assignment, Attempt, Deadline, Message
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.tips.tables import Tip
from tests.support.builders import make_responder, make_tip
from tests.support.clock import Clock
from tests.support.contexts import WholeContext, make_context


@dataclass
class District:
    """The people, the clock and the gateway of one test about district 12."""

    database: Database
    clock: Clock
    sms: FakeSms = field(default_factory=FakeSms)
    jobs: FakeJobs = field(default_factory=FakeJobs)
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def context(self) -> WholeContext:
        return make_context(database=self.database, now=self.clock, sms=self.sms, jobs=self.jobs)

    def enrol(self, level: Level = Level.RESPONDER, **fields: Any) -> int:
        number = next(self.numbers)
        row = make_responder(
            name=f"{level} {number}", level=level, msisdn=f"+2507880000{number:02}", **fields
        )
        return self.add(row)

    def man_desks(self) -> None:
        """Enrols two people of the national desk and one coordinator of every district, as `hotline doctor`
        requires."""
        for level in (Level.NATIONAL, Level.NATIONAL, Level.COORDINATOR):
            self.enrol(level, districts=())

    def file_tip(self, **fields: Any) -> int:
        number = next(self.numbers)
        return self.add(make_tip(uid=f"{number:032}", at=self.clock(), **fields))

    def tell(self, **fields: Any) -> int:
        """Files a tip, and assigns it to the responders who are alerted first. Returns the id of the tip."""
        tip_id = self.file_tip(**fields)
        assert service_assignment.assign_pending(self.context) == 1
        return tip_id

    def deliver(self) -> int:
        return service_sending.deliver_due(self.context)

    def deliver_one(self) -> bool:
        """Sends one message that is due now. Returns False if no message was due."""
        return deliver_one(self.context)

    def told(self, tip_id: int) -> list[tuple[int, int]]:
        """Returns the level and the responder of each assignment of this tip, sorted."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(Assignment).where(Assignment.tip_id == tip_id).order_by(Assignment.id)
            )
            return sorted((row.step, row.responder_id) for row in rows)

    def all(self, row: Any) -> list[Any]:
        with self.database.reading() as session:
            return list(session.scalars(select(row).order_by(row.id)))

    @property
    def message(self) -> Message:
        """Returns the only message in the outbox."""
        (only,) = self.all(Message)
        assert isinstance(only, Message)
        return only

    @property
    def states(self) -> list[str]:
        return [MessageState(row.state).value for row in self.all(Message)]

    @property
    def attempts(self) -> list[Attempt]:
        return self.all(Attempt)

    def open_kinds(self) -> list[str]:
        """Returns the kinds of the open deadlines, sorted."""
        return sorted(row.kind for row in self.open_deadlines())

    def open_deadlines(self) -> list[Deadline]:
        return [row for row in self.all(Deadline) if row.fired_at is None]

    def change(self, row: Any, row_id: int, **fields: Any) -> None:
        with self.database.writing() as session:
            held = session.get_one(row, row_id)
            for name, value in fields.items():
                setattr(held, name, value)

    def responder(self, responder_id: int) -> Responder:
        with self.database.reading() as session:
            return session.get_one(Responder, responder_id)

    def tip(self, tip_id: int) -> Tip:
        with self.database.reading() as session:
            return session.get_one(Tip, tip_id)

    def add(self, row: Any) -> int:
        with self.database.writing() as session:
            session.add(row)
            session.flush()
            return int(row.id)


def deliver_one(context: WholeContext) -> bool:
    """Sends one message that is due now. Returns False if no message was due."""
    return service_sending.deliver_due(replace(context, senders=FakeSenders(most=1))) == 1


@pytest.fixture
def district(database: Database, clock: Clock) -> District:
    return District(database, clock)


@pytest.fixture
def alone(district: District) -> District:
    """Alerts one responder about a tip. The district also has a deputy, and the country has a national desk."""
    district.enrol()
    district.enrol(Level.DEPUTY)
    district.enrol(Level.NATIONAL)
    district.tell(urgency=3)
    return district
