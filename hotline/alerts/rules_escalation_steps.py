"""Decides what happens to a case after a closure request, after a correction of its place, or if its caller wants no
visit. Pure.

The module also defines the state of a case and the decisions about an event of the case.

The hotline asks the national desk again and again to confirm a requested closure, until a person of the desk decides.
Until then, the case stays open and keeps its other deadlines. Sometimes only the national desk may decide on the
closure. Then the assignee has no deadline to report the outcome, but the national desk has a deadline to decide. One
person alone cannot close a case that needs a second person. If no other person of the national desk is active, the
hotline asks people of the district.

If the caller of one tip wants no visit, this counts for all tips of its cluster (a group of similar tips). The hotline
notifies all alerted responders how they may visit: openly, discreetly or not at all. The national desk is asked only
once for the whole cluster. Rules about visits never end another deadline, change the assignee, or prevent a responder
from taking the case.

Each report attempt makes only one case, even if the caller corrects the place. If there is danger, a correction of the
place stands down no responder. Perhaps the caller did not make the correction. After a responder at the new place has
taken the case, the national desk can stand down the responders of the earlier place.
"""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hotline.alerts import rules_assignment
from hotline.alerts.rules_assignment import (
    AlertedResponder,
    Candidate,
    Case,
    EscalationReason,
    first_recipients,
    next_recipients,
)
from hotline.people.rules import Level
from hotline.text.places import is_district
from hotline.tips import rules
from hotline.tips.rules import Clock, Clocks, DeadlineKind, Urgency, VisitSafety, in_hours
from hotline.tips.rules_events import CaseEventKind, Event, Purpose

# The code below defines the state of a case, and the decision about an event of the case. Pure.

DUE = Event(CaseEventKind.DUE)
"""The event that a deadline has passed without the action that was due."""


@dataclass(frozen=True, slots=True)
class CaseState:
    """The state of an open case at the time of an event."""

    case: Case
    step: int
    """The number of the next escalation step, which is also the number of earlier steps."""
    alerted: Sequence[AlertedResponder] = ()
    """Every responder who was ever alerted of the case."""
    assignee: int | None = None
    """The responder who took the case and is responsible for it."""
    other_assignees: tuple[int, ...] = ()
    """Other responders who took the case, the earliest first. A doubted acknowledgement (the gateway's inbox does not
    list its SMS) does not count as taking the case."""
    last_due_at: datetime | None = None
    """The time of the latest deadline to acknowledge the case."""
    renewed: bool = False
    """True if the deadline to report the outcome was already extended, because the assignee reported progress. The
    deadline is extended only once."""
    closure_by: int | None = None
    """The responder who requested a closure that a second person must confirm. The value is 0 if the person who
    requested the closure has no enrolled phone."""
    is_safe: bool = False
    """True if a service helps every person that responders met in this case, and the requested outcome says that these
    persons are safe."""
    desk_decides: bool = False
    """True if responders met a person in this case, so that only the national desk may decide on the requested
    closure."""
    closure_read: bool = False
    """True if a person who may confirm the closure has opened the case after the closure request."""
    safety: VisitSafety = VisitSafety.NONE
    """The instruction about visits: if alerted responders may visit, and how."""
    clocks: Clocks = field(default_factory=dict)
    """The open deadlines of the case."""
    company: tuple[int, ...] = ()
    """Responders who were alerted of another tip in the same cluster (a group of similar tips)."""
    is_met: bool = False
    """True if an officer wrote the tip, so that a second person must read it."""
    unread: frozenset[int] = frozenset()
    """Alerted responders with a PIN who have not read the case."""
    linked_questions: int = -1
    """The number of repeated questions to the national desk about visits for another tip of the same cluster. The value
    is -1 if the desk has no open deadline to decide about another tip."""
    roster: Sequence[Candidate] = ()
    """The active responders who may be alerted of this case. `rules_escalation.decide` sets this field, and the fields
    `event` and `at`."""
    event: Event = DUE
    at: datetime = rules_assignment.NEVER

    @property
    def urgency(self) -> int:
        return self.case.urgency

    @property
    def knew(self) -> frozenset[int]:
        """Returns the ids of all responders who were alerted of the case."""
        return frozenset(person.responder_id for person in self.alerted)

    @property
    def desk(self) -> frozenset[int]:
        """Returns the active people of the national desk."""
        return rules_assignment.national_people(self.roster)

    def first_alerted(self) -> tuple[int, ...]:
        return first_recipients(self.case, self.roster, self.alerted)

    def next_alerted(self, reason: EscalationReason) -> tuple[int, ...]:
        return next_recipients(self.case, self.roster, self.alerted, reason)


class Notice(NamedTuple):
    """A message for one purpose that must be sent to some responders."""

    responder_ids: tuple[int, ...]
    purpose: Purpose


def notices(*orders: tuple[tuple[int, ...], Purpose]) -> tuple[Notice, ...]:
    """Returns a `Notice` for each purpose with at least one responder."""
    return tuple(Notice(recipients, purpose) for recipients, purpose in orders if recipients)


UNCHANGED = -1
"""A value of `Decision.assignee` which says that the assignee does not change. `rules_escalation.decide` replaces this
value by the present assignee."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision about an event: messages to responders, new and ended deadlines, and the assignee.

    A new deadline replaces an open deadline of the same kind. If the decision ends the deadline `CONFIRM_CLOSURE`, the
    closure request also ends.
    """

    notices: tuple[Notice, ...] = ()
    set: Mapping[DeadlineKind, Clock] = field(default_factory=dict)
    close: Set[DeadlineKind] = frozenset()
    assignee: int | None = UNCHANGED
    """The assignee after the event."""
    release: tuple[int, ...] = ()
    """Responders whose assignments of the case end."""


WITHIN = timedelta(hours=72)
"""The time after an erasure request within which the text is erased, or the national desk decides to keep it."""
ASKED_AGAIN = timedelta(days=1)
"""The time after which the national desk is asked again to decide on an erasure request. Outside of working hours, this
message waits until working hours begin."""
KEPT_FOR = timedelta(days=30)
"""After this time, the national desk must decide again about a text that has a legal hold or was kept."""


class TextFate(StrEnum):
    """The rule by which a tip's text is erased or kept after an erasure request."""

    GO = "go"
    """The text is erased when the case is closed, or at the deadline of the erasure request if the case is still
    open."""
    DECIDED = "decided"
    """The text is erased only if the national desk decides so."""
    HELD = "held"
    """A legal hold (an order of a court or a prosecutor) prevents the erasure."""


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """A caller's request to erase the text of a tip, with the facts that decide if the text may be erased."""

    urgency: int
    taken: bool
    closed: bool
    is_held: bool

    @property
    def fate(self) -> TextFate:
        if self.is_held:
            return TextFate.HELD
        if self.closed:
            return TextFate.GO
        return TextFate.DECIDED if not self.taken or self.urgency == Urgency.DANGER else TextFate.GO


def next_due(state: TextFate, at: datetime) -> datetime:
    """Returns the next deadline of an erasure request if the text was not erased at the deadline `at`."""
    return at + KEPT_FOR if state is TextFate.HELD else in_hours(at + ASKED_AGAIN)


ALL_FROM = 2
"""The number of the first alert that goes to all people of the national desk: the third alert, because numbers begin at
0."""
MAX_MOVES = 3
"""The largest number of corrections of the place in one report attempt that may alert another district. Further
corrections alert only the national desk."""
ASSIGNEE_CLOCKS = frozenset({DeadlineKind.OUTCOME, DeadlineKind.SECOND_LOOK})
"""The deadlines that exist only while the case has an assignee."""


def acknowledge_clock(case: Case, at: datetime) -> dict[DeadlineKind, Clock]:
    """Returns the deadline to acknowledge a tip, if responders are asked to take the tip now."""
    return {DeadlineKind.ACKNOWLEDGE: Clock(rules.acknowledge_due(case.urgency, at, step=0))}


def visit_safety_clock(safety: VisitSafety, at: datetime) -> Mapping[DeadlineKind, Clock]:
    """Returns the deadline by which the national desk must decide how responders may visit. There is such a deadline
    only if the caller wants no visit although there is danger."""
    if safety is not VisitSafety.CAREFUL:
        return {}
    return {DeadlineKind.VISIT_SAFETY: Clock(at + rules.VISIT_SAFETY_WITHIN)}


def first_outcome(s: CaseState) -> dict[DeadlineKind, Clock]:
    due_at = rules.outcome_due(s.urgency, s.at)
    return {DeadlineKind.OUTCOME: rules.outcome_clock(s.urgency, s.at, due_at)}


def assignee_clocks(
    s: CaseState, closed: Set[DeadlineKind] = frozenset()
) -> dict[DeadlineKind, Clock]:
    """Returns the deadlines that a new assignee of the case gets.

    Leaves out the deadline for a second person to look at the case, if it is already open and not in `closed`.
    """
    clocks = first_outcome(s)
    looked_at = s.urgency == Urgency.DANGER or s.is_met
    if looked_at and DeadlineKind.SECOND_LOOK not in s.clocks.keys() - closed:
        clocks[DeadlineKind.SECOND_LOOK] = Clock(rules.second_look_due(s.urgency, s.at))
    return clocks


def overdue(s: CaseState, *, nth: int = 0, skip: int | None = None) -> Decision:
    """Alerts the national desk now, and again until a responder takes the case, which is overdue from now on.

    If no person of the national desk is active, alerts people of the district. If the case was already overdue,
    continues the count of alerts.
    """
    clock = s.clocks.get(DeadlineKind.OVERDUE) or Clock(rules.overdue_due(s.urgency, s.at), nth)
    recipients = national_people(s.roster, clock.nth, skip=skip)
    if not recipients:
        recipients = _by_turns(rules_assignment.colleagues(s.case, s.roster, skip=skip), clock.nth)
    tell = notices((recipients, Purpose.OPEN if s.assignee is None else Purpose.OVERDUE))
    return Decision(tell, {DeadlineKind.OVERDUE: clock}, {DeadlineKind.ACKNOWLEDGE}, s.assignee)


def national_people(
    roster: Sequence[Candidate], nth: int, *, skip: int | None = None
) -> tuple[int, ...]:
    """Returns the person of the national desk who gets the next alert (see `rules_assignment.turn_of`). From the third
    alert on, returns all people of this desk. `nth` is 0 for the first alert."""
    people = rules_assignment.turns(c for c in roster if c.level is Level.NATIONAL and c.id != skip)
    return _by_turns(people, nth)


def _by_turns(people: tuple[int, ...], nth: int) -> tuple[int, ...]:
    return people if nth >= ALL_FROM else people[:1]


def alert_people(s: CaseState, ids: Collection[int]) -> tuple[Notice, ...]:
    """Returns the alerts to these people.

    The alert to the national desk says that no one has taken the case, if people were alerted before.
    """
    if s.assignee is not None or not s.alerted:
        return notices((tuple(ids), Purpose.ALERT))
    return notices((without(ids, s.desk), Purpose.ALERT), (within(ids, s.desk), Purpose.OPEN))


def ask_people(s: CaseState, ids: Collection[int]) -> Decision:
    """Asks these people to take the case, and sets a new deadline to acknowledge it."""
    return Decision(alert_people(s, ids), acknowledge_clock(s.case, s.at), assignee=s.assignee)


def within(people: Collection[int], group: Collection[int]) -> tuple[int, ...]:
    return tuple(person for person in people if person in group)


def without(people: Collection[int], excluded: Collection[int | None]) -> tuple[int, ...]:
    return tuple(person for person in people if person not in excluded)


def closure_requested(s: CaseState) -> Decision:
    """Asks the national desk to confirm a closure request that is new or was changed.

    Does nothing if the desk will already be asked at the same time or earlier.
    """
    clock, reminds = (s.clocks.get(DeadlineKind.CONFIRM_CLOSURE), rules.may_remind(s.urgency, s.at))
    next_clock = Clock(_closure_again(s) if reminds else rules.in_hours(s.at))
    if clock is not None and clock.due_at <= next_clock.due_at:
        return Decision()
    requests = notices((closure_confirmers(s, 0), Purpose.CONFIRM_CLOSURE)) if reminds else ()
    return Decision(requests, {DeadlineKind.CONFIRM_CLOSURE: next_clock})


def closure_due(s: CaseState) -> Decision:
    """Asks the national desk again to confirm the closure, until the desk decides. From the third time on, asks all
    people of the national desk."""
    nth = s.event.nth + 1
    clocks = {DeadlineKind.CONFIRM_CLOSURE: Clock(_closure_again(s), nth)}
    return Decision(notices((closure_confirmers(s, nth), Purpose.CONFIRM_CLOSURE)), clocks)


def _closure_again(s: CaseState) -> datetime:
    """Returns the time when the national desk is asked again to confirm a closure.

    For a case without danger, the desk is asked during working hours. A case about danger also waits for working hours,
    if only the desk may decide and one of its people has read the case. In all other cases about danger, the desk is
    asked at any hour. But if `is_safe` is True, the desk is not asked before the next 06:30.
    """
    if s.urgency != Urgency.DANGER or (s.desk_decides and s.closure_read):
        return rules.in_hours(s.at + rules.HOURLY)
    return rules.next_morning_sms(s.at) if s.is_safe else s.at + rules.AGAIN


def closure_read(s: CaseState) -> Decision:
    """Asks the national desk to confirm the closure only on the next working day, because a person of the desk has
    opened the case. Does nothing if people of other desks may also decide on the closure."""
    clock = s.clocks.get(DeadlineKind.CONFIRM_CLOSURE)
    if clock is None or not s.desk_decides:
        return Decision()
    later = Clock(max(clock.due_at, rules.next_morning(s.at)), clock.nth)
    return Decision((), {DeadlineKind.CONFIRM_CLOSURE: later})


def decision_due(s: CaseState) -> Decision:
    """Asks all people of the national desk each morning to decide on a requested closure, because they have not decided
    in time.

    If the assignee is the only active person of the national desk, also makes the case overdue, so that others are
    alerted.
    """
    clocks = {DeadlineKind.DECISION: Clock(rules.next_morning(s.at), s.event.nth + 1)}
    deciders = closure_confirmers(s, ALL_FROM)
    requests = notices((deciders, Purpose.CONFIRM_CLOSURE))
    if {*deciders} - {s.assignee}:
        return Decision(requests, clocks)
    decision = overdue(s, skip=s.assignee)
    return replace(decision, notices=(*requests, *decision.notices), set={**decision.set, **clocks})


def closure_confirmers(s: CaseState, nth: int) -> tuple[int, ...]:
    """Returns the people of the national desk to ask for the confirmation of a closure, but never the person who
    requested it.

    If no other person of the national desk is active, returns people of the district. People of the district cannot
    confirm the closure, but the hotline must alert someone.
    """
    colleagues = without(
        rules_assignment.colleagues(s.case, s.roster, skip=s.closure_by), (s.assignee,)
    )
    return national_people(s.roster, nth, skip=s.closure_by) or _by_turns(colleagues, nth)


def closure_refused(s: CaseState) -> Decision:
    """Ends a closure request, because a second person refused it. A person who refuses by phone becomes the
    assignee."""
    if s.event.by is None:
        is_asked = s.assignee is not None or DeadlineKind.ACKNOWLEDGE in s.clocks
        clocks = {} if is_asked else {DeadlineKind.ACKNOWLEDGE: Clock(s.at)}
        return Decision((), clocks, {DeadlineKind.CONFIRM_CLOSURE})
    close = {DeadlineKind.CONFIRM_CLOSURE, DeadlineKind.ACKNOWLEDGE, DeadlineKind.OVERDUE}
    return Decision((), assignee_clocks(s), close, s.event.by)


def with_clock_of_decision(s: CaseState, decision: Decision) -> Decision:
    """Sets a deadline for the national desk to decide, while only this desk may decide on a requested closure. During
    this time, the assignee has no deadline to report the outcome. When the closure request has ended, sets the
    assignee's deadline again."""
    runs = DeadlineKind.DECISION in s.clocks
    is_waiting = s.closure_by is not None and DeadlineKind.CONFIRM_CLOSURE not in decision.close
    clocks = dict(decision.set)
    if is_waiting and s.desk_decides and not s.case.once:
        clocks.pop(DeadlineKind.OUTCOME, None)
        if not runs:
            clocks.setdefault(DeadlineKind.DECISION, Clock(rules.decision_due(s.at)))
        return replace(decision, set=clocks, close=decision.close | {DeadlineKind.OUTCOME})
    if not runs or DeadlineKind.DECISION in decision.close:
        return decision
    if decision.assignee is not None:
        clocks = first_outcome(s) | clocks
    return replace(decision, set=clocks, close=decision.close | {DeadlineKind.DECISION})


def visit_marked(s: CaseState) -> Decision:
    """Notifies every alerted responder that the caller wants no visit.

    If there is danger, asks the national desk how responders may visit.
    """
    concerned = concerned_responders(s)
    if s.safety is not VisitSafety.CAREFUL:
        return Decision(notices((concerned, Purpose.VISIT_SAFETY)))
    visitors, deciding = without(concerned, s.desk), _of_desk(s, concerned)
    return Decision(
        notices((visitors, Purpose.VISIT_SAFETY), (deciding, Purpose.HOW)),
        visit_safety_clock(s.safety, s.at),
    )


def mark_not_delivered(s: CaseState) -> Decision:
    """Alerts another responder of the case, because the assignee did not get the SMS that the caller wants no visit."""
    return Decision(notices((s.next_alerted(EscalationReason.UNREACHED), Purpose.ALERT)))


def visit_decided(s: CaseState) -> Decision:
    """Notifies every alerted responder how the national desk decided about visits."""
    return Decision(
        notices((concerned_responders(s), Purpose.VISIT_SAFETY)), close={DeadlineKind.VISIT_SAFETY}
    )


def visit_decision_due(s: CaseState) -> Decision:
    """Notifies alerted responders once that the national desk has not decided yet how they may visit. Asks another
    person of the national desk to decide.

    Sends no message if the desk was already asked about another tip of the same cluster (a group of similar tips).
    """
    nth = s.event.nth
    clocks = {DeadlineKind.VISIT_SAFETY: Clock(s.at + rules.AGAIN, nth + 1)}
    if s.linked_questions > nth:
        return Decision((), clocks)
    visitors = without(concerned_responders(s), s.desk) if nth == 0 else ()
    deciding = national_people(s.roster, nth + 1)
    return Decision(notices((visitors, Purpose.UNANSWERED), (deciding, Purpose.HOW)), clocks)


def concerned_responders(s: CaseState) -> tuple[int, ...]:
    """Returns the active responders who were alerted of this tip or of its cluster (the group of similar tips), without
    duplicates."""
    alive = {person.id for person in s.roster}
    return tuple(dict.fromkeys((*active_alerted(s), *within(s.company, alive))))


def place_corrected(s: CaseState) -> Decision:
    """Notifies alerted responders of the corrected place, and alerts people of the new place.

    If there is no danger, stands down the people of the earlier place at once. After `MAX_MOVES` corrections, alerts
    only the national desk. If no one has acknowledged the case at its deadline, people of the newest place are alerted
    after all.
    """
    before, new = active_alerted(s), s.first_alerted()
    if s.event.nth > MAX_MOVES:
        before, new = within(before, s.desk), _of_desk(s, new)
    orders = notices((before, Purpose.MOVED), (new, Purpose.ALERT))
    clocks, close = acknowledge_clock(s.case, s.at), {DeadlineKind.OVERDUE}
    if s.urgency == Urgency.DANGER:
        return Decision(orders, clocks, close)
    released = alerted_elsewhere(s)
    close |= _request_deadline(s, released)
    if s.assignee in released:
        return Decision(orders, clocks, close | ASSIGNEE_CLOCKS, None, release=released)
    return Decision(orders, clocks, close, release=released)


def partner_desks_added(s: CaseState) -> Decision:
    """Alerts people of partner desks (desks of borders and camps) that may read the tip because of the caller's latest
    answer."""
    new = partner_recipients(s.case, s.roster, s.alerted) if s.event.nth <= MAX_MOVES else ()
    return Decision(notices((new, Purpose.ALERT)))


def partner_recipients(
    case: Case, roster: Sequence[Candidate], alerted: Sequence[AlertedResponder]
) -> tuple[int, ...]:
    """Returns people of partner desks (desks of borders and camps) to alert of this case. Leaves out people who were
    already alerted of the case."""
    knew = {person.responder_id for person in alerted}
    local, camp, _ = rules_assignment.eligible(case, roster, knew)
    partners = camp if is_district(case.place) else local
    limit = rules_assignment.RECIPIENTS_IN_DANGER if case.urgency == Urgency.DANGER else 1
    wanting = max(0, limit - sum(person.id in knew for person in partners))
    return rules_assignment.turns(person for person in partners if person.id not in knew)[:wanting]


def withheld(s: CaseState) -> Decision:
    """Ends the assignments of the district's people, without a message to them, because an official may be involved in
    the case.

    Notifies the national desk that people of the district were alerted first.
    """
    ids = tuple(dict.fromkeys(o.responder_id for o in s.alerted if o.level is not Level.NATIONAL))
    if not ids:
        return Decision()
    knew = within(active_alerted(s), s.desk)
    new = without(s.first_alerted(), knew)
    orders = notices((new, Purpose.ALERT), ((*knew, *new), Purpose.TOLD_FIRST))
    if s.assignee is not None and s.assignee not in ids:
        return Decision(orders, close=_request_deadline(s, ids), release=ids)
    clocks = {} if DeadlineKind.OVERDUE in s.clocks else acknowledge_clock(s.case, s.at)
    return Decision(orders, clocks, ASSIGNEE_CLOCKS | _request_deadline(s, ids), None, release=ids)


def sent_down(s: CaseState) -> Decision:
    """Alerts people of the district as for a new tip, because the national desk gave the district access."""
    new = without(s.first_alerted(), s.knew)
    return Decision(notices((new, Purpose.ALERT)), acknowledge_clock(s.case, s.at) if new else {})


def stood_down(s: CaseState) -> Decision:
    """Stands down the people who were alerted for an earlier place, because the national desk decided so, and notifies
    these people."""
    released = alerted_elsewhere(s)
    notified = notices((within(active_alerted(s), released), Purpose.STAND_DOWN))
    return Decision(notified, close=_request_deadline(s, released), release=released)


def ask_stand_down(s: CaseState, decision: Decision) -> Decision:
    """Asks the national desk to stand down the people of an earlier place, because a responder at the new place has
    taken the case."""
    if decision.assignee == s.assignee or not alerted_elsewhere(s):
        return decision
    lets = notices((_of_desk(s, active_alerted(s)), Purpose.LET))
    return replace(decision, notices=(*decision.notices, *lets))


def _of_desk(s: CaseState, ids: Collection[int]) -> tuple[int, ...]:
    """Returns the people in `ids` who belong to the national desk. If there are none, returns one person of this
    desk."""
    return within(ids, s.desk) or national_people(s.roster, 0)


def alerted_elsewhere(s: CaseState) -> tuple[int, ...]:
    """Returns the responders who were alerted only for a place that was corrected later.

    If one of them takes the case, people of the new place are still asked to take it.
    """
    here = {person.responder_id for person in s.alerted if not person.has_old_place}
    return without(dict.fromkeys(one.responder_id for one in s.alerted if one.has_old_place), here)


def active_alerted(s: CaseState) -> tuple[int, ...]:
    """Returns the active responders who were alerted of the case, without duplicates."""
    alive = {person.id for person in s.roster}
    return within(dict.fromkeys(person.responder_id for person in s.alerted), alive)


def _request_deadline(s: CaseState, released: Collection[int]) -> Set[DeadlineKind]:
    """Returns `CONFIRM_CLOSURE` if one of the people in `released` requested the closure, so that the calling
    function ends
    the request."""
    return (
        {DeadlineKind.CONFIRM_CLOSURE}
        if s.closure_by is not None and s.closure_by in released
        else frozenset()
    )
