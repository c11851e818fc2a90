"""Tests the services that store data about the persons of a case: screening, consent, offers of help, and the
follow-up after thirty days.
"""

import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from hotline.alerts.rules_follow_up import FOLLOWS, offer_clock, person_clock
from hotline.alerts.rules_replies import CommandResult, Verb
from hotline.alerts.tables_case_events import CaseEventRow
from hotline.cases import service_follow_up, service_retention
from hotline.core.database import Session
from hotline.gateway.tables import Assignment, Message
from hotline.text.errors import CodesRefused
from hotline.tips import tables_persons
from hotline.tips.rules import TipOutcome, Urgency
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import CASE_FORMS, OF_REFERRAL, MetPerson, ScreeningResult
from hotline.tips.tables import Tip
from tests.alerts.case_sums import check_logs
from tests.alerts.test_concurrency import together
from tests.long import is_long, seed
from tests.support.clock import Clock
from tests.support.district import District
from tests.support.helping import CHILD, GROWN_UP, HelpedCase
from tests.support.made_once import lay_tables
from tests.support.taking import close_by_two, confirm, do
from tests.support.unsynced import open_unsynced
from tests.tips.test_rules_may_record import never_over_a_no

ASKS, ABOVE = "FOLLOW", "FOLLOW_ABOVE"


@pytest.fixture
def case(district: District) -> HelpedCase:
    return HelpedCase(district)


@pytest.mark.row("R9")
@pytest.mark.both
def test_r9_victim_is_followed_to_arrival_and_day_30(case: HelpedCase) -> None:
    clock = case.district.clock
    offered = case.offer()
    assert case.person.result is ScreeningResult.POSSIBLE
    assert case.district.tip(case.tip).helped_at is None
    case.say("answered", {"answer": "accepted"}, of=offered)
    assert case.district.tip(case.tip).helped_at == clock()

    clock.turn(hours=71, minutes=59)
    assert case.reminded() == []
    clock.turn(minutes=1)
    assert case.reminded() == [(case.hers, ASKS)]
    assert case.reminded() == []
    clock.turn(hours=24)
    # The hotline never alerted the coordinator of the case, so this SMS contains the coordinator's first reference of
    # the case. With the reference, the coordinator can dial in.
    assert case.reminded() == [(case.leads, ABOVE)]
    assert case.reference(case.leads)
    case.say("arrived", {"arrived": "yes"}, of=offered, who=case.leads)

    assert endings_wait(case)
    clock.turn(days=30)
    assert case.reminded() == [(case.hers, ASKS)]
    clock.turn(days=1)
    assert case.reminded() == [(case.leads, ABOVE)]
    clock.turn(days=6)
    assert case.reminded() == []
    (help,) = case.person.referrals
    assert (help.arrived, help.thirty, help.thirty_at) == ("yes", "unknown", clock())
    check_rows(case)
    check_logs(case.district.database)


def endings_wait(case: HelpedCase) -> bool:
    """Closes the case, which needs a second person. Returns True if the case stayed open until the second person
    agreed, and was closed then."""
    done = do(
        case.context,
        case.hers,
        case.reference(case.hers),
        Verb.NOT_TRAFFICKING,
        case.district.clock(),
    )
    confirm(case.context, case.tip)
    closed = case.district.tip(case.tip).closed_at is not None
    return done.result is CommandResult.CLOSURE_REQUESTED and closed


def test_reminders_go_only_to_people_with_access(case: HelpedCase) -> None:
    """The assignee was stood down, so the hotline asks the coordinator about the person. After the case names an
    official, the hotline asks only the national desk."""
    case.offer()
    (known_as,) = [row for row in case.district.all(Assignment) if row.responder_id == case.hers]
    case.district.change(Assignment, known_as.id, released_at=case.district.clock())
    case.district.clock.turn(days=1)
    assert case.reminded() == [(case.leads, ABOVE)]
    case.district.change(Tip, case.tip, official="unsure")
    case.district.clock.turn(days=1)
    assert {who for who, _ in case.reminded()} == set(case.nation)


def test_new_danger_reopens_closed_case_for_national_desk(case: HelpedCase) -> None:
    offered = case.offer()
    case.say("answered", {"answer": "accepted"}, of=offered)
    case.say("arrived", {"arrived": "yes"}, of=offered)
    close_by_two(case.context, case.tip, TipOutcome.HELPED)
    case.district.clock.turn(days=12)
    with pytest.raises(CodesRefused, match="too_early"):
        case.say("thirty", {"thirty": "helped"}, of=offered)
    before, told_as = set(case.district.told(case.tip)), case.district.tip(case.tip).urgency
    case.say("thirty", {"thirty": "danger"}, of=offered)
    tip = case.district.tip(case.tip)
    assert tip.first_urgency == told_as, "how fast it was answered goes by what it was told as"
    assert (tip.closed_at, tip.urgency, tip.assignee_id) == (None, Urgency.DANGER, None)
    assert tip.danger_at == case.district.clock()
    assert {who for _, who in set(case.district.told(case.tip)) - before} == set(case.nation)
    assert "acknowledge" in case.district.open_kinds()
    # The person of the national desk who takes the case first becomes its assignee.
    do(case.context, case.nation[0], case.reference(case.nation[0]), Verb.TAKE, tip.updated_at)
    assert case.district.tip(case.tip).assignee_id == case.nation[0]
    check_logs(case.district.database)


def test_correction_to_danger_makes_case_urgent(case: HelpedCase) -> None:
    offered = case.offer()
    case.say("answered", {"answer": "accepted"}, of=offered)
    case.say("arrived", {"arrived": "yes"}, of=offered)
    case.district.clock.turn(days=30)
    safe = case.say("thirty", {"thirty": "safe"}, of=offered)
    case.say("thirty", {"thirty": "danger"}, of=offered, corrects=safe)
    assert case.district.tip(case.tip).urgency == Urgency.DANGER


def test_codes_about_persons_are_stored_encrypted(case: HelpedCase) -> None:
    offered = case.offer()
    case.say("answered", {"answer": "no_room"}, of=offered)
    case.say("determination", {"determination": "actual", "body": "court"})
    of_people = {kind.value for kind in CASE_FORMS}
    rows = [row for row in case.district.all(CaseEventRow) if row.kind in of_people]
    assert {row.kind for row in rows} == of_people - {"arrived", "thirty", "file_told"}
    assert all(row.codes == {} for row in rows)
    assert case.person.actual is True


def test_closure_waits_equally_after_each_screening_result(district: District) -> None:
    case = HelpedCase(district, urgency=3)
    case.say("screened", {**GROWN_UP, "act": "no"})
    assert case.person.result is ScreeningResult.NOT_INDICATED
    service_retention.close_tip(
        case.context, case.tip, by="A desk", reason="over", outcome=TipOutcome.HELPED
    )
    assert case.district.tip(case.tip).closed_at is None


def test_repeated_event_is_stored_once_and_correction_shows_both(case: HelpedCase) -> None:
    case.say("screened", GROWN_UP, key="once")
    first = case.say("consent", {"consent": "yes"})
    assert case.say("screened", CHILD, key="once") is None
    offered = case.say("offered", {"service": "health"})
    answered = case.say("answered", {"answer": "no_room"}, of=offered)
    with pytest.raises(CodesRefused, match="ask_again"):
        case.say("consent", {"consent": "yes"}, corrects=first)
    accepted = case.say("answered", {"answer": "accepted"}, of=offered, corrects=answered)
    assert case.district.tip(case.tip).helped_at is not None
    case.say("answered", {"answer": "not_our_kind"}, of=offered, corrects=accepted)
    assert case.district.tip(case.tip).helped_at is None
    person = case.person
    assert person.referrals[0].answer == "not_our_kind"
    assert None not in [one.corrected_by for one in person.timeline if one.entry.id == answered]
    check_rows(case)


def test_referral_by_sms_names_no_person_and_no_reminder(case: HelpedCase) -> None:
    at = case.district.clock()
    done = do(case.context, case.hers, case.reference(case.hers), Verb.REFERRED, at)
    assert (done.due, case.people()) == (at + timedelta(hours=72), ())
    case.district.clock.turn(days=10)
    assert case.reminded() == []


def test_different_responder_asks_for_consent_again(case: HelpedCase) -> None:
    case.say("screened", GROWN_UP)
    case.say("consent", {"consent": "no", "again": "woman"})
    with pytest.raises(CodesRefused, match="says_no"):
        case.say("offered", {"service": "shelter"})
    case.district.clock.turn(days=3)
    ((who, template),) = case.reminded()
    assert (who != case.hers, template) == (True, ASKS)
    case.say("consent", {"consent": "no"}, who=who)
    case.district.clock.turn(days=30)
    assert case.reminded() == []


def test_refused_service_stops_offers_until_newer_yes(case: HelpedCase) -> None:
    """The screen says that a different responder will ask the person again in three days."""
    offered = case.offer()
    refused = case.say("answered", {"answer": "person_refused"}, of=offered)
    for codes, corrects, stop in (
        ({"service": "health"}, None, "says_no"),
        ({"answer": "accepted"}, refused, "ask_again"),
    ):
        kind, of = ("answered", offered) if corrects else ("offered", None)
        with pytest.raises(CodesRefused, match=stop):
            case.say(kind, codes, of=of, corrects=corrects)
    case.district.clock.turn(days=3)
    ((who, template),) = case.reminded()
    assert (who != case.hers, template) == (True, ASKS)
    case.say("consent", {"consent": "yes"}, who=who)
    assert case.say("offered", {"service": "health"}, who=who)
    check_rows(case)


def check_rows(case: HelpedCase) -> None:
    """Checks that the rows of persons and offers agree with the decrypted case log."""
    met = case.people()
    with case.district.database.reading() as session:
        seen = {row.n: row for row in tables_persons.persons_of_tip(session, case.tip)}
        offers = {row.offered_id: row for row in tables_persons.offers_of(session, case.tip)}
    assert {row.n: row.met_at for row in seen.values()} == {one.n: one.met_at for one in met}
    made = {offer.offered_id: (one, offer) for one in met for offer in one.referrals}
    assert offers.keys() == made.keys()
    for one in met:
        # The case may have become urgent after the deadline was set, so both urgencies are allowed.
        asked, again = (
            seen[one.n],
            [person_clock(one, now) for now in (case.urgency, Urgency.DANGER)],
        )
        assert asked.due_at is None or None not in again
        for clock in again[:1]:
            if clock is not None and asked.times == 0:
                assert asked.clock == clock.kind
                assert asked.due_at is not None
                assert asked.due_at >= min(other.due_at for other in again if other is not None)
    for offered_id, (one, offer) in made.items():
        row, clock = offers[offered_id], offer_clock(one, offer)
        times = (row.offered_at, row.answered_at, row.arrived_at, row.thirty_at)
        assert times == (offer.offered_at, offer.answered_at, offer.arrived_at, offer.thirty_at)
        if clock is None:
            assert (row.clock, row.due_at) == (None, None)
        elif row.due_at is None:
            assert (row.clock, row.times) == (None, len(FOLLOWS[clock.kind].rings))
        else:
            assert row.clock == clock.kind
            # A deadline at night is moved to the day, unless a person is in danger.
            assert row.times > 0 or row.due_at >= clock.due_at
    check_made_again(case, met)


class Undone(Exception):
    """An error that ends a transaction, so that the transaction leaves no change."""


def check_made_again(case: HelpedCase, met: Sequence[MetPerson]) -> None:
    """Deletes the rows of persons and offers, makes them again from the case log, and checks that the new rows are
    the same as the old rows.
    """

    def rows(session: Session) -> list[tuple[object, ...]]:
        persons = [(row.n, row.met_at) for row in tables_persons.persons_of_tip(session, case.tip)]
        offers = [
            (
                row.offered_id,
                row.n,
                row.responder_id,
                row.answered_at,
                row.arrived_at,
                row.thirty_at,
            )
            for row in tables_persons.offers_of(session, case.tip)
        ]
        return [*persons, *offers]

    with suppress(Undone), case.district.database.writing() as session:
        before = rows(session)
        for row in (
            *tables_persons.persons_of_tip(session, case.tip),
            *tables_persons.offers_of(session, case.tip),
        ):
            session.delete(row)
        session.flush()
        service_follow_up.update_rows(session, session.get_one(Tip, case.tip), (), met)
        assert rows(session) == before
        raise Undone


WALKS = 60 if is_long() else 3
STEPS = 40


def test_random_person_events_keep_log_and_rows_equal(tmp_path: Path) -> None:
    """The answers are random and come in any order. No screening closes a case, and the rows agree with the log."""
    for walk in range(WALKS):
        chance = random.Random(f"{seed()} people {walk}")
        lay_tables(tmp_path / f"{walk}.db")
        database = open_unsynced(f"sqlite:///{tmp_path}/{walk}.db")
        case = HelpedCase(District(database, Clock()), urgency=chance.choice([2, 3]))
        urgency = case.urgency
        for _ in range(STEPS):
            urgency = Urgency.DANGER if is_danger(case, chance) else urgency
            tip = case.district.tip(case.tip)
            assert (tip.closed_at, tip.urgency) == (None, urgency)
        check_rows(case)
        check_logs(database)
        for person in case.people():
            never_over_a_no(person)
        database.close()


def is_danger(case: HelpedCase, chance: random.Random) -> bool:
    """Lets time pass, or records a random valid answer. Returns True if the recorded answer says that a person is in
    danger again.
    """
    if chance.random() < 0.25:
        case.district.clock.turn(hours=chance.choice([1, 30, 80, 800]))
        case.reminded()
        return False
    case.district.clock.turn(minutes=1)
    entries = [moment.entry for one in case.people() for moment in one.timeline]
    kind = chance.choice(
        [*CASE_FORMS, LoggedEvent.CONSENT, LoggedEvent.OFFERED, LoggedEvent.ANSWERED]
    )
    form = CASE_FORMS[kind]
    codes = {name: chance.choice(sorted(form.codes[name])) for name in form.must}
    offers = [one.id for one in entries if one.kind is LoggedEvent.OFFERED]
    of = chance.choice(offers or [0]) if kind in OF_REFERRAL else None
    corrects = chance.choice(entries).id if entries and chance.random() < 0.15 else None
    told = {row.responder_id for row in case.district.all(Assignment)}
    who = chance.choice([one for one in (case.hers, case.colleague) if one in told])
    try:
        done = case.say(kind, codes, n=chance.randint(1, 3), of=of, corrects=corrects, who=who)
    except CodesRefused:
        return False
    return done is not None and codes.get("thirty") == "danger"


# Tests two responders who write about one person at the same time, and two clock processes that handle the same
# deadline.


@pytest.mark.both
def test_two_processes_fire_one_deadline_once(district: District) -> None:
    case = HelpedCase(district)
    case.offer()
    district.clock.turn(days=1)
    before = len(district.all(Message))
    together(*[partial(service_follow_up.ask_due, case.context)] * 4)
    assert [row.responder_id for row in district.all(Message)[before:]] == [case.hers]
    assert case.reminded() == []


@pytest.mark.both
def test_concurrent_refusal_and_offer_give_no_late_offer(district: District) -> None:
    """Two responders screen a person at the same time. The case has only one key pair, which both responders must
    use."""
    case = HelpedCase(district)
    together(
        *(partial(case.say, "screened", GROWN_UP, who=one) for one in (case.hers, case.colleague))
    )
    for _ in range(3):
        case.say("consent", {"consent": "yes"})

        def offers() -> None:
            with suppress(CodesRefused):
                case.say("offered", {"service": "shelter"})

        together(partial(case.say, "consent", {"consent": "no"}, who=case.colleague), offers)
    never_over_a_no(case.person)
    kinds = [one.entry.kind for one in case.person.timeline]
    assert kinds.count(LoggedEvent.SCREENED) == 2
