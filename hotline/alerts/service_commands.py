"""Carries out the commands of responders about a case. Each verb has a function, which SMS, dialling and the command
line share.

Everything runs inside the transaction of the calling function. A repeated command changes nothing, and gets the same
answer. A case about danger, about a child or about an official is closed only after a second person has confirmed. This
person must have opened the case after the request.

The module also records that an answer by SMS was proved or doubted. If a responder was removed or is on leave, it gives
their cases to others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hotline.alerts import (
    queries,
    service_case_events,
    service_case_state,
    service_closing,
    service_correction,
    service_drills,
    service_escalation,
)
from hotline.alerts import tables as alerts_tables
from hotline.alerts.rules_replies import REPLIES, Command, CommandOutcome, CommandResult, Verb
from hotline.alerts.service_case_state import RESPONDER, assignee_visit_facts, is_inbox_unread
from hotline.core import rules_trial
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.gateway.tables import Assignment
from hotline.people import tables, tables_accounts
from hotline.tips import queries_duplicates, queries_visible
from hotline.tips.rules import Matter, TipOutcome
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_events import CaseEventKind, Event, EventChannel, LoggedEvent, TakeProof
from hotline.tips.rules_visit_safety import VisitDecision
from hotline.tips.tables import Tip


@dataclass(frozen=True, slots=True)
class _ActContext:
    session: Session
    context: Context
    command: Command
    assignment: Assignment
    tip: Tip

    def happened(self, kind: CaseEventKind) -> None:
        event, at = Event(kind, by=self.command.responder_id), self.command.at
        service_escalation.handle_event(self.session, self.context, self.tip.id, event, at)

    @property
    def holds(self) -> bool:
        return self.tip.assignee_id == self.command.responder_id

    @property
    def is_away(self) -> bool:
        """Returns True if the responder was alerted only for an earlier place, which was corrected later."""
        newest = queries.newest_assignment(self.session, self.tip.id, self.command.responder_id)
        return newest is not None and newest.step < self.tip.place_step and not self.is_national

    @property
    def may_judge(self) -> bool:
        """Returns True if another person requested closure, and this responder belongs to the national desk."""
        wanted, own = self.tip.closure_by, f"{RESPONDER}{self.command.responder_id}"
        if wanted is None or tables_accounts.is_same_person(self.session, wanted, own):
            return False
        return self.is_national

    @property
    def is_national(self) -> bool:
        """Returns True for the national desk, and for an oversight desk in a complaint about the national desk."""
        return queries_visible.decides(self.session, self.tip, self.command.responder_id)

    def wait(self, result: CommandResult) -> CommandOutcome:
        """Returns a result that counts after the inbox lists this SMS. Another SMS of the responder does not prove
        it.
        """
        return replace(self.done(result), queued=self.command.verb)

    def done(self, result: CommandResult) -> CommandOutcome:
        due = alerts_tables.last_due(self.session, self.tip.id, DeadlineKind.OUTCOME)
        notified = (
            assignee_visit_facts(self.session, self.tip) if self.tip.matter == Matter.TIP else None
        )
        return CommandOutcome(result, self.command.reference, self.assignment.id, due, notified)


def carry_out(session: Session, context: Context, one: Command) -> CommandOutcome:
    """Carries out a responder's command about a case of which they were alerted."""
    referral = queries.locked_assignment(session, one.responder_id, one.reference)
    if referral is None:
        return CommandOutcome(CommandResult.UNKNOWN)
    tip = session.get_one(Tip, referral.tip_id)
    if tip.channel == rules_trial.DRILL:
        return service_drills.record_answer(session, context, one, referral, tip)
    if referral.released_at is not None:
        # After two corrections of the place, the responder may know the case by another reference.
        referral = queries.newest_assignment(session, tip.id, one.responder_id) or referral
    if tip.closed_at is not None or referral.released_at is not None:
        return CommandOutcome(CommandResult.OVER, one.reference, referral.id)
    # If the gateway has no inbox, no answer can be proved. So every answer counts at once.
    believed = replace(one, proved=one.proved or not context.line.inbox)
    command = _ActContext(session, context, believed, referral, tip)
    if REPLIES[one.verb].national and not command.is_national:
        return CommandOutcome(CommandResult.UNKNOWN)
    return VERBS[one.verb](command)


def _take(command: _ActContext) -> CommandOutcome:
    session, one, tip = command.session, command.command, command.tip
    if command.may_judge:
        return _refuse_the_end(command)
    provisional = not one.proved and is_inbox_unread(session, command.context, tip, one.at)
    counts = alerts_tables.acknowledge(
        session, tip.id, one.responder_id, one.at, proved=one.proved, provisional=provisional
    )
    service_case_events.write_taken_by(session, tip.id, one, counts=counts)
    if not counts:
        return command.done(CommandResult.NOTED if provisional else CommandResult.TAKEN)
    queries.record_passed(session, tip.id, one.responder_id, None)
    command.happened(CaseEventKind.ACKNOWLEDGED)
    if command.is_away:
        return command.done(CommandResult.MOVED)
    followers = _take_what_followed(command) if command.holds else ()
    result = CommandResult.TAKEN if command.holds else CommandResult.ALREADY_TAKEN
    return replace(command.done(result), followers=followers)


def _refuse_the_end(command: _ActContext) -> CommandOutcome:
    """Refuses the requested closure, and makes this responder the assignee. An SMS counts only after it is proved.

    So no one can take a case with a forged SMS.
    """
    one = command.command
    if not one.proved:
        return command.wait(CommandResult.GOES_ON_WAITS)
    who = service_closing.by_responder(one.responder_id, one.channel)
    service_closing.confirm_closure(
        command.session, command.context, command.tip, who, False, one.at
    )
    return command.done(CommandResult.TAKEN)


def _take_what_followed(command: _ActContext) -> tuple[int, ...]:
    """Acknowledges other tips of the cluster for which the responder got no alert of their own.

    Each of these tips is still a separate case. Returns the responder's assignments of these tips, so that a later
    proof or doubt applies to all of them.
    """
    session, one = command.session, command.command
    own = []
    for tip_id in queries_duplicates.open_followers(session, command.tip.id):
        known_as = queries.newest_assignment(session, tip_id, one.responder_id)
        if known_as is None:
            continue
        own.append(known_as.id)
        if alerts_tables.acknowledge(session, tip_id, one.responder_id, one.at, proved=one.proved):
            service_case_events.write_taken_by(session, tip_id, one, counts=True)
            event = Event(CaseEventKind.ACKNOWLEDGED, by=one.responder_id)
            service_escalation.handle_event(session, command.context, tip_id, event, one.at)
    return tuple(own)


def _on_site(command: _ActContext) -> CommandOutcome:
    """Records that the responder is on site.

    If the responder has not acknowledged the case, also acknowledges it.
    """
    own = alerts_tables.is_believed(command.session, command.tip.id, command.command.responder_id)
    if command.tip.assignee_id is None or not own:
        result = _take(command)
        if result.result is CommandResult.NOTED:
            return result
    if command.assignment.on_site_at is None:
        command.assignment.on_site_at = command.command.at
        _further(command, LoggedEvent.ON_SITE, CaseEventKind.ON_SITE)
    return command.done(CommandResult.ON_SITE)


def _help_arranged(command: _ActContext) -> CommandOutcome:
    if not command.holds:
        return command.done(CommandResult.NOT_TAKEN_YET)
    if command.assignment.handed_to_help_at is None:
        command.assignment.handed_to_help_at = command.command.at
        _further(command, LoggedEvent.OFFERED, CaseEventKind.REFERRED)
    return command.done(CommandResult.REFERRED)


def _further(command: _ActContext, logged: LoggedEvent, kind: CaseEventKind) -> None:
    service_case_events.write_report(command.session, command.assignment, command.command, logged)
    command.session.flush()
    command.happened(kind)
    if command.holds:
        command.tip.renewed_at = command.tip.renewed_at or command.command.at
    command.session.flush()


def _close(command: _ActContext) -> CommandOutcome:
    """Closes the case, or requests its closure. An SMS counts only after it is proved, so a forged SMS closes no case.

    An SMS never confirms the closure that a colleague requested. To confirm it, a responder must first open the case.
    """
    session, context, one, tip = command.session, command.context, command.command, command.tip
    who = service_closing.by_responder(one.responder_id, one.channel)
    wanted = REPLIES[one.verb].outcome or TipOutcome.SILENT
    if command.may_judge or (
        command.holds and service_closing.must_read_first(session, context, tip, who)
    ):
        return command.done(CommandResult.OPEN_FIRST)
    if not command.holds:
        return command.done(CommandResult.NOT_TAKEN_YET)
    if service_closing.has_other_request(session, tip, who, wanted):
        return command.done(CommandResult.ANOTHER_WAITS)
    if not one.proved:
        judged = service_closing.needs_second(session, tip)
        return command.wait(CommandResult.CLOSURE_REQUESTED if judged else CommandResult.CLOSED)
    return command.done(service_closing.close(session, context, tip, wanted, who, one.at).ending)


def _pass_on(command: _ActContext) -> CommandOutcome:
    """Passes the case on at once. The assignee stays the same until another responder takes the case.

    If a colleague is the assignee, alerts no one.
    """
    one, tip = command.command, command.tip
    stays = service_case_state.is_with_colleague(command.session, tip, one.responder_id)
    said = not stays or alerts_tables.is_answered(command.session, tip.id, one.responder_id)
    if said and (command.assignment.passed_at is None or one.chosen):
        queries.record_passed(command.session, tip.id, one.responder_id, one.at)
        service_case_events.write_passed(command.session, tip.id, one)
        event = Event(CaseEventKind.PASSED, by=one.responder_id, chosen=one.chosen)
        service_escalation.handle_event(command.session, command.context, tip.id, event, one.at)
    return command.done(CommandResult.THEIRS if stays else CommandResult.PASSED)


def _say_how(command: _ActContext) -> CommandOutcome:
    """Records the national desk's decision about visits. An SMS that allows open visits counts only after it is proved.

    If such an SMS were forged, it could put a person in danger.
    """
    decision = REPLIES[command.command.verb].decision or VisitDecision.UNSEEN
    if decision is VisitDecision.OPENLY and not command.command.proved:
        return command.wait(CommandResult.HOW_WAITS)
    who = service_closing.by_responder(command.command.responder_id)
    service_correction.record_visit_decision(
        command.session, command.context, command.tip, decision, who, command.command.at
    )
    return command.done(CommandResult.VISIT_DECIDED)


def _stand_down(command: _ActContext) -> CommandOutcome:
    """Stands down the people of the first place. An SMS of the national desk counts only after it is proved."""
    session, one, tip = command.session, command.command, command.tip
    if not service_case_state.can_stand_down(session, tip):
        return command.done(CommandResult.LET_TOO_EARLY)
    if not one.proved:
        return command.done(CommandResult.HOW_WAITS)
    who = service_closing.by_responder(one.responder_id)
    service_correction.stand_down(session, command.context, tip, who, one.at)
    return command.done(CommandResult.STOOD_DOWN)


VERBS: Mapping[Verb, Callable[[_ActContext], CommandOutcome]] = {
    Verb.TAKE: _take,
    Verb.ON_SITE: _on_site,
    Verb.REFERRED: _help_arranged,
    Verb.PASS_ON: _pass_on,
    Verb.LET_GO: _stand_down,
    **{verb: _close for verb, reply in REPLIES.items() if reply.outcome is not None},
    **{verb: _say_how for verb, reply in REPLIES.items() if reply.decision is not None},
}
"""The function that carries out each verb."""


def prove_answer(
    session: Session, context: Context, assignment_id: int, at: datetime, queued: Verb | None = None
) -> None:
    """Records that an answer by SMS is proved, because the inbox lists the SMS. `queued` is the command in this SMS
    that has waited for the proof.

    If the responder is no longer active, only records the proof, because others got the cases. If the SMS contains only
    a decision of the national desk, this does not prove an acknowledgement. A stranger may have sent the earlier
    acknowledgement in the name of this responder.
    """
    referral = session.get_one(Assignment, assignment_id)
    tip = queries.tip_for_writing(session, referral.tip_id)
    who = referral.responder_id
    decides = queued is not None and REPLIES[queued].national
    before = decides or alerts_tables.is_believed(session, tip.id, who)
    if not decides:
        alerts_tables.believe(session, tip.id, who, at)
    # The answer may name a later alert, so an answer with any reference of the case proves the acknowledgement.
    took = alerts_tables.taken_at(session, tip.id, who)
    if not before and took is not None:
        service_case_events.write_taken(
            session, tip.id, who, at, EventChannel.SMS, TakeProof.PROVED
        )
    if not tables.is_active(session, who, at):
        return
    # An acknowledgement does not count if the case became urgent later. The responder must give it again.
    if not before and took and tip.assigned_at and took >= tip.assigned_at:
        service_escalation.handle_event(
            session, context, tip.id, Event(CaseEventKind.ACKNOWLEDGED, by=who), at
        )
    if queued is not None:
        carry_out(session, context, Command(who, referral.reference, queued, EventChannel.SMS, at))


def doubt_answer(session: Session, context: Context, assignment_id: int, at: datetime) -> None:
    """Records that an answer by SMS is doubted, because the inbox does not list it. If no colleague has taken the case,
    escalation continues.
    """
    referral = session.get_one(Assignment, assignment_id)
    tip = queries.tip_for_writing(session, referral.tip_id)
    if alerts_tables.doubt(session, referral, at):
        if not alerts_tables.is_believed(session, tip.id, referral.responder_id):
            who = referral.responder_id
            service_case_events.write_taken(
                session, tip.id, who, at, EventChannel.CLOCK, TakeProof.DOUBTED
            )
        event = Event(CaseEventKind.DOUBTED, by=referral.responder_id)
        service_escalation.handle_event(session, context, tip.id, event, at)


def hand_on_cases(session: Session, context: Context, responder_id: int, at: datetime) -> None:
    """Gives the open cases of a responder who was removed or is on leave to others.

    The next step of each case begins at once.
    """
    for tip_id in queries.open_tips_of(session, responder_id):
        event = Event(CaseEventKind.REMOVED, by=responder_id)
        service_escalation.handle_event(session, context, tip_id, event, at)
