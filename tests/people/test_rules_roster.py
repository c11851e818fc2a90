"""Tests who is on duty, which hours have no one on duty, and who is alerted by the roster."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hotline.alerts.rules_assignment import (
    AlertedResponder,
    Candidate,
    Case,
    EscalationReason,
    first_recipients,
    next_recipients,
    overdue_recipients,
)
from hotline.alerts.rules_escalation import AlertPlan
from hotline.people.rules import LEVELS, Absence, Level, Member
from hotline.people.rules_roster import (
    OFF_DUTY,
    DutyRow,
    Gap,
    GapReason,
    Override,
    Roster,
    Shift,
    alone_by_offers,
    cut,
    effects,
    gaps,
    half_day,
    half_days,
    hours,
    moment,
    nights,
    read_roster,
    week_of,
)
from tests.long import is_long

MONDAY = date(2026, 11, 30)
DESK = "57"
START, END = half_day(MONDAY, 0)[0], half_day(MONDAY, 13)[1]
HOUR = timedelta(hours=1)


def member(id: int, *, reachable: bool = True, pin: bool = True, away: bool = False) -> Member:
    absences = (Absence(START, END),) if away else ()
    return Member(id, id, Level.RESPONDER, frozenset({DESK}), reachable, absences, pin)


def rows(*held: tuple[int, int], rank: int = 1) -> list[DutyRow]:
    """Returns one row of the roster for each pair in `held`: a person, and the half-day on which the person is on
    duty."""
    found = []
    for who, half in held:
        starts = 18 * 60 if half % 2 else 6 * 60
        found.append(DutyRow(DESK, who, MONDAY, half // 2, starts, starts + 12 * 60, rank))
    return found


def roster(found: Sequence[DutyRow], *overrides: Override, **given: dict[date, int]) -> Roster:
    used = frozenset((one.desk, one.week) for one in found)
    return Roster(found, used, overrides, given.get("holidays", {}))


FULL_WEEK = [(1 + half % 2, half) for half in range(14)]


def test_complete_week_has_no_gap() -> None:
    week = roster(rows(*FULL_WEEK))
    assert gaps(week, [member(1), member(2)], [DESK], START, END) == []
    assert week.ranks(moment(MONDAY, 18 * 60)) == {DESK: {2: 1}}
    assert week.ranks(moment(MONDAY, 18 * 60) - timedelta(seconds=1)) == {DESK: {1: 1}}


def test_desk_without_roster_has_everyone_on_duty() -> None:
    assert roster(()).ranks(START) == {}
    assert gaps(roster(()), [member(1)], [DESK], START, END) == []
    assert gaps(roster(()), [], [DESK], START, END) == [Gap(DESK, START, END, (GapReason.NO_ONE,))]


@pytest.mark.parametrize(
    ("people", "reason"),
    [
        ([member(1), member(2, away=True)], GapReason.LEAVE),
        ([member(1), member(2, reachable=False)], GapReason.UNREACHABLE),
        ([member(1), member(2, pin=False)], GapReason.NO_PIN),
        ([member(1)], GapReason.NO_ONE),
    ],
)
def test_gap_has_its_reasons(people: list[Member], reason: GapReason) -> None:
    found = gaps(roster(rows(*FULL_WEEK)), people, [DESK], START, END)
    assert [(one.starts_at, one.reasons) for one in found] == [
        (half_day(MONDAY, half)[0], (reason,)) for half in range(1, 14, 2)
    ]
    assert hours(found) == {DESK: 84}


def test_leave_cuts_shift_and_gap_has_both_reasons() -> None:
    away = replace(member(2), absences=(Absence(START + HOUR, START + 2 * HOUR),))
    week = roster(rows((2, 0), (3, 0)))
    found = gaps(week, [away, member(3, pin=False)], [DESK], START, START + 3 * HOUR)
    assert found == [Gap(DESK, START + HOUR, START + 2 * HOUR, (GapReason.LEAVE, GapReason.NO_PIN))]


def test_taken_shift_fills_gap_and_offer_keeps_owner() -> None:
    night = half_day(MONDAY, 1)
    held = rows(*(one for one in FULL_WEEK if one[1] != 1))
    people = [member(1), member(2)]
    assert len(gaps(roster(held), people, [DESK], START, END)) == 1
    assert gaps(roster(held, Override(DESK, *night, 1)), people, [DESK], START, END) == []
    offered = roster(rows(*FULL_WEEK), Override(DESK, *night, None, 2))
    assert offered.ranks(night[0]) == {DESK: {2: 1}}
    taken = roster(rows(*FULL_WEEK), Override(DESK, *night, 1, 2))
    assert taken.ranks(night[0]) == {DESK: {1: 1}}
    part = roster(rows(*FULL_WEEK), Override(DESK, night[0] + HOUR, night[1] - HOUR, 1, 2))
    assert [one.responder_id for one in part.shifts(*night)] == [2, 1, 2]
    assert alone_by_offers(taken.shifts(START, END), taken.overrides) == {1}
    both = roster([*rows(*FULL_WEEK), *rows((3, 1))], *taken.overrides)
    assert alone_by_offers(both.shifts(START, END), both.overrides) == set()


def test_holiday_uses_rows_of_other_weekday() -> None:
    tuesday = MONDAY + timedelta(days=1)
    week = roster(rows((1, 0)), holidays={tuesday: 0})
    assert week.ranks(moment(tuesday, 7 * 60)) == {DESK: {1: 1}}


def test_roster_week_begins_on_monday_at_six() -> None:
    assert week_of(START) == MONDAY
    assert week_of(START - timedelta(seconds=1)) == MONDAY - timedelta(days=7)
    assert datetime(2026, 11, 30, 4, tzinfo=UTC) == START


def test_gap_is_split_into_half_days() -> None:
    parts = [*half_days(Gap(DESK, START + HOUR, START + 25 * HOUR, (GapReason.NO_ONE,)))]
    assert [round((one.ends_at - one.starts_at) / HOUR) for one in parts] == [11, 12, 1]


def test_nights_are_counted_for_each_person() -> None:
    week = roster(rows(*FULL_WEEK)).shifts(START, END)
    assert nights(week) == {2: 7}
    assert nights([Shift(DESK, START, START + 41 * HOUR, 1)]) == {1: 2}


def test_cell_is_cut_out_of_longer_row() -> None:
    (row,) = rows((1, 0))
    assert [(one.from_min, one.to_min) for one in cut(row, 480, 540)] == [(360, 480), (540, 1080)]
    assert [*cut(row, 1080, 1800)] == [row]
    assert [*cut(row, 0, 1440)] == []


def test_roster_sheet_is_read_whole_or_refused() -> None:
    head = "desk,name,weekday,from,to,rank\n"
    names = {DESK: {"Responder 1": 1}}
    good, faults = read_roster(head + "Bugesera,Responder 1,Mon,18:00,06:00,2\n", MONDAY, names)
    assert ([*good.values()], faults) == (rows((1, 1), rank=2), [])
    twice = head + "Bugesera,Responder 1,Mon,06:00,18:00,1\n" * 2
    assert [one.line for one in read_roster(twice, MONDAY, names)[1]] == [3]
    wrong = "Nowhere,Responder 1,Moonday,6,30:00,9\n57,Responder 2,mon,06:00,18:00,\n"
    found = read_roster(head + wrong, MONDAY, names)[1]
    assert [one.line for one in found] == [2, 2, 2, 2, 3]
    assert [one.line for one in read_roster(head, MONDAY, names)[1]] == [1]


def test_sheet_preview_lists_new_changed_and_removed_shifts() -> None:
    (kept, moved, gone), (new,) = rows((1, 0), (1, 2), (2, 0)), rows((3, 1))
    sheet = {2: kept, 3: moved._replace(to_min=900), 4: new}
    found = {row: (line, str(effect)) for line, row, effect in effects(sheet, [kept, moved, gone])}
    assert found == {
        kept: (2, "unchanged"),
        sheet[3]: (3, "changed"),
        new: (4, "new"),
        gone: (0, "removed"),
    }


RUNS = 2_000 if is_long() else 100


def candidate(id: int, level: Level, duty: int, load: int) -> Candidate:
    districts = frozenset() if level is Level.NATIONAL else frozenset({DESK})
    return Candidate(id, level, districts, load=load, duty=duty)


def people_of(rng: random.Random) -> list[Candidate]:
    """Returns random people of a district and of the national desk, some of them off duty. Leaves out some people at
    random, as if they were on leave."""
    found = []
    for id in range(1, rng.randint(2, 12)):
        level = rng.choice((*[Level.RESPONDER] * 3, *Level))
        one = candidate(id, level, rng.choice((1, 2, OFF_DUTY)), rng.randint(0, 3))
        found.append(replace(one, languages=frozenset({rng.choice(("rw", "fr"))})))
    return [one for one in found if rng.random() < 0.8]


def free(people: Sequence[Candidate], knew: set[int], lowest: int, *, on_duty: bool) -> set[int]:
    return {
        one.id
        for one in people
        if one.is_on_duty is on_duty and one.id not in knew and LEVELS.index(one.level) >= lowest
    }


@pytest.mark.parametrize("seed", range(4))
def test_no_one_off_duty_is_alerted_while_enough_on_duty_are_free(seed: int) -> None:
    rng = random.Random(seed + 1_000 * int(random.random() * 1_000))
    for _ in range(RUNS // 4):
        people, urgency = people_of(rng), rng.choice((1, 1, 2, 3))
        tip = Case(DESK, None, urgency, rng.choice(("no", "no", "yes")), language="fr")
        local = [one for one in people if one.level is not Level.NATIONAL and tip.official == "no"]
        national = [one for one in people if one.level is Level.NATIONAL]
        off = {one.id for one in people if not one.is_on_duty}
        levels = {one.id: one.level for one in people}

        first = first_recipients(tip, people)

        everyone = [replace(one, duty=1) for one in people]
        assert len(first) >= len(first_recipients(tip, everyone))
        for group in (local, national):
            chosen = {one.id for one in group} & set(first)
            assert not chosen & off or not free(group, chosen, 0, on_duty=True)

        knew = [AlertedResponder(one, levels[one]) for one in first]
        for _ in people:
            before = {one.responder_id for one in knew}
            reason = rng.choice([*EscalationReason])
            asked = next_recipients(tip, people, knew, reason)
            here = [one.level for one in knew if one.level is not Level.NATIONAL]
            top = max(map(LEVELS.index, here), default=-1)
            lowest = top + (reason is EscalationReason.SILENT)
            fresh = set(asked) - before
            if fresh & off:
                assert not free(local, before, lowest, on_duty=True)
                is_short = urgency == 1 and reason is EscalationReason.UNREACHED
                local_fresh = fresh & {one.id for one in local}
                assert not free(national, before, 0, on_duty=True) or (is_short and local_fresh)
            if not fresh and reason is EscalationReason.SILENT:
                left = free(local, before, lowest, on_duty=False) | free(
                    national, before, 0, on_duty=False
                )
                assert not left
            knew += [AlertedResponder(one, levels[one]) for one in fresh]


def test_an_overdue_outcome_goes_to_people_on_duty_first() -> None:
    held, led = candidate(1, Level.RESPONDER, 1, 0), candidate(2, Level.COORDINATOR, OFF_DUTY, 0)
    nation = candidate(3, Level.NATIONAL, 1, 0)
    tip = Case(DESK, None, 2, "no")
    assert overdue_recipients(tip, [held, led, nation], 1, 0) == (3,)
    assert overdue_recipients(tip, [held, led], 1, 0) == (2,)


def test_person_alerted_before_is_alerted_of_danger_off_duty() -> None:
    was, now = candidate(1, Level.RESPONDER, OFF_DUTY, 0), candidate(2, Level.RESPONDER, 1, 0)
    before = [AlertedResponder(1, Level.RESPONDER)]
    assert set(first_recipients(Case(DESK, None, 1, "no"), [was, now], before)) == {1, 2}


@pytest.mark.row("R4")
@pytest.mark.parametrize(
    ("urgency", "duty", "spoken", "expected"),
    [
        (2, (1, 1, 1), ("rw", "rw", "fr"), {3}),
        (2, (1, 2, OFF_DUTY), ("rw", "rw", "fr"), {1}),
        (2, (2, 2, 1), ("rw", "fr", "rw"), {3}),
        (2, (1, 1, 1), ("rw", "rw", "rw"), {1}),
        (1, (1, 1, 1), ("rw", "rw", "fr"), {1, 3}),
        (1, (1, 1, OFF_DUTY), ("rw", "rw", "fr"), {1, 2}),
    ],
)
def test_r4_duty_then_caller_s_language_decide_first_alert(
    urgency: int, duty: tuple[int, ...], spoken: tuple[str, ...], expected: set[int]
) -> None:
    people = [
        replace(candidate(id, Level.RESPONDER, duty[id - 1], id), languages=frozenset({language}))
        for id, language in enumerate(spoken, 1)
    ]
    tip = Case(DESK, None, urgency, "no", language="fr")
    assert set(first_recipients(tip, people)) == expected
    assert set(AlertPlan(people, START).first_alerted(tip)) == expected
    knew = [AlertedResponder(one, Level.RESPONDER) for one in expected]
    following = next_recipients(tip, people, knew, EscalationReason.UNREACHED)
    best = min({1, 2, 3} - expected, key=lambda id: (duty[id - 1], spoken[id - 1] != "fr", id))
    assert following == (best,)
