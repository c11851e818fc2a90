"""Whom an offer of help is asked after, and when: every clock played to its end."""

from datetime import UTC, datetime, timedelta

import pytest

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.following import FollowClock, FollowKind, after, asked_again, fires
from hotline.domain.referrals.referral import Candidate, Case, Level

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, 11:00 in Kigali
CASE = Case("12", None, 2, "no")
HERS, COLLEAGUE, LEADS, NATION, NATION_TOO = 1, 2, 3, 8, 9
HERE = frozenset({"12"})
ROSTER = [
    Candidate(HERS, Level.RESPONDER, HERE),
    Candidate(COLLEAGUE, Level.RESPONDER, HERE),
    Candidate(LEADS, Level.COORDINATOR, HERE),
    Candidate(NATION, Level.NATIONAL),
    Candidate(NATION_TOO, Level.NATIONAL),
]
DAYS = timedelta(days=1)
MORNING = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


def played(
    clock: FollowClock, roster: list[Candidate], at: datetime = AT
) -> list[tuple[timedelta, tuple[int, ...]]]:
    """Who is rung, and how long after `at`, until it is over; the last is its end."""
    rung, now = [], clock
    while True:
        ring = fires(now, CASE, roster, HERS, at, now.due_at)
        rung.append((now.due_at - at, ring.who))
        if ring.next is None:
            return rung
        assert ring.next.due_at - now.due_at >= timedelta(hours=1)
        if clock.kind is not FollowKind.CONSENT:
            assert ring.reminds is (ring.who == (HERS,))
        now = ring.next


@pytest.mark.parametrize(
    ("kind", "code", "starts"),
    [
        (EntryKind.OFFERED, "isange", FollowClock(FollowKind.ANSWER, AT + DAYS)),
        (EntryKind.ANSWERED, "none", FollowClock(FollowKind.ANSWER, AT + DAYS)),
        (EntryKind.ANSWERED, "accepted", FollowClock(FollowKind.ARRIVAL, AT + 3 * DAYS)),
        (EntryKind.ANSWERED, "no_room", FollowClock(FollowKind.OFFER, AT + DAYS)),
        (EntryKind.ANSWERED, "refused", FollowClock(FollowKind.OFFER, AT + DAYS)),
        (EntryKind.ANSWERED, "not_our_kind", FollowClock(FollowKind.OFFER, AT + DAYS)),
        (EntryKind.ANSWERED, "person_refused", None),
        (EntryKind.ARRIVED, "yes", FollowClock(FollowKind.THIRTY, AT + 30 * DAYS)),
        (EntryKind.ARRIVED, "no", FollowClock(FollowKind.OFFER, AT + DAYS)),
        (EntryKind.ARRIVED, "unknown", FollowClock(FollowKind.OFFER, AT + DAYS)),
        (EntryKind.THIRTY, "helped", None),
        (EntryKind.THIRTY, "danger", None),
    ],
)
def test_r9_what_is_asked_next(kind: EntryKind, code: str, starts: FollowClock | None) -> None:
    assert after(kind, code, AT) == starts


def test_who_did_not_arrive_is_looked_for_once() -> None:
    assert after(EntryKind.ARRIVED, "no", AT, again=True) is None


@pytest.mark.parametrize(
    ("codes", "refusals", "due"),
    [
        ({"consent": "no"}, 1, AT + 3 * DAYS),
        ({"consent": "no"}, 2, None),
        ({"consent": "cannot_say"}, 0, AT + DAYS),
        ({"consent": "cannot_say"}, 1, AT + DAYS),
        ({"consent": "assent_yes", "interest": "not_yet"}, 0, AT + DAYS),
        ({"consent": "assent_yes", "interest": "yes"}, 0, None),
        ({"consent": "yes"}, 0, None),
    ],
)
def test_who_is_asked_once_more(codes: dict[str, str], refusals: int, due: datetime | None) -> None:
    clock = asked_again(codes, refusals, AT)
    assert clock == (None if due is None else FollowClock(FollowKind.CONSENT, due))


def test_an_arrival_is_asked_of_the_referrer_then_above() -> None:
    clock = FollowClock(FollowKind.ARRIVAL, AT)
    in_the_morning = MORNING - AT
    assert played(clock, ROSTER) == [
        (timedelta(), (HERS,)),
        (in_the_morning, (LEADS,)),
        (in_the_morning + DAYS, (NATION, NATION_TOO)),
        (in_the_morning + 8 * DAYS, (NATION, NATION_TOO)),
        (in_the_morning + 15 * DAYS, (NATION, NATION_TOO)),
        (in_the_morning + 22 * DAYS, ()),
    ]


def test_thirty_days_are_unknown_seven_days_later() -> None:
    clock = after(EntryKind.ARRIVED, "yes", AT)
    assert clock is not None
    first, second, last = played(clock, ROSTER)
    assert first == (30 * DAYS, (HERS,))
    assert second[1] == (LEADS,)
    assert last == (37 * DAYS, ())


def test_consent_is_asked_by_somebody_else() -> None:
    clock = FollowClock(FollowKind.CONSENT, AT)
    who = [one for _, one in played(clock, ROSTER)]
    assert who[0] != (HERS,)
    assert who[-1] == ()
    alone = [one for one in ROSTER if one.id in (HERS, NATION)]
    assert played(clock, alone)[0][1] == (NATION,)


@pytest.mark.parametrize("kind", FollowKind)
def test_nobody_is_asked_for_ever_whoever_lives(kind: FollowKind) -> None:
    """Whoever is gone costs no time: the next is asked at once."""
    for living in range(2 ** len(ROSTER)):
        roster = [one for place, one in enumerate(ROSTER) if living >> place & 1]
        rung = played(FollowClock(kind, AT), roster)
        assert len(rung) <= 6
        assert all(who for _, who in rung[:-1])
        assert rung[-1][1] == ()
        above = [one for one in roster if one.level in (Level.COORDINATOR, Level.NATIONAL)]
        if above:
            assert rung[0][1]
        others = {one.id for one in roster} - {HERS} if kind is FollowKind.CONSENT else None
        if others is not None:
            assert all(set(who) <= others for _, who in rung)
