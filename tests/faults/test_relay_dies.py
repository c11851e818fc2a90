"""Tests fault 22 of tests/rows.py: a worker has all kinds of work, and is killed at each of its writes, notifications
and sends."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import event, select

from hotline.alerts import service_sending
from hotline.core.contexts import Job
from hotline.core.database import Database
from hotline.gateway.rules import MessageState, Outcome, ReportIn
from hotline.gateway.stand_ins import FakeSms
from hotline.gateway.tables import Assignment, Attempt, Message, SharedAlert
from hotline.people.rules import Level
from hotline.tips.rules import TipState
from tests.long import is_long
from tests.support.district import District, deliver_one
from tests.support.steps import Tell
from tests.support.taking import close_by_two
from workers.clock import tick

PLACES_AT_LEAST, PLACES_AT_MOST = 20, 200
"""The minimum and the maximum number of places at which the worker is killed. With fewer places, the test lacks some
kind of work. With more places, the worker has new writes that this test does not know."""
EACH = 1 if is_long() else 20
"""If the value is 20, the test tries every twentieth place. A long run tries every place."""
LOOKS = ("SELECT", "BEGIN", "SAVEPOINT", "RELEASE")
"""The beginnings of SQL statements that change no row. The test leaves out these statements, because a kill there has
the same effect as a kill after the previous write."""


class Killed(BaseException):
    """An error that simulates `kill -9`: no `except Exception` catches it."""


@dataclass
class Fuse:
    """Kills the worker at its n-th write, notification or send."""

    left: int

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed

    def statement(self, _connection: object, _cursor: object, words: str, *_: object) -> None:
        if not words.lstrip().startswith(LOOKS):
            self.burn()


@dataclass
class Bell:
    fuse: Fuse

    def ring(self, job: Job, row_id: int) -> bool:
        self.fuse.burn()
        return True


@contextmanager
def dying(database: Database, sms: FakeSms, fuse: Fuse) -> Iterator[None]:
    """Lets the fuse kill a process at one of its writes or sends."""
    event.listen(database.engine, "before_cursor_execute", fuse.statement)
    sms.during = fuse.burn
    try:
        yield
    finally:
        sms.during = None
        event.remove(database.engine, "before_cursor_execute", fuse.statement)


def after_claim(failpoint: str) -> None:
    if failpoint == "worker.after_claim":
        raise Killed


def owe(district: District) -> list[int]:
    """Creates four tips, each with another kind of pending work. Returns their ids.

    Responders were alerted about the first tip. No one took the tip, and no delivery report arrived for its alerts. The
    worker of the second tip was killed. The third tip is a draft whose caller became silent. The job of the fourth tip
    was lost.
    """
    told = district.tell()
    district.deliver()
    claimed = district.tell()
    with suppress(Killed):
        deliver_one(replace(district.context, failpoint=after_claim))
    silent = district.file_tip(state=TipState.DRAFT, filed_at=None)
    district.clock.turn(minutes=4)
    return [told, claimed, silent, district.file_tip()]


def repair(district: District) -> None:
    """Runs another worker and a gateway without faults, until each lease and each wait after an unknown result is
    over."""
    for _ in range(3):
        tick(district.context)
        district.deliver()
        report(district)
        district.clock.turn(seconds=31)


def report(district: District) -> None:
    """Makes the gateway report that every accepted message has arrived."""
    with district.database.reading() as session:
        accepted = select(Message.provider_id).where(Message.state == MessageState.ACCEPTED)
        ids = list(session.scalars(accepted))
    for provider_id in ids:
        service_sending.apply_report(district.context, ReportIn(provider_id or "", "Success"))


def steps(district: District, tip_ids: list[int]) -> list[Counter[int]]:
    """Returns for each tip how many people were alerted at each escalation level."""
    rows = district.all(Assignment)
    return [Counter(row.step for row in rows if row.tip_id == tip_id) for tip_id in tip_ids]


def running(district: District, tip_ids: list[int]) -> int:
    """Returns the number of deadlines of these tips that had no effect yet."""
    return sum(row.tip_id in tip_ids for row in district.open_deadlines())


def end(district: District, tip_ids: list[int]) -> None:
    """Closes these tips. If the tips stayed open, the hotline would later ask for the outcome of each taken case."""
    for tip_id in tip_ids:
        close_by_two(district.context, tip_id)


def sends_allowed(district: District) -> int:
    """Returns the number of sends that invariant I3 allows.

    Each alert, each attempt with an unknown result and each missing delivery report allows one send.
    """
    messages = district.all(Message)
    doubtful = sum(row.outcome in (None, Outcome.UNKNOWN) for row in district.all(Attempt))
    return len(messages) + int(doubtful) + sum(bool(row.resent) for row in messages)


@pytest.mark.fault(22)
@pytest.mark.timeout(900 if is_long() else 300)
def test_row_22_another_relay_does_the_rest_once(district: District, tell_steps: Tell) -> None:
    """Tests invariants I4 and I6: after each kill no alert waits, and the hotline alerts the same people as without a
    kill."""
    district.enrol()
    district.enrol(Level.NATIONAL)
    expected: list[Counter[int]] = []

    for place in (0, *range(1, PLACES_AT_MOST, EACH)):
        owed = owe(district)
        fuse = Fuse(place)
        with dying(district.database, district.sms, fuse), suppress(Killed):
            tick(replace(district.context, jobs=Bell(fuse)))
        repair(district)

        expected = expected or steps(district, owed)
        assert steps(district, owed) == expected, f"killed at {place}"
        assert running(district, owed) == len(owed), f"killed at {place}"
        if place and fuse.left > 0:
            break
        end(district, owed)

    tell_steps(f"row 22: {place} places of {PLACES_AT_MOST}, one of {EACH} tried")
    assert place > PLACES_AT_LEAST
    assert fuse.left > 0, f"more than {PLACES_AT_MOST} places"
    end(district, owed)
    # After 16 minutes, repeated alerts are due, and one SMS may contain several repeated alerts.
    district.clock.turn(minutes=16)
    repair(district)
    with district.database.reading() as session:
        shared = {*session.scalars(select(SharedAlert.message_id))}
    states = {(row.state, row.id in shared) for row in district.all(Message)}
    # The hotline does not send a shared SMS if all its cases have ended in the meantime.
    ended = {(MessageState.FAILED, True), (MessageState.DELIVERED, True)}
    assert states - ended == {(MessageState.DELIVERED, False)}
    assert len(district.sms.sent) <= sends_allowed(district)
