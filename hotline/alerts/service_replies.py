"""Reads a responder's SMS, carries out its commands, and answers with a short SMS.

The SMS is read before the transaction of the calling function. The commands are carried out inside this transaction. An
answer never repeats text of the responder. A hint is about the responder's newest open case about danger, or else about
the newest case. It offers only commands that are possible now.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.alerts import (
    queries,
    queries_references,
    service_case_state,
    service_commands,
    service_messages,
    tables_drills,
)
from hotline.alerts.rules_drills import meant_drills
from hotline.alerts.rules_replies import Command, CommandOutcome, CommandResult, OfferedCase
from hotline.alerts.rules_reply_parsing import (
    AnswerReason,
    BareDrills,
    ReplyKind,
    ReplyReading,
    parse_reply,
)
from hotline.core import rules_trial
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.flows import service_check
from hotline.gateway.rules_message import MessageIn, Wording, responders_short_code
from hotline.keys.key_folder import KIGALI
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.tips import queries_visible
from hotline.tips.rules_events import EventChannel
from hotline.tips.rules_visit_safety import VisitSafety
from hotline.tips.tables import Tip


def _no_more(context: Context, responder: Responder) -> Wording:
    """Returns the text of the last answer in an hour."""
    code = {"code": responders_short_code(context.line.service_code)}
    return Wording(Template.NO_MORE_ANSWERS, code, responder.language)


NAMED_FOR = timedelta(days=30)
"""The time after an alert during which the responder may answer about the case."""
RECENT_ALERTS = timedelta(hours=12)
MAX_REFERENCES = 6
"""The largest number of references in one answer. Together with the text, they must fit into one segment."""

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
"""The template that answers each result of a command. `UNKNOWN` is not in the table, because such a command gets the
answer to a wrong reference.
"""
BY = {
    Template.TAKEN: Template.TAKEN_UNTIL,
    Template.ON_SITE_NOTED: Template.ON_SITE_UNTIL,
    Template.REFERRED_NOTED: Template.REFERRED_UNTIL,
}
"""The template that answers a command instead of the usual one, if an outcome is due. It names the due time."""


@dataclass(frozen=True, slots=True)
class ReplyResult:
    """The result of reading and carrying out a responder's SMS."""

    meant: ReplyKind
    done: tuple[CommandOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadReply:
    """A responder's SMS as it was read, with the cases that the responder knew then."""

    responder_id: int
    cases: queries_references.KnownCases
    reading: ReplyReading
    dangers: tuple[str, ...] = ()
    """The references of the open cases about danger, the newest first."""


def read_reply(session: Session, responder: Responder, text: str, at: datetime) -> ReadReply:
    """Returns the meaning of a responder's SMS. It runs before the transaction, because it may be slow: a responder of
    the national desk may know thousands of cases.

    With SQLite, all other writers would have to wait for it. Each command later reads its own case again.
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
        service_commands.carry_out(
            session,
            context,
            Command(responder.id, one.reference, one.verb, EventChannel.SMS, at, proved),
        )
        for one in reading.actions
    )
    why = _why(reading)
    key, urgent = _digest(context, message, reading), bool(reply.dangers)
    counted = service_messages.may_answer(session, responder, why, key, at, in_danger=urgent)
    if counted is AnswerReason.LAST:
        service_messages.write_confirmation(session, _no_more(context, responder), responder.id, at)
    elif counted is not None:
        for wording, of in _worded(session, context, responder, reply, done):
            service_messages.write_confirmation(session, wording, responder.id, at, of)
    if done and reading.reference is not None:
        _ask_similar(session, context, responder, message, reply, at)
    return ReplyResult(reading.meant, done)


def _ask_similar(
    session: Session,
    context: Context,
    responder: Responder,
    message: MessageIn,
    reply: ReadReply,
    at: datetime,
) -> None:
    """Sends a hint after a command about a drill. The responder may have meant one of the real cases."""
    said = f"? {reply.reading.reference}"
    key = context.pseudonyms.sms(message.sender, context.line.shortcode, said, "")
    urgent = bool(reply.dangers)
    counted = service_messages.may_answer(
        session, responder, AnswerReason.HINT, key, at, in_danger=urgent
    )
    if counted is None:
        return
    is_last = counted is AnswerReason.LAST
    wording = _no_more(context, responder) if is_last else _hint(session, context, responder, reply)
    service_messages.write_confirmation(session, wording, responder.id, at)


def _why(reading: ReplyReading) -> AnswerReason:
    whys = {
        ReplyKind.ACT: AnswerReason.ACT,
        ReplyKind.HELP: AnswerReason.HELP,
        ReplyKind.WRONG: AnswerReason.WRONG,
    }
    return whys.get(reading.meant, AnswerReason.HINT)


def _digest(context: Context, message: MessageIn, reading: ReplyReading) -> str:
    """Returns a digest that identifies a repeated SMS.

    It is made from the commands in the SMS, or from the text if there are no commands.
    """
    commands = [f"{one.verb.value} {one.reference}" for one in reading.actions]
    said = "\n".join(commands) or " ".join(message.text.split()).casefold()
    return context.pseudonyms.sms(message.sender, context.line.shortcode, said, "")


def _worded(
    session: Session,
    context: Context,
    responder: Responder,
    reply: ReadReply,
    done: Sequence[CommandOutcome],
) -> list[tuple[Wording, int | None]]:
    """Returns a text for each kind of result, with the references to which it applies. If no command was carried out,
    returns a hint.
    """
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

    If the responder has not read the case, prefers a template that says how to visit.
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
        parameters["time"] = f"{due.astimezone(KIGALI):%d/%m %H:%M}"
        if template is Template.TAKEN_UNTIL:
            offered = OfferedCase(is_own=True)
            parameters["own"] = service_case_state.digits_text(context, offered, responder.language)
    return Wording(template, parameters, responder.language)


def _hint(session: Session, context: Context, responder: Responder, reply: ReadReply) -> Wording:
    """Returns a hint about the case that the SMS names.

    If the SMS names no case, the hint is about the newest case about danger, or else about the newest case.
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
    case = service_case_state.offered_case(session, tip, responder)
    if case.closure_requested and queries_visible.decides(session, tip, responder.id):
        return Wording(Template.ASK_BACK_DIAL, {"ref": about, "code": code}, responder.language)
    digits = service_case_state.digits_text(context, case, responder.language)
    return Wording(Template.ASK_BACK, {"ref": about, "digits": digits}, responder.language)
