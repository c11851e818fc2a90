"""Tests an emergency change by one approver: people are notified at once, and the change ends after four hours without
a confirmation."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select

from hotline.alarms import tables
from hotline.alarms.rules import Alarm
from hotline.core.actors import Actor
from hotline.core.contexts import Job
from hotline.core.wording import Template
from hotline.editing import service_plans
from hotline.editing.rules_difference import NotInEmergency
from hotline.editing.rules_drafts import EMERGENCY_DURATION, NUMBERS
from hotline.editing.service_drafts import Refusal
from hotline.flows.tables import Publication, PublicationKind
from hotline.gateway.rules import Wording, render
from hotline.gateway.stand_ins import FakeJobs
from hotline.gateway.tables import Message
from hotline.monitoring import service_alarms, service_checks_database
from hotline.people.rules import Level
from hotline.text.errors import DraftRefused, NotReady
from tests.editing.changing import APPROVER, OTHER, TRAP, Desk, playable, refusal, taken_away
from tests.editing.changing import NUMBERS as ROWS
from tests.support.builders import make_responder
from tests.support.clock import Clock
from tests.support.made_once import shipped_phrases
from workers.clock import lapse_emergency

SECOND = Actor("Approver 2", 4)
APPOINTER = "account:3:Approver 1"


def urgent(desk: Desk, words: str = "Do not go there", by: Any = APPROVER) -> Any:
    change = desk.opened(by=by)
    desk.say(change, words, by=by)
    return desk.urgent(change, by)


def test_one_approver_publishes_her_own_words_alone(desk: Desk, clock: Clock) -> None:
    urgent(desk)
    assert desk.live == playable("Do not go there")
    stands = service_plans.current_emergency(desk.context)
    assert stands is not None
    assert (stands.published_by, stands.reason) == ("Approver 1", TRAP)
    assert (stands.published_at, stands.lapses_at) == (clock.at, clock.at + timedelta(hours=4))
    assert "published change 1 in an emergency, without approval" in desk.log[-1]


@pytest.mark.parametrize("words", ["Ring 6", "Appelez six"])
def test_words_with_a_new_digit_wait_for_a_second_person(words: str, desk: Desk) -> None:
    refused = refusal(urgent, desk, words)
    assert refused.refusal is Refusal.BEYOND_WORDS
    assert {one.reason for one in refused.where} == {NotInEmergency.DIGITS}


def test_it_needs_a_reason_and_words_without_an_error(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "Do not go there")
    short = refusal(desk.urgent, change, reason="x" * 19 + "  ")
    assert short == DraftRefused(Refusal.SHORT_REASON)
    stale = refusal(service_plans.publish, desk.context, APPROVER, change, TRAP, "another digest")
    assert stale == DraftRefused(Refusal.CHANGED)
    assert refusal(urgent, desk, "They asked 999999").refusal is Refusal.HAS_ERRORS
    assert desk.live == playable()


def _arrow(flow: dict[str, Any]) -> None:
    flow["nodes"]["one"]["say"]["goes"] = "back"


def _confirmation(numbers: dict[str, Any]) -> None:
    numbers["3512"] = {**ROWS[1], "confirmed_on": "2026-11-20"}


def _emergency_number(numbers: dict[str, Any]) -> None:
    numbers["112"] = taken_away(numbers, "112")["112"]


@pytest.mark.parametrize(
    ("part", "edit", "why"),
    [
        ("learn", _arrow, Refusal.BEYOND_WORDS),
        (NUMBERS, _confirmation, Refusal.BEYOND_WORDS),
        (NUMBERS, _emergency_number, Refusal.EMERGENCY_NUMBER),
    ],
)
def test_never_more_than_words(
    part: str, edit: Callable[[Any], None], why: Refusal, desk: Desk
) -> None:
    """`test_rules_difference.py` tests, for each kind of change, if the change needs a second person."""
    change = desk.opened()
    document = copy.deepcopy(dict(desk.draft(change, part).document or {}))
    edit(document)
    desk.save(change, document, part)
    refused = refusal(desk.urgent, change)
    assert refused.refusal is why
    assert bool(refused.where) is (why is Refusal.BEYOND_WORDS)
    assert desk.live == playable()


def test_the_clock_brings_the_state_before_back(desk: Desk, clock: Clock) -> None:
    """A number that was removed in the emergency change stays removed."""
    change = desk.opened()
    desk.removes(change)
    desk.say(change, "Do not go there")
    desk.urgent(change)

    clock.turn(hours=3, minutes=59)
    assert service_plans.end_unconfirmed(desk.context) is None
    clock.turn(minutes=1)
    lapse_emergency(cast(Any, desk.context))
    assert service_plans.end_unconfirmed(desk.context) is None, "once"
    assert desk.live["flows"] == playable()["flows"]
    assert [bool(row.get("confirmed_on")) for row in desk.live["numbers"]] == [True, False]
    assert service_plans.current_emergency(desk.context) is None
    newest, _ = service_plans.history(desk.context)[0]
    assert (newest.kind, newest.published_by) == ("back", "clock")
    assert "the clock restored the flows of revision 1" in desk.log[-1]


def test_a_second_person_confirms(desk: Desk, clock: Clock) -> None:
    change = desk.opened()
    desk.say(change, "Do not go there", by=OTHER)
    done = desk.urgent(change)
    own = DraftRefused(Refusal.OWN_HAND)
    assert refusal(desk.confirm, done.id, APPROVER) == own
    assert refusal(desk.confirm, done.id, OTHER) == own
    appointed = refusal(desk.confirm, done.id, SECOND, APPOINTER)
    assert appointed == DraftRefused(Refusal.APPOINTED)
    assert refusal(desk.confirm, 99, SECOND) == DraftRefused(Refusal.SETTLED)

    desk.confirm(done.id, SECOND, "account:7:Admin 7")
    clock.turn(hours=5)
    assert service_plans.end_unconfirmed(desk.context) is None
    assert desk.live == playable("Do not go there")
    assert service_plans.history(desk.context)[0][0].approved_by == "Approver 2"
    again = refusal(desk.confirm, done.id, SECOND)
    assert again == DraftRefused(Refusal.SETTLED)


def test_a_second_emergency_ends_as_the_first_would(desk: Desk, clock: Clock) -> None:
    urgent(desk)
    clock.turn(hours=3)
    urgent(desk, "Do not go there at all")
    clock.turn(hours=1)
    assert service_plans.end_unconfirmed(desk.context) is not None
    assert desk.live == playable()


def test_while_it_stands_nothing_else_is_published(desk: Desk, clock: Clock) -> None:
    """The approver of a different draft would see only the difference between this draft and the published flows, and
    would never read the text of the emergency change."""
    done = urgent(desk)
    change = desk.opened()
    desk.say(change, "Second words", "two")
    desk.submit(change)
    assert refusal(desk.publish, change) == DraftRefused(Refusal.EMERGENCY_STANDS)
    desk.confirm(done.id, SECOND)
    desk.publish(change)


def test_the_national_desk_and_the_watchers_are_told(desk: Desk, clock: Clock) -> None:
    with desk.context.database.writing() as session:
        session.add(make_responder(level=Level.NATIONAL, language="fr"))
        session.add(make_responder(level=Level.COORDINATOR, msisdn="+250788000091"))
    urgent(desk)
    with desk.context.database.reading() as session:
        (message,) = session.scalars(select(Message)).all()
        finding = service_checks_database.check_urgent_text(session, clock.at)
        late = service_checks_database.check_urgent_text(
            session, clock.at + EMERGENCY_DURATION + service_checks_database.ENDED_BY
        )
    wording = Wording(Template[message.template], message.parameters, message.language)
    assert render(wording, shipped_phrases()) == (
        "24/11 10:00: une seule personne a approuvé et publié un texte. "
        "Relisez ce texte avant 14:00, sinon nous le retirons."
    )
    assert isinstance(desk.context.jobs, FakeJobs)
    assert (Job.DELIVER, message.id) in desk.context.jobs.scheduled
    assert (finding.ok, finding.level, late.level) == (False, 1, 2)

    service_alarms.check_all(desk.context, around=False)
    with desk.context.database.reading() as session:
        assert Alarm.URGENT_WORDS in tables.raised_alarms(session)


@pytest.mark.row("A3")
def test_nobody_brings_back_alone_what_only_one_person_has_read(desk: Desk, clock: Clock) -> None:
    """If one person alone could restore an ended emergency change, the change would stay live without an alarm or a
    second reader."""
    first = desk.published("Second words").id
    change = desk.proposed("Do not go there")
    alone = desk.urgent(change).id
    desk.back(first)

    for by in (APPROVER, SECOND):
        assert refusal(desk.back, alone, by=by) == DraftRefused(Refusal.READ_BY_ONE)
    assert desk.live == playable("Second words")
    assert [is_read for _, is_read in service_plans.history(desk.context)] == [
        True,
        False,
        True,
        True,
    ]


def test_no_emergency_makes_another_one_read(desk: Desk, clock: Clock) -> None:
    """If only one person read an emergency change, each later state with this change also counts as read by only one
    person."""
    first = urgent(desk).id
    on_top = urgent(desk, "Do not go there at all").id
    desk.back(1)
    for unread in (first, on_top):
        assert refusal(desk.back, unread) == DraftRefused(Refusal.READ_BY_ONE)


def test_a_state_on_words_brought_back_unread_is_unread(desk: Desk, clock: Clock) -> None:
    """The publications in this test are older than the rule that people may restore only a state that two people have
    read. The history contains an emergency change that was restored, and a draft that is based on this change."""
    alone = urgent(desk)
    desk.back(1)
    state = service_plans.preview(desk.context, alone.id)
    said = Publication(
        published_by="Approver 1", published_by_id=3, kind=PublicationKind.BACK, reason=TRAP
    )
    brought = service_plans.publish_restored(desk.context, state, said, actor="Approver 1")
    change = desk.opened()
    desk.say(change, "Second words", "two")
    desk.submit(change)
    follows = desk.publish(change)

    urgent(desk, "Go home")
    clock.turn(hours=4)
    assert service_plans.end_unconfirmed(desk.context) is not None
    assert desk.live == playable(), "the clock brings back what two people have read"
    for unread in (brought, follows):
        assert refusal(desk.back, unread.id) == DraftRefused(Refusal.READ_BY_ONE)


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_words_that_two_people_read_come_back(desk: Desk, *, is_confirmed: bool) -> None:
    alone = urgent(desk)
    if is_confirmed:
        desk.confirm(alone.id, SECOND)
    desk.back(1)
    if not is_confirmed:
        desk.published("Do not go there")
        desk.back(1)
    desk.back(alone.id)
    assert desk.live == playable("Do not go there")


def test_who_published_the_one_below_is_no_second_person(desk: Desk, clock: Clock) -> None:
    """The reader of the second emergency change also reads the text of the first one. So an author of one of the two
    texts cannot confirm the second change."""
    change = desk.opened(by=OTHER)
    desk.say(change, "Do not go there", by=OTHER)
    desk.urgent(change)
    on_top = urgent(desk, "Do not go there at all", by=SECOND).id
    own = DraftRefused(Refusal.OWN_HAND)
    assert refusal(desk.confirm, on_top, APPROVER) == own
    assert refusal(desk.confirm, on_top, OTHER) == own
    third = Actor("Approver 3", 5)
    appointed = refusal(desk.confirm, on_top, third, APPOINTER)
    assert appointed == DraftRefused(Refusal.APPOINTED)
    desk.confirm(on_top, third)


def test_a_command_publishes_only_the_shipped_flows_over_an_emergency(desk: Desk) -> None:
    """An exported folder may contain the emergency text, which only one person has read. So a command must not publish
    this folder."""
    urgent(desk)
    exported = desk.live
    with pytest.raises(NotReady, match="one person alone"):
        desk.imposes(exported)
    assert service_plans.current_emergency(desk.context) is not None
    desk.imposes(playable(), of_version=True)
    assert desk.live == playable()
