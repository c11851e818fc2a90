"""Writes SMS that several alerts to one person share. The rules are in `alerts/rules_storm.py`.

Also chooses who is alerted of new dangers in a storm. All functions run inside the transaction of the calling function.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from hotline.alarms import tables as alarms_tables
from hotline.alarms.rules import Alarm
from hotline.alerts import queries_shared, rules_storm
from hotline.alerts import tables as alerts_tables
from hotline.alerts.queries import NewAssignment
from hotline.alerts.rules_assignment import storm_groups
from hotline.alerts.rules_escalation import AlertPlan, EscalationStep, WaitingTip
from hotline.alerts.rules_storm import DistrictDangers, SmsShare
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway import tables
from hotline.gateway.rules_delivery import MessageState, Priority
from hotline.gateway.rules_message import REQUEST_TEXTS, MessageKind, Wording, responders_short_code
from hotline.text.codes import is_district
from hotline.text.places import neighbours, place_name
from hotline.text.time import midnight
from hotline.tips.rules import OVERSEEN, Urgency
from hotline.tips.rules_events import Purpose

ASKED_BY = {
    Purpose.OVERDUE: {one.name for one in REQUEST_TEXTS[Purpose.OVERDUE]},
    Purpose.LOOK: {one.name for one in REQUEST_TEXTS[Purpose.LOOK]},
    Purpose.CONFIRM_CLOSURE: {Template.CLOSURE_REQUESTED.name},
}
"""For each purpose: the templates of earlier alerts. A new alert for this purpose is a repeat only after an alert with
one of these templates. For any other purpose, a new alert is a repeat if any earlier alert was sent.
"""


BEHIND = 100
"""The place in the order of sending for messages that are sent together with alerts. They are sent after all alerts.

A notice of a corrected place has the place 0. So the notice is sent before the alerts to people of the new place."""


class WrittenAssignment(NamedTuple):
    """An assignment that was just written, with its reference and its step."""

    given: NewAssignment
    name: str
    step: EscalationStep
    is_repeat: bool = False
    """True if the responder was alerted of the tip before."""


class SmsPlan:
    """The SMS to some people in one transaction: which alerts have one of their own, and which share one."""

    def __init__(
        self, session: Session, context: Context, responder_ids: Collection[int], at: datetime
    ) -> None:
        self._session, self._context, self._at = session, context, at
        self._sent = queries_shared.SentSms(session, responder_ids, at)
        self._links: list[tuple[int, int]] = []
        self._notices: set[tuple[int, int]] = set()

    def shares(self, one: WrittenAssignment, wanted: SmsShare, language: str) -> SmsShare:
        """Returns how this alert is sent. Lets it join a shared SMS if it has none of its own."""
        urgency, who = one.step.case.urgency, one.given.responder_id
        pace = self._sent.paces[who]
        most = 0 if urgency == Urgency.DANGER else self._most
        how = rules_storm.shares(wanted, pace, urgency, self._at, most=most)
        if how in (SmsShare.ALONE, SmsShare.KEPT):
            pace.add(self._at)
            return how
        if how is SmsShare.OPEN:
            message_id = self._open(who, urgency, language, self._at)
        else:
            said = {"place": place_name(one.step.case.place, language)}
            is_new = how is SmsShare.STORM
            due = pace.next_storm(self._at) if is_new else pace.next_escalated(self._at)
            message_id = self._joined(Template.SHARED_URGENT, said, who, urgency, language, due)
        self._links.append((one.given.assignment_id, message_id))
        return how

    def shares_notice(
        self,
        of: int,
        who: int,
        language: str,
        *,
        urgency: int = Priority.URGENT,
        storms: bool = False,
        goes: bool = False,
        due: datetime | None = None,
    ) -> bool:
        """Returns True if a notice about the case of this assignment joins a shared SMS."""
        pace = self._sent.paces[who]
        if not rules_storm.shares_notice(pace, storms=storms, goes=goes, most=self._most):
            pace.add(self._at, waits=due is not None and due > self._at)
            return False
        self._notices.add((of, self._open(who, urgency, language, due or self._at)))
        return True

    def due_of(self, template: Template, who: int, due: datetime) -> datetime | None:
        """Returns the time for an SMS that asks the national desk to decide about a list of the console.

        Returns None if such an SMS is already due later, because it leads to the same list.
        """
        pace = self._sent.paces[who]
        if rules_storm.shares_notice(pace, storms=False, goes=False, most=self._most):
            if (who, template.name) in self._sent.later:
                return None
            due = max(due, self._at + rules_storm.OPEN_INTERVAL)
        pace.add(due, waits=due > self._at)
        if due > self._at:
            self._sent.later.add((who, template.name))
        return due

    def _open(self, who: int, urgency: int, language: str, earliest: datetime) -> int:
        due = self._sent.paces[who].next_open(earliest)
        return self._joined(Template.SHARED_OPEN, {}, who, urgency, language, due)

    def _joined(
        self,
        template: Template,
        said: dict[str, str],
        who: int,
        urgency: int,
        language: str,
        due: datetime,
    ) -> int:
        """Returns the id of the shared SMS to this person. Writes it if there is none that waits."""
        key = (who, template.name, said.get("place", ""))
        known = self._sent.open.get(key)
        if known is None:
            code = responders_short_code(self._context.line.service_code)
            words = Wording(template, {**said, "count": "1", "code": code}, language)
            id = write_shared(self._session, words, who, due, urgency, self._at)
            known = queries_shared.OpenShare(id, urgency, due)
            self._sent.paces[who].add(due, waits=due > self._at)
        elif urgency < known.priority or due < known.due:
            best = min(urgency, known.priority), min(due, known.due)
            queries_shared.hasten(self._session, known.message_id, *best)
            if due <= self._at:
                tables.note_due(self._session, known.message_id)
            known = queries_shared.OpenShare(known.message_id, *best)
        self._sent.open[key] = known
        return known.message_id

    def write(self) -> None:
        """Stores which alerts share an SMS."""
        queries_shared.link(self._session, self._links, self._notices.difference(self._links))

    @cached_property
    def _most(self) -> int:
        """Returns the number of SMS in an hour after which alerts without danger share an SMS."""
        line, session = self._context.line, self._session
        most = int(line.sms_a_day * rules_storm.OTHERS_SHARE)
        is_flooded = Alarm.MANY_SMS in alarms_tables.raised_alarms(session)
        has_spare = queries_shared.has_spare(session, midnight(self._at), most)
        return line.sms_an_hour if has_spare and not is_flooded else 0


def new_message(
    kind: MessageKind,
    wording: Wording,
    responder_id: int,
    *,
    priority: int,
    at: datetime,
    of: int | None,
) -> tables.Message:
    """Returns a new SMS to a responder, which is due at `at`. Does not store it."""
    return tables.Message(
        kind=kind,
        responder_id=responder_id,
        assignment_id=of,
        template=wording.template.name,
        parameters=dict(wording.parameters),
        language=wording.language,
        priority=priority,
        state=MessageState.PENDING,
        next_at=at,
        created_at=at,
    )


def write_shared(
    session: Session, wording: Wording, to: int, due: datetime, priority: int, at: datetime
) -> int:
    """Writes an SMS about several cases, and returns its id. The SMS counts as written when it is due."""
    row = new_message(MessageKind.ALERT, wording, to, priority=priority, at=due, of=None)
    row.turn = BEHIND if wording.template is Template.SHARED_OPEN else 1
    session.add(row)
    session.flush()
    if due <= at:
        tables.note_due(session, row.id)
    return row.id


def ask_desk(
    session: Session, context: Context, people: Mapping[int, Wording], due: datetime, at: datetime
) -> None:
    """Writes an SMS to each of these people of the national desk, who decide about a list of the console."""
    plan = SmsPlan(session, context, people, at)
    for who, words in people.items():
        when = plan.due_of(words.template, who, due)
        if when is not None:
            write_shared(session, words, who, when, Priority.SOON, at)


def wanted_shares(
    session: Session, written: Sequence[WrittenAssignment], at: datetime
) -> Mapping[int, SmsShare]:
    """Returns for each assignment how its alert may share an SMS: repeats always, and further dangers of a storm."""
    asks = [one for one in written if one.is_repeat and one.step.purpose in rules_storm.REPEATED]
    tips = {one.given.tip_id for one in asks}
    before = queries_shared.asked_before(session, tips, at) if tips else {}
    found = {one.given.assignment_id: one.step.share for one in written}
    for one in asks:
        known = before.get((one.given.tip_id, one.given.responder_id), set())
        if known & ASKED_BY.get(one.step.purpose, known):
            found[one.given.assignment_id] = SmsShare.OPEN
    return found


def first_steps(
    session: Session, planning: AlertPlan, waiting: Sequence[WaitingTip], at: datetime
) -> Iterator[EscalationStep]:
    """Yields the first step of each tip. In a storm, only one person, and not three, is alerted of each further danger
    of a sector."""
    new = [tip for tip in waiting if _may_storm(tip)]
    ways = _ways(session, new, at) if new else {}
    further = [id for id, way in ways.items() if way is not SmsShare.ALONE]
    if not further:
        yield from planning.steps(waiting)
        return
    desks = queries_shared.granted_desks(session, further)
    sent = queries_shared.SentSms(session, {one.id for one in planning.roster}, at)
    joins = sent.due_by_place()
    queries_shared.mark_storm(session, further, at)
    for tip in waiting:
        way = ways.get(tip.tip_id, SmsShare.ALONE)
        if way is SmsShare.ALONE:
            yield from planning.steps([tip])
            continue
        roster = [one for one in planning.roster if one.id not in tip.excluded]
        near = desks[tip.tip_id].intersection(neighbours(tip.case.place))
        groups = storm_groups(tip.case, roster, near)
        due = joins[place_name(tip.case.place, "en")]
        who = rules_storm.next_person(groups, sent.paces, due, at)
        if who is not None:
            planning.add([who])
            yield EscalationStep(
                tip.tip_id,
                tip.case,
                0,
                (who,),
                locked=tip.locked,
                safety=tip.safety,
                share=way,
            )


def _may_storm(tip: WaitingTip) -> bool:
    case = tip.case
    is_new = case.urgency == Urgency.DANGER and tip.step == 0
    return is_new and is_district(case.place) and case.official != OVERSEEN


def _ways(session: Session, new: Sequence[WaitingTip], at: datetime) -> Mapping[int, SmsShare]:
    """Returns for each new danger how people are alerted of it. Stores the storms that begin or continue."""
    tips: dict[str, list[int]] = defaultdict(list)
    for tip in new:
        tips[tip.case.place].append(tip.tip_id)
    dangers = defaultdict(list)
    for one in queries_shared.recent_dangers(session, tips, at):
        dangers[one.place].append(one)
    storms, ways = queries_shared.storms(session, tips), dict[int, SmsShare]()
    for place, ids in tips.items():
        district = DistrictDangers(dangers[place], ids, storms.get(place), at)
        ways |= {id: district.place(id, at) for id in ids}
        if (until := district.storm_until) is not None:
            alerts_tables.set_storm(session, place, max(until, storms.get(place, until)))
    return ways
