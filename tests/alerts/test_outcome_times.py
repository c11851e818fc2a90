"""Tests the time by which an assignee must report the outcome. The texts to the assignee name the time at which other
people are alerted."""

from datetime import UTC, datetime, timedelta

import pytest

from hotline.alerts import service_assignment, service_sending
from hotline.dialogue.service_sms import Arrival, take_sms
from hotline.gateway.tables import Assignment, Message
from hotline.people.rules import Level
from hotline.tips.rules import in_hours
from hotline.tips.tables import Tip
from tests.support.builders import make_message
from tests.support.district import District
from tests.support.night import due_steps

ASSIGNEE, COORDINATOR = 1, 2
TUESDAY, THURSDAY, FRIDAY = 24, 26, 27


def kigali(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=2)


def taken(district: District, urgency: int, at: datetime) -> str:
    """Files a case that one responder takes by SMS at once. Returns the answer to that SMS."""
    district.clock.at = at
    for level in (Level.RESPONDER, Level.COORDINATOR):
        district.enrol(level, language="en")
    district.enrol(Level.NATIONAL, language="en")
    tip_id = district.file_tip(urgency=urgency)
    with district.database.writing() as session:
        session.get_one(Tip, tip_id).visit = "yes"
    service_assignment.assign_pending(district.context)
    district.deliver()
    writes(district, "1")
    return district.sms.sent[-1][1]


def writes(district: District, digit: str) -> None:
    message = make_message(
        provider_id=f"ATXid_{digit}",
        sender=f"+2507880000{ASSIGNEE:02}",
        text=f"{digit} {district.all(Assignment)[0].reference}",
        sent_at=district.clock(),
    )
    take_sms(district.context, message, Arrival.LISTED)
    district.deliver()


def written(district: District, person: int, template: str) -> list[datetime]:
    """Returns the times at which this responder got an SMS from a template whose name contains `template`."""
    rows = [row for row in district.all(Message) if row.responder_id == person]
    return [row.created_at for row in rows if template in row.template]


def passes(district: District, time: timedelta, *, step: int = 20) -> None:
    """Moves the clock forward by `time`. Every `step` minutes, fires the deadlines and sends the SMS that are due."""
    for _ in due_steps(district.database, district.clock, time, timedelta(minutes=step)):
        service_assignment.fire_deadlines(district.context)
        service_sending.deliver_due(district.context)


@pytest.mark.parametrize(
    ("urgency", "at", "reminded", "due"),
    [
        # A case about danger is due after half an hour, at any time of day.
        (1, kigali(TUESDAY, 10), kigali(TUESDAY, 10, 15), kigali(TUESDAY, 10, 30)),
        (1, kigali(TUESDAY, 23), kigali(TUESDAY, 23, 15), kigali(TUESDAY, 23, 30)),
        (2, kigali(TUESDAY, 9), kigali(TUESDAY, 12), kigali(TUESDAY, 15)),
        (2, kigali(TUESDAY, 21, 40), kigali(25, 8), kigali(25, 9)),
        (2, kigali(TUESDAY, 15), kigali(25, 8), kigali(25, 9)),
        # On a Saturday no reminder is sent, but the coordinator is still alerted in daytime.
        (2, kigali(FRIDAY, 21, 40), None, kigali(28, 9)),
        (3, kigali(TUESDAY, 10), kigali(26, 8), kigali(27, 8)),
        (3, kigali(FRIDAY, 10), kigali(30, 8), kigali(30, 8) + timedelta(days=2)),
    ],
)
def test_the_answer_and_the_reminder_name_the_time_when_others_are_alerted(
    district: District, urgency: int, at: datetime, reminded: datetime | None, due: datetime
) -> None:
    named = f"{due + timedelta(hours=2):%d/%m %H:%M}"
    assert f"What happened? By {named}, send a digit and " in taken(district, urgency, at)
    passes(district, due - at + timedelta(minutes=20), step=5)
    assert written(district, ASSIGNEE, "REMIND") == ([] if reminded is None else [reminded])
    assert written(district, COORDINATOR, "OVERDUE")[0] == due
    texts = [text for _, text in district.sms.sent if ": what happened? By " in text]
    assert all(f"By {named}, send a digit and " in text for text in texts)


@pytest.mark.parametrize("urgency", [2, 3])
def test_no_reminder_outside_working_hours_without_danger(district: District, urgency: int) -> None:
    """The test moves the clock from a Thursday evening through a night, a working day and a weekend."""
    taken(district, urgency, kigali(THURSDAY, 21, 38))
    writes(district, "2")
    passes(district, timedelta(days=4), step=60)
    reminders = written(district, ASSIGNEE, "REMIND")
    assert reminders
    assert all(in_hours(at) == at for at in reminders)


def test_a_reminder_offers_only_what_is_possible(district: District) -> None:
    taken(district, 1, kigali(TUESDAY, 10))
    writes(district, "2")
    passes(district, timedelta(minutes=15), step=5)
    (reminder,) = [text for _, text in district.sms.sent if ": what happened? By " in text]
    name = reminder[:4]
    assert (
        f"10:30, send a digit and {name}: 3 referred 4 not this kind of case 5 pass on" in reminder
    )
