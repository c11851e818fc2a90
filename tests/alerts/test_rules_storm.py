"""Tests which alerts share an SMS during a storm (very many tips about danger), and who is alerted about each further
tip.
"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.alerts.rules_assignment import Candidate, Case, storm_groups
from hotline.alerts.rules_escalation import (
    COLLECT,
    LONG_INTERVAL,
    MANY,
    MAX_ALONE,
    SEEN_FOR,
    SOME,
    STORM_FROM,
    STORM_WITHIN,
    DistrictDangers,
    RecentDanger,
    SmsPace,
    SmsShare,
    next_person,
    shares,
    shares_notice,
)
from hotline.people.rules import Level
from hotline.text.places import districts, neighbours
from tests.long import is_long
from tests.support.builders import NOON

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def danger(n: int, sector: str = "1201", *, phone: str = "", text: bool = False) -> RecentDanger:
    at = NOON + n * SECOND
    return RecentDanger(n, "12", sector, phone or f"phone {n}", at, text, is_untaken=True)


def placed(dangers: list[RecentDanger]) -> list[SmsShare]:
    """Returns for each danger if its alert gets an SMS of its own or shares an SMS. All of these dangers are new."""
    at = NOON + MINUTE
    ids = [one.tip_id for one in dangers]
    district = DistrictDangers(dangers, ids, until=None, at=at)
    return [district.place(one, at) for one in ids]


def test_the_eighth_danger_of_a_district_begins_a_storm() -> None:
    flood = [danger(n) for n in range(12)]
    storm = [SmsShare.STORM] * (12 - STORM_FROM + 1)
    assert placed(flood) == [SmsShare.ALONE] * (STORM_FROM - 1) + storm


def test_new_sector_or_text_keeps_its_own_sms_in_a_storm() -> None:
    flood = [danger(n) for n in range(10)]
    new = [
        danger(20, "1202"),
        danger(21, "1202"),
        danger(22, text=True),
        danger(23, text=True, phone="phone 3"),
    ]
    ways = [SmsShare.ALONE, SmsShare.STORM, SmsShare.KEPT, SmsShare.STORM]
    assert placed([*flood, *new])[10:] == ways


@pytest.mark.parametrize(
    ("after", "storm"), [(STORM_WITHIN, True), (39 * MINUTE, True), (41 * MINUTE, False)]
)
def test_a_storm_ends_after_thirty_minutes_under_its_limit(
    after: timedelta, *, storm: bool
) -> None:
    flood = [danger(n) for n in range(STORM_FROM)]
    district = DistrictDangers(flood, range(STORM_FROM), until=None, at=NOON)
    for n in range(STORM_FROM):
        district.place(n, NOON)
    at = NOON + after
    later = RecentDanger(99, "12", "1201", "phone", at, has_text=False, is_untaken=True)
    again = DistrictDangers([*flood, later], [99], until=district.storm_until, at=at)
    assert (again.place(99, at) is SmsShare.STORM) is storm


def test_taken_dangers_begin_no_storm() -> None:
    taken = [danger(n)._replace(is_untaken=False) for n in range(STORM_FROM)]
    district = DistrictDangers([*taken, danger(99)], [99], until=None, at=NOON + MINUTE)
    assert district.place(99, NOON) is SmsShare.ALONE
    assert district.storm_until is None


def test_the_next_person_is_the_first_who_got_no_sms_in_this_minute() -> None:
    paces: dict[int, SmsPace] = {}
    groups = ((1, 2), (3,), (4,))
    assert [next_person(groups, paces, {}, NOON) for _ in range(5)] == [1, 2, 3, 4, 1]
    assert next_person(groups, paces, {}, NOON + 2 * MINUTE) == 1
    assert next_person(((), (), ()), paces, {}, NOON) is None


def test_dangers_within_seconds_share_one_person_s_sms() -> None:
    paces = {who: SmsPace(NOON - HOUR, MAX_ALONE + who) for who in (1, 2)}
    assert paces[1].next_escalated(NOON) == NOON + COLLECT
    assert SmsPace(NOON, SOME).next_escalated(NOON) == NOON + LONG_INTERVAL
    due: dict[int, datetime] = {}
    chosen = [next_person(((1, 2),), paces, due, NOON + n * 20 * SECOND) for n in range(3)]
    assert (chosen, due) == ([1, 1, 1], {1: NOON + COLLECT})
    later = NOON + COLLECT + SECOND
    paces[1].add(due.pop(1))
    assert next_person(((1, 2),), paces, due, later) == 2, "the first may get no SMS so soon"


def test_alerts_without_danger_share_an_sms_above_twenty_an_hour() -> None:
    pace = SmsPace()
    ways = []
    for n in range(22):
        ways.append(shares(SmsShare.ALONE, pace, 3, NOON, most=20))
        if ways[n] is SmsShare.ALONE:
            pace.add(NOON)
    assert ways == [SmsShare.ALONE] * 20 + [SmsShare.OPEN] * 2
    assert shares(SmsShare.ALONE, pace, 1, NOON, most=0) is SmsShare.ALONE
    assert shares(SmsShare.ALONE, SmsPace(), 2, NOON, most=0) is SmsShare.OPEN


@pytest.mark.parametrize(
    ("count", "storms", "goes", "shares_one"),
    [
        (0, False, False, False),
        (20, False, False, True),
        (0, True, False, True),
        (MANY - 1, True, True, False),
        (MANY, False, True, True),
    ],
)
def test_a_notice_shares_an_sms_in_a_storm_and_above_the_limit(
    count: int, *, storms: bool, goes: bool, shares_one: bool
) -> None:
    """An assignee may be on the way to the place. So the hotline combines notices to the assignee in one SMS only at
    a higher number of SMS than for other people.
    """
    pace = SmsPace(count=count)
    assert shares_notice(pace, storms=storms, goes=goes, most=20) is shares_one


def test_an_sms_that_is_due_later_delays_no_danger() -> None:
    pace = SmsPace()
    pace.add(NOON + HOUR, waits=True)
    assert pace.is_free(NOON)
    pace.add(NOON)
    assert (pace.count, pace.next_storm(NOON)) == (2, NOON + MINUTE)


GAPS = st.lists(st.integers(0, 90), min_size=200, max_size=400)


@given(gaps=GAPS, kept=st.lists(st.booleans(), min_size=400, max_size=400))
def test_a_person_gets_at_most_forty_sms_of_a_storm_in_an_hour(
    gaps: list[int], kept: list[bool]
) -> None:
    """In addition to these forty SMS, the person gets at most one SMS in fifteen minutes about repeats (alerts of a
    case of which the person was alerted before)."""
    sent, pace, at, pending = list[datetime](), SmsPace(), NOON, None
    for gap, keep in zip(gaps, kept, strict=False):
        at += gap * SECOND
        pace.count = sum(one > at - HOUR for one in sent)
        if pending is not None and pending <= at:
            pending = None
        wanted = SmsShare.KEPT if keep else SmsShare.STORM
        if shares(wanted, pace, 1, at, most=20) is SmsShare.ALONE:
            sent.append(at)
            pace.add(at)
        elif pending is None:
            pending = pace.next_storm(at)
            sent.append(pending)
            pace.add(pending)
    for first in sent:
        assert sum(first <= one < first + HOUR for one in sent) <= 40


@st.composite
def people(draw: st.DrawFn) -> list[Candidate]:
    """Returns people of Gasabo, of two neighbours, of a far district and of the national desk."""
    desks = draw(st.lists(st.sampled_from(["12", "12", "11", "13", "55"]), max_size=8))
    near = [
        Candidate(n, Level.RESPONDER, frozenset({desk})) for n, desk in enumerate(desks, start=1)
    ]
    return [*near, *(Candidate(90 + n, Level.NATIONAL) for n in range(draw(st.integers(1, 3))))]


@settings(max_examples=2000 if is_long() else 60)
@given(
    who=people(),
    told=st.lists(
        st.tuples(st.integers(0, 120), st.sampled_from("123"), st.booleans(), st.booleans()),
        min_size=8,
        max_size=60,
    ),
    official=st.sampled_from(["no", "no", "yes"]),
)
def test_each_danger_of_a_storm_has_an_allowed_recipient(
    who: list[Candidate], told: list[tuple[int, str, bool, bool]], official: str
) -> None:
    case, at, until = Case("12", "sex", 1, official), NOON, None
    paces: dict[int, SmsPace] = {}
    known: list[RecentDanger] = []
    groups = storm_groups(case, who, neighbours("12"))
    for n, (gap, sector, text, taken) in enumerate(told):
        at += gap * SECOND
        known.append(RecentDanger(n, "12", sector, f"{n}", at, text, is_untaken=not taken))
        recent = [one for one in known if one.filed_at > at - SEEN_FOR]
        district = DistrictDangers(recent, [n], until, at)
        way = district.place(n, at)
        until = district.storm_until or until
        if all(one.sector != sector for one in recent[:-1]):
            assert way is SmsShare.ALONE, "the first of its sector is alerted as always"
        if way is SmsShare.ALONE:
            continue
        busy = {one: not paces.get(one, SmsPace()).is_free(at) for one in {c.id for c in who}}
        chosen = next_person(groups, paces, {}, at)
        assert chosen is not None
        person = next(one for one in who if one.id == chosen)
        local = {"12", "11", "13"} if official == "no" else set()
        assert person.level is Level.NATIONAL or person.districts & local
        free = [one for group in groups for one in group if not busy[one]]
        assert not free or chosen == free[0], "who got no SMS in this minute comes first"


def test_neighbours_are_a_symmetric_list_of_thirty_districts() -> None:
    codes = {one.code for one in districts()}
    assert len(codes) == 30
    for code in codes:
        near = neighbours(code)
        assert near
        assert code not in near
        assert len(near) == len({*near})
        assert {*near} <= codes
        assert all(code in neighbours(other) for other in near)
    assert neighbours("abroad") == ()
    seen, reached = {"12"}, ["12"]
    while reached:
        fresh = {*neighbours(reached.pop())} - seen
        seen |= fresh
        reached += fresh
    assert seen == codes
