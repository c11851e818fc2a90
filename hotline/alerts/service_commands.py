"""Reads a responder's SMS, carries out the commands in the SMS, and answers with a short SMS.

Each verb (a kind of command, such as "take the case") has one function for SMS, dialling and the command line. A
repeated command changes nothing, and gets the same answer. A case about danger, a child or an official is closed only
after a second person has confirmed the closure. The second person must have opened the case after the closure was
requested.

The hotline reads an SMS before the transaction of the calling function begins, and carries out the commands inside it.
The hotline's answer never repeats text of the responder. A hint (an SMS that says which answers are possible) is about
the responder's newest open case about danger, or else their newest open case. The hint offers only commands that are
possible now.

The module also records that a responder's SMS is proved or doubted: the gateway's inbox lists it, or does not. The
module gives the cases of a responder who was removed or is on leave to others.
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
        wanted, own = self.tip.closure_by, f"{RESPONDER}{self.command.responder_id}"
        if wanted is None or tables_accounts.is_same_person(self.session, wanted, own):
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
        due = alerts_tables.last_due(self.session, self.tip.id, DeadlineKind.OUTCOME)
        notified = (
            assignee_visit_facts(self.session, self.tip) if self.tip.matter == Matter.TIP else None
        )
        return CommandOutcome(result, self.command.reference, self.assignment.id, due, notified)


def carry_out(session: Session, context: Context, one: Command) -> CommandOutcome:
    """Carries out a responder's command about a case."""
    referral = queries.locked_assignment(session, one.responder_id, one.reference)
    if referral is None:
        return CommandOutcome(CommandResult.UNKNOWN)
    tip = session.get_one(Tip, referral.tip_id)
    if tip.channel == rules_trial.DRILL:
        return service_drills.record_answer(session, context, one, referral, tip)
    if referral.released_at is not None:
        # After two corrections of the place, the responder may know the case by another reference than the one in the
        # SMS.
        referral = queries.newest_assignment(session, tip.id, one.responder_id) or referral
    if tip.closed_at is not None or referral.released_at is not None:
        return CommandOutcome(CommandResult.OVER, one.reference, referral.id)
    # If the gateway has no inbox, no SMS can be proved, so every answer counts at once.
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
    service_case.write_taken_by(session, tip.id, one, counts=counts)
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
    """Refuses a closure that another person requested, and makes this responder the assignee. An SMS with this command
    counts only after the gateway's inbox lists the SMS.

    So no one can become the assignee by a forged SMS.
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
    """Acknowledges similar tips of the same cluster, of which the responder got no separate alert.

    Each of these tips remains a case of its own. Returns the responder's assignments of these tips, so that a later
    proof or doubt also applies to them.
    """
    session, one = command.session, command.command
    own = []
    for tip_id in tips_queries.open_followers(session, command.tip.id):
        known_as = queries.newest_assignment(session, tip_id, one.responder_id)
        if known_as is None:
            continue
        own.append(known_as.id)
        if alerts_tables.acknowledge(session, tip_id, one.responder_id, one.at, proved=one.proved):
            service_case.write_taken_by(session, tip_id, one, counts=True)
            event = Event(CaseEventKind.ACKNOWLEDGED, by=one.responder_id)
            service_escalation.handle_event(session, command.context, tip_id, event, one.at)
    return tuple(own)


def _on_site(command: _ActContext) -> CommandOutcome:
    """Records that the responder is on site, and acknowledges the case if the responder has not done so."""
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
    service_case.write_report(command.session, command.assignment, command.command, logged)
    command.session.flush()
    command.happened(kind)
    if command.holds:
        command.tip.renewed_at = command.tip.renewed_at or command.command.at
    command.session.flush()


def _close(command: _ActContext) -> CommandOutcome:
    """Closes the case, or requests its closure. An SMS counts only after the gateway's inbox lists the SMS, so that a
    forged SMS closes no case.

    An SMS never confirms a colleague's closure request. To confirm a request, a responder must first open the case.
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
    """Records that the responder passes the case on, and alerts the next people at once. The assignee stays the same
    until another responder takes the case.

    Alerts no one if a colleague is the assignee.
    """
    one, tip = command.command, command.tip
    is_theirs = tip.assignee_id not in (None, one.responder_id)
    stays = is_theirs and DeadlineKind.ACKNOWLEDGE not in alerts_tables.open_clocks(
        command.session, tip.id
    )
    said = not stays or alerts_tables.is_answered(command.session, tip.id, one.responder_id)
    if said and (command.assignment.passed_at is None or one.chosen):
        queries.record_passed(command.session, tip.id, one.responder_id, one.at)
        service_case.write_passed(command.session, tip.id, one)
        event = Event(CaseEventKind.PASSED, by=one.responder_id, chosen=one.chosen)
        service_escalation.handle_event(command.session, command.context, tip.id, event, one.at)
    return command.done(CommandResult.THEIRS if stays else CommandResult.PASSED)


def _say_how(command: _ActContext) -> CommandOutcome:
    """Records the national desk's decision how responders may visit a case. An SMS that allows open visits counts only
    after the gateway's inbox lists the SMS, because a forged SMS could endanger a person."""
    decision = REPLIES[command.command.verb].decision or VisitDecision.UNSEEN
    if decision is VisitDecision.OPENLY and not command.command.proved:
        return command.wait(CommandResult.HOW_WAITS)
    who = service_closing.by_responder(command.command.responder_id)
    service_correction.record_visit_decision(
        command.session, command.context, command.tip, decision, who, command.command.at
    )
    return command.done(CommandResult.VISIT_DECIDED)


def _stand_down(command: _ActContext) -> CommandOutcome:
    """Stands down the people who were alerted for an earlier place. An SMS counts only after the gateway's inbox lists
    the SMS."""
    session, one, tip = command.session, command.command, command.tip
    if not service_case.can_stand_down(session, tip):
        return command.done(CommandResult.LET_TOO_EARLY)
    if not one.proved:
        return command.wait(CommandResult.HOW_WAITS)
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
    """Records that a responder's SMS is proved, because the gateway's inbox lists the SMS. `queued` is a command in
    this SMS that waited for the proof.

    If the responder is on leave or was removed, only records the proof, because other responders already have the
    cases. If the SMS contains only a decision of the national desk, it does not prove an earlier acknowledgement. A
    stranger may have sent that acknowledgement in the responder's name.
    """
    referral = session.get_one(Assignment, assignment_id)
    tip = queries.tip_for_writing(session, referral.tip_id)
    who = referral.responder_id
    decides = queued is not None and REPLIES[queued].national
    before = decides or alerts_tables.is_believed(session, tip.id, who)
    if not decides:
        alerts_tables.believe(session, tip.id, who, at)
    # The answer may name a later alert of the same case, so any reference of the case proves the acknowledgement.
    took = alerts_tables.taken_at(session, tip.id, who)
    if not before and took is not None:
        service_case.write_taken(session, tip.id, who, at, EventChannel.SMS, TakeProof.PROVED)
    if not tables.is_active(session, who, at):
        return
    # An acknowledgement from before the case became more urgent does not count, so the responder must acknowledge the
    # case again.
    if not before and took and tip.assigned_at and took >= tip.assigned_at:
        service_escalation.handle_event(
            session, context, tip.id, Event(CaseEventKind.ACKNOWLEDGED, by=who), at
        )
    if queued is not None:
        carry_out(session, context, Command(who, referral.reference, queued, EventChannel.SMS, at))


def doubt_answer(session: Session, context: Context, assignment_id: int, at: datetime) -> None:
    """Records that a responder's SMS is doubted, because the gateway's inbox does not list the SMS. If no colleague has
    taken the case, escalation continues."""
    referral = session.get_one(Assignment, assignment_id)
    tip = queries.tip_for_writing(session, referral.tip_id)
    if alerts_tables.doubt(session, referral, at):
        if not alerts_tables.is_believed(session, tip.id, referral.responder_id):
            who = referral.responder_id
            service_case.write_taken(
                session, tip.id, who, at, EventChannel.CLOCK, TakeProof.DOUBTED
            )
        event = Event(CaseEventKind.DOUBTED, by=referral.responder_id)
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
"""The templates that replace templates of `ANSWERS`, if the answer must name the time by which the assignee reports the
outcome."""


_Answers = list[tuple[Wording, int | None]]
"""The texts of answers, each with the id of the assignment that it is about."""


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
    known = queries_references.known_cases(session, responder.id, at - NAMED_FOR)
    alerts = queries_references.recent_alerts(session, responder.id, at - RECENT_ALERTS)
    recent = tables_drills.recent_drills(session, responder.id, at - RECENT_ALERTS)
    drilled = {one.reference for one in recent}
    real = tuple(one for one in known.open if one not in drilled)
    open_told = [one for one in alerts if one.reference in real]
    asked = next((one.reference for one in open_told if not one.is_taken), None)

    drills = meant_drills(recent, open_told[0].alerted_at if open_told else None, at)

    over = tuple(one for one in known.open if one in drilled and one not in drills)
    running = tuple(one for one in known.open if one in drills)
    cases = queries_references.KnownCases((*real, *running), (*known.also, *over))
    lately = len(alerts) == 1 and real == (alerts[0].reference,)
    is_national = responder.level == Level.NATIONAL
    bare = BareDrills(drills, asked)
    reading = parse_reply(text, cases.open, lately, cases.also, national=is_national, drills=bare)
    urgent = queries_references.dangerous_references(session, cases.open)
    dangers = tuple(one for one in cases.open if one in urgent)
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
    done = tuple(
        carry_out(
            session,
            context,
            Command(responder.id, one.reference, one.verb, EventChannel.SMS, at, proved),
        )
        for one in reading.actions
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

    commands = "\n".join(f"{one.verb.value} {one.reference}" for one in reading.actions)
    answer(
        commands or " ".join(message.text.split()).casefold(),
        WHY.get(reading.meant, AnswerReason.HINT),
        lambda: _worded(session, context, responder, reply, done),
    )
    if done and reading.reference is not None:
        # The command counted for a drill, but the responder may have meant a real case, so a hint about this case
        # follows.
        answer(
            f"? {reading.reference}",
            AnswerReason.HINT,
            lambda: [(_hint(session, context, responder, reply), None)],
        )
    return ReplyResult(reading.meant, done)


def _worded(
    session: Session,
    context: Context,
    responder: Responder,
    reply: ReadReply,
    done: Sequence[CommandOutcome],
) -> _Answers:
    """Returns one text for each result of the commands, with the references of the cases that have this result. If no
    command was carried out, returns a hint (an SMS that says which answers are possible)."""
    known = [one for one in done if one.result is not CommandResult.UNKNOWN]
    if not known:
        return [(_hint(session, context, responder, reply), None)]
    alike: dict[tuple[CommandResult, Template], list[CommandOutcome]] = defaultdict(list)
    number = service_check.national_number(context)
    for one in known:
        alike[one.result, _template(one, responder, number)].append(one)
    return [
        (
            _confirmation(context, responder, template, some, number),
            some[0].assignment_id if len(some) == 1 else None,
        )
        for (_, template), together in alike.items()
        for some in (
            together[first : first + MAX_REFERENCES]
            for first in range(0, len(together), MAX_REFERENCES)
        )
    ]


def _template(one: CommandOutcome, responder: Responder, number: str | None) -> Template:
    """Returns the template that answers a command.

    If the responder must not visit openly and has not read the case, the template says how to visit.
    """
    template = ANSWERS[one.result]
    if template is Template.PLACE_CHANGED and number is None:
        return Template.PLACE_CHANGED_ALONE
    warned = template in (Template.TAKEN, Template.HELPS_TOO)
    if not warned or one.visit_facts is None or not one.visit_facts.goes_unseen:
        return template
    stays_away = one.visit_facts.safety is VisitSafety.DO_NOT_VISIT
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
    done: Sequence[CommandOutcome],
    number: str | None,
) -> Wording:
    parameters = {"ref": " ".join(one.reference for one in done)}
    if template in (Template.TAKEN_UNREAD, Template.PLACE_CHANGED) and number:
        parameters["number"] = number
    if template is Template.OPEN_FIRST:
        parameters["code"] = responders_short_code(context.line.service_code)
        if context.line.national_in_console:
            template = Template.OPEN_IN_CONSOLE
    due = min((one.due for one in done if one.due is not None), default=None)
    if due is not None and template in BY:
        template = BY[template]
        parameters["time"] = kigali_time(due)
        if template is Template.TAKEN_UNTIL:
            offered = OfferedCase(is_own=True)
            parameters["own"] = service_case.digits_text(context, offered, responder.language)
    return Wording(template, parameters, responder.language)


def _hint(session: Session, context: Context, responder: Responder, reply: ReadReply) -> Wording:
    """Returns a hint (an SMS that says which answers are possible) about the case that the responder's SMS names.

    If the SMS names no case, the hint is about the responder's newest open case about danger, or else their newest open
    case.
    """
    about = reply.reading.reference or next(iter((*reply.dangers, *reply.cases.open)), None)
    referral = queries.locked_assignment(session, responder.id, about) if about else None
    code = responders_short_code(context.line.service_code)
    if about is None or referral is None:
        return Wording(Template.NOTHING_OPEN, {"code": code}, responder.language)
    tip = session.get_one(Tip, referral.tip_id)
    if tip.closed_at is not None or referral.released_at is not None:
        is_drill = tip.channel == rules_trial.DRILL
        over = Template.EXERCISE if is_drill else Template.CASE_OVER
        return Wording(over, {"ref": about}, responder.language)
    case = service_case.offered_case(session, tip, responder)
    if case.closure_requested and queries_visible.decides(session, tip, responder.id):
        return Wording(Template.ASK_BACK_DIAL, {"ref": about, "code": code}, responder.language)
    digits = service_case.digits_text(context, case, responder.language)
    return Wording(Template.ASK_BACK, {"ref": about, "digits": digits}, responder.language)
