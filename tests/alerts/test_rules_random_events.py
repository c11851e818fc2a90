"""Takes one case through random events, and checks the numbered rules of a case after each event. The roster, the
leaves, a holiday and the storms are random too. The test calls only the rules of the escalation policy, and uses no
database.
"""

import random
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest

from hotline.alerts.rules_assignment import (
    HELD_FOR,
    RECIPIENTS_IN_DANGER,
    AlertedResponder,
    Candidate,
    Case,
    first_recipients,
    held_until,
    storm_groups,
)
from hotline.alerts.rules_escalation import SmsPace, next_person
from hotline.alerts.rules_escalation_steps import Decision
from hotline.people.rules import Absence, Level, Member
from hotline.people.rules_roster import OFF_DUTY, DutyRow, Override, Roster, week_of
from hotline.text.places import ABROAD, NATIONAL
from hotline.tips.rules import Clock, DeadlineKind, Urgency
from hotline.tips.rules_events import CaseEventKind, Event, Purpose
from tests.alerts.case_walk import ACTIONS, CaseWalk
from tests.long import is_long, seed
from tests.support.builders import NOON
from tests.support.steps import Tell

DESK, BESIDE = "12", "11"
WEEK, HOUR, MINUTE = timedelta(days=7), timedelta(hours=1), timedelta(minutes=1)
ASKED = {DeadlineKind.ACKNOWLEDGE, DeadlineKind.OVERDUE, DeadlineKind.HELD}
OWED = {DeadlineKind.OUTCOME, DeadlineKind.DECISION}
FEW = {Urgency.DANGER: 4, Urgency.SEEN: 2, Urgency.HEARD: 2}
"""The largest number of escalation steps in ten minutes in which no one answers."""
TAKES = (CaseEventKind.ACKNOWLEDGED,) * 2
OTHERS = ("turn", "turn", "turn", "turn", "jump", "leave", "excluded", "met", "shift", "emptied")


@dataclass
class DutyWalk(CaseWalk):
    """One case in a country with one district and its neighbour."""

    chance: random.Random = field(default_factory=random.Random)
    members: list[Member] = field(default_factory=list)
    duty: Roster = field(default_factory=lambda: Roster((), frozenset()))
    storms: bool = False
    record: list[str] = field(default_factory=list)
    """The events, shown if a rule is broken."""
    checked: int = 0
    """The number of alerts to people off duty that the test has checked."""
    was_held: bool = False
    filed_at: datetime = NOON
    begun: set[tuple[int, datetime]] = field(default_factory=set)
    """The leaves whose beginning the test has already handled as an event."""

    def __post_init__(self) -> None:
        self.filed_at = self.at
        self._file()

    def _file(self) -> None:
        """Alerts the first people, or holds the alert back until the next shift of the district."""
        people, knew = self.active, {one.responder_id for one in self.told}
        enrolled = [one for one in self.members if one.id not in self.gone]
        until = held_until(self.case, people, enrolled, self.duty, self.filed_at, self.at)
        if until is not None:
            assert self.at < until < self.filed_at + HELD_FOR
            assert self.case.urgency == Urgency.HEARD
            self.clocks, self.was_held = {DeadlineKind.HELD: Clock(until)}, True
            return
        self.clocks = {}
        if self.storms:
            self.begin(self.first_in_storm(people))
            return
        first = first_recipients(self.case, people)
        self.begin(first)
        self.check_duty(first, people, knew, is_first=True)

    def first_in_storm(self, people: Sequence[Candidate]) -> tuple[int, ...]:
        """Simulates a storm with a random number of dangers, and returns the person who is alerted of the last danger.
        Checks that people on duty are alerted before people off duty."""
        groups, paces = storm_groups(self.case, people, [BESIDE]), dict[int, SmsPace]()
        by_id, who = {one.id: one for one in people}, None
        for n in range(self.chance.randint(1, 60)):
            at = self.at + n * MINUTE / 12
            free = [
                one
                for group in groups
                for one in group
                if by_id[one].is_on_duty and paces.get(one, SmsPace()).is_free(at)
            ]
            who = next_person(groups, paces, {}, at)
            assert who is None or by_id[who].is_on_duty or not free
        return () if who is None else (who,)

    def _alerted(self, who: int) -> AlertedResponder:
        person = next(one for one in self.people if one.id == who)
        return AlertedResponder(who, person.level, is_partner=BESIDE in person.districts)

    @property
    def active(self) -> list[Candidate]:
        ranks, found = self.duty.ranks(self.at), []
        for person, member in zip(self.people, self.members, strict=True):
            if person.id in self.gone or not member.is_active(self.at):
                continue
            (desk,) = member.desks
            rank = ranks[desk].get(person.id, OFF_DUTY) if desk in ranks else 1
            found.append(replace(person, duty=rank))
        return found

    def may_see(self, people: Sequence[Candidate]) -> list[Candidate]:
        """Returns the members of `people` who may be alerted about the case if there is no storm."""
        return [
            one
            for one in people
            if one.level is Level.NATIONAL
            or (
                self.case.official == "no"
                and one.districts & {self.case.place, *self.case.partners}
                and (not one.categories or self.case.category in one.categories)
            )
        ]

    def happen(self, event: Event) -> Decision:
        knew = {one.responder_id for one in self.told}
        was, held, people = dict(self.clocks), self.holder, self.active
        decision = super().happen(event)
        told = {who for order in decision.notices for who in order.responder_ids}
        allowed = {one.id for one in self.may_see(people)} | knew
        assert told <= {one.id for one in people} & allowed, self.record
        is_alert = {Purpose.ALERT, Purpose.OPEN}
        for order in decision.notices:
            if order.purpose in is_alert and DeadlineKind.OVERDUE not in {*was, *self.clocks}:
                self.check_duty(order.responder_ids, people, knew)
        if event.what is CaseEventKind.ACKNOWLEDGED:
            assert self.holder is not None, self.record
            assert OWED & self.clocks.keys(), self.record
            if held == self.holder and not self.desk_decides and DeadlineKind.OUTCOME in was:
                assert self.clocks[DeadlineKind.OUTCOME] == was[DeadlineKind.OUTCOME]
        if event.what is CaseEventKind.PASSED:
            assert self.holder == held, self.record
        return decision

    def check_duty(
        self,
        alerted: Sequence[int],
        people: Sequence[Candidate],
        knew: set[int],
        *,
        is_first: bool = False,
    ) -> None:
        """Checks that no one off duty is alerted for the first time while enough people on duty are free.

        A danger must reach two people of the district and one person of the national desk. If too few people are on
        duty, people off duty may be alerted too. The people of a partner desk have shifts of their own, so a case with
        a partner desk is not checked.
        """
        if self.case.partners:
            return
        by_id, danger = {one.id: one for one in people}, self.case.urgency == Urgency.DANGER
        for who in {*alerted} - knew:
            if by_id[who].is_on_duty:
                continue
            self.checked += 1
            is_national = by_id[who].level is Level.NATIONAL
            free = [
                one.id
                for one in self.may_see(people)
                if one.is_on_duty
                and one.id not in {*knew, *alerted}
                and (not danger or (one.level is Level.NATIONAL) == is_national)
            ]
            assert not free, (self.record, who, free)
            if is_first and danger and not is_national:
                here = [one for one in self.may_see(people) if one.level is not Level.NATIONAL]
                on_duty = sum(one.is_on_duty for one in here)
                assert on_duty < RECIPIENTS_IN_DANGER, (self.record, who)

    def tick(self, minutes: int) -> Decision | None:
        """Simulates one tick of the clock: begins the leaves that are due, alerts people about cases that waited for
        a shift or for the first active person, and lets one deadline pass.
        """
        self.at += minutes * MINUTE
        for member in self.members:
            for leave in member.absences:
                if leave.holds(self.at) and (member.id, leave.starts_at) not in self.begun:
                    self.begun.add((member.id, leave.starts_at))
                    self._goes(member.id)
        if DeadlineKind.HELD in self.clocks or not self.told:
            self._file()
            return None
        before = dict(self.clocks)
        decision = super().tick(0)
        for kind, clock in before.items():
            if decision is not None and clock.due_at <= self.at and kind in self.clocks:
                again = self.clocks[kind]
                assert again == clock or again.due_at > self.at or again.nth > clock.nth, kind
        return decision

    def _goes(self, who: int) -> None:
        """Simulates that the cases of a person pass to other people, because the person's leave begins or the person is
        excluded."""
        concerns = self.holder in (None, who) or DeadlineKind.ACKNOWLEDGE in self.clocks
        if who in {one.responder_id for one in self.told} and concerns:
            self.happen(Event(CaseEventKind.REMOVED, by=who))

    def step(self) -> None:
        what = self.chance.choice((*ACTIONS, *TAKES, *OTHERS))
        who = self.chance.choice(self.people).id
        self.record.append(f"{self.at:%a %H:%M} {what} {who}")
        if isinstance(what, CaseEventKind):
            if DeadlineKind.HELD not in self.clocks and who in {one.id for one in self.active}:
                self.act(what, who)
        elif what == "turn":
            self.tick(self.chance.choice([1, 2, 3, 5, 10, 40]))
        elif what == "jump":
            self.tick(self.chance.choice([60, 300, 720, 1500]))
        elif what == "leave":
            starts_at = self.at + self.chance.randint(-1, 6) * HOUR
            leave = Absence(starts_at, starts_at + self.chance.randint(2, 20) * HOUR)
            member = self.members[who - 1]
            self.members[who - 1] = replace(member, absences=(*member.absences, leave))
        elif what == "excluded":
            if len(self.active) > 2:
                self.gone.add(who)
                self._goes(who)
        elif what == "met":
            self.meet()
        elif what == "shift":
            (desk,) = self.members[who - 1].desks
            taken = Override(desk, self.at, self.at + self.chance.randint(1, 9) * HOUR, who)
            self.duty = replace(self.duty, overrides=(*self.duty.overrides, taken))
        elif self.chance.random() < 0.2:
            self.duty = Roster((), frozenset())
        self.tick(0)
        self.check()

    def check(self) -> None:
        kinds, living = self.clocks.keys(), {one.id for one in self.active}
        assert kinds, self.record
        if DeadlineKind.HELD in kinds:
            assert {*kinds} == {DeadlineKind.HELD}, self.record
            assert self.told == [], self.record
            return
        if self.holder is not None:
            assert self.holder in living, self.record
            assert len(OWED & kinds) == 1, self.record
        else:
            assert ASKED & kinds, self.record
            knows = living & {one.responder_id for one in self.told}
            waits = self.clocks.get(DeadlineKind.ACKNOWLEDGE)
            due = waits is not None and waits.due_at <= self.at
            sees = self.may_see(self.active)
            assert knows or due or DeadlineKind.OVERDUE in kinds or not sees, self.record
        assert self.judging is None or DeadlineKind.CONFIRM_CLOSURE in kinds, self.record

    def any_order(self) -> None:
        """Checks that the order in which the events of one answer arrive does not change who has the case."""
        told = [one.id for one in self.active if one.id in {o.responder_id for o in self.told}]
        if self.holder is not None or DeadlineKind.HELD in self.clocks or len(told) < 3:
            return
        taker, late, passing = self.chance.sample(told, 3)
        events = [
            *((CaseEventKind.ACKNOWLEDGED, taker),) * 2,
            (CaseEventKind.NOT_REACHED, late),
            (CaseEventKind.PASSED, passing),
        ]
        for _ in range(3):
            self.chance.shuffle(events)
            other = self.copied()
            for what, who in events:
                other.act(what, who)
            assert other.holder == taker, (self.record, events)

    def copied(self) -> "DutyWalk":
        other = copy(self)
        for name in ("gone", "told", "telling", "took", "clocks", "members", "record", "begun"):
            setattr(other, name, copy(getattr(self, name)))
        return other

    def silence(self) -> None:
        """Lets time pass without an answer. Checks that other people are alerted, and only a few people at a time."""
        other = self.copied()
        before, steps = len(other.telling), []
        for _ in range(40):
            other.tick(600)
        sees = {one.id for one in other.may_see(other.active)} - {other.holder}
        others = {one.id for one in self.active} & sees
        assert len(other.telling) > before or not others, self.record
        quick = self.copied()
        for _ in range(10):
            quick.tick(0)
        assert all(clock.due_at > quick.at for clock in quick.clocks.values()), self.record
        for _ in range(60):
            before = len(quick.telling)
            quick.tick(1)
            steps += [quick.at] * (len(quick.telling) > before)
            recent = [at for at in steps if at > quick.at - 10 * MINUTE]
            assert len(recent) <= FEW[Urgency(self.case.urgency)], self.record

    def reaches_national_desk(self) -> None:
        """Checks that the national desk is alerted within ten minutes of a danger that no one answers."""
        other = self.copied()
        for _ in range(10):
            other.tick(1)
        desk = {one.id for one in other.active if one.level is Level.NATIONAL}
        told = {one.responder_id for one in other.told}
        assert desk & told or not desk, self.record


def random_walk(chance: random.Random) -> DutyWalk:
    """Returns a new case of a random country at a random hour."""
    at = NOON + chance.randint(0, 7 * 24 * 60) * MINUTE
    levels = [
        *[Level.RESPONDER] * chance.randint(0, 4),
        *[Level.DEPUTY] * chance.randint(0, 2),
        *[Level.COORDINATOR] * chance.randint(0, 1),
        *[Level.NATIONAL] * chance.randint(1, 3),
    ]
    people, members = list[Candidate](), list[Member]()
    near = len(levels) - chance.randint(0, 2)
    for n, level in enumerate((*levels, *[Level.RESPONDER] * (len(levels) - near)), start=1):
        desk = BESIDE if n > len(levels) else NATIONAL if level is Level.NATIONAL else DESK
        own = frozenset({desk} - {NATIONAL})
        kinds = (
            frozenset({"labour"}) if desk == DESK and chance.random() < 0.1 else frozenset[str]()
        )
        people.append(Candidate(n, level, own, kinds, load=chance.randint(0, 5)))
        starts_at = at + chance.randint(-20, 40) * HOUR
        leave = Absence(starts_at, starts_at + chance.randint(1, 30) * HOUR)
        away = (leave,) if chance.random() < 0.25 else ()
        members.append(Member(n, n, level, frozenset({desk}), True, away, categories=kinds))
    urgency = chance.choice([1, 1, 1, 2, 3, 3])
    official = chance.choice(["no", "no", "no", "no", "unsure"])
    partners = frozenset({BESIDE}) if chance.random() < 0.3 else frozenset[str]()
    place = ABROAD if chance.random() < 0.2 else DESK
    return DutyWalk(
        Case(place, "sex", urgency, official, partners=partners),
        people,
        at,
        chance=chance,
        members=members,
        duty=random_roster(chance, members, week_of(at)),
        storms=(urgency, official, place) == (Urgency.DANGER, "no", DESK) and chance.random() < 0.3,
        begun={(o.id, leave.starts_at) for o in members for leave in o.absences if leave.holds(at)},
    )


def random_roster(chance: random.Random, members: Sequence[Member], monday: date) -> Roster:
    """Returns a roster of two weeks with gaps. One day is a holiday with the shifts of another weekday. Some desks have
    no roster.
    """
    rows = [
        DutyRow(desk, one.id, week, day, *chance.choice(SHIFTS), chance.choice([1, 1, 2]))
        for desk in (DESK, BESIDE, NATIONAL)
        if chance.random() < 0.85
        for one in members
        if desk in one.desks
        for week in (monday, monday + WEEK)
        for day in range(7)
        if chance.random() < 0.6
    ]
    used = frozenset((one.desk, one.week) for one in rows)
    holiday = monday + timedelta(days=chance.randint(0, 6))
    return Roster(rows, used, (), {holiday: chance.randint(0, 6)})


SHIFTS = ((360, 1080), (1080, 1800), (480, 1020), (0, 720))
"""The minutes at which a shift begins and ends."""


def walk(chance: random.Random, steps: int) -> DutyWalk:
    """Takes a random case through random steps. Raises AssertionError if a rule is broken."""
    course = random_walk(chance)
    course.check()
    if course.case.urgency == Urgency.DANGER and not course.storms:
        course.reaches_national_desk()
    for _ in range(steps):
        course.step()
    course.any_order()
    course.silence()
    return course


WALKS = 2000 if is_long() else 200
STEPS = 40


@pytest.mark.row("R10")
def test_no_roster_leave_or_storm_breaks_a_rule_of_a_case(tell_steps: Tell) -> None:
    off_duty = held = 0
    for n in range(WALKS):
        course = walk(random.Random(f"{seed()} walk {n}"), STEPS)
        off_duty += course.checked
        held += course.was_held
    tell_steps(
        f"walks over rosters: {WALKS} of {STEPS} steps, {off_duty} alerts off duty, {held} held"
    )
