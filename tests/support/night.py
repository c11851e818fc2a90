"""Simulates a night: a caller, responders of two districts and the national desk, and a clock that the test moves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from math import ceil
from typing import Any

from sqlalchemy import func, select

from hotline.alerts import service_assignment, service_sending
from hotline.core.database import Database
from hotline.core.wording import Template
from hotline.dialogue.service_sms import Arrival, take_sms
from hotline.gateway.rules import DUE_STATES, Wording, render
from hotline.gateway.stand_ins import FakeSms
from hotline.gateway.tables import Assignment, Deadline, Message
from hotline.people.rules import Level
from hotline.text.characters import septets
from hotline.tips.tables import Tip
from tests.support.builders import make_message, make_responder
from tests.support.callers import Caller, Line, told
from tests.support.clock import Clock

NUMBER = "112"
"""A verified phone number from the shipped list, which the tests use as the number of the national desk."""
SOON = timedelta(seconds=30)


MINUTE = timedelta(minutes=1)


def due_steps(
    database: Database, clock: Clock, time: timedelta, step: timedelta = MINUTE
) -> Iterator[None]:
    """Moves the clock by `time` in steps of `step`. Yields after each step in which a deadline or an SMS became due,
    and once at the end.

    After all other steps, the worker's clock has nothing to do.
    """
    begun, done, many = clock(), 0, ceil(time / step)
    of_sms = select(func.min(Message.next_at)).where(Message.state.in_(DUE_STATES))
    of_case = select(func.min(Deadline.due_at)).where(Deadline.fired_at.is_(None))
    while done < many:
        with database.reading() as session:
            due = [at for at in (session.scalar(of_sms), session.scalar(of_case)) if at is not None]
        next_step = ceil((min(due) - begun) / step) if due else many
        done = min(many, max(done + 1, next_step))
        clock.at = begun + done * step
        yield


@dataclass
class Night:
    line: Line
    sms: FakeSms
    numbers: Any
    people: dict[str, int]

    def tick(self, **turned: float) -> None:
        """Moves the clock by the given time, and runs the tasks of the worker's clock and the worker once."""
        self.line.clock.turn(**turned)
        context = self.line.context
        service_assignment.assign_pending(context)
        service_assignment.fire_deadlines(context)
        service_sending.deliver_due(context)

    def minutes(self, many: int) -> None:
        for _ in due_steps(self.line.database, self.line.clock, timedelta(minutes=many)):
            self.tick()

    def tells(self, *keyed: str) -> Caller:
        """Simulates a caller who reports a tip, and delivers the alerts to the responders' phones."""
        caller = told(self.line, *keyed)
        self.tick()
        return caller

    def texts(self, person: str) -> list[str]:
        """Returns the SMS that a person received, in English, with `REF` in place of the references."""
        return [self._plain(text) for number, text in self.sms.sent if number == self._of(person)]

    def newest(self, person: str) -> str:
        return self.texts(person)[-1]

    def writes(
        self, person: str, text: str, *, way: Arrival = Arrival.LISTED, then: Arrival | None = None
    ) -> str:
        """Sends an SMS from a person and returns the answer. In `text`, `{ref}` means the newest reference of this
        person. If `then` is given, the hotline gets the same SMS a second time: by callback or from the inbox, as
        `then` says."""
        self.line.clock.turn(seconds=5)
        message = make_message(
            provider_id=f"night-{next(self.numbers)}",
            sender=self._of(person),
            text=text.format(ref=self.names(person)[-1]),
            sent_at=self.line.clock(),
        )
        take_sms(self.line.context, message, way)
        if then is not None:
            take_sms(self.line.context, message, then)
        service_sending.deliver_due(self.line.context)
        return self.newest(person)

    def names(self, person: str) -> list[str]:
        """Returns the case references in the alerts to this person, oldest first."""
        rows = sorted(self.line.all(Assignment), key=lambda row: row.id)
        return [row.reference for row in rows if row.responder_id == self.people[person]]

    @property
    def tip(self) -> Tip:
        return self.line.tip

    @property
    def holder(self) -> str | None:
        found = [name for name, id in self.people.items() if id == self.tip.assignee_id]
        return found[0] if found else None

    @property
    def clocks(self) -> set[str]:
        return {row.kind for row in self.line.all(Deadline) if row.fired_at is None}

    def all_fit(self) -> bool:
        """Returns True if every message fits into one SMS segment in each language."""
        phrases = self.line.context.phrases
        return all(
            septets(render(Wording(Template[row.template], row.parameters, language), phrases))
            <= 160
            for row in self.line.all(Message)
            for language in ("rw", "fr", "en")
        )

    def _of(self, person: str) -> str:
        return f"+2507880001{list(self.people).index(person):02}"

    def _plain(self, text: str) -> str:
        for row in self.line.all(Assignment):
            text = text.replace(row.reference, "REF")
        return text


def night(line: Line, **people: tuple[Level, str]) -> Night:
    """Returns a test hotline at night, with some people. Each person has a level and a district ("" means the national
    desk), and reads English."""
    sms, ids = FakeSms(), {}
    of_line = replace(line.context.line, national_number=NUMBER)
    line.context = replace(line.context, sms=sms, line=of_line)
    with line.database.writing() as session:
        for at, (name, (level, place)) in enumerate(people.items()):
            msisdn = f"+2507880001{at:02}"
            row = make_responder(
                name=name,
                level=level,
                districts=(place,) if place else (),
                language="en",
                msisdn=msisdn,
            )
            row.number_key = line.context.pseudonyms.enrolled(msisdn)
            session.add(row)
            session.flush()
            ids[name] = row.id
    return Night(line, sms, count(1), ids)
