"""Writes the events of a case, reads the state of an open case, and finds the tips that are similar to a tip.

Each event has a unique key, so a repeated command writes no second event. All functions run inside the transaction of
the calling function.

The module also finds the digits that a responder may send about a case, and writes the text that offers these digits.
The module compares tips by digests of their facts, and stores these digests for one day. If several tips share one
alert, the module chooses the reference that a message about visits names (docs/decisions/08). `tips/rules_events.py`
decides which tips are similar.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hotline.alerts import (
    queries,
    queries_references,
    rules_escalation_steps,
    tables,
    tables_case_events,
)
from hotline.alerts.rules_assignment import Candidate, Case
from hotline.alerts.rules_escalation import EscalationStep, WaitingTip
from hotline.alerts.rules_escalation_steps import Notice, partner_recipients
from hotline.alerts.rules_replies import Command, OfferedCase, offered_texts
from hotline.alerts.tables import Recipient
from hotline.core import rules_trial
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway.tables import Assignment
from hotline.people import tables_audit, tables_desks
from hotline.people.rules import Level, of_responder
from hotline.people.tables import Responder
from hotline.text.places import MET, NATIONAL, alert_place
from hotline.tips import queries as tips_queries
from hotline.tips import queries_visible, rules_events, rules_persons, tables_persons
from hotline.tips import tables as tips_tables
from hotline.tips.queries import BY_THE_LINE, LikenessKeys, ReportedTip
from hotline.tips.rules import (
    ASKS,
    OUTCOMES,
    DeadlineKind,
    TipOutcome,
    TipState,
    Urgency,
    VisitFacts,
    VisitSafety,
    visit_facts,
)
from hotline.tips.rules_events import (
    PROOF,
    TO,
    WAITS,
    WHY,
    YES,
    ComparedTip,
    EventChannel,
    Following,
    KnownName,
    LikelyPair,
    LinkReason,
    LoggedEvent,
    Purpose,
    TakeProof,
    strictest_visit,
)
from hotline.tips.rules_persons import COUNTING_PROOFS
from hotline.tips.tables import Tip, requested_outcome

RESPONDER = "responder"
WAYS = {
    "cli": EventChannel.CLI,
    "desk": EventChannel.CLI,
    "account": EventChannel.CONSOLE,
    RESPONDER: EventChannel.USSD,
}
"""Maps the first part of an actor's name in the audit log to the channel of the actor's events. An actor with any other
name is a timed job."""


@dataclass(frozen=True, slots=True)
class EventActor:
    """The person or process that caused an event, with its name in the audit log."""

    actor: str
    channel: EventChannel | None = None
    """None if the actor's name shows the channel: a command, a page of the console, or a timed job."""
    desk: str | None = None
    person: int | None = None
    """The responder id of a person who caused the event with a console account."""

    @property
    def by_way(self) -> EventChannel:
        return self.channel or WAYS.get(self.actor.partition(":")[0], EventChannel.CLOCK)

    @property
    def responder_id(self) -> int | None:
        kind, _, number = self.actor.partition(":")
        return int(number) if kind == RESPONDER else self.person


def by_responder(responder_id: int, channel: EventChannel) -> EventActor:
    return EventActor(f"{RESPONDER}:{responder_id}", channel)


def write_event(
    session: Session,
    tip_id: int,
    kind: LoggedEvent,
    by: EventActor,
    at: datetime,
    *,
    key: str,
    codes: Mapping[str, str] | None = None,
    supersedes: int | None = None,
) -> int | None:
    """Writes an event of a case, and returns the id of the event. Returns None if an event with this key already
    exists."""
    row = tables_case_events.CaseEventRow(
        tip_id=tip_id,
        at=at,
        responder_id=by.responder_id,
        desk=by.desk,
        channel=by.by_way,
        kind=kind,
        codes=dict(codes or {}),
        key=f"{kind}:{key}",
        supersedes=supersedes,
    )
    return tables_case_events.write_event(session, row)


def write_taken(
    session: Session, tip_id: int, taker: int, at: datetime, channel: EventChannel, proof: TakeProof
) -> None:
    """Writes an event: a responder's acknowledgement was given, was proved by the gateway's inbox, or is doubted.

    If the last event already says the same, writes nothing.
    """
    last_event = tables_case_events.last_event_of(session, tip_id, taker)
    answer = tables_case_events.last_event_of(session, tip_id, taker, skip_alerts=True)
    is_taken = answer is not None and answer.kind == LoggedEvent.ACKNOWLEDGED
    old_proof = answer.codes.get(PROOF, "") if answer is not None and is_taken else None
    has_new_alert = last_event is not answer
    if proof is TakeProof.DOUBTED and old_proof not in COUNTING_PROOFS:
        return
    if proof is TakeProof.PROVISIONAL and old_proof in COUNTING_PROOFS:
        # An earlier acknowledgement of this responder counts already.
        return
    is_same = old_proof == proof or (old_proof in COUNTING_PROOFS and proof in COUNTING_PROOFS)
    if is_same and not (has_new_alert and proof in COUNTING_PROOFS):
        return
    corrected = answer.id if answer is not None and old_proof is not None and not is_same else None
    write_event(
        session,
        tip_id,
        LoggedEvent.ACKNOWLEDGED,
        by_responder(taker, channel),
        at,
        key=f"{tip_id}:{taker}:{last_event.id if last_event is not None else 0}",
        codes={PROOF: proof.value},
        supersedes=corrected,
    )


def write_taken_by(session: Session, tip_id: int, command: Command, *, counts: bool) -> None:
    """Writes the event that a responder now acknowledges the case.

    `counts` is True if the acknowledgement counts before the gateway's inbox lists the SMS.
    """
    proof = TakeProof.PROVED if command.proved else TakeProof.UNPROVED
    proof = proof if counts else TakeProof.PROVISIONAL
    write_taken(session, tip_id, command.responder_id, command.at, command.channel, proof)


def write_report(session: Session, row: Assignment, command: Command, kind: LoggedEvent) -> None:
    """Writes an event for a responder's report about a case, such as being on site. A responder can make the same
    report only once for each of their references of the case."""
    by = by_responder(command.responder_id, command.channel)
    write_event(session, row.tip_id, kind, by, command.at, key=str(row.id))


def write_passed(session: Session, tip_id: int, command: Command) -> None:
    """Writes the event that a responder passes the case on. The event's key contains the id of the responder's last
    event in this case, so that a repeated command writes no second event."""
    responder_id = command.responder_id
    last_event = tables_case_events.last_event_of(session, tip_id, responder_id)
    key = f"{tip_id}:{responder_id}:{last_event.id if last_event is not None else 0}"
    by, codes = by_responder(responder_id, command.channel), {TO: command.to.value}
    write_event(session, tip_id, LoggedEvent.PASSED, by, command.at, key=key, codes=codes)


def write_closed(
    session: Session,
    tip_id: int,
    by: EventActor,
    at: datetime,
    codes: Mapping[str, str],
    *,
    is_request: bool = False,
    supersedes: int | None = None,
) -> None:
    """Writes the event that a case was closed or, if `is_request` is True, that its closure was requested.

    `supersedes` is the id of the earlier closure request that this event replaces.
    """
    codes = {**codes, WAITS: YES} if is_request else codes
    suffix = f"wanted:{':'.join(codes.values())}" if is_request else "done"
    key = f"{tip_id}:{at.timestamp()}:{suffix}"
    write_event(
        session, tip_id, LoggedEvent.CLOSED, by, at, key=key, codes=codes, supersedes=supersedes
    )


RESPONDER_PREFIX = "responder:"
"""A field may contain a responder's id or another person's name. Before a responder's id, the field has this text."""


WITH_A_SERVICE = frozenset({rules_persons.FollowKind.ARRIVAL, rules_persons.FollowKind.THIRTY})
"""The kinds of reminders that are set only after a service has agreed to help a person."""
INBOX_PATIENCE = timedelta(minutes=5)
"""The longest time for which the hotline accepts that it cannot read the gateway's inbox. After this time, a
responder's SMS about danger counts only if the inbox lists the SMS."""


def is_inbox_unread(session: Session, context: Context, tip: Tip, at: datetime) -> bool:
    """Returns True if there is danger, and the hotline has not been able to read the gateway's inbox for the time
    `INBOX_PATIENCE`."""
    if tip.urgency != Urgency.DANGER or not context.line.sms_inbox:
        return False
    position = tables.inbox_position(session)
    return position is None or at - position.read_at > INBOX_PATIENCE


def case_of(tip: Tip) -> Case:
    is_fragment = tip.state == TipState.FRAGMENT
    place = alert_place(tip.place, tip.within)
    return Case(place, tip.category, tip.urgency, tip.official, is_fragment, language=tip.language)


def routed_case(session: Session, tip: Tip) -> Case:
    """Returns the case of a tip, with the partner desks (desks of borders and camps) whose people are also alerted."""
    return replace(
        case_of(tip), partners=tips_tables.extra_desks(session, [tip.id]).get(tip.id, frozenset())
    )


def visit_facts_of(tip: Tip | ReportedTip) -> VisitFacts:
    return visit_facts(
        tip.matter, tip.urgency, tip.visit, bool(tip.do_not_visit), tip.visit_decision
    )


def assignee_visit_facts(session: Session, tip: Tip) -> VisitFacts:
    """Returns the facts that the assignee must know before a visit. If several open tips of the cluster have such
    facts, returns the strictest."""
    similar = (row for row in queries_references.cluster_of(session, tip) if row.id != tip.id)
    return strictest_visit(visit_facts_of(tip), map(visit_facts_of, similar))


def case_state(session: Session, tip: Tip) -> rules_escalation_steps.CaseState:
    """Returns the state of an open case."""
    other_ids = [row.id for row in queries_references.cluster_of(session, tip) if row.id != tip.id]
    related = queries.alerted_by_tip(session, other_ids) if other_ids else {}
    clocks = tables.open_clocks_of(session, other_ids).values() if other_ids else ()
    visit_safety = DeadlineKind.VISIT_SAFETY
    linked = [clock.nth for each in clocks for kind, clock in each.items() if kind is visit_safety]
    requester_id = None
    if tip.closure_by is not None:
        name = tip.closure_by
        requester_id = (
            int(name.removeprefix(RESPONDER_PREFIX)) if name.startswith(RESPONDER_PREFIX) else 0
        )
    return rules_escalation_steps.CaseState(
        case=routed_case(session, tip),
        step=queries.next_step(session, tip.id),
        alerted=queries.alerted_by_tip(session, [tip.id])[tip.id],
        assignee=tip.assignee_id,
        other_assignees=queries.other_takers(session, tip),
        last_due_at=tables.last_due(session, tip.id, DeadlineKind.ACKNOWLEDGE),
        renewed=tip.renewed_at is not None,
        closure_by=requester_id,
        is_safe=requester_id is not None and _is_safe(session, tip),
        desk_decides=desk_decides(session, tip),
        closure_read=tip.closure_read_at is not None,
        safety=visit_facts_of(tip).safety,
        clocks=tables.open_clocks(session, tip.id),
        is_met=tip.channel == MET,
        unread=queries_references.responders_without_reading(session, tip.id),
        company=tuple(person.responder_id for people in related.values() for person in people),
        linked_questions=max(linked, default=-1),
    )


def reads_in_console(session: Session, context: Context, tip: Tip, responder_id: int) -> bool:
    """Returns True if this responder of the national desk may read the tip in the console, but not by phone.

    Returns False if another desk of the responder can also decrypt the tip. Also returns False for a drill, because the
    tip of a drill contains no text of a caller.
    """
    if not context.line.national_in_console or tip.channel == rules_trial.DRILL:
        return False
    if session.get_one(Responder, responder_id).level != Level.NATIONAL:
        return False
    desks = tables_desks.desks_of(session, of_responder(responder_id)) - {NATIONAL}
    return all(queries_visible.tip_with_grant(session, tip.id, desk)[1] is None for desk in desks)


def can_stand_down(session: Session, tip: Tip) -> bool:
    """Returns True if the people who were alerted for an earlier place of the tip may be stood down. This is possible
    only after a responder who was alerted for the present place has become the assignee."""
    state = case_state(session, tip)
    released = rules_escalation_steps.alerted_elsewhere(state)
    return bool(released) and state.assignee is not None and state.assignee not in released


def desk_decides(session: Session, tip: Tip) -> bool:
    """Returns True if only the national desk may decide on the requested closure.

    The result does not show if a person in the case may be a victim.
    """
    if tip.closure_by is None:
        return False
    outcome = requested_outcome(tip)
    return rules_persons.is_for_national_desk(
        outcome, has_met=tables_case_events.has_met(session, tip.id)
    )


def _is_safe(session: Session, tip: Tip) -> bool:
    """Returns True if a service helps every person that responders met, and the requested outcome says that they are
    safe.

    The answers about persons are encrypted, so the reminders show which persons a service helps.
    """
    if tip.outcome_asked is None or not OUTCOMES[TipOutcome(tip.outcome_asked)].is_safe:
        return False
    persons = {row.n for row in tables_persons.persons_of_tip(session, tip.id)}
    offers = tables_persons.offers_of(session, tip.id)
    with_service = {
        row.n for row in offers if row.thirty_at is not None or row.clock in WITH_A_SERVICE
    }
    return bool(persons) and persons <= with_service


def digits_text(context: Context, case: OfferedCase, language: str) -> str:
    """Returns one line that lists the digits which a responder may send about this case now, each with its text."""
    return " ".join(context.phrases.say(language, text) for text in offered_texts(case))


def offered_case(session: Session, tip: Tip, responder: Responder) -> OfferedCase:
    """Returns the facts that decide which answers this responder may give about an open case now."""
    assignments: Sequence[Assignment] = queries.assignments_to(session, tip.id, responder.id)
    is_national = queries_visible.decides(session, tip, responder.id)
    clocks = tables.open_clocks(session, tip.id)
    requested = tip.closure_by
    is_own_request = requested == f"{RESPONDER_PREFIX}{responder.id}"
    return OfferedCase(
        is_own=tip.assignee_id == responder.id,
        is_helped=tip.assignee_id not in (None, responder.id) and not clocks.keys() & {*ASKS},
        is_on_site=any(assignment.on_site_at is not None for assignment in assignments),
        has_service=any(assignment.handed_to_help_at is not None for assignment in assignments),
        is_passed=any(assignment.passed_at is not None for assignment in assignments),
        closure_requested=requested is not None and (is_own_request or is_national),
        decides=is_national and assignee_visit_facts(session, tip).is_marked,
        may_stand_down=is_national and bool(tip.place_step) and can_stand_down(session, tip),
    )


WHO = "who"
MAX_COMPARED = 50
"""The largest number of new tips that are compared with earlier tips at once. With more new tips, very many would be
similar, and links between them would help no one."""


def comparison_keys(context: Context, answers: Mapping[str, str], at: datetime) -> LikenessKeys:
    """Returns the digests (codes made from a tip's facts) by which a new tip is compared with other tips."""
    text, person = rules_events.typed_text(answers), answers.get(WHO)
    digest = context.pseudonyms.likeness
    return LikenessKeys(
        words=digest("words", text, at) if text is not None else None,
        who=digest(WHO, person, at) if person else None,
    )


def store_keys(session: Session, tip: ReportedTip, keys: LikenessKeys, kind: str | None) -> bool:
    """Stores the digests of a tip that was just stored. Returns True if the tip belongs to a cluster (a group of
    similar tips) and must be compared again.

    The tip must be compared again if the caller has just answered what happens, or who needs help. `kind` is the
    category that the tip had before the caller's latest answer.
    """
    old_keys = tip.likeness
    if old_keys is None:
        tips_queries.store_digests(
            session, tip.id, keys, contact_key=tip.contact_key, at=tip.updated_at
        )
        return False
    has_more = old_keys.who != keys.who or kind != tip.category
    if not has_more and old_keys == keys:
        return False
    return tips_queries.replace_digests(session, tip.id, keys) is not None and has_more


def join_clusters(
    session: Session, tips: Sequence[WaitingTip], people: Sequence[Candidate], at: datetime
) -> dict[int, EscalationStep]:
    """Returns an escalation step for each pending tip that joins a cluster (a group of similar tips). In this step,
    people who know the cluster and people of partner desks get an assignment, but at most one SMS.

    If none of these people is active now, the tip leaves the cluster, and other people are alerted of it.
    """
    verdicts = joining_tips(session, [tip.tip_id for tip in tips], at)
    if not verdicts:
        return {}
    alerted = queries.alerted_by_tip(session, {verdict.leader_id for verdict in verdicts.values()})
    active = {person.id for person in people}
    steps = {}
    for tip in tips:
        verdict = verdicts.get(tip.tip_id)
        if verdict is None:
            continue
        responder_ids = dict.fromkeys(
            row.responder_id for row in alerted[verdict.leader_id] if row.responder_id in active
        )
        if not responder_ids:
            tips_queries.record_leaders(session, {tip.tip_id: None})
            continue
        # A later tip may be about a camp or a border, even if the first tip of its cluster is not.
        partners = partner_recipients(tip.case, people, alerted[verdict.leader_id])
        responder_ids |= dict.fromkeys(person for person in partners if person not in tip.excluded)
        recipients = () if tip.alerted else tuple(responder_ids)
        steps[tip.tip_id] = EscalationStep(
            tip.tip_id,
            tip.case,
            tip.step,
            recipients,
            locked=tip.locked,
            leader=verdict.leader_id,
            more=not verdict.announced,
            safety=tip.safety,
        )
    return steps


def joining_tips(session: Session, tip_ids: Sequence[int], at: datetime) -> dict[int, Following]:
    """Returns the pending tips that join a cluster (a group of similar tips).

    Compares each tip with earlier tips, and with the tips before it in `tip_ids`.
    """
    since = at - rules_events.DAY
    new = tips_queries.repeated_tips(
        session, tip_ids, since, contact=rules_events.MAX_DANGERS, words=rules_events.MAX_SAME_TEXT
    )
    if not new:
        return {}
    groups: dict[tuple[str, str], list[ComparedTip]] = defaultdict(list)
    for tip in tips_queries.earlier_tips(session, new.values(), since):
        if tip.tip_id not in new:
            groups[tip.place, tip.official].append(tip)

    verdicts: dict[int, Following] = {}
    for tip_id in tip_ids:
        trait = new.get(tip_id)
        if trait is None:
            continue
        group = groups[trait.place, trait.official]
        verdict = rules_events.cluster_of(trait, group)
        leader_id = verdict.leader_id if verdict else None
        group.append(trait._replace(leader_id=leader_id))
        group.sort(key=lambda tip: (tip.at, tip.tip_id))
        if verdict is not None:
            verdicts[tip_id] = verdict
        if leader_id != trait.leader_id:
            tips_queries.record_leaders(session, {tip_id: leader_id})
    return verdicts


def link_tips(session: Session, tips: Sequence[WaitingTip], at: datetime) -> Sequence[WaitingTip]:
    """Links new tips to earlier tips that are probably about the same situation, before people are alerted.

    If both tips came from the same phone, also copies the exclusions of the earlier tip to the new tip.
    """
    new_ids = [tip.tip_id for tip in tips if tip.step == 0]
    if not new_ids or len(new_ids) > MAX_COMPARED:
        return tips
    pairs = [pair for tip_id in new_ids for pair in tips_queries.likely_pairs(session, tip_id)]
    if not pairs:
        return tips
    tips_queries.add_links(session, pairs, BY_THE_LINE, at)
    tables_case_events.write_links(
        session, [(max(p.a, p.b), min(p.a, p.b), p.reason) for p in pairs], at
    )
    carried = {pair.b for pair in pairs if _carries(session, pair, at)}
    excluded = queries_visible.excluded_responders(session, carried)
    return [tip._replace(excluded=excluded.get(tip.tip_id, tip.excluded)) for tip in tips]


def link_alerted(session: Session, tip_id: int, at: datetime) -> None:
    """Links a tip about danger to similar earlier tips, after the caller has named the tip's category. People were
    already alerted of the tip before the caller named its category.

    Compares the tip only with the most similar tips, because the caller is waiting for the next screen.
    """
    pairs = tips_queries.likely_pairs(session, tip_id)
    tips_queries.add_links(session, pairs, BY_THE_LINE, at)


def _carries(session: Session, pair: LikelyPair, at: datetime) -> bool:
    """Copies a tip's exclusions (decisions to hide it from a person or desk) to a later tip from the same phone.
    Returns True if the earlier tip had any exclusion."""
    if pair.reason is not LinkReason.CONTACT:
        return False
    rows = queries_visible.copy_exclusions(session, pair.a, pair.b, BY_THE_LINE, at)
    for row in rows:
        reason = f"{row.reason}: {row.party}: as for tip {pair.a} from the same phone"
        tables_audit.append_about_tip(session, pair.b, "tip_excluded", "clock", at, reason)
        by, codes = EventActor("clock"), {WHY: row.reason}
        key = str(row.id)
        write_event(session, pair.b, LoggedEvent.EXCLUDED, by, at, key=key, codes=codes)
    return bool(rows)


def known_in_situation(
    session: Session, pairs: Collection[tuple[int, int]]
) -> Mapping[tuple[int, int], str]:
    """Returns for each pair (tip, responder) the reference by which the responder knows another tip about the same
    situation.

    Leaves out pairs in which the responder knows no other tip. Returns no references if `pairs` contains more than 50
    tips.
    """
    tip_ids = {tip_id for tip_id, _ in pairs}
    if not tip_ids or len(tip_ids) > MAX_COMPARED:
        return {}
    similar = tips_queries.same_situation(session, tip_ids)
    found = {}
    for tip_id, responder_id in pairs:
        ids = similar.get(tip_id)
        name = queries_references.known_reference(session, responder_id, ids) if ids else None
        if name is not None:
            found[tip_id, responder_id] = name
    return found


HOW_TO_GO = (Purpose.VISIT_SAFETY, Purpose.HOW, Purpose.UNANSWERED)
"""The purposes of messages that are sent once for a whole cluster (a group of similar tips). A message for any other
purpose is about one tip, and names the reference of this tip."""


def references_for(
    session: Session, tip: Tip, order: Notice, safety: VisitSafety, *, again: bool
) -> Mapping[int, Sequence[KnownName]]:
    """Returns for each responder the references that a message to them names. Leaves out responders who have already
    got the same message."""
    own_names = {
        responder_id: [KnownName(tip.id, tip.urgency, row.id, row.reference)]
        for responder_id, row in queries.newest_by_responder(session, tip.id).items()
    }
    if order.purpose not in HOW_TO_GO:
        return own_names
    company = queries_references.cluster_of(session, tip)
    names_by_id = queries_references.known_names(session, company)
    instruction, first = rules_events.instruction_of(order.purpose, safety), company[0].id
    again = again and order.purpose is Purpose.HOW
    return own_names | {
        responder_id: rules_events.names_for(names, tip.id, first, instruction, is_repeat=again)
        for responder_id, names in names_by_id.items()
    }


def with_strictest_visit(
    session: Session, steps: Sequence[EscalationStep]
) -> Sequence[EscalationStep]:
    """Returns the escalation steps, each with the strictest visit instruction of all tips in its cluster (a group of
    similar tips).

    Changes only steps after the first step of a tip. At its first step, a tip is alone in its cluster, or causes no
    alert.
    """
    later_ids = {step.tip_id for step in steps if step.number > 0}
    clustered_ids = queries_references.tips_in_clusters(session, later_ids) if later_ids else set()
    if not clustered_ids:
        return steps
    safeties = {}
    for tip_id in clustered_ids & later_ids:
        company = queries_references.cluster_of(session, queries.tip_for_writing(session, tip_id))
        safeties[tip_id] = rules_events.strictest(visit_facts_of(row).safety for row in company)
    return [
        one._replace(
            safety=rules_events.strictest((one.safety, safeties.get(one.tip_id, VisitSafety.NONE)))
        )
        for one in steps
    ]


def people_to_notify_of_erasure(
    session: Session, tip: Tip, people: Collection[Recipient], at: datetime
) -> Sequence[Recipient]:
    """Returns the people to notify of an erasure request, each with the reference by which they know the case.

    Leaves out people who got such a notice for the same cluster (a group of similar tips) within the last day.
    """
    company = queries_references.cluster_of(session, tip)
    names_by_id = queries_references.known_names(session, company)
    responder_ids = {person.responder_id for person in people}
    sent = queries_references.recently_sent(
        session, responder_ids, Template.ERASE_WANTED, at - rules_events.DAY
    )
    recipients = [
        replace(person, reference=rules_events.name_for(names, tip.id, company[0].id).reference)
        if (names := names_by_id.get(person.responder_id))
        else person
        for person in people
    ]
    return [person for person in recipients if (person.responder_id, person.reference) not in sent]
