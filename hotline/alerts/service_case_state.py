"""Reads the state of an open case, which the escalation policy needs to decide. The module changes nothing.

It also finds the digits with which a responder may answer about a case, and writes a text with them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hotline.alerts import (
    queries,
    queries_references,
    rules_escalation_steps,
    tables,
    tables_case_events,
    tables_inbound,
)
from hotline.alerts.rules_assignment import Case
from hotline.alerts.rules_replies import OfferedCase, offered_texts
from hotline.core import rules_trial
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.gateway.tables import Assignment
from hotline.people import tables_members
from hotline.people.rules import Level
from hotline.people.rules_desks import of_responder
from hotline.people.tables import Responder
from hotline.text.codes import MET, NATIONAL
from hotline.text.places import alert_place
from hotline.tips import queries_visible, rules_persons, tables_persons
from hotline.tips import tables as tips_tables
from hotline.tips.queries_report import ReportedTip
from hotline.tips.rules import OUTCOMES, TipOutcome, TipState, Urgency
from hotline.tips.rules_deadlines import ASKS, DeadlineKind
from hotline.tips.rules_duplicates import strictest_visit
from hotline.tips.rules_visit_safety import VisitFacts, visit_facts
from hotline.tips.tables import Tip

RESPONDER = "responder:"
"""The prefix of a responder's id, in fields that can also contain a person's name."""


WITH_A_SERVICE = frozenset({rules_persons.FollowKind.ARRIVAL, rules_persons.FollowKind.THIRTY})
"""The kinds of reminders that follow after a service has accepted, or after the person has arrived."""
INBOX_PATIENCE = timedelta(minutes=5)
"""The longest time for which the gateway's inbox may stay unread. After that time, a responder's answer by SMS to a
case about danger does not count until it is proved."""


def is_inbox_unread(session: Session, context: Context, tip: Tip, at: datetime) -> bool:
    """Returns True if there is danger, and the gateway's inbox was not read for the time of `INBOX_PATIENCE`."""
    if tip.urgency != Urgency.DANGER or not context.line.inbox:
        return False
    read = tables_inbound.inbox_position(session)
    return read is None or at - read.read_at > INBOX_PATIENCE


def case_of(tip: Tip) -> Case:
    once = tip.state == TipState.FRAGMENT
    place = alert_place(tip.place, tip.within)
    return Case(place, tip.category, tip.urgency, tip.official, once, language=tip.language)


def routed_case(session: Session, tip: Tip) -> Case:
    """Returns the case of a tip, with the partner desks that are also alerted."""
    return replace(
        case_of(tip), partners=tips_tables.extra_desks(session, [tip.id]).get(tip.id, frozenset())
    )


def visit_facts_of(tip: Tip | ReportedTip) -> VisitFacts:
    return visit_facts(
        tip.matter, tip.urgency, tip.visit, bool(tip.do_not_visit), tip.visit_decision
    )


def assignee_visit_facts(session: Session, tip: Tip) -> VisitFacts:
    """Returns the facts about visits for the assignee, from the strictest open tip in the cluster."""
    others = (one for one in queries_references.cluster_of(session, tip) if one.id != tip.id)
    return strictest_visit(visit_facts_of(tip), map(visit_facts_of, others))


def case_state(session: Session, tip: Tip) -> rules_escalation_steps.CaseState:
    """Returns the state of an open case."""
    others = [one.id for one in queries_references.cluster_of(session, tip) if one.id != tip.id]
    related = queries.alerted_by_tip(session, others) if others else {}
    judging = None
    if tip.closure_by is not None:
        wanted = tip.closure_by
        judging = int(wanted.removeprefix(RESPONDER)) if wanted.startswith(RESPONDER) else 0
    return rules_escalation_steps.CaseState(
        case=routed_case(session, tip),
        step=queries.next_step(session, tip.id),
        alerted=queries.alerted_by_tip(session, [tip.id])[tip.id],
        assignee=tip.assignee_id,
        other_assignees=queries.other_takers(session, tip),
        last_due_at=tables.last_due(session, tip.id, DeadlineKind.ACKNOWLEDGE),
        renewed=tip.renewed_at is not None,
        closure_by=judging,
        is_safe=judging is not None and _is_safe(session, tip),
        desk_decides=desk_decides(session, tip),
        closure_read=tip.closure_read_at is not None,
        safety=visit_facts_of(tip).safety,
        clocks=tables.open_clocks(session, tip.id),
        is_met=tip.channel == MET,
        unread=queries_references.those_who_have_not_read(session, tip.id),
        company=tuple(one.responder_id for some in related.values() for one in some),
        linked_questions=tables.times_fired(session, others, DeadlineKind.VISIT_SAFETY),
    )


def reads_in_console(session: Session, context: Context, tip: Tip, responder_id: int) -> bool:
    """Returns True if this responder of the national desk may read the tip only in the console.

    Returns False if another desk of the responder may read it too. A drill contains no text of a caller.
    """
    if not context.line.national_in_console or tip.channel == rules_trial.DRILL:
        return False
    if session.get_one(Responder, responder_id).level != Level.NATIONAL:
        return False
    desks = tables_members.desks_of(session, of_responder(responder_id)) - {NATIONAL}
    return all(queries_visible.tip_with_grant(session, tip.id, one)[1] is None for one in desks)


def can_stand_down(session: Session, tip: Tip) -> bool:
    """Returns True if the people of an earlier place may be stood down.

    For this, the assignee must have been alerted for the present place.
    """
    state = case_state(session, tip)
    gone = rules_escalation_steps.alerted_elsewhere(state)
    return bool(gone) and state.assignee is not None and state.assignee not in gone


def desk_decides(session: Session, tip: Tip) -> bool:
    """Returns True if only the national desk may decide on the requested closure.

    The value does not show the result of a screening.
    """
    if tip.closure_by is None:
        return False
    wanted = TipOutcome(tip.outcome_asked or TipOutcome.SILENT)
    return rules_persons.is_for_national_desk(
        wanted, has_met=tables_case_events.has_met(session, tip.id)
    )


def _is_safe(session: Session, tip: Tip) -> bool:
    """Returns True if a service helps every person who was met, and the requested outcome says the same.

    Finds this out from reminders only, because the answers about persons are encrypted."""
    if tip.outcome_asked is None or not OUTCOMES[TipOutcome(tip.outcome_asked)].is_safe:
        return False
    met = {row.n for row in tables_persons.persons_of_tip(session, tip.id)}
    offers = tables_persons.offers_of(session, tip.id)
    with_service = {
        row.n for row in offers if row.thirty_at is not None or row.clock in WITH_A_SERVICE
    }
    return bool(met) and met <= with_service


def is_with_colleague(session: Session, tip: Tip, responder_id: int) -> bool:
    """Returns True if a colleague is the assignee, and no responder is asked to take the case.

    In this case, passing the case on would change nothing.
    """
    if tip.assignee_id is None or tip.assignee_id == responder_id:
        return False
    return DeadlineKind.ACKNOWLEDGE not in tables.open_clocks(session, tip.id)


def digits_text(context: Context, case: OfferedCase, language: str) -> str:
    """Returns the texts of all digits that are possible in this case, in one line."""
    return " ".join(context.phrases.say(language, one) for one in offered_texts(case))


def offered_case(session: Session, tip: Tip, responder: Responder) -> OfferedCase:
    """Returns what a responder may answer about an open case now."""
    own: Sequence[Assignment] = queries.assignments_to(session, tip.id, responder.id)
    is_national = queries_visible.decides(session, tip, responder.id)
    clocks = tables.open_clocks(session, tip.id)
    requested = tip.closure_by
    own_request = requested == f"{RESPONDER}{responder.id}"
    return OfferedCase(
        is_own=tip.assignee_id == responder.id,
        is_helped=tip.assignee_id not in (None, responder.id) and not clocks.keys() & {*ASKS},
        is_on_site=any(one.on_site_at is not None for one in own),
        has_service=any(one.handed_to_help_at is not None for one in own),
        is_passed=any(one.passed_at is not None for one in own),
        closure_requested=requested is not None and (own_request or is_national),
        decides=is_national and assignee_visit_facts(session, tip).is_marked,
        may_stand_down=is_national and bool(tip.place_step) and can_stand_down(session, tip),
    )
