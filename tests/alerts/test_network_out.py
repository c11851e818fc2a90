"""Tests six hours in which one of two networks delivers no SMS. Each danger still reaches a person whose phone is in
the other network."""

import random
from datetime import timedelta

import pytest

from hotline.alerts import service_assignment, service_sending
from hotline.alerts.rules_replies import Command, Verb
from hotline.alerts.service_commands import carry_out
from hotline.gateway.rules import ReportIn
from hotline.gateway.tables import Assignment, Attempt, Message
from hotline.people.rules import Level
from hotline.tips.rules_events import EventChannel
from tests.long import is_long, seed
from tests.support.district import District
from tests.support.steps import Tell

HOURS = timedelta(hours=6)
EVERY = timedelta(hours=1) if is_long() else timedelta(hours=3)
"""The time from one report of danger to the next. In a short run of the tests, this time is longer, so that there are
fewer dangers."""
STEP = timedelta(seconds=30)
LIMIT = timedelta(minutes=10)
LEVELS = (
    *(Level.RESPONDER,) * 3,
    *(Level.DEPUTY, Level.COORDINATOR),
    *(Level.NATIONAL,) * 3,
)


ONE = [*range(len(LEVELS))] if is_long() else [random.Random(seed()).randrange(len(LEVELS))]
"""The values of a test parameter. Each value is a position in `LEVELS`, and only the phone of the person at this
position can get SMS."""


def report(district: District, dead: set[int], known: set[int]) -> None:
    """Reports the delivery of each SMS to a phone of the network that works."""
    sent = {row.id: row for row in district.all(Message)}
    for row in district.all(Attempt):
        if row.id in known or row.provider_id is None:
            continue
        known.add(row.id)
        if sent[row.message_id].responder_id not in dead:
            said = ReportIn(row.provider_id, "Success")
            service_sending.apply_report(district.context, said)


@pytest.mark.parametrize("one", [None, *ONE])
def test_danger_reaches_other_network_within_ten_minutes(
    district: District, tell_steps: Tell, one: int | None
) -> None:
    chance = random.Random(f"{seed()} network")
    people = [district.enrol(level) for level in LEVELS]
    some = chance.sample(people, chance.randint(3, len(people) - 2))
    dead = {*some} if one is None else {*people} - {people[one]}
    worst, known, begins, count = timedelta(), set[int](), district.clock(), 0
    while district.clock() < begins + HOURS:
        filed = district.clock()
        tip = district.tell(urgency=1)
        reached = False
        while not reached:
            district.deliver()
            report(district, dead, known)
            got = {
                row.assignment_id for row in district.all(Message) if row.delivered_at is not None
            }
            here = [row for row in district.all(Assignment) if row.tip_id == tip]
            arrived = [row for row in here if row.id in got]
            if reached := bool(arrived):
                taker = arrived[0]
                break
            assert district.clock() - filed <= LIMIT, (sorted(dead), district.told(tip))
            district.clock.at += STEP
            service_sending.resend_unreported(district.context)
            service_assignment.fire_deadlines(district.context)
        worst, count = max(worst, district.clock() - filed), count + 1
        at = district.clock()
        with district.database.writing() as session:
            said = Command(taker.responder_id, taker.reference, Verb.TAKE, EventChannel.USSD, at)
            carry_out(session, district.context, said)
        district.clock.at = filed + EVERY
    tell_steps(
        f"one network out: {count} dangers, {len(dead)} of {len(people)} phones dead, "
        f"the other network reached after {worst.total_seconds():.0f} s at most"
    )
