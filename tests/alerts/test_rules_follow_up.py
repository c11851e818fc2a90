"""Tests which people the hotline asks about an offer of help, and when. The tests simulate each deadline until
the hotline stops asking.
"""

from datetime import UTC, datetime, timedelta

import pytest

from hotline.alerts.rules_assignment import Candidate, Case
from hotline.alerts.rules_follow_up import (
    FollowClock,
    missing_facts,
    next_reminder,
    offer_clock,
    person_clock,
)
from hotline.people.rules import Level
from hotline.tips.rules import Urgency
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import (
    FollowKind,
    MetPerson,
    PersonCodes,
    PersonEntry,
    build_persons,
)

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
"""A Friday at 11:00 in Kigali. If the hotline asks about a person at this time or later, it asks the coordinator on the
Saturday."""
CASE = Case("12", None, 2, "no")
REFERRER, COLLEAGUE, LEADS, NATION, NATION_TOO = 1, 2, 3, 8, 9
HERE = frozenset({"12"})
ROSTER = [
    Candidate(REFERRER, Level.RESPONDER, HERE),
    Candidate(COLLEAGUE, Level.RESPONDER, HERE),
    Candidate(LEADS, Level.COORDINATOR, HERE),
    Candidate(NATION, Level.NATIONAL),
    Candidate(NATION_TOO, Level.NATIONAL),
]
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)
MORNING = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)


def played(
    clock: FollowClock, roster: list[Candidate], at: datetime = AT
) -> list[tuple[timedelta, tuple[int, ...]]]:
    """Returns one entry for each reminder about an offer of help: the time since `at`, and the people who are asked.
    The time of the last entry is the time at which the hotline stops asking.
    """
    rung, now = [], clock
    while True:
        ring = next_reminder(now, CASE, roster, REFERRER, at, now.due_at)
        rung.append((now.due_at - at, ring.responder_ids))
        if ring.next is None:
            return rung
        assert ring.next.due_at - now.due_at >= timedelta(hours=1)
        if clock.kind is not FollowKind.CONSENT:
            assert ring.reminds is (ring.responder_ids == (REFERRER,))
        now = ring.next


def met(*said: str) -> MetPerson:
    """Returns an adult who wants help. `said` contains later answers about offers of help, such as `arrived:no`.
    There is one hour between two answers.
    """
    entries = [said_of(0, "consent", "yes")]
    offered = 0
    for hour, one in enumerate(said, 1):
        kind, _, code = one.partition(":")
        entries.append(said_of(hour, kind, code, offered))
        offered = hour if kind == "offered" else offered
    (person,) = build_persons(entries)
    return person


def said_of(hour: int, kind: str, code: str, offered: int = 0) -> PersonEntry:
    names = {"offered": "service", "answered": "answer"}
    of = None if kind in ("offered", "consent") else offered
    codes = PersonCodes(1, {names.get(kind, kind): code}, of)
    return PersonEntry(hour, LoggedEvent(kind), AT + hour * HOURS, codes, REFERRER)


OFFERED, ACCEPTED, ARRIVED = "offered:isange", "answered:accepted", "arrived:yes"


@pytest.mark.parametrize(
    ("said", "kind", "due"),
    [
        ([OFFERED], FollowKind.ANSWER, HOURS + DAYS),
        ([OFFERED, "answered:none"], FollowKind.ANSWER, 2 * HOURS + DAYS),
        ([OFFERED, ACCEPTED], FollowKind.ARRIVAL, 2 * HOURS + 3 * DAYS),
        ([OFFERED, "answered:no_room"], FollowKind.OFFER, 2 * HOURS + DAYS),
        ([OFFERED, "answered:refused"], FollowKind.OFFER, 2 * HOURS + DAYS),
        ([OFFERED, "answered:not_our_kind"], FollowKind.OFFER, 2 * HOURS + DAYS),
        ([OFFERED, "answered:person_refused"], None, None),
        ([OFFERED, ACCEPTED, ARRIVED], FollowKind.THIRTY, 3 * HOURS + 30 * DAYS),
        ([OFFERED, ACCEPTED, "arrived:no"], FollowKind.OFFER, 3 * HOURS + DAYS),
        # The answer "not known" while the person is on the way to a service removes no deadline, even if the
        # responder gives this answer many times.
        ([OFFERED, ACCEPTED, "arrived:unknown"], FollowKind.ARRIVAL, 2 * HOURS + 3 * DAYS),
        ([OFFERED, ACCEPTED, *["arrived:unknown"] * 70], FollowKind.ARRIVAL, 2 * HOURS + 3 * DAYS),
        ([OFFERED, ACCEPTED, *["arrived:unknown"] * 72], FollowKind.OFFER, 74 * HOURS + DAYS),
        # After the report that the person did not arrive, responders looked for the person once more, without success.
        ([OFFERED, ACCEPTED, "arrived:no", *["arrived:unknown"] * 72], None, None),
        ([OFFERED, ACCEPTED, ARRIVED, "thirty:helped"], None, None),
        ([OFFERED, ACCEPTED, ARRIVED, "thirty:danger"], None, None),
        # If a person declines further help, the hotline asks about this person later only if a service has already
        # helped the person.
        ([OFFERED, "consent:no"], None, None),
        ([OFFERED, ACCEPTED, "consent:no"], None, None),
        ([OFFERED, ACCEPTED, ARRIVED, "consent:no"], FollowKind.THIRTY, 3 * HOURS + 30 * DAYS),
    ],
)
def test_r9_offer_sets_its_next_deadline(
    said: list[str], kind: FollowKind | None, due: timedelta | None
) -> None:
    person = met(*said)
    expected = None if kind is None or due is None else FollowClock(kind, AT + due)
    assert offer_clock(person, person.referrals[-1]) == expected


def test_new_offer_replaces_deadline_of_offer_not_accepted() -> None:
    for before in ([OFFERED], [OFFERED, "answered:no_room"]):
        person = met(*before, OFFERED)
        first, second = person.referrals
        assert (offer_clock(person, first), offer_clock(person, second) is None) == (None, False)
    first, _ = (person := met(OFFERED, ACCEPTED, OFFERED)).referrals
    assert offer_clock(person, first) is not None


@pytest.mark.parametrize(
    ("said", "due"),
    [
        (["consent:no"], HOURS + 3 * DAYS),
        (["consent:no", "consent:no"], None),
        (["consent:no", "consent:cannot_say"], 2 * HOURS + DAYS),
        (["consent:cannot_say"], HOURS + DAYS),
        (["consent:assent_yes"], HOURS + DAYS),
        ([OFFERED], None),
    ],
)
def test_consent_is_asked_once_more(said: list[str], due: timedelta | None) -> None:
    clock = person_clock(met(*said), Urgency.SEEN)
    assert clock == (None if due is None else FollowClock(FollowKind.CONSENT, AT + due))


@pytest.mark.parametrize(
    ("said", "since"),
    [
        ([], timedelta()),
        # If a person agrees to help twice, the time within which help must be offered begins at the first yes.
        (["consent:yes", "consent:yes"], timedelta()),
        (["consent:no", "consent:yes"], 2 * HOURS),
        (["consent:cannot_say", "consent:yes"], 2 * HOURS),
        # The deadline to offer help does not apply here, because the service that was asked may still help.
        ([OFFERED], None),
        ([OFFERED, "consent:yes"], None),
        ([OFFERED, ACCEPTED, "consent:yes"], None),
        ([OFFERED, ACCEPTED, ARRIVED, "consent:no", "consent:yes"], None),
        # After the service had no room, the deadline to offer help applies only when the person agrees to help again.
        ([OFFERED, "answered:no_room"], None),
        ([OFFERED, "answered:no_room", "consent:no", "consent:yes"], 4 * HOURS),
        ([OFFERED, "answered:person_refused", "consent:yes"], 3 * HOURS),
        (["consent:no"], None),
    ],
)
def test_offer_after_consent_is_due_in_two_hours_or_next_morning(
    said: list[str], since: timedelta | None
) -> None:
    person = met(*said)
    clocks = [person_clock(person, urgency) for urgency in Urgency]
    if since is None:
        assert not [one for one in clocks if one is not None and one.kind is FollowKind.OFFER]
        return
    danger, *others = clocks
    assert danger == FollowClock(FollowKind.OFFER, AT + since + 2 * HOURS)
    assert others == [FollowClock(FollowKind.OFFER, MORNING)] * 2
    assert missing_facts(person)[0] is FollowKind.OFFER
    assert all(offer_clock(person, one) is None for one in person.referrals)


def test_missing_offer_in_danger_asks_next_person_every_two_hours() -> None:
    clock, rung = FollowClock(FollowKind.OFFER, AT), []
    danger = Case("12", None, Urgency.DANGER, "no")
    for _ in range(3):
        ring = next_reminder(clock, danger, ROSTER, REFERRER, AT, clock.due_at)
        rung.append((clock.due_at - AT, ring.responder_ids))
        assert ring.next is not None
        clock = ring.next
    assert rung == [
        (timedelta(), (REFERRER,)),
        (2 * HOURS, (LEADS,)),
        (4 * HOURS, (NATION, NATION_TOO)),
    ]


def test_arrival_question_goes_to_referrer_then_higher_levels() -> None:
    clock = FollowClock(FollowKind.ARRIVAL, AT)
    in_the_morning = MORNING - AT
    assert played(clock, ROSTER) == [
        (timedelta(), (REFERRER,)),
        (in_the_morning, (LEADS,)),
        (in_the_morning + DAYS, (NATION, NATION_TOO)),
        (in_the_morning + 8 * DAYS, (NATION, NATION_TOO)),
        (in_the_morning + 15 * DAYS, (NATION, NATION_TOO)),
        (in_the_morning + 22 * DAYS, ()),
    ]


def test_thirty_day_question_ends_after_seven_days() -> None:
    clock = FollowClock(FollowKind.THIRTY, AT + 30 * DAYS)
    first, second, last = played(clock, ROSTER)
    assert first == (30 * DAYS, (REFERRER,))
    assert second[1] == (LEADS,)
    assert last == (37 * DAYS, ())


def test_late_thirty_day_question_leaves_time_to_answer() -> None:
    """The hotline was off for three weeks. So it asks the question that is due after thirty days three weeks late."""
    since, late = AT - 51 * DAYS, AT
    clock = FollowClock(FollowKind.THIRTY, since + 30 * DAYS, 1)
    ring = next_reminder(clock, CASE, ROSTER, REFERRER, since, late)
    assert (ring.responder_ids, ring.next) == ((LEADS,), FollowClock(FollowKind.THIRTY, MORNING, 2))


def test_another_person_asks_for_consent() -> None:
    clock = FollowClock(FollowKind.CONSENT, AT)
    who = [one for _, one in played(clock, ROSTER)]
    assert who[0] != (REFERRER,)
    assert who[-1] == ()
    alone = [one for one in ROSTER if one.id in (REFERRER, NATION)]
    assert played(clock, alone)[0][1] == (NATION,)


@pytest.mark.parametrize("kind", FollowKind)
def test_every_question_ends_for_any_active_people(kind: FollowKind) -> None:
    """If a person who should be asked is not active, the next person is asked at once."""
    for living in range(2 ** len(ROSTER)):
        roster = [one for place, one in enumerate(ROSTER) if living >> place & 1]
        rung = played(FollowClock(kind, AT), roster)
        assert len(rung) <= 6
        assert all(who for _, who in rung[:-1])
        assert rung[-1][1] == ()
        above = [one for one in roster if one.level in (Level.COORDINATOR, Level.NATIONAL)]
        if above:
            assert rung[0][1]
        others = {one.id for one in roster} - {REFERRER} if kind is FollowKind.CONSENT else None
        if others is not None:
            assert all(set(who) <= others for _, who in rung)
