"""Reads a responder's SMS, carries out the commands in the SMS, and answers with a short SMS.

Each verb (a kind of command, such as "take the case") has one function for SMS, dialling and the command line. A
repeated command changes nothing, and gets the same answer. A case about danger, a child or an official is closed only
after a second person has confirmed the closure. The second person must have opened the case after the closure was
requested.

The hotline reads an SMS before the transaction of the calling function begins, and carries out the commands inside it.
The hotline's answer never repeats text of the responder. A hint (an SMS that says which answers are possible) is about
the responder's newest open case about danger, or else their newest open case. The hint offers only commands that are
possible now.

The module also records that a responder's SMS is proved or doubted: the gateway's inbox lists it, or does not. If a
responder was removed or is on leave, the module gives their cases to others.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from hotline.alerts import (
    queries,
    queries_references,
    service_case,
    service_closing,
    service_correction,
    service_drills,
    service_escalation,
    service_messages,
    tables_drills,
)
from hotline.alerts import tables as alerts_tables
from hotline.alerts.rules_escalation import meant_drills
from hotline.alerts.rules_replies import (
    REPLIES,
    Command,
    CommandOutcome,
    CommandResult,
    OfferedCase,
    Verb,
)
from hotline.alerts.rules_reply_parsing import (
    AnswerReason,
    BareDrills,
    ReplyKind,
    ReplyReading,
    parse_reply,
)
from hotline.alerts.service_case import RESPONDER_PREFIX as RESPONDER
from hotline.alerts.service_case import assignee_visit_facts, is_inbox_unread
from hotline.core import rules_trial
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.flows import service_check
from hotline.gateway.rules import MessageIn, Wording, responders_short_code
from hotline.gateway.tables import Assignment
from hotline.people import tables, tables_accounts
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.text.time import kigali_time
from hotline.tips import queries as tips_queries
from hotline.tips import queries_visible
from hotline.tips.rules import DeadlineKind, Matter, TipOutcome, VisitDecision, VisitSafety
from hotline.tips.rules_events import CaseEventKind, Event, EventChannel, LoggedEvent, TakeProof
from hotline.tips.tables import Tip


@dataclass(frozen=True, slots=True)
class _ActContext:
    session: Session
    context: Context
    command: Command
    assignment: Assignment
    tip: Tip

    @property
    def closing(self) -> service_closing.Closing:
        command = self.command
        by = service_closing.by_responder(command.responder_id, command.channel)
        return service_closing.Closing(self.session, self.context, self.tip, by, command.at)

    def happened(self, kind: CaseEventKind) -> None:
        event, at = Event(kind, by=self.command.responder_id), self.command.at
        service_escalation.handle_event(self.session, self.context, self.tip.id, event, at)

    @property
    def holds(self) -> bool:
        return self.tip.assignee_id == self.command.responder_id

    @property
    def is_away(self) -> bool:
        """Returns True if the responder was alerted only for an earlier place of the tip."""
        newest = queries.newest_assignment(self.session, self.tip.id, self.command.responder_id)
        return newest is not None and newest.step < self.tip.place_step and not self.is_national

    @property
    def may_judge(self) -> bool:
        """Returns True if the responder belongs to the national desk, and another person requested closure."""
        requester, name = self.tip.closure_by, f"{RESPONDER}{self.command.responder_id}"
        if requester is None or tables_accounts.is_same_person(self.session, requester, name):
            return False
        return self.is_national

    @property
    def is_national(self) -> bool:
        """Returns True if the responder belongs to the national desk. For a complaint about the national desk, returns
        True for people of oversight desks."""
        return queries_visible.decides(self.session, self.tip, self.command.responder_id)

    def wait(self, result: CommandResult) -> CommandOutcome:
        """Returns the result of a command that waits until the gateway's inbox lists the SMS. No other SMS of the
        responder can prove this command."""
        return replace(self.done(result), queued=self.command.verb)

    def done(self, result: CommandResult) -> CommandOutcome:
        due_at = alerts_tables.last_due(self.session, self.tip.id, DeadlineKind.OUTCOME)
        facts = (
            assignee_visit_facts(self.session, self.tip) if self.tip.matter == Matter.TIP else None
        )
        return CommandOutcome(result, self.command.reference, self.assignment.id, due_at, facts)


def carry_out(session: Session, context: Context, command: Command) -> CommandOutcome:
    """Carries out a responder's command about a case."""
    assignment = queries.locked_assignment(session, command.responder_id, command.reference)
    if assignment is None:
        return CommandOutcome(CommandResult.UNKNOWN)
    tip = session.get_one(Tip, assignment.tip_id)
    if tip.channel == rules_trial.DRILL:
        return service_drills.record_answer(session, context, command, assignment, tip)
    if assignment.released_at is not None:
        # After two corrections of the place, the responder may know the case by another reference than the one in the
        # SMS.
        assignment = queries.newest_assignment(session, tip.id, command.responder_id) or assignment
    if tip.closed_at is not None or assignment.released_at is not None:
        return CommandOutcome(CommandResult.OVER, command.reference, assignment.id)
    # If the gateway has no inbox, no SMS can be proved, so every answer counts at once.
    believed = replace(command, proved=command.proved or not context.line.sms_inbox)
    act = _ActContext(session, context, believed, assignment, tip)
    if REPLIES[command.verb].national and not act.is_national:
        return CommandOutcome(CommandResult.UNKNOWN)
    return VERBS[command.verb](act)


def _take(act: _ActContext) -> CommandOutcome:
    session, command, tip = act.session, act.command, act.tip
    if act.may_judge:
        return _refuse_the_end(act)
    unread = not command.proved and is_inbox_unread(session, act.context, tip, command.at)
    counts = alerts_tables.acknowledge(
        session, tip.id, command.responder_id, command.at, proved=command.proved, provisional=unread
    )
    service_case.write_taken_by(session, tip.id, command, counts=counts)
    if not counts:
        return act.done(CommandResult.NOTED if unread else CommandResult.TAKEN)
    queries.record_passed(session, tip.id, command.responder_id, None)
    act.happened(CaseEventKind.ACKNOWLEDGED)
    if act.is_away:
        return act.done(CommandResult.MOVED)
    followers = _acknowledge_followers(act) if act.holds else ()
    result = CommandResult.TAKEN if act.holds else CommandResult.ALREADY_TAKEN
    return replace(act.done(result), followers=followers)


def _refuse_the_end(act: _ActContext) -> CommandOutcome:
    """Refuses a closure that another person requested, and makes this responder the assignee. An SMS with this command
    counts only after the gateway's inbox lists the SMS.

    So no one can become the assignee by a forged SMS.
    """
    command = act.command
    if not command.proved:
        return act.wait(CommandResult.GOES_ON_WAITS)
    act.closing.decide(agrees=False)
    return act.done(CommandResult.TAKEN)


def _acknowledge_followers(act: _ActContext) -> tuple[int, ...]:
    """Acknowledges similar tips of the same cluster if the responder got no separate alert for them.

    Each of these tips remains a case of its own. Returns the responder's assignments of these tips, so that a later
    proof or doubt also applies to them.
    """
    session, command = act.session, act.command
    assignment_ids = []
    for tip_id in tips_queries.open_followers(session, act.tip.id):
        assignment = queries.newest_assignment(session, tip_id, command.responder_id)
        if assignment is None:
            continue
        assignment_ids.append(assignment.id)
        if alerts_tables.acknowledge(
            session, tip_id, command.responder_id, command.at, proved=command.proved
        ):
            service_case.write_taken_by(session, tip_id, command, counts=True)
            event = Event(CaseEventKind.ACKNOWLEDGED, by=command.responder_id)
            service_escalation.handle_event(session, act.context, tip_id, event, command.at)
    return tuple(assignment_ids)


def _on_site(act: _ActContext) -> CommandOutcome:
    """Records that the responder is on site, and acknowledges the case if the responder has not done so."""
    own = alerts_tables.is_believed(act.session, act.tip.id, act.command.responder_id)
    if act.tip.assignee_id is None or not own:
        result = _take(act)
        if result.result is CommandResult.NOTED:
            return result
    if act.assignment.on_site_at is None:
        act.assignment.on_site_at = act.command.at
        _further(act, LoggedEvent.ON_SITE, CaseEventKind.ON_SITE)
    return act.done(CommandResult.ON_SITE)


def _help_arranged(act: _ActContext) -> CommandOutcome:
    if not act.holds:
        return act.done(CommandResult.NOT_TAKEN_YET)
    if act.assignment.handed_to_help_at is None:
        act.assignment.handed_to_help_at = act.command.at
        _further(act, LoggedEvent.OFFERED, CaseEventKind.REFERRED)
    return act.done(CommandResult.REFERRED)


def _further(act: _ActContext, logged: LoggedEvent, kind: CaseEventKind) -> None:
    service_case.write_report(act.session, act.assignment, act.command, logged)
    act.session.flush()
    act.happened(kind)
    if act.holds:
        act.tip.renewed_at = act.tip.renewed_at or act.command.at
    act.session.flush()


def _close(act: _ActContext) -> CommandOutcome:
    """Closes the case, or requests its closure. An SMS counts only after the gateway's inbox lists the SMS, so that a
    forged SMS closes no case.

    An SMS never confirms a colleague's closure request. To confirm a request, a responder must first open the case.
    """
    closing, outcome = act.closing, REPLIES[act.command.verb].outcome or TipOutcome.SILENT
    if act.may_judge or (act.holds and closing.must_read_first()):
        return act.done(CommandResult.OPEN_FIRST)
    if not act.holds:
        return act.done(CommandResult.NOT_TAKEN_YET)
    if closing.has_other_request(outcome):
        return act.done(CommandResult.ANOTHER_WAITS)
    if not act.command.proved:
        judged = service_closing.needs_second(act.session, act.tip)
        return act.wait(CommandResult.CLOSURE_REQUESTED if judged else CommandResult.CLOSED)
    return act.done(closing.close(outcome).ending)


def _pass_on(act: _ActContext) -> CommandOutcome:
    """Records that the responder passes the case on, and alerts the next people at once. The assignee stays the same
    until another responder takes the case.

    Alerts no one if a colleague is the assignee.
    """
    command, tip = act.command, act.tip
    is_theirs = tip.assignee_id not in (None, command.responder_id)
    stays = is_theirs and DeadlineKind.ACKNOWLEDGE not in alerts_tables.open_clocks(
        act.session, tip.id
    )
    may_record = not stays or alerts_tables.is_answered(act.session, tip.id, command.responder_id)
    if may_record and (act.assignment.passed_at is None or command.chosen):
        queries.record_passed(act.session, tip.id, command.responder_id, command.at)
        service_case.write_passed(act.session, tip.id, command)
        event = Event(CaseEventKind.PASSED, by=command.responder_id, chosen=command.chosen)
        service_escalation.handle_event(act.session, act.context, tip.id, event, command.at)
    return act.done(CommandResult.THEIRS if stays else CommandResult.PASSED)


def _decide_visit(act: _ActContext) -> CommandOutcome:
    """Records the national desk's decision about how responders may visit. An SMS that allows open visits counts only
    after the gateway's inbox lists the SMS, because a forged SMS could endanger a person."""
    decision = REPLIES[act.command.verb].decision or VisitDecision.UNSEEN
    if decision is VisitDecision.OPENLY and not act.command.proved:
        return act.wait(CommandResult.HOW_WAITS)
    actor = service_closing.by_responder(act.command.responder_id)
    service_correction.record_visit_decision(
        act.session, act.context, act.tip, decision, actor, act.command.at
    )
    return act.done(CommandResult.VISIT_DECIDED)


def _stand_down(act: _ActContext) -> CommandOutcome:
    """Stands down the people who were alerted for an earlier place. An SMS counts only after the gateway's inbox lists
    the SMS."""
    session, command, tip = act.session, act.command, act.tip
    if not service_case.can_stand_down(session, tip):
        return act.done(CommandResult.LET_TOO_EARLY)
    if not command.proved:
        return act.wait(CommandResult.HOW_WAITS)
    actor = service_closing.by_responder(command.responder_id)
    service_correction.stand_down(session, act.context, tip, actor, command.at)
    return act.done(CommandResult.STOOD_DOWN)


VERBS: Mapping[Verb, Callable[[_ActContext], CommandOutcome]] = {
    Verb.TAKE: _take,
    Verb.ON_SITE: _on_site,
    Verb.REFERRED: _help_arranged,
    Verb.PASS_ON: _pass_on,
    Verb.LET_GO: _stand_down,
    **{verb: _close for verb, reply in REPLIES.items() if reply.outcome is not None},
    **{verb: _decide_visit for verb, reply in REPLIES.items() if reply.decision is not None},
}
"""The function that carries out each verb."""


def prove_answer(
    session: Session, context: Context, assignment_id: int, at: datetime, verb: Verb | None = None
) -> None:
    """Records that a responder's SMS is proved, because the gateway's inbox lists the SMS. `verb` is a command in
    this SMS that waited for the proof.

    If the responder is on leave or was removed, only records the proof, because other responders already have the
    cases. If the SMS contains only a decision of the national desk, it does not prove an earlier acknowledgement. A
    stranger may have sent that acknowledgement in the responder's name.
    """
    assignment = session.get_one(Assignment, assignment_id)
    tip = queries.tip_for_writing(session, assignment.tip_id)
    sender = assignment.responder_id
    is_decision = verb is not None and REPLIES[verb].national
    was_believed = is_decision or alerts_tables.is_believed(session, tip.id, sender)
    if not is_decision:
        alerts_tables.believe(session, tip.id, sender, at)
    # The answer may name a later alert of the same case, so any reference of the case proves the acknowledgement.
    taken_at = alerts_tables.taken_at(session, tip.id, sender)
    if not was_believed and taken_at is not None:
        service_case.write_taken(session, tip.id, sender, at, EventChannel.SMS, TakeProof.PROVED)
    if not tables.is_active(session, sender, at):
        return
    # An acknowledgement from before the case became more urgent does not count, so the responder must acknowledge the
    # case again.
    if not was_believed and taken_at and tip.assigned_at and taken_at >= tip.assigned_at:
        service_escalation.handle_event(
            session, context, tip.id, Event(CaseEventKind.ACKNOWLEDGED, by=sender), at
        )
    if verb is not None:
        command = Command(sender, assignment.reference, verb, EventChannel.SMS, at)
        carry_out(session, context, command)


def doubt_answer(session: Session, context: Context, assignment_id: int, at: datetime) -> None:
    """Records that a responder's SMS is doubted, because the gateway's inbox does not list the SMS. If no colleague has
    taken the case, escalation continues."""
    assignment = session.get_one(Assignment, assignment_id)
    tip, sender = queries.tip_for_writing(session, assignment.tip_id), assignment.responder_id
    if alerts_tables.doubt(session, assignment, at):
        if not alerts_tables.is_believed(session, tip.id, sender):
            service_case.write_taken(
                session, tip.id, sender, at, EventChannel.CLOCK, TakeProof.DOUBTED
            )
        event = Event(CaseEventKind.DOUBTED, by=sender)
        service_escalation.handle_event(session, context, tip.id, event, at)


def hand_on_cases(session: Session, context: Context, responder_id: int, at: datetime) -> None:
    """Gives the open cases of a responder who was removed or is on leave to other responders.

    The next escalation step of each case begins at once.
    """
    for tip_id in queries.open_tips_of(session, responder_id):
        event = Event(CaseEventKind.REMOVED, by=responder_id)
        service_escalation.handle_event(session, context, tip_id, event, at)


def _no_more(context: Context, responder: Responder) -> Wording:
    """Returns the text that tells a responder that they get no more answers to SMS in this hour."""
    code = {"code": responders_short_code(context.line.service_code)}
    return Wording(Template.NO_MORE_ANSWERS, code, responder.language)


NAMED_FOR = timedelta(days=30)
"""The time after an alert within which the responder may answer about the case of this alert."""
RECENT_ALERTS = timedelta(hours=12)
WHY = {
    ReplyKind.ACT: AnswerReason.ACT,
    ReplyKind.HELP: AnswerReason.HELP,
    ReplyKind.WRONG: AnswerReason.WRONG,
}
"""The reason for the hotline's answer to each kind of SMS. For every other kind of SMS, the answer is a hint (an SMS
that says which answers are possible)."""
MAX_REFERENCES = 6
"""The largest number of references in one answer, so that the answer fits into one part of an SMS."""

ANSWERS = {
    CommandResult.TAKEN: Template.TAKEN,
    CommandResult.ALREADY_TAKEN: Template.HELPS_TOO,
    CommandResult.NOTED: Template.NOTED,
    CommandResult.ON_SITE: Template.ON_SITE_NOTED,
    CommandResult.REFERRED: Template.REFERRED_NOTED,
    CommandResult.CLOSED: Template.CLOSED_NOTED,
    CommandResult.CLOSURE_REQUESTED: Template.JUDGE_NOTED,
    CommandResult.ANOTHER_WAITS: Template.ANOTHER_WAITS,
    CommandResult.GOES_ON_WAITS: Template.GOES_ON_WAITS,
    CommandResult.OPEN_FIRST: Template.OPEN_FIRST,
    CommandResult.PASSED: Template.PASSED_NOTED,
    CommandResult.THEIRS: Template.PASSED_THEIRS,
    CommandResult.NOT_TAKEN_YET: Template.TAKE_FIRST,
    CommandResult.OVER: Template.CASE_OVER,
    CommandResult.MOVED: Template.PLACE_CHANGED,
    CommandResult.STOOD_DOWN: Template.LET_NOTED,
    CommandResult.LET_TOO_EARLY: Template.LET_TOO_EARLY,
    CommandResult.VISIT_DECIDED: Template.HOW_NOTED,
    CommandResult.HOW_WAITS: Template.HOW_WAITS,
    CommandResult.DRILL: Template.EXERCISE,
}
"""The template of the SMS with which the hotline answers each result of a command. `UNKNOWN` is missing here, because
this result gets the same answer as a wrong reference."""
BY = {
    Template.TAKEN: Template.TAKEN_UNTIL,
    Template.ON_SITE_NOTED: Template.ON_SITE_UNTIL,
    Template.REFERRED_NOTED: Template.REFERRED_UNTIL,
}
"""Maps some templates of `ANSWERS` to templates that also name the time by which the assignee must report the
outcome."""


_Answers = list[tuple[Wording, int | None]]
"""The texts of some answers. Each text comes with the id of the assignment that the text is about."""


class ReplyResult(NamedTuple):
    """The result of carrying out the commands in a responder's SMS."""

    meant: ReplyKind
    done: tuple[CommandOutcome, ...] = ()


class ReadReply(NamedTuple):
    """A responder's SMS after it was read, with the cases that the responder knew at that time."""

    responder_id: int
    cases: queries_references.KnownCases
    reading: ReplyReading
    dangers: tuple[str, ...] = ()
    """The references of the responder's open cases about danger, the newest first."""


def read_reply(session: Session, responder: Responder, text: str, at: datetime) -> ReadReply:
    """Returns the meaning of a responder's SMS, and the cases that the responder knows. The function may be slow,
    because a responder of the national desk may know thousands of cases.

    So the function runs before the transaction: with SQLite, all other writers would have to wait.
    """
    known_cases = queries_references.known_cases(session, responder.id, at - NAMED_FOR)
    alerts = queries_references.recent_alerts(session, responder.id, at - RECENT_ALERTS)
    recent_drills = tables_drills.recent_drills(session, responder.id, at - RECENT_ALERTS)
    drill_references = {drill.reference for drill in recent_drills}
    real_cases = tuple(one for one in known_cases.open if one not in drill_references)
    open_told = [alert for alert in alerts if alert.reference in real_cases]
    unanswered = next((alert.reference for alert in open_told if not alert.is_taken), None)

    drills = meant_drills(recent_drills, open_told[0].alerted_at if open_told else None, at)

    ended = tuple(one for one in known_cases.open if one in drill_references and one not in drills)
    running = tuple(reference for reference in known_cases.open if reference in drills)
    cases = queries_references.KnownCases((*real_cases, *running), (*known_cases.also, *ended))
    newly = len(alerts) == 1 and real_cases == (alerts[0].reference,)
    is_national = responder.level == Level.NATIONAL
    bare = BareDrills(drills, unanswered)
    reading = parse_reply(text, cases.open, newly, cases.also, national=is_national, drills=bare)
    urgent = queries_references.dangerous_references(session, cases.open)
    dangers = tuple(reference for reference in cases.open if reference in urgent)
    return ReadReply(responder.id, cases, reading, dangers)


def handle_reply(
    session: Session,
    context: Context,
    responder: Responder,
    message: MessageIn,
    reply: ReadReply,
    at: datetime,
    *,
    proved: bool,
) -> ReplyResult:
    """Carries out the commands in a responder's SMS, and writes the answer."""
    reading = reply.reading
    outcomes = tuple(
        carry_out(
            session,
            context,
            Command(responder.id, action.reference, action.verb, EventChannel.SMS, at, proved),
        )
        for action in reading.actions
    )

    def answer(text: str, reason: AnswerReason, answers: Callable[[], _Answers]) -> None:
        # The digest of the text shows if the responder repeats an SMS.
        digest = context.pseudonyms.sms(message.sender, context.line.shortcode, text, "")
        counted_as = service_messages.may_answer(
            session, responder, reason, digest, at, in_danger=bool(reply.dangers)
        )
        if counted_as is None:
            return
        is_last = counted_as is AnswerReason.LAST
        for wording, assignment_id in (
            [(_no_more(context, responder), None)] if is_last else answers()
        ):
            service_messages.write_confirmation(session, wording, responder.id, at, assignment_id)

    commands = "\n".join(f"{action.verb.value} {action.reference}" for action in reading.actions)
    answer(
        commands or " ".join(message.text.split()).casefold(),
        WHY.get(reading.meant, AnswerReason.HINT),
        lambda: _wordings(session, context, responder, reply, outcomes),
    )
    if outcomes and reading.reference is not None:
        # The command counted for a drill, but the responder may have meant a real case, so a hint about this case
        # follows.
        answer(
            f"? {reading.reference}",
            AnswerReason.HINT,
            lambda: [(_hint(session, context, responder, reply), None)],
        )
    return ReplyResult(reading.meant, outcomes)


def _wordings(
    session: Session,
    context: Context,
    responder: Responder,
    reply: ReadReply,
    outcomes: Sequence[CommandOutcome],
) -> _Answers:
    """Returns one text for each result of the commands, with the references of the cases that have this result. If no
    command was carried out, returns a hint (an SMS that says which answers are possible)."""
    known_outcomes = [one for one in outcomes if one.result is not CommandResult.UNKNOWN]
    if not known_outcomes:
        return [(_hint(session, context, responder, reply), None)]
    groups: dict[tuple[CommandResult, Template], list[CommandOutcome]] = defaultdict(list)
    number = service_check.national_number(context)
    for outcome in known_outcomes:
        groups[outcome.result, _template(outcome, responder, number)].append(outcome)
    return [
        (
            _confirmation(context, responder, template, page, number),
            page[0].assignment_id if len(page) == 1 else None,
        )
        for (_, template), group in groups.items()
        for page in (
            group[first : first + MAX_REFERENCES] for first in range(0, len(group), MAX_REFERENCES)
        )
    ]


def _template(outcome: CommandOutcome, responder: Responder, number: str | None) -> Template:
    """Returns the template that answers a command.

    If the responder must not visit openly and has not read the case, the template says how to visit.
    """
    template = ANSWERS[outcome.result]
    if template is Template.PLACE_CHANGED and number is None:
        return Template.PLACE_CHANGED_ALONE
    warned = template in (Template.TAKEN, Template.HELPS_TOO)
    if not warned or outcome.visit_facts is None or not outcome.visit_facts.must_be_discreet:
        return template
    stays_away = outcome.visit_facts.safety is VisitSafety.DO_NOT_VISIT
    if template is Template.HELPS_TOO:
        return Template.HELPS_TOO_STAY_AWAY if stays_away else Template.HELPS_TOO_UNREAD
    if stays_away:
        return Template.TAKEN_STAY_AWAY
    if responder.level == Level.NATIONAL:
        return Template.TAKEN_UNREAD_DESK
    return Template.TAKEN_UNREAD if number else Template.TAKEN_UNREAD_ALONE


def _confirmation(
    context: Context,
    responder: Responder,
    template: Template,
    outcomes: Sequence[CommandOutcome],
    number: str | None,
) -> Wording:
    parameters = {"ref": " ".join(outcome.reference for outcome in outcomes)}
    if template in (Template.TAKEN_UNREAD, Template.PLACE_CHANGED) and number:
        parameters["number"] = number
    if template is Template.OPEN_FIRST:
        parameters["code"] = responders_short_code(context.line.service_code)
        if context.line.national_in_console:
            template = Template.OPEN_IN_CONSOLE
    due_at = min((outcome.due for outcome in outcomes if outcome.due is not None), default=None)
    if due_at is not None and template in BY:
        template = BY[template]
        parameters["time"] = kigali_time(due_at)
        if template is Template.TAKEN_UNTIL:
            offered = OfferedCase(is_own=True)
            parameters["own"] = service_case.digits_text(context, offered, responder.language)
    return Wording(template, parameters, responder.language)


def _hint(session: Session, context: Context, responder: Responder, reply: ReadReply) -> Wording:
    """Returns a hint (an SMS that says which answers are possible) about the case that the responder's SMS names.

    If the SMS names no case, the hint is about the responder's newest open case about danger, or else their newest open
    case.
    """
    reference = reply.reading.reference or next(iter((*reply.dangers, *reply.cases.open)), None)
    assignment = queries.locked_assignment(session, responder.id, reference) if reference else None
    code = responders_short_code(context.line.service_code)
    if reference is None or assignment is None:
        return Wording(Template.NOTHING_OPEN, {"code": code}, responder.language)
    tip = session.get_one(Tip, assignment.tip_id)
    if tip.closed_at is not None or assignment.released_at is not None:
        is_drill = tip.channel == rules_trial.DRILL
        template = Template.EXERCISE if is_drill else Template.CASE_OVER
        return Wording(template, {"ref": reference}, responder.language)
    case = service_case.offered_case(session, tip, responder)
    if case.closure_requested and queries_visible.decides(session, tip, responder.id):
        return Wording(Template.ASK_BACK_DIAL, {"ref": reference, "code": code}, responder.language)
    digits = service_case.digits_text(context, case, responder.language)
    return Wording(Template.ASK_BACK, {"ref": reference, "digits": digits}, responder.language)
