"""Takes one case through any sequence of events, with the decisions and times of the shipped escalation policy."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hotline.alerts import rules_escalation, rules_escalation_steps
from hotline.alerts.rules_assignment import AlertedResponder, Candidate, Case, first_recipients
from hotline.alerts.rules_escalation_steps import CaseState, Decision
from hotline.tips.rules import Clock, Clocks, DeadlineKind
from hotline.tips.rules_events import CaseEventKind, Event, Purpose
from tests.support.builders import NOON

ACTIONS = (
    CaseEventKind.ACKNOWLEDGED,
    CaseEventKind.PASSED,
    CaseEventKind.NOT_REACHED,
    CaseEventKind.DOUBTED,
    CaseEventKind.ON_SITE,
    CaseEventKind.REFERRED,
    CaseEventKind.CLOSURE_REQUESTED,
    CaseEventKind.REFUSED,
    CaseEventKind.CLOSURE_READ,
)
"""The actions of people, and the events that happen to these people."""


def as_alerted(case: Case, person: Candidate) -> AlertedResponder:
    """Returns an alerted person in the state that the database has just after the alert. `is_partner` is True for a
    member of a partner desk in another district."""
    near = bool(person.districts & case.partners) and case.place not in person.districts
    return AlertedResponder(person.id, person.level, is_partner=near)


@dataclass
class CaseWalk:
    case: Case
    people: Sequence[Candidate]
    at: datetime = NOON
    gone: set[int] = field(default_factory=set)
    told: list[AlertedResponder] = field(default_factory=list)
    telling: list[tuple[datetime, Decision]] = field(default_factory=list)
    """The decisions that alerted people, each with its time. Decisions that only sent reminders are left out."""
    took: list[int] = field(default_factory=list)
    """The people whose acknowledgement of the case counts, in the order in which they took the case."""
    holder: int | None = None
    judging: int | None = None
    met: bool = False
    """True if a responder met a person. After this, the national desk decides on every requested closure."""
    renewed: bool = False
    clocks: dict[DeadlineKind, Clock] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.begin(first_recipients(self.case, self.active))

    def begin(self, first: Sequence[int]) -> None:
        self.told = [self._alerted(who) for who in first]
        self._set(rules_escalation_steps.acknowledge_clock(self.case, self.at))

    @property
    def active(self) -> list[Candidate]:
        return [one for one in self.people if one.id not in self.gone]

    @property
    def standing(self) -> CaseState:
        return CaseState(
            self.case,
            step=len(self.telling) + 1,
            alerted=self.told,
            assignee=self.holder,
            other_assignees=tuple(one for one in self.took if one != self.holder),
            renewed=self.renewed,
            closure_by=self.judging,
            desk_decides=self.desk_decides,
            clocks=dict(self.clocks),
        )

    @property
    def desk_decides(self) -> bool:
        return self.judging is not None and self.met

    def meet(self) -> Decision | None:
        """Records that a responder met a person. If a closure is already requested, simulates the request once more,
        because the national desk must now decide on it.
        """
        self.met = True
        return None if self.judging is None else self.happen(Event(CaseEventKind.CLOSURE_REQUESTED))

    def happen(self, event: Event) -> Decision:
        decision = rules_escalation.decide(self.standing, self.active, event, self.at)
        for kind in decision.close:
            self.clocks.pop(kind, None)
        if DeadlineKind.CONFIRM_CLOSURE in decision.close:
            self.judging = None
        self._set(decision.set)
        if decision.assignee != self.holder:
            self.holder, self.renewed = decision.assignee, False
        elif event.what in (CaseEventKind.ON_SITE, CaseEventKind.REFERRED):
            self.renewed = True
        asked = [order for order in decision.notices if order.purpose is not Purpose.REMIND]
        self.told += [self._alerted(who) for order in asked for who in order.responder_ids]
        if asked:
            self.telling.append((self.at, decision))
        return decision

    def tick(self, minutes: int) -> Decision | None:
        """Moves the clock forward. Lets one deadline pass at most: the one that is overdue for the longest time."""
        self.at += timedelta(minutes=minutes)
        due = [(clock.due_at, kind) for kind, clock in self.clocks.items()]
        if not due or min(due)[0] > self.at:
            return None
        kind = min(due)[1]
        clock = self.clocks.pop(kind)
        return self.happen(
            Event(CaseEventKind.DUE, kind=kind, nth=clock.nth, named_at=clock.named_at)
        )

    def act(self, what: CaseEventKind, who: int) -> Decision | None:
        """Simulates an action of a person, or an event that happens to this person. Does nothing if the services would
        not allow the action."""
        if what is CaseEventKind.NOT_REACHED:
            return self.happen(Event(what))
        if what is CaseEventKind.REMOVED:
            return self._leave(who)
        asked = who in {one.responder_id for one in self.told} and who not in self.gone
        holds = self.holder == who
        may = {
            CaseEventKind.ACKNOWLEDGED: asked,
            CaseEventKind.PASSED: asked,
            CaseEventKind.DOUBTED: who in self.took,
            CaseEventKind.ON_SITE: holds,
            CaseEventKind.REFERRED: holds,
            CaseEventKind.CLOSURE_REQUESTED: holds and self.judging is None,
            CaseEventKind.REFUSED: self.judging not in (None, who),
            CaseEventKind.CLOSURE_READ: self.judging not in (None, who),
        }
        if not may[what]:
            return None
        self._note(what, who)
        by = None if what is CaseEventKind.REFUSED and not asked else who
        return self.happen(Event(what, by=by))

    def _note(self, what: CaseEventKind, who: int) -> None:
        if what is CaseEventKind.ACKNOWLEDGED and who not in self.took:
            self.took.append(who)
        elif what is CaseEventKind.DOUBTED:
            self.took.remove(who)
        elif what is CaseEventKind.CLOSURE_REQUESTED:
            self.judging = who
        elif what is CaseEventKind.REFUSED:
            self.judging = None

    def _leave(self, who: int) -> Decision | None:
        self.gone.add(who)
        concerns = self.holder in (None, who) or DeadlineKind.ACKNOWLEDGE in self.clocks
        told = who in {one.responder_id for one in self.told}
        return self.happen(Event(CaseEventKind.REMOVED, by=who)) if told and concerns else None

    def _alerted(self, who: int) -> AlertedResponder:
        person = next(one for one in self.people if one.id == who)
        return as_alerted(self.case, person)

    def _set(self, clocks: Clocks) -> None:
        for kind, clock in clocks.items():
            self.clocks[kind] = clock
