"""Applies the escalation policy: decides which alerts and deadlines follow from an event of a case. Pure.

Every change of a case goes through `decide`, which gets the state of the case from a service. The service then carries
out the decision. Escalation of a case ends in only two ways: a responder takes the case, or the case is closed with an
outcome. Until then, the hotline continues to alert people, and in the end marks the case as overdue.

The module also decides which alerts share one SMS, and who is alerted in a storm. In this module, "danger" also means a
tip about danger. A storm is a time in which callers report very many dangers in one district. A storm may be an attack
that hides a real danger. So the hotline ignores no danger: each tip has its own assignment and deadlines. But only one
person is alerted of each further danger of a storm, and gets at most one SMS a minute about such dangers. After some of
these SMS, the hotline puts several dangers into one SMS.

A repeat is an alert of a case of which the same person was alerted before. All repeats to a person within 15 minutes
share one SMS. If a person got too many SMS in the last hour, alerts without danger to this person also share an SMS. In
a storm, notices about several cases to one person share an SMS too.

The module also sets the limits for drills. A drill is a test alert to one desk. The test alert looks like a real alert,
and the hotline sends it in the same way.

If a district knew of a drill in advance, the drill would not show how its people react to a real alert. If the national
desk got test alerts, its people would learn to ignore overdue cases. So a drill alerts only the people of the lowest
escalation level of one desk. The drill also alerts the higher levels of the desk if the person who starts the drill
wants this. A drill never alerts the national desk, and statistics do not count drills. No responder misses a real alert
because of a drill: all other messages are sent first.

One person alone can start a drill. A drill runs during the day, and a desk has at most four in a year. No setting
changes these limits (docs/decisions/05).

A responder may answer an alert by SMS without a reference. The module decides if such an answer may be about a drill.
If the hotline counts an answer about a case for a drill, no one is harmed. But if the hotline counts an answer about a
drill for a case, the escalation of that case stops. So an answer that may be about a case or about a drill counts for
the drill. The hotline then asks the responder about the case, and the escalation of the case continues. Once the
responder knows that the alert was a drill, no answer counts for the drill any more.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from hotline.alerts import rules_assignment
from hotline.alerts import rules_escalation_steps as steps
from hotline.alerts.rules_assignment import (
    RECIPIENTS_IN_DANGER,
    AlertedResponder,
    Candidate,
    Case,
    EscalationReason,
    FirstGroups,
    choose_first,
    first_groups,
    turns,
)
from hotline.alerts.rules_escalation_steps import (
    CaseState,
    Decision,
    Notice,
    ask_people,
    assignee_clocks,
    first_outcome,
    national_people,
    notices,
    overdue,
)
from hotline.people.rules import LEVELS, Level
from hotline.text.places import is_district
from hotline.text.time import KIGALI
from hotline.tips import rules
from hotline.tips.rules import CASE_CLOCKS, Clock, DeadlineKind, Urgency, VisitSafety
from hotline.tips.rules_events import CaseEventKind, Event, Purpose

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
STORM_FROM = 8
"""A storm begins when a district has this number of recent tips about danger that no responder has taken."""
STORM_WITHIN = timedelta(minutes=10)
"""A storm begins only if `STORM_FROM` tips about danger were filed within this time."""
STORM_ENDS_AFTER = timedelta(minutes=30)
"""A storm (very many tips about danger) ends when fewer than `STORM_FROM` recent tips have had no assignee for this
time."""
SEEN_FOR = STORM_WITHIN + STORM_ENDS_AFTER
"""A tip about danger that was filed within this time counts as recent."""
MAX_ALONE = 8
"""If a person got this number of SMS in an hour, further tips about danger in a storm get no SMS of their own. These
tips wait for the time in `COLLECT`, and the person then gets several in one SMS."""
COLLECT = timedelta(seconds=45)
"""The time for which a tip about danger waits for further tips, so that one SMS names them all."""
SOME = 20
"""If a person got this number of SMS in an hour, alerts of later escalation levels wait longer than alerts of new
tips."""
MANY = 26
"""If a person got this number of SMS in an hour, SMS about several tips come only at the interval `LONG_INTERVAL`."""
LONG_INTERVAL = timedelta(minutes=3)
NEARLY_MOST = 34
"""If a person got this number of SMS in an hour, SMS about several tips come only at twice the interval
`LONG_INTERVAL`. So the person gets at most 40 SMS in an hour."""
OPEN_INTERVAL = timedelta(minutes=15)
"""The shortest time between two SMS with repeats to one person. A repeat alerts the person of a case that they already
know."""
OTHERS_SHARE = 0.7
"""The largest part of the day's SMS that may be used for alerts without danger. The rest is reserved for alerts about
danger."""
REPEATED = (Purpose.OPEN, Purpose.OVERDUE, Purpose.LOOK, Purpose.CONFIRM_CLOSURE)
"""The purposes of alerts that share one SMS if the person was already alerted of the same case. An alert for any other
purpose says something new."""


class SmsShare(StrEnum):
    """The rule by which an alert has its own SMS, or shares an SMS with other alerts."""

    ALONE = "alone"
    KEPT = "kept"
    """An alert of a tip about danger in a storm (very many such tips in one district). The caller typed text, and no
    other tip about danger in the district came from the same phone. The alert has its own SMS, unless the person got
    `MAX_ALONE` SMS in the last hour."""
    STORM = "storm"
    """Any other alert of a tip about danger in a storm (very many such tips in one district). The alert shares an SMS
    if the person got an SMS in the last minute, or got `MAX_ALONE` SMS in the last hour."""
    ESCALATED = "escalated"
    """An alert of a tip about danger in a storm (very many such tips) that goes to a later escalation level. The rule
    is that of `STORM`, but the alert may wait longer."""
    OPEN = "open"
    """An alert of a case of which the person was alerted before, or an alert without danger to a person who got too
    many SMS. The alert shares an SMS with others."""


@dataclass(slots=True)
class SmsPace:
    """The number of SMS to one person in the last hour, and the time of the last SMS."""

    last: datetime | None = None
    """The time of the last SMS to the person. SMS that are due later do not count."""
    count: int = 0
    """The number of SMS to the person, including SMS that are due later."""
    open_at: datetime | None = None
    """The time when the person got the last SMS with repeats (alerts of cases that the person already knew)."""

    def add(self, at: datetime, *, waits: bool = False) -> None:
        """Counts one more SMS to this person. If `waits` is True, the SMS is due later, and an SMS about a new danger
        may be sent before it."""
        self.count += 1
        if not waits:
            self.last = at if self.last is None else max(at, self.last)

    def is_free(self, at: datetime) -> bool:
        """Returns True if the person may now get an SMS about a further tip of a storm (very many tips about
        danger)."""
        return self.count < MAX_ALONE and self.next_storm(at) == at

    def next_storm(self, at: datetime) -> datetime:
        """Returns the earliest time at which the person may get an SMS about a further tip of a storm (very many tips
        about danger)."""
        earliest = at if self.count < MAX_ALONE else at + COLLECT
        interval = MINUTE if self.count < MANY else LONG_INTERVAL
        interval *= 1 if self.count < NEARLY_MOST else 2
        return earliest if self.last is None else max(earliest, self.last + interval)

    def next_escalated(self, at: datetime) -> datetime:
        next_at = self.next_storm(at)
        return next_at if self.count < SOME else max(next_at, at + LONG_INTERVAL)

    def next_open(self, at: datetime) -> datetime:
        return at if self.open_at is None else max(at, self.open_at + OPEN_INTERVAL)


def shares(share: SmsShare, pace: SmsPace, urgency: int, at: datetime, *, most: int) -> SmsShare:
    """Returns the `SmsShare` of an alert: its own SMS, or an SMS that it shares with other alerts. The `SmsShare`
    depends on the number and the times of the SMS that the person already got.

    If a person got `most` SMS in the last hour, alerts without danger to this person share an SMS. `most` is 0 if
    alerts without danger have used up their part (`OTHERS_SHARE`) of the day's SMS, or if very many SMS are due now.
    """
    if share is SmsShare.KEPT and pace.count >= MAX_ALONE:
        share = SmsShare.STORM
    if share in (SmsShare.STORM, SmsShare.ESCALATED):
        return SmsShare.ALONE if pace.is_free(at) else share
    if share is SmsShare.OPEN or urgency == Urgency.DANGER:
        return SmsShare.OPEN if share is SmsShare.OPEN else SmsShare.ALONE
    return SmsShare.ALONE if pace.count < most else SmsShare.OPEN


def shares_notice(pace: SmsPace, *, storms: bool, goes: bool, most: int) -> bool:
    """Returns True if a notice about a case shares an SMS with other messages.

    `storms` is True if the person was alerted of the case in a storm (very many tips about danger). `goes` is True if
    the person has taken the case and may be on the way. A notice to such a person may protect a victim, so it has its
    own SMS until the person got `MANY` SMS in an hour.
    """
    if goes:
        return pace.count >= MANY
    return storms or pace.count >= most


class RecentDanger(NamedTuple):
    """A tip about danger in a district that was filed within the time `SEEN_FOR`."""

    tip_id: int
    place: str
    sector: str | None
    contact_key: str
    filed_at: datetime
    has_text: bool
    """True if the caller typed text or a landmark."""
    is_untaken: bool


class DistrictDangers:
    """The recent tips about danger in one district, and the storm (very many such tips) there."""

    def __init__(
        self,
        dangers: Iterable[RecentDanger],
        new: Iterable[int],
        until: datetime | None,
        at: datetime,
    ) -> None:
        """Stores the recent tips about danger in a district. `new` contains the tips of which no one was alerted yet.
        `until` is the end of the storm (very many tips about danger) in the district, or None."""
        self._known = {tip.tip_id: tip for tip in dangers}
        self._phones = Counter(tip.contact_key for tip in self._known.values())
        before = [tip for id, tip in self._known.items() if id not in {*new}]
        self._sectors = {tip.sector for tip in before}
        limit = at - STORM_WITHIN
        self._untaken = [tip.filed_at for tip in before if tip.is_untaken and tip.filed_at > limit]
        self._storms = until is not None and until > at

    def place(self, tip_id: int, at: datetime) -> SmsShare:
        """Adds a new tip about danger, and returns the `SmsShare` of its alert. The first tip about danger from a
        sector (a part of a district) always has its own SMS."""
        tip = self._known.get(tip_id)
        self._untaken.append(at if tip is None else tip.filed_at)
        self._storms = self._storms or len(self._untaken) >= STORM_FROM
        sector = None if tip is None else tip.sector
        first = sector not in self._sectors
        self._sectors.add(sector)
        if first or not self._storms:
            return SmsShare.ALONE
        is_only = tip is not None and tip.has_text and self._phones[tip.contact_key] == 1
        return SmsShare.KEPT if is_only else SmsShare.STORM

    @property
    def storm_until(self) -> datetime | None:
        """Returns the time when the storm ends if no more tips about danger are filed. Returns None if there is no
        storm."""
        if len(self._untaken) < STORM_FROM:
            return None
        return sorted(self._untaken)[-STORM_FROM] + STORM_WITHIN + STORM_ENDS_AFTER


def next_person(
    groups: Sequence[Sequence[int]],
    paces: dict[int, SmsPace],
    waiting: dict[int, datetime],
    at: datetime,
) -> int | None:
    """Returns the person to alert of a further tip about danger in a storm: the first who may get an SMS now. If no one
    may get an SMS now, returns the person who may get the next SMS earliest.

    `groups` contains people of the district, of neighbouring districts, and of the national desk, each group in the
    order of alerting. The new tip may still be added to an unsent SMS about several tips. `waiting` contains the time
    when this SMS is due, for each person who has such an SMS.
    """
    everyone = {person: paces.setdefault(person, SmsPace()) for group in groups for person in group}
    due = {person: pace.next_storm(at) for person, pace in everyone.items()}
    due = {person: min(waiting.get(person, next_at), next_at) for person, next_at in due.items()}
    earliest = min(everyone, key=lambda person: (due[person], everyone[person].count), default=None)
    responder_id = next((person for person, pace in everyone.items() if pace.is_free(at)), earliest)
    if responder_id is not None and responder_id not in waiting:
        paces[responder_id].add(due[responder_id], waits=due[responder_id] > at)
    if responder_id is not None and due[responder_id] > at:
        waiting[responder_id] = due[responder_id]
    return responder_id


ESCALATED = 2
"""If the assignee misses this number of deadlines to report the outcome, the hotline alerts other people. The deadline
passes first when half of the time to report is over, and again at the end of this time."""
FRAGMENT_EVENTS = frozenset(
    {
        CaseEventKind.CLOSURE_REQUESTED,
        CaseEventKind.CLOSED,
        CaseEventKind.DECIDED,
        CaseEventKind.DUE,
    }
)
"""The events that change a fragment (a report without a known place) in the same way as any other case. For example, a
second person must confirm the closure of a fragment."""
ENDS_ASSIGNEE = frozenset({CaseEventKind.REMOVED, CaseEventKind.DOUBTED, CaseEventKind.PASSED})
"""Events after which a fragment (a report without a known place) has no assignee any more."""
Step = Callable[[CaseState], Decision]


def decide(state: CaseState, roster: Sequence[Candidate], event: Event, at: datetime) -> Decision:
    """Returns the decision about an event of an open case."""
    people = rules_assignment.people_for(state.case, roster)
    s = replace(state, roster=people, event=event, at=at)
    step = EVENT_STEPS[event.what] if event.kind is None else DEADLINE_STEPS[event.kind]
    decision = _of_fragment(s) if s.case.once and event.what not in FRAGMENT_EVENTS else step(s)
    if decision.assignee == steps.UNCHANGED:
        decision = replace(decision, assignee=s.assignee)
    return steps.with_clock_of_decision(s, _with_clock_to_read(s, decision))


def _of_fragment(s: CaseState) -> Decision:
    """Returns the decision about an event of a fragment (a report without a known district). No responder can act on a
    fragment, so one person of the national desk is alerted.

    If that person's phone is off, another person is alerted. A fragment has no deadlines, and is never overdue.
    """
    kind, by = s.event.what, s.event.by
    if kind is CaseEventKind.MARKED:
        return replace(steps.visit_marked(s), set={})
    if kind is CaseEventKind.ACKNOWLEDGED:
        return Decision(assignee=s.assignee or by)
    if kind is CaseEventKind.REFUSED:
        return Decision(close={DeadlineKind.CONFIRM_CLOSURE}, assignee=s.assignee or by)
    assignee = None if kind in ENDS_ASSIGNEE and by == s.assignee else s.assignee
    if kind not in (CaseEventKind.NOT_REACHED, CaseEventKind.REMOVED) or s.assignee is not None:
        return Decision(assignee=assignee)
    recipients = s.next_alerted(EscalationReason.UNREACHED)
    return Decision(notices((recipients, Purpose.ALERT)), assignee=assignee)


def more_urgent_clocks(case: Case, safety: VisitSafety, at: datetime) -> Decision:
    """Returns the new deadlines of a case that became more urgent after the caller's latest answer.

    The case then has no assignee until a responder takes it again.
    """
    clocks = {**steps.acknowledge_clock(case, at), **steps.visit_safety_clock(safety, at)}
    return Decision((), clocks, {DeadlineKind.OUTCOME, DeadlineKind.OVERDUE}, None)


def _raised(s: CaseState) -> Decision:
    alerts = notices((s.first_alerted(), Purpose.ALERT))
    return replace(more_urgent_clocks(s.case, s.safety, s.at), notices=alerts)


def _danger_again(s: CaseState) -> Decision:
    """Alerts two people of the national desk, because a person who had been helped is in danger again. Alerts these
    people even if the case has an assignee.

    If no person of the national desk is active, alerts people as for a new case.
    """
    people = turns([c for c in s.roster if c.level is Level.NATIONAL])[:RECIPIENTS_IN_DANGER]
    raised = more_urgent_clocks(s.case, s.safety, s.at)
    close = raised.close | {DeadlineKind.CONFIRM_CLOSURE, DeadlineKind.SECOND_LOOK}
    return replace(
        raised, notices=notices((people or s.first_alerted(), Purpose.ALERT)), close=close
    )


def _unreached(s: CaseState) -> Decision:
    """Alerts a colleague at once if an alert does not arrive and no one has acknowledged the case.

    Alerts no person twice, even if no phone can be reached.
    """
    if s.assignee is not None and DeadlineKind.ACKNOWLEDGE not in s.clocks:
        return Decision()
    recipients = s.next_alerted(EscalationReason.UNREACHED)
    if recipients:
        return Decision(steps.alert_people(s, recipients))
    if s.knew & {person.id for person in s.roster} or DeadlineKind.OVERDUE in s.clocks:
        return Decision()
    return overdue(s, skip=s.event.by)


def _left(s: CaseState) -> Decision:
    is_holder = s.assignee is not None and s.assignee == s.event.by
    return _without_request(s, _next(s, assignee=None) if is_holder else _unreached(s))


def _passed(s: CaseState) -> Decision:
    """Alerts the next responders at once, because the assignee passed the case on. The assignee stays responsible until
    another responder takes the case."""
    by = s.event.by
    if s.assignee is not None and s.assignee != by and DeadlineKind.ACKNOWLEDGE not in s.clocks:
        return Decision()
    colleagues = {person.id for person in s.roster}.intersection(s.event.chosen) - {by}
    return ask_people(s, sorted(colleagues)) if colleagues else _next(s, assignee=s.assignee)


def _next(s: CaseState, *, assignee: int | None) -> Decision:
    """Asks another responder to take the case now. If there is no other responder, makes the case overdue."""
    now = replace(s, assignee=assignee)
    recipients = s.next_alerted(EscalationReason.UNREACHED)
    then = ask_people(now, recipients) if recipients else overdue(now, skip=s.event.by)
    return replace(then, close=then.close | {DeadlineKind.OUTCOME}) if assignee is None else then


def _without_request(s: CaseState, decision: Decision) -> Decision:
    """Ends a closure request if its responder was removed, or if its SMS is not in the gateway's inbox."""
    if s.closure_by is None or s.closure_by != s.event.by:
        return decision
    return replace(decision, close=decision.close | {DeadlineKind.CONFIRM_CLOSURE})


def _taken(s: CaseState) -> Decision:
    """Makes the first responder who takes the case its assignee.

    A later responder becomes the assignee only if the first passed the case on, the place was corrected, or the outcome
    is late.
    """
    by = s.event.by
    if by in steps.alerted_elsewhere(s) and DeadlineKind.OVERDUE not in s.clocks:
        return Decision()
    assignee = by if s.assignee is None or _may_change_assignee(s) else s.assignee
    close: set[DeadlineKind] = set()
    if assignee != s.assignee:
        close = {DeadlineKind.OVERDUE, DeadlineKind.ACKNOWLEDGE}
    elif assignee == by:
        # The assignee passed the case on, and now takes the same case again. An overdue outcome stays overdue, because
        # taking a case is not an outcome.
        close = {DeadlineKind.ACKNOWLEDGE}
    if s.assignee is not None and _looks(s):
        close.add(DeadlineKind.SECOND_LOOK)
    clocks = {}
    if assignee != s.assignee:
        clocks = assignee_clocks(s, close)
    elif DeadlineKind.OUTCOME not in s.clocks:
        clocks = first_outcome(s)
    return steps.ask_stand_down(s, Decision((), clocks, close, assignee))


def _looks(s: CaseState) -> bool:
    """Returns True if this responder becomes the required second person by taking the case. Only people of the national
    desk count, except the assignee, and only after the hotline asked this desk to look."""
    look, by = s.clocks.get(DeadlineKind.SECOND_LOOK), s.event.by
    return look is not None and look.nth > 0 and by in s.desk and by != s.assignee


def _may_change_assignee(s: CaseState) -> bool:
    outcome = s.clocks.get(DeadlineKind.OUTCOME)
    is_asked = DeadlineKind.ACKNOWLEDGE in s.clocks and s.closure_by is None
    return (
        is_asked
        or s.assignee in steps.alerted_elsewhere(s)
        or DeadlineKind.OVERDUE in s.clocks
        or (outcome is not None and outcome.nth >= ESCALATED)
    )


def _further(s: CaseState) -> Decision:
    """Extends the deadline for the outcome, because the assignee has made progress. After a referral to a service, the
    new deadline is in three days. After other progress, extends the deadline only once."""
    if s.assignee is None or s.event.by not in (s.assignee, None):
        return Decision()
    if s.event.what is CaseEventKind.REFERRED:
        clock = rules.outcome_clock(s.urgency, s.at, s.at + rules.HELP_REACHED_WITHIN)
        return Decision((), {DeadlineKind.OUTCOME: clock})
    return Decision((), {} if s.renewed else first_outcome(s))


def _doubted(s: CaseState) -> Decision:
    """Removes the assignee, because the gateway's inbox does not list the SMS by which this person took the case. If
    another active responder also took the case, makes this responder the assignee. If no one else took the case,
    escalation continues as if no one had answered. Restores the earlier deadline to acknowledge the case. If this
    deadline is over, the next people are alerted at once."""
    if s.assignee is not None and s.assignee != s.event.by:
        return _without_request(s, Decision())
    active = {person.id for person in s.roster}
    next_assignee = next((taker for taker in s.other_assignees if taker in active), None)
    if next_assignee is not None:
        return _without_request(s, Decision((), assignee_clocks(s), assignee=next_assignee))
    is_asked = DeadlineKind.ACKNOWLEDGE in s.clocks or DeadlineKind.OVERDUE in s.clocks
    clocks = {} if is_asked else {DeadlineKind.ACKNOWLEDGE: Clock(max(s.at, s.last_due_at or s.at))}
    return _without_request(s, Decision((), clocks, steps.ASSIGNEE_CLOCKS, None))


def _closed(_s: CaseState) -> Decision:
    return Decision(close=frozenset(CASE_CLOCKS))


def _with_clock_to_read(s: CaseState, decision: Decision) -> Decision:
    """Adds a deadline by which a new assignee must read the case.

    Only an assignee who has a PIN, and has not read the case, gets this deadline. The deadline ends when the assignee
    opens the case on the phone, or when the assignee changes.
    """
    if decision.assignee == s.assignee:
        return decision
    if decision.assignee in s.unread and not s.case.once:
        clock = Clock(rules.open_due(s.urgency, s.at))
        return replace(decision, set={**decision.set, DeadlineKind.OPEN: clock})
    if DeadlineKind.OPEN in s.clocks:
        return replace(decision, close=decision.close | {DeadlineKind.OPEN})
    return decision


def _opened(s: CaseState) -> Decision:
    """Ends the assignee's deadline to read the case, if the assignee opened the case. If an officer wrote the tip down,
    a second person must read the tip. Without danger, every other person who opens the tip counts as this second
    person."""
    if s.event.by == s.assignee:
        return Decision(close={DeadlineKind.OPEN})
    is_second = s.is_met and s.urgency != Urgency.DANGER
    return Decision(close={DeadlineKind.SECOND_LOOK} if is_second else frozenset())


def _unread_due(s: CaseState) -> Decision:
    """Asks the next responder to take the case, if there is danger and the assignee has not read the case in time.

    Without danger, first sends the assignee a reminder during working hours. Asks the next responder only if the
    assignee still has not read the case after the reminder. The assignee stays responsible until another responder
    takes the case.
    """
    if s.assignee is None or s.assignee not in s.unread:
        return Decision()
    if s.urgency != Urgency.DANGER and s.event.nth == 0:
        clock = Clock(rules.open_due(s.urgency, s.at), 1)
        return Decision(_reminded(s, s.assignee), {DeadlineKind.OPEN: clock})
    recipients = s.next_alerted(EscalationReason.UNREACHED)
    return ask_people(s, recipients) if recipients else Decision()


def _reminded(s: CaseState, to: int) -> tuple[Notice, ...]:
    return notices(((to,), Purpose.REMIND)) if rules.may_remind(s.urgency, s.at) else ()


def _acknowledge_due(s: CaseState) -> Decision:
    recipients = s.next_alerted(EscalationReason.SILENT)
    if s.knew.issuperset(recipients):
        return overdue(s)
    due_at = rules.acknowledge_due(s.urgency, s.at, step=max(s.step, 1))
    return Decision(steps.alert_people(s, recipients), {DeadlineKind.ACKNOWLEDGE: Clock(due_at)})


def _outcome_due(s: CaseState) -> Decision:
    """Reminds the assignee to report the outcome when half of the time for it is over.

    When all of this time is over, alerts a coordinator. After the coordinator, alerts the national desk, again and
    again.
    """
    nth = s.event.nth
    if s.assignee is None:
        return Decision((), {DeadlineKind.ACKNOWLEDGE: Clock(s.at)})
    if nth == 0:
        due_at = max(s.event.named_at or s.at, s.at)
        return Decision(_reminded(s, s.assignee), {DeadlineKind.OUTCOME: Clock(due_at, 1, due_at)})
    clocks = {DeadlineKind.OUTCOME: Clock(rules.outcome_again(s.urgency, s.at), nth + 1)}
    recipients = rules_assignment.overdue_recipients(s.case, s.roster, s.assignee, nth - 1)
    if recipients:
        return Decision(notices((recipients, Purpose.OVERDUE)), clocks)
    decision = overdue(s, skip=s.assignee)
    return replace(decision, set={**decision.set, **clocks})


def _look_due(s: CaseState) -> Decision:
    """Asks one person of the national desk to check the case as a second person, each time the deadline passes. From
    the third time on, asks all people of this desk.

    Never asks the assignee. If no other person of this desk is active, asks a colleague of the district.
    """
    nth, assignee = s.event.nth, s.assignee
    recipients = (
        national_people(s.roster, nth, skip=assignee)
        or rules_assignment.colleagues(s.case, s.roster, skip=assignee)[:1]
    )
    clock = Clock(rules.overdue_due(s.urgency, s.at), nth + 1)
    return Decision(notices((recipients, Purpose.LOOK)), {DeadlineKind.SECOND_LOOK: clock})


EVENT_STEPS: Mapping[CaseEventKind, Step] = {
    CaseEventKind.RAISED: _raised,
    CaseEventKind.DANGER_AGAIN: _danger_again,
    CaseEventKind.NOT_REACHED: _unreached,
    CaseEventKind.REMOVED: _left,
    CaseEventKind.ACKNOWLEDGED: _taken,
    CaseEventKind.OPENED: _opened,
    CaseEventKind.ON_SITE: _further,
    CaseEventKind.REFERRED: _further,
    CaseEventKind.ANSWERED: _further,
    CaseEventKind.PASSED: _passed,
    CaseEventKind.DOUBTED: _doubted,
    CaseEventKind.CLOSURE_REQUESTED: steps.closure_requested,
    CaseEventKind.CLOSURE_READ: steps.closure_read,
    CaseEventKind.REFUSED: steps.closure_refused,
    CaseEventKind.CLOSED: _closed,
    CaseEventKind.MARKED: steps.visit_marked,
    CaseEventKind.NOT_HEARD: steps.mark_not_delivered,
    CaseEventKind.DECIDED: steps.visit_decided,
    CaseEventKind.MOVED: steps.place_corrected,
    CaseEventKind.BESIDE: steps.partner_desks_added,
    CaseEventKind.WITHHELD: steps.withheld,
    CaseEventKind.SENT_DOWN: steps.sent_down,
    CaseEventKind.STOOD_DOWN: steps.stood_down,
}
DEADLINE_STEPS: Mapping[DeadlineKind, Step] = {
    DeadlineKind.ACKNOWLEDGE: _acknowledge_due,
    DeadlineKind.OPEN: _unread_due,
    DeadlineKind.OUTCOME: _outcome_due,
    DeadlineKind.CONFIRM_CLOSURE: steps.closure_due,
    DeadlineKind.DECISION: steps.decision_due,
    DeadlineKind.SECOND_LOOK: _look_due,
    DeadlineKind.OVERDUE: lambda s: overdue(s, nth=s.event.nth + 1),
    DeadlineKind.VISIT_SAFETY: steps.visit_decision_due,
    # A held tip waits for a person on duty: `service_assignment.assign_pending` alerts people of this tip later.
    DeadlineKind.HELD: lambda _: Decision(),
    # `alerts/service_closing.py` handles the deadline of an erasure request.
    DeadlineKind.ERASURE: lambda _: Decision(),
}


# The code below plans the first alerts of many tips at once. The plan chooses the same people as `rules_assignment.py`,
# but works much faster. Pure.

NO_ONE: frozenset[int] = frozenset()


class WaitingTip(NamedTuple):
    """A filed tip with a pending alert: no one was alerted of the tip yet, or the tip became more urgent.

    This class and `EscalationStep` are tuples, because making dataclass objects takes three times as long.
    """

    tip_id: int
    case: Case
    alerted: Sequence[AlertedResponder] = ()
    step: int = 0
    """The number of the next escalation step of this tip."""
    locked: bool = False
    """True if a desk that should read the tip cannot decrypt it."""
    safety: VisitSafety = VisitSafety.NONE
    excluded: frozenset[int] = NO_ONE
    """The responders who are excluded from the tip and must not be alerted."""


class EscalationStep(NamedTuple):
    """One step in the escalation of a tip: the responders who are alerted of the tip now, and how."""

    tip_id: int
    case: Case
    number: int
    recipients: tuple[int, ...]
    purpose: Purpose = Purpose.ALERT
    locked: bool = False
    """True if a desk that should read the tip cannot decrypt it."""
    leader: int | None = None
    """If the tip joins a cluster (a group of similar tips), the id of the first tip of the cluster. Responders who were
    alerted of that first tip get no alert of this tip."""
    more: bool = False
    """True if the recipients of this step get no alert, but a notice that the caller gave more details."""
    safety: VisitSafety = VisitSafety.NONE
    """The instruction about visits that the responders must know."""
    is_drill: bool = False
    share: SmsShare = SmsShare.ALONE
    """The rule by which the alerts of this step may share an SMS with other alerts."""


class AlertPlan:
    """A plan of the first alerts of many tips, with the load of each active responder. Each planned tip adds to the
    load of its recipient, so that the next tip goes to another person."""

    def __init__(self, roster: Iterable[Candidate], at: datetime) -> None:
        self._people = tuple(roster)
        self._turns = {person.id: rules_assignment.turn_of(person) for person in self._people}
        self._groups: dict[Case, FirstGroups] = {}
        self._at = at

    @property
    def roster(self) -> Sequence[Candidate]:
        return tuple(self._standing(person) for person in self._people)

    def steps(self, waiting: Iterable[WaitingTip]) -> Iterator[EscalationStep]:
        """Yields one escalation step for each tip, in the order of `waiting`. Skips a tip if no active responder can be
        alerted of it."""
        for tip in waiting:
            recipients = self.first_alerted(tip.case, tip.alerted, tip.excluded)
            if recipients:
                yield EscalationStep(
                    tip.tip_id, tip.case, tip.step, recipients, locked=tip.locked, safety=tip.safety
                )

    def first_alerted(
        self, case: Case, alerted: Sequence[AlertedResponder] = (), skip: frozenset[int] = NO_ONE
    ) -> tuple[int, ...]:
        """Returns the responders who are alerted first of a tip: those with the lowest load. Leaves out the people in
        `skip`."""
        before = {person.responder_id for person in alerted}
        turns, turn = self._turns, self._turns.__getitem__
        if skip | before:
            # For few tips, some people are left out or were alerted before. The code does not cache the groups of such
            # tips.
            people = [person for person in self._people if person.id not in skip]
            groups = first_groups(case, people, before)
            chosen = choose_first(case.urgency, groups, lambda one: (one not in before, turns[one]))
        else:
            if case not in self._groups:
                self._groups[case] = first_groups(case, self._people)
            chosen = choose_first(case.urgency, self._groups[case], turn)
        self.add(chosen)
        return chosen

    def add(self, people: Iterable[int]) -> None:
        """Adds one alert to the load of each of these people."""
        for person_id in people:
            self._turns[person_id] = (self._turns[person_id][0] + 1, self._at, person_id)

    def _standing(self, person: Candidate) -> Candidate:
        load, told_at, _ = self._turns[person.id]
        if load == person.load:
            return person
        return replace(person, load=load, alerted_at=told_at)


DURATION = {Urgency.DANGER: timedelta(hours=1), Urgency.SEEN: timedelta(hours=2)}
"""The length of a drill, by the urgency of its alert. At the end, responders who have not answered get an SMS that the
alert was a drill."""
YEAR = timedelta(days=365)
MAX_A_YEAR = 4
"""The largest number of drills at one desk within `YEAR`. With more drills, responders might think that a real alert is
a drill."""
MIN_INTERVAL = timedelta(days=7)
"""The shortest time between two drills at one desk."""
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
"""The hours in Kigali at which the night begins and ends. No drill runs at night. A responder whose phone rings at
night for no reason may stop answering."""
AFTER_DANGER = timedelta(hours=2)
"""After a caller reported a real danger in a province, no drill starts in the province for this time, unless the case
is closed."""


class DrillEnd(StrEnum):
    """The reason why a drill ended."""

    CALLED_OFF = "called_off"
    TIME = "time"
    DANGER = "danger"
    """A caller has reported a real danger in the district or province."""


class DrillRequest(NamedTuple):
    """A request for a drill at one desk."""

    desk: str
    """The code of the tested desk: a district, border post or camp."""
    urgency: Urgency = Urgency.DANGER
    escalates: bool = False
    """True if the higher levels of the desk are also alerted when no responder answers."""


class DrillRecipient(NamedTuple):
    """A responder who was alerted in a drill, with the time of each step, such as reading the case. A time is None if
    the responder has not taken this step."""

    name: str
    level: str
    alerted_at: datetime
    delivered_at: datetime | None = None
    answered_at: datetime | None = None
    opened_at: datetime | None = None
    lost: str | None = None
    """The state of the drill's alert to this responder, if the alert can never arrive. None if the alert has arrived or
    may still arrive."""


def drill_people(roster: Sequence[Candidate], desk: str, *, escalates: bool) -> Sequence[Candidate]:
    """Returns the people who may be alerted in a drill: the lowest escalation level of the desk, or all levels if
    `escalates` is True.

    The result never contains people of the national desk. Each returned person belongs only to the tested desk, even if
    they also belong to another desk.
    """
    is_local = is_district(desk)
    members = [
        replace(member, districts=frozenset({desk}))
        for member in roster
        if member.level is not Level.NATIONAL
        and (desk in member.districts or (is_local and not member.districts))
    ]
    lowest = min((LEVELS.index(member.level) for member in members), default=0)
    return [member for member in members if escalates or LEVELS.index(member.level) == lowest]


def drill_decision(
    state: CaseState, people: Sequence[Candidate], event: Event, at: datetime, ends_at: datetime
) -> Decision:
    """Returns the decision about an event of a drill. Follows the escalation policy, but with the people of the tested
    desk alone.

    A drill has only one deadline: the one to acknowledge the case. This deadline ends when no one is left to alert, or
    when the time of the drill is over.
    """
    decision = decide(state, people, event, at)
    acknowledge = DeadlineKind.ACKNOWLEDGE
    if DeadlineKind.OVERDUE in decision.set or at >= ends_at:
        return Decision(close=frozenset({acknowledge}), assignee=state.assignee)
    alerts = tuple(order for order in decision.notices if order.purpose is Purpose.ALERT)
    clocks = {kind: clock for kind, clock in decision.set.items() if kind is acknowledge}
    return replace(decision, notices=alerts, set=clocks)


def is_night(at: datetime) -> bool:
    hour = at.astimezone(KIGALI).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def is_by_night(urgency: Urgency, at: datetime) -> bool:
    """Returns True if a drill that begins at this time would begin or end at night."""
    return is_night(at) or is_night(at + DURATION[urgency])


def step_durations(people: Sequence[DrillRecipient]) -> list[list[timedelta]]:
    """Returns how long the alerted responders needed for each step of a drill: to get the alert, to answer it and to
    read the case. The shortest duration comes first, and responders who have not taken the step are left out."""
    steps = map(attrgetter, ("delivered_at", "answered_at", "opened_at"))
    return [
        sorted(at - person.alerted_at for person in people if (at := time_of(person)) is not None)
        for time_of in steps
    ]


CROSSING = timedelta(seconds=20)
"""The hotline says by SMS that an alert was a drill. If a responder's answer arrives within this time after that SMS,
the responder may have written the answer before reading the SMS."""


class RecentDrill(NamedTuple):
    """A drill in which the responder was recently alerted."""

    reference: str
    alerted_at: datetime
    answered_at: datetime | None
    disclosed_at: datetime | None
    """The time when the gateway accepted the SMS which says that the alert was a drill. None if there is no such
    SMS."""


def meant_drills(
    drills: Sequence[RecentDrill], alerted_at: datetime | None, at: datetime
) -> tuple[str, ...]:
    """Returns the drills that an answer without a reference may be about, the newest first.

    `alerted_at` is the time when the responder was alerted of their newest open case, or None if they have no open
    case. Without an open case, the answer counts for the newest drill, even if the responder has already answered that
    drill. The hotline then says once more that the alert was a drill.
    """
    if alerted_at is None:
        return tuple(drill.reference for drill in drills[:1])
    return tuple(drill.reference for drill in drills if _may_be_meant(drill, alerted_at, at))


def _may_be_meant(drill: RecentDrill, alerted_at: datetime, at: datetime) -> bool:
    if drill.answered_at is not None:
        return at - drill.answered_at < CROSSING
    knows = drill.disclosed_at is not None and at - drill.disclosed_at >= CROSSING
    # If the drill's alert came after the newest case alert, a late answer may be about the drill. This is possible even
    # if the responder already knows that the alert was a drill.
    return not knows or drill.alerted_at >= alerted_at
