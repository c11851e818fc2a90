"""Tests one case about danger from its alert to its end, with a clock that the test moves.

Each person gets the right messages, and an open case always has a deadline.
"""

from datetime import timedelta

import pytest

from hotline.alerts import service_assignment, service_sending
from hotline.core.catalogues import load_phrases
from hotline.core.wording import Template
from hotline.dialogue.service_sms import Arrival, take_sms
from hotline.gateway.rules import Wording, render
from hotline.gateway.tables import Assignment, Deadline, Message
from hotline.people.rules import Level
from hotline.text.characters import septets
from hotline.tips.tables import Tip
from tests.support.builders import make_message
from tests.support.district import District
from tests.support.night import due_steps
from tests.support.taking import confirm

FIRST, SECOND, COORDINATOR, NATIONAL, DIRECTOR = range(1, 6)


class Story:
    """The people of district 12 and of the national desk, their phones, and a clock that ticks every minute."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.written = 0
        for level in (Level.RESPONDER, Level.RESPONDER, Level.COORDINATOR):
            district.enrol(level, language="en")
        for _ in range(2):
            district.enrol(Level.NATIONAL, language="en")
        self.tip = district.tell(urgency=1)

    def minutes(self, count: int) -> None:
        time = timedelta(minutes=count)
        for _ in due_steps(self.district.database, self.district.clock, time):
            service_assignment.fire_deadlines(self.district.context)
            service_sending.deliver_due(self.district.context)
            self.holds()

    def holds(self) -> None:
        """Checks that an open case has an open deadline."""
        if self.district.tip(self.tip).closed_at is None:
            assert self.district.open_kinds()

    def name(self, person: int) -> str:
        """Returns the newest reference by which this responder knows the case."""
        rows = [row for row in self.district.all(Assignment) if row.responder_id == person]
        return str(rows[-1].reference)

    def writes(self, person: int, text: str) -> None:
        """Sends an SMS from this responder. The gateway's inbox lists the SMS."""
        self.written += 1
        message = make_message(
            provider_id=f"listed-{self.written}",
            sender=f"+2507880000{person:02}",
            text=text.format(ref=self.name(person)),
            sent_at=self.district.clock(),
        )
        take_sms(self.district.context, message, Arrival.LISTED)
        service_sending.deliver_due(self.district.context)
        self.holds()

    def last(self, person: int) -> str:
        """Returns the template of the last message to this responder."""
        rows = [row for row in self.district.all(Message) if row.responder_id == person]
        return Template[rows[-1].template].name

    @property
    def holder(self) -> int | None:
        return self.district.tip(self.tip).assignee_id


@pytest.fixture
def story(district: District) -> Story:
    return Story(district)


def test_danger_case_runs_from_alert_to_closure(story: Story) -> None:
    assert story.district.told(story.tip) == [(0, FIRST), (0, SECOND), (0, NATIONAL)]
    first_passes_second_takes(story)
    silence_makes_case_overdue(story)
    coordinator_takes_and_another_looks(story)
    two_people_close_it(story)


def first_passes_second_takes(story: Story) -> None:
    story.writes(FIRST, "I can't {ref}")
    assert story.district.told(story.tip)[-1] == (1, COORDINATOR)
    assert story.holder is None

    story.writes(SECOND, "1 {ref}")
    assert story.holder == SECOND
    assert story.district.open_kinds() == ["outcome", "second_look"]


def silence_makes_case_overdue(story: Story) -> None:
    story.minutes(14)
    assert "REMIND" not in story.last(SECOND)
    story.minutes(1)
    assert story.last(SECOND) == "REMIND_REPLY"
    story.minutes(15)
    assert story.last(COORDINATOR) == "ALERT_OVERDUE_REPLY"
    story.minutes(15)
    assert "ALERT_OVERDUE_REPLY" in {story.last(NATIONAL), story.last(DIRECTOR)}
    story.minutes(15)
    assert "overdue" in story.district.open_kinds()


def coordinator_takes_and_another_looks(story: Story) -> None:
    story.writes(COORDINATOR, "1 {ref}")
    assert story.holder == COORDINATOR
    assert "overdue" not in story.district.open_kinds()
    story.writes(COORDINATOR, "2 {ref}")

    story.minutes(120)
    assert "ALERT_LOOK_REPLY" in {row.template for row in story.district.all(Message)}


def two_people_close_it(story: Story) -> None:
    story.writes(COORDINATOR, "1 {ref}")
    story.writes(COORDINATOR, "4 {ref}")
    assert story.district.tip(story.tip).closed_at is None
    (judge,) = (who for who in (NATIONAL, DIRECTOR) if story.last(who) == "CLOSURE_REQUESTED")
    story.writes(judge, "4 {ref}")
    assert story.last(judge) == "OPEN_FIRST"
    assert story.district.tip(story.tip).closed_at is None
    confirm(story.district.context, story.tip)
    tip: Tip = story.district.tip(story.tip)
    assert (tip.closed_at, tip.outcome) == (story.district.clock(), "not-trafficking")
    assert story.district.open_kinds() == []


@pytest.mark.row("R5")
def test_eleven_silent_days_after_take_send_more_alerts(story: Story) -> None:
    """In an earlier release, the hotline sent no more alerts about a case after one responder had answered an alert."""
    story.writes(FIRST, "1 {ref}")
    before = len(story.district.all(Message))
    story.district.clock.turn(days=11)
    story.minutes(60)
    assert len(story.district.all(Message)) >= before + 4
    assert {row.kind for row in story.district.all(Deadline) if row.fired_at is None} >= {"outcome"}


@pytest.mark.row("R1")
def test_every_message_of_a_case_fits_one_segment(story: Story) -> None:
    story.writes(FIRST, "1 {ref}")
    story.minutes(200)
    phrases = load_phrases()
    for row in story.district.all(Message):
        for language in ("rw", "fr", "en"):
            said = render(Wording(Template[row.template], row.parameters, language), phrases)
            assert septets(said) <= 160
