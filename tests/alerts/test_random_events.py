"""Takes one case about danger through random commands, faults, killed processes and checks, with the real services,
SQLite and a clock that the test moves. No tip is lost, and a restart loses no deadline."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select

from hotline.alerts import (
    service_assignment,
    service_case,
    service_closing,
    service_commands,
    service_escalation,
    service_sending,
    tables,
)
from hotline.alerts.rules_replies import Command, CommandResult, Verb
from hotline.alerts.service_case import EventActor
from hotline.alerts.service_closing import NAME
from hotline.cases import service_retention
from hotline.core.database import Database, Session
from hotline.duty import service_leaves, service_removal
from hotline.gateway.rules import FINAL_STATES, Outcome, SendResult
from hotline.gateway.tables import Assignment, Deadline, Message, SharedAlert
from hotline.people import tables_roster
from hotline.people.rules import Level
from hotline.people.tables import active_responders
from hotline.people.tables_roster import Duty, Holiday
from hotline.text.errors import EndRefused, PersonnelRefused
from hotline.text.places import NATIONAL
from hotline.tips.rules import DeadlineKind, TipOutcome
from hotline.tips.rules_events import CaseEventKind, Event, EventChannel, LoggedEvent
from hotline.tips.tables import Tip
from tests.alerts.case_sums import check_logs
from tests.alerts.interleaving.state import LEVELS
from tests.long import is_long, seed
from tests.support.clock import Clock
from tests.support.district import District
from tests.support.made_once import lay_tables
from tests.support.steps import Tell
from tests.support.unsynced import open_unsynced

OWED = {DeadlineKind.OUTCOME, DeadlineKind.DECISION}
"""Two kinds of deadlines of a case with an assignee: the assignee must report the outcome, or the national desk must
decide on a requested closure.
"""
GOING = {DeadlineKind.ACKNOWLEDGE, DeadlineKind.OVERDUE, *OWED}
RESULTS = [
    *[SendResult(Outcome.ACCEPTED, 201, "102", "") for _ in range(6)],
    *[SendResult(Outcome.UNKNOWN) for _ in range(2)],
    SendResult(Outcome.TRANSIENT, 500),
    SendResult(Outcome.PERMANENT, 201, "403"),
    SendResult(Outcome.STOPPED, 201, "406"),
]
KILLED_AT = ("worker.before_claim", "worker.after_claim", "worker.after_send")


class ProcessKilled(BaseException):
    """An error that simulates the killing of one process."""


@dataclass
class RandomCase:
    district: District
    chance: random.Random
    told: list[str] = field(default_factory=list)
    """The record of the steps, shown if a test fails."""
    seen: set[int] = field(default_factory=set)
    """The assignments that `check_duty` has already compared with the roster."""
    waits: dict[int, Verb] = field(default_factory=dict)
    """The commands in answers that wait for a proof, by the id of the assignment."""

    def __post_init__(self) -> None:
        for level in LEVELS:
            self.district.enrol(level)
        with self.district.database.writing() as session:
            tables.create_position(session, self.district.clock())
            self.make_roster(session)
        if self.chance.random() < 0.5:
            self.begin_storm()
        self.tip = self.district.tell(urgency=1)

    def make_roster(self, session: Session) -> None:
        """Puts random people on duty in two weeks, and makes one day a holiday."""
        today = self.district.clock().date()
        monday = today - timedelta(days=today.weekday())
        for n, level in enumerate(LEVELS, start=1):
            for day in range(14 if self.chance.random() < 0.8 else 0):
                begin, end = self.chance.choice([(0, 720), (480, 1080), (720, 1440), (1080, 1920)])
                row = Duty(responder_id=n, week=monday + timedelta(days=day // 7 * 7))
                row.desk_code = NATIONAL if level is Level.NATIONAL else "12"
                row.weekday, row.from_min, row.to_min = day % 7, begin, end
                row.rank = self.chance.choice([1, 1, 2])
                session.add(row)
        session.add(Holiday(day=today, like_weekday=self.chance.randint(0, 6)))

    def begin_storm(self) -> None:
        """Begins a storm in which the sector of the case is already flooded."""
        at = self.district.clock()
        other = self.district.file_tip(urgency=1)
        self.district.change(Tip, other, assigned_at=at, alert_urgency=1)
        with self.district.database.writing() as session:
            tables.set_storm(session, "12", at + timedelta(minutes=30))

    @property
    def is_open(self) -> bool:
        return self.district.tip(self.tip).closed_at is None

    def step(self) -> None:
        errand = self.chance.choice(ACTIONS)
        self.told.append(f"{self.district.clock():%H:%M} {errand.__name__}")
        errand(self)
        self.check()
        self.check_duty()

    def minutes(self) -> None:
        self.turn(self.chance.choice([1, 3, 10, 40]))

    def turn(self, minutes: int) -> None:
        self.district.clock.turn(minutes=minutes)
        self.tick()
        self.district.sms.results = self.chance.choices(RESULTS, k=6)
        for n, one in enumerate(self.district.sms.results):
            id = f"ATXid_{len(self.district.sms.sent)}_{n}"
            accepted = one.outcome is Outcome.ACCEPTED
            self.district.sms.results[n] = replace(one, provider_id=id) if accepted else one
        self.district.deliver()

    def tick(self) -> None:
        """Runs the steps that the clock process runs every second."""
        context = self.district.context
        service_sending.expire_leases(context)
        service_sending.retry_unknown(context)
        service_sending.resend_unreported(context)
        service_leaves.begin_leaves(context)
        service_assignment.fire_deadlines(context)

    def kill(self) -> None:
        """Kills a worker at a random point while it sends messages. Only the rows in the database remain."""
        place = self.chance.choice(KILLED_AT)

        def fall(name: str) -> None:
            if name == place:
                raise ProcessKilled

        try:
            service_sending.deliver_due(replace(self.district.context, failpoint=fall))
        except ProcessKilled:
            self.told.append(f"killed at {place}")

    def lose_doorbells(self) -> None:
        self.district.jobs.dead = not self.district.jobs.dead

    def read_inbox(self) -> None:
        with self.district.database.writing() as session:
            row = tables.inbox_position(session)
            assert row is not None
            row.read_at = self.district.clock()

    def answer(self) -> None:
        rows = [row for row in self.district.all(Assignment) if row.tip_id == self.tip]
        row = self.chance.choice(rows)
        if not self.district.responder(row.responder_id).active:
            return
        verb = self.chance.choice([Verb.TAKE, Verb.TAKE, *ANSWERS])
        way = self.chance.choice([EventChannel.SMS, EventChannel.USSD])
        asked = Command(
            row.responder_id,
            row.reference,
            verb,
            way,
            self.district.clock(),
            way is EventChannel.USSD,
        )
        with self.district.database.writing() as session:
            done = service_commands.carry_out(session, self.district.context, asked)
        if done.queued is not None:
            self.waits[row.id] = done.queued
        self.told.append(f"{row.responder_id} {verb.name} by {way}: {done.result}")
        assert done.result is not CommandResult.UNKNOWN

    def hear_inbox(self) -> None:
        """Proves or doubts a random answer, as the hotline does after it reads the gateway's inbox."""
        row = self.chance.choice(self.district.all(Assignment))
        proves = self.chance.choice([True, False])
        self.told.append(f"{row.responder_id} {'is proved' if proves else 'is doubted'}")
        context, at, waits = (
            self.district.context,
            self.district.clock(),
            self.waits.pop(row.id, None),
        )
        with self.district.database.writing() as session:
            if proves:
                service_commands.prove_answer(session, context, row.id, at, waits)
            else:
                service_commands.doubt_answer(session, context, row.id, at)

    def send_away(self) -> None:
        person = self.chance.randint(1, len(LEVELS))
        context, signed = self.district.context, {"by": "A desk", "reason": "tonight"}
        self.told.append(f"{person} goes")
        try:
            if self.chance.random() < 0.5:
                service_removal.remove_responder(
                    context, str(person), second="Another desk", **signed
                )
            else:
                ends_at = self.district.clock() + timedelta(hours=self.chance.randint(1, 9))
                service_leaves.record_leave(
                    context, str(person), starts_at=None, ends_at=ends_at, **signed
                )
        except PersonnelRefused as refused:
            self.told.append(str(refused))

    def bring_back(self) -> None:
        person = self.chance.randint(1, len(LEVELS))
        number = f"+2507880000{person:02}"
        service_leaves.bring_back(
            self.district.context,
            str(person),
            number=number,
            second="Another desk",
            by="A desk",
            reason="tonight",
        )

    def meet(self) -> None:
        """Records in the log of the case that a person was screened. The log contains only the kind of the
        screening."""
        context, at = self.district.context, self.district.clock()
        with self.district.database.writing() as session:
            tip = session.get_one(Tip, self.tip)
            key = f"{self.tip}:{at.timestamp()}"
            service_case.write_event(
                session, tip.id, LoggedEvent.SCREENED, EventActor("desk"), at, key=key
            )
            if tip.closure_by is not None:
                service_escalation.handle_event(
                    session, context, tip.id, Event(CaseEventKind.CLOSURE_REQUESTED), at
                )

    def end_by_command(self) -> None:
        """Requests the closure of a case with a command. In some calls, decides on a requested closure instead, as a
        second person. This person may have opened the case before.
        """
        context, who = self.district.context, self.chance.choice(["A desk", "Another desk"])
        outcome = self.chance.choice([TipOutcome.SILENT, TipOutcome.NOT_TRAFFICKING])
        try:
            if self.chance.random() < 0.5:
                service_retention.close_tip(
                    context, self.tip, by=who, reason="over", outcome=outcome, only_requests=True
                )
                return
            opens = self.chance.random() < 0.7
            if opens:
                self._open(f"{NAME}{who}")
            agrees = self.chance.random() < 0.5
            service_retention.confirm_closure(
                context, self.tip, agrees=agrees, by=who, reason="seen", people=lambda *_: ()
            )
            assert opens or not agrees, self.told
        except EndRefused as refused:
            self.told.append(str(refused))

    def check_duty(self) -> None:
        """Checks that a person off duty is alerted of the case only if all active colleagues of the same level who are
        on duty were alerted."""
        given = [row for row in self.district.all(Assignment) if row.tip_id == self.tip]
        new = [row for row in given if row.id not in self.seen and row.repeats_id is None]
        self.seen |= {row.id for row in given}
        with self.district.database.reading() as session:
            for row in new:
                at, level = row.created_at, LEVELS[row.responder_id - 1]
                desk = NATIONAL if level is Level.NATIONAL else "12"
                ranks = tables_roster.roster(session, at, at).ranks(at).get(desk)
                if ranks is None or row.responder_id in ranks:
                    continue
                known = {one.responder_id for one in given if one.created_at <= at}
                active = {one.id for one in active_responders(session, at)}
                same = {n for n, one in enumerate(LEVELS, start=1) if one is level}
                assert not (same & active & ranks.keys()) - known, (
                    self.told,
                    row.responder_id,
                    ranks,
                    known,
                )

    def _open(self, name: str) -> None:
        with self.district.database.writing() as session:
            tip = session.get_one(Tip, self.tip)
            context, at = self.district.context, self.district.clock()
            service_closing.note_opened(session, context, tip, name, EventActor("desk"), at)

    def check(self) -> None:
        """Checks the rules that the rows must always obey."""
        tip = self.district.tip(self.tip)
        rows = [row for row in self.district.all(Deadline) if row.fired_at is None]
        kinds = [row.kind for row in rows]
        assert len(set(kinds)) == len(kinds), self.told
        for message in self.district.all(Message):
            waits = message.next_at is not None or message.lease_until is not None
            assert message.state in FINAL_STATES or waits, self.told
        if tip.closed_at is not None:
            assert not rows, self.told
            return
        assert GOING & set(kinds), self.told
        assert tip.assignee_id is None or len(OWED & set(kinds)) == 1, self.told
        assert tip.closure_by is None or DeadlineKind.CONFIRM_CLOSURE in kinds, self.told
        if tip.assignee_id is not None:
            assert self.district.responder(tip.assignee_id).active, self.told

    def is_escalated_in_silence(self) -> None:
        """Lets time pass without any action, and checks that the hotline alerts an active responder other than the
        assignee."""
        with self.district.database.reading() as session:
            living = {one.id for one in active_responders(session, self.district.clock())}
        others = living - {self.district.tip(self.tip).assignee_id}
        if not self.is_open or not others:
            return
        before = len(self.district.all(Assignment))
        for _ in range(14):
            self.district.clock.turn(minutes=10)
            service_assignment.fire_deadlines(self.district.context)
        # An alert may have no message yet, because it waits for a shared SMS.
        given = self.district.all(Assignment)[before:]
        sent = {row.assignment_id for row in self.district.all(Message)}
        with self.district.database.reading() as session:
            sent |= {*session.scalars(select(SharedAlert.assignment_id))}
        assert {row.id for row in given} <= sent, self.told
        assert {row.responder_id for row in given} & others, self.told
        self.check()


ANSWERS = (Verb.ON_SITE, Verb.REFERRED, Verb.NOT_TRAFFICKING, Verb.PASS_ON)
ACTIONS: tuple[Callable[[RandomCase], None], ...] = (
    RandomCase.minutes,
    RandomCase.minutes,
    RandomCase.minutes,
    RandomCase.kill,
    RandomCase.lose_doorbells,
    RandomCase.read_inbox,
    RandomCase.answer,
    RandomCase.answer,
    RandomCase.answer,
    RandomCase.hear_inbox,
    RandomCase.hear_inbox,
    RandomCase.send_away,
    RandomCase.bring_back,
    RandomCase.end_by_command,
    RandomCase.meet,
)


WALKS = 200 if is_long() else 4
STEPS = 25


@pytest.mark.timeout(3600)
def test_random_events_lose_no_danger_case(tmp_path: Path, tell_steps: Tell) -> None:
    closed = 0
    for walk in range(WALKS):
        lay_tables(tmp_path / f"{walk}.db")
        database = open_unsynced(f"sqlite:///{tmp_path}/{walk}.db")
        chance = random.Random(f"{seed()} walk {walk}")
        errands = RandomCase(District(database, Clock()), chance)
        for _ in range(STEPS):
            if errands.is_open:
                errands.step()
        errands.is_escalated_in_silence()
        check_logs(database)
        closed += not errands.is_open
        database.close()
    tell_steps(f"walks of a danger case: {WALKS} of {STEPS} steps, {closed} closed")


class CrashingDatabase:
    """A database that kills every transaction just before its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self._database.writing() as session:
            yield session
            session.flush()
            raise ProcessKilled


def test_invariant_8_restart_loses_and_repeats_no_deadline(district: District) -> None:
    """The clock process repeats a step of escalation whose transaction was not committed. The process never repeats a
    committed step, even if processes cannot notify each other of new work.
    """
    district.man_desks()
    tip = district.tell(urgency=1)
    district.clock.turn(minutes=3)
    before = district.told(tip)
    dying = replace(district.context, database=cast(Any, CrashingDatabase(district.database)))
    with pytest.raises(ProcessKilled):
        service_assignment.fire_deadlines(dying)
    assert district.told(tip) == before

    district.jobs.dead = True
    for _ in range(2):
        service_assignment.fire_deadlines(district.context)
        assert len(district.told(tip)) == len(before) + 1
    assert district.deliver() == len(before) + 1
