"""Writes the effects of a caller's input into the database, in one transaction for each hop (one USSD request). Also
carries out the effects of an SMS with the word STOP.

If the gateway repeats a hop, the module carries out the effects of the hop only once. An input has no effect if it has
no meaning at its place in the flow. A table maps the name of each saved answer to the answer's effect. With this table,
the module decides if a hop needs a transaction. The answers of a report are not in this table, because `note_report`
writes all answers of a report in one step.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from hotline.alarms import service as alarms_service
from hotline.alarms.rules import Alarm
from hotline.alerts import service_intake
from hotline.alerts import service_messages as alerts_service_messages
from hotline.alerts.rules_replies import Verb
from hotline.alerts.rules_reply_parsing import AnswerReason
from hotline.cases import (
    rules_reading_requests,
    service_receipts,
    service_requests,
    service_weekly_keys,
)
from hotline.cases.rules_reading_requests import READER_PINS, WORK_CASE
from hotline.cases.service_receipts import AttemptResult, text_digest
from hotline.core import rules_trial
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.ussd import NOTHING, CommittedText, SessionStart, UssdHop, is_number
from hotline.core.wording import Template
from hotline.counters import service
from hotline.counters import tables as counters_tables
from hotline.counters.rules import Measure
from hotline.counters.service import Counts, day_of
from hotline.counters.tables import SessionCounts, Tallies
from hotline.dialogue import service_session_start
from hotline.dialogue.replay_cache import KnownSession, ReplayStep
from hotline.dialogue.service_session_start import CASE, LETTERS, VERB
from hotline.flows import conversation as flows_run
from hotline.flows.conversation import (
    Answered,
    Completed,
    ConversationState,
    Event,
    LanguageChosen,
    PinGiven,
    TopicRead,
)
from hotline.flows.flow import ANSWER, FlowSet, is_reporting
from hotline.gateway import queries
from hotline.gateway import tables as gateway_tables
from hotline.gateway.doorbell import ringing
from hotline.gateway.tables import FirstHop, LockedDialogue
from hotline.people import tables
from hotline.people.rules import Level
from hotline.programmes import rules, service_enrolment
from hotline.text import quiz
from hotline.text.errors import KeyMissing, StoreUnavailable
from hotline.tips import rules_receipts
from hotline.tips.queries import ReportedTip
from hotline.tips.rules import Matter


def note_stop(session: Session, context: Context, msisdn: str, at: datetime) -> bool:
    """Notifies the responder who sent a STOP, and the coordinators of the responder's desks. If there are no
    coordinators, or the responder works for the national desk, notifies the other people of the national desk. Returns
    False if the number is not enrolled. If the hotline does not confirm the STOP to the responder by SMS, it notifies
    the coordinators at most once a week."""
    responder = tables.find_by_number(session, context.pseudonyms.enrolled(msisdn))
    if responder is None:
        return False
    key = context.pseudonyms.sms(msisdn, context.line.shortcode, AnswerReason.STOP, "")
    notices = []
    if (
        alerts_service_messages.may_answer(session, responder, AnswerReason.STOP, key, at)
        is not None
    ):
        notices.append((responder, Template.STOP_NOTED))
    elif not alerts_service_messages.count_first_stop(session, responder, key, at):
        return True
    alarms_service.record(session, Alarm.STOP_REQUEST, at)
    leaders: Sequence[tables.Responder] = ()
    if responder.level != Level.NATIONAL:
        leaders = tables.coordinators_of(session, responder, at)
    leaders = leaders or tables.national_people(session, at, skip=responder.id)
    notices += [(one, Template.STOP_TOLD) for one in leaders]
    for one, template in notices:
        alerts_service_messages.notify_person(session, one, template, at)
    return True


def stop_messages(context: Context, msisdn: str) -> None:
    """Stops all SMS to this number for ever. Also marks an on-call contact with this number as unreachable, and removes
    the number from the programmes.

    If the number is enrolled, the function changes nothing and only notifies people, because the STOP may be forged.
    Raises StoreUnavailable.
    """
    with ringing(context) as session:
        stop_messages_in(session, context, msisdn, context.now())


def stop_messages_in(session: Session, context: Context, msisdn: str, at: datetime) -> None:
    """Does the same as `stop_messages`, but in the transaction of the calling function."""
    if note_stop(session, context, msisdn, at):
        return
    gateway_tables.add_stop(session, context.pseudonyms.stopped(msisdn), at)
    queries.mark_unreachable(session, context.pseudonyms.enrolled(msisdn), queries.STOPPED)
    service_enrolment.leave(session, context, msisdn)


SILENCE = "silence"
"""The name of the answer by which a caller stops all messages to their phone."""


@dataclass(frozen=True, slots=True)
class EffectContext:
    """The data with which the code carries out the effects of one conversation's inputs. `repr` does not show the
    caller's number.
    """

    context: Context
    flow_set: FlowSet
    key: str
    caller: str = field(repr=False)
    looks: Mapping[int, AttemptResult] = field(default_factory=dict)
    """The results of the checked secrets (such as PINs) in the session's text, by the position of each secret."""

    def newest_look(self, upto: int) -> AttemptResult | None:
        """Returns the result of the last checked secret (such as a PIN) in the first `upto` letters of the session's
        text."""
        reached = [at for at in self.looks if at <= upto]
        return self.looks[max(reached)] if reached else None


class GivenAnswer(NamedTuple):
    """An answer that a person gave in a session, with all values that the code needs to carry out the answer's
    effect."""

    session: Session
    effects: EffectContext
    dialogue: LockedDialogue
    answer: Answered
    step: ReplayStep

    @property
    def context(self) -> Context:
        return self.effects.context

    @property
    def answers(self) -> Mapping[str, str]:
        """Returns all answers of the conversation, up to and including this answer."""
        return self.step.state.answers

    @property
    def behind_a_receipt(self) -> bool:
        return is_reporting(self.effects.flow_set, self.step.state, rules_receipts.RECEIPT)

    @property
    def attempt(self) -> AttemptResult | None:
        """Returns the result of the last secret (such as a PIN) that the person typed before this answer."""
        return self.effects.newest_look(self.step.upto)


Effect: TypeAlias = Callable[[GivenAnswer], None]


def _withdraw_call_back(given: GivenAnswer) -> None:
    passage = given.step.state.attempts
    alerts_service_messages.withdraw_session(
        given.session, given.context, given.effects.key, up_to_attempt=passage
    )


def _take_case(given: GivenAnswer) -> None:
    """Acknowledges the chosen case for a responder who has not read the case.

    The responder can choose a case without reading it only if the reader process did not answer. This choice ends the
    conversation.
    """
    who = given.dialogue.responder_id
    if who is not None and given.step.state.finished:
        service_session_start.carry_out(
            given.session, given.context, who, VERB, Verb.TAKE, given.answer.value, ""
        )


def _act_on_case(given: GivenAnswer) -> None:
    who, answer = given.dialogue.responder_id, given.answer
    case, verb = given.answers.get(CASE, ""), given.answers.get(VERB, "")
    if who is not None:
        service_session_start.carry_out(
            given.session, given.context, who, answer.name, answer.value, case, verb
        )


def _keep_form(given: GivenAnswer) -> None:
    """Stores a form that the responder has not completed yet. After the reader process has recorded the completed form,
    deletes the stored form.
    """
    who, name, answers = given.dialogue.responder_id, given.answer.name, given.answers
    case, flows = answers.get(WORK_CASE, ""), [place.flow for place in given.step.state.calls]
    if who is None or not case:
        return
    if rules_reading_requests.ended_by(name, answers) is None:
        form = rules_reading_requests.started_form(name, answers, flows)
        service_requests.store_form(given.session, given.context, who, case, form)
    elif rules_reading_requests.KEEPING not in flows:
        service_requests.drop_form(given.session, who, case)


def _erase_by_receipt(given: GivenAnswer) -> None:
    if given.answer.value == rules.YES and given.behind_a_receipt:
        service_receipts.request_erasure(given.session, given.context, given.attempt)


def _answer_question(given: GivenAnswer) -> None:
    if given.behind_a_receipt:
        language = given.step.state.language
        service_receipts.answer_question(
            given.session, given.context, given.attempt, given.answer.value, language=language
        )


def _say_of_help(given: GivenAnswer) -> None:
    """Stores the answer to the question "Was the help good?". The answer comes from the holder of a receipt, or from a
    responder who typed the answer of a person."""
    opinion = rules_receipts.HelpOpinion(given.answer.value)
    if given.behind_a_receipt:
        service_receipts.answer_about_help(given.session, given.context, given.attempt, opinion)
    elif given.dialogue.responder_id is not None:
        service_receipts.store_answer(given.session, given.context, opinion)


def _stop(given: GivenAnswer) -> None:
    if given.answer.value == rules.YES and is_number(given.effects.caller):
        stop_messages_in(given.session, given.context, given.effects.caller, given.context.now())


def _join(given: GivenAnswer, *, programme: rules.Programme) -> None:
    """Enrols the caller in a programme if the caller typed a correct code."""
    look, caller = given.effects.looks.get(given.step.upto), given.effects.caller
    if look is not None and look.opened_key is not None and is_number(caller):
        code, at = given.answer.value, given.dialogue.started_at
        service_enrolment.enrol(given.session, given.context, programme, caller, code, at)


def _leave(given: GivenAnswer, *, programme: rules.Programme) -> None:
    if given.answer.value == rules.YES:
        service_enrolment.leave(given.session, given.context, given.effects.caller, programme)


def _count_a_gathering(given: GivenAnswer) -> None:
    report = rules.session_report(given.answer.value, given.answers.get(rules.OCCASION_ANSWER, ""))
    if report is not None:
        channel = given.dialogue.channel
        service_enrolment.log_session(
            given.session,
            given.context,
            given.effects.caller,
            report,
            at=given.context.now(),
            channel=channel,
        )


def _count_a_pair(given: GivenAnswer) -> None:
    thing = quiz.repeated_question(given.answer.name)
    outcome = thing and quiz.quiz_outcome(thing, given.answers)
    if thing and outcome:
        service.count_quiz_pair(given.session, given.dialogue, thing, outcome, given.context.now())


def _count_a_lesson(given: GivenAnswer) -> None:
    case = rules.lesson_case(given.answer.name)
    if case is not None:
        service_enrolment.count_answer(
            given.session,
            given.context,
            given.dialogue,
            given.effects.caller,
            case,
            given.answers,
            given.context.now(),
        )


EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        **dict.fromkeys(rules_receipts.ANSWERS, _withdraw_call_back),
        CASE: _take_case,
        VERB: _act_on_case,
        LETTERS: _act_on_case,
        **dict.fromkeys(rules_reading_requests.KEPT_ANSWERS, _keep_form),
        rules_receipts.ERASE: _erase_by_receipt,
        ANSWER: _answer_question,
        rules_receipts.HELP_SAID: _say_of_help,
        SILENCE: _stop,
        rules.ATTENDANCE_ANSWER: _count_a_gathering,
        **{code: partial(_join, programme=of) for code, of in rules.PROGRAMME_OF_ANSWER.items()},
        **{flow.leaves: partial(_leave, programme=of) for of, flow in rules.FLOW_NAMES.items()},
    }
)
FAMILIES: Sequence[tuple[Callable[[str], object], Effect]] = (
    (quiz.repeated_question, _count_a_pair),
    (rules.lesson_case, _count_a_lesson),
)
"""Effects of answers, each with a function that recognises the names of these answers. Such a name has a fixed
beginning, followed by a topic or a lesson's case. One family is the answers to repeated quiz questions, the other is
the answers in lessons."""


def effect_of(name: str) -> Effect | None:
    """Returns the effect of the answer with this name. Returns None if the answer has no effect."""
    family = (effect for belongs, effect in FAMILIES if belongs(name) is not None)
    return EFFECTS.get(name) or next(family, None)


USSD = "ussd"


def topics_of(steps: Sequence[ReplayStep]) -> frozenset[str]:
    """Returns the topics that the caller has read in these steps."""
    return frozenset(
        event.topic for step in steps for event in step.events if isinstance(event, TopicRead)
    )


def steps_with_effect(
    flow_set: FlowSet, steps: Sequence[ReplayStep], counted: frozenset[str] = frozenset()
) -> tuple[ReplayStep, ...]:
    """Returns the steps that change stored data. If no step of a hop changes stored data, the hop needs no transaction.

    A topic in `counted` changes no data, because this session has already counted the topic. A step with free text
    always changes data, because the hotline stores the position where the text ends.
    """
    return tuple(
        step
        for step in steps
        if step.are_words
        or any(
            has_effect(flow_set, step.state, event)
            for event in step.events
            if not (isinstance(event, TopicRead) and event.topic in counted)
        )
    )


def begin_session(
    context: Context, hop: UssdHop, known: KnownSession, steps: Sequence[ReplayStep]
) -> bool:
    """Writes the row of a new session, and counts the session. If the caller dialled further digits together with the
    service code, `carry_out` commits the effects of these digits.

    If another hop of the same session has already written the row, returns False and changes nothing. Raises
    StoreUnavailable.
    """
    start, at = known.start, known.start.started_at
    channel = rules_trial.channel_of(hop.caller, USSD)
    counted = channel not in rules_trial.UNCOUNTED
    service_weekly_keys.delete_old_keys_at(context, at)
    people = {}
    with suppress(KeyMissing):
        people = (
            context.pseudonyms.person(hop.caller, at) if counted and is_number(hop.caller) else {}
        )
    upto = NOTHING if steps else len(hop.text)
    first = FirstHop(
        start=start,
        channel=channel,
        committed=upto,
        text_key=None if steps else _mark_of(context, start, hop.text),
        measure=Measure.SESSION if counted else "",
        day=day_of(at),
        people=people,
    )
    if not gateway_tables.write_first_hop(context.database, first):
        return False
    known.committed = CommittedText(upto)
    return True


def carry_out(
    effects: EffectContext, known: KnownSession, steps: Sequence[ReplayStep], text: str
) -> bool:
    """Commits the effects of steps that are not committed yet, and tells the workers about new work. Returns True if
    the function committed at least one step.

    The function never carries out a step of `text` twice. Raises StoreUnavailable if the database does not answer. Also
    raises StoreUnavailable if the database has no row for the session, for example after a restore from a backup. So a
    screen says "saved" only about data that the database has saved.
    """
    new_steps = steps_with_effect(effects.flow_set, known.uncommitted(steps), known.counted)
    if not new_steps:
        return False

    light = all(only_counts(effects.flow_set, step) for step in new_steps)
    mark = _mark_of(effects.context, known.start, text)
    committed = (
        _count(effects, new_steps, text, mark) if light else _commit(effects, new_steps, text, mark)
    )
    if committed is None:
        raise StoreUnavailable(
            "the database has no row for this USSD session: the caller must dial again"
        )
    known.committed, known.counted = committed, known.counted | topics_of(new_steps)
    return True


def _commit(
    effects: EffectContext, steps: Sequence[ReplayStep], text: str, mark: str
) -> CommittedText | None:
    """Commits the effects of the steps `steps`. Returns the part of the text whose effects are now committed.

    Returns None if the database has no row for the session.
    """
    written: Sequence[ReportedTip] = ()
    with effects.context.database.writing() as session:
        dialogue = gateway_tables.lock_dialogue(session, effects.key)
        if dialogue is None:
            return None
        if dialogue.committed < len(text):
            written = in_transaction(session, effects, dialogue, steps)
            # Stores the length and the digest of only the committed part, because the rest of the text may contain a
            # secret.
            dialogue.committed, dialogue.text_key = len(text), mark
            gateway_tables.save_dialogue(session, dialogue)
            session.flush()
            service_intake.before_commit(effects.context, written)
        known = CommittedText(dialogue.committed, gateway_tables.ends_of(dialogue.starred or ()))
    service_intake.announce(effects.context, written)
    return known


def _count(
    effects: EffectContext, steps: Sequence[ReplayStep], text: str, mark: str
) -> CommittedText | None:
    """Commits steps that only change counters. Uses plain SQL, because plain SQL is faster. Returns the part of the
    text whose effects are now committed. If the database has no row for the session, returns None.
    """
    at = effects.context.now()

    def decide(counts: SessionCounts, heard: int) -> Tallies:
        new = (step for step in steps if step.upto > heard)
        return [
            one for step in new for event in step.events for one in event_tallies(counts, event, at)
        ]

    return counters_tables.count_text(
        effects.context.database, effects.key, upto=len(text), text_key=mark, decide=decide
    )


def in_transaction(
    session: Session, effects: EffectContext, dialogue: LockedDialogue, steps: Sequence[ReplayStep]
) -> Sequence[ReportedTip]:
    """Carries out the effects of all steps, in the order of the text. Returns the tips that the function has
    written."""
    written: dict[str, ReportedTip] = {}
    for step in steps:
        if step.upto <= dialogue.committed:
            continue
        for event in step.events:
            apply_event(session, effects, dialogue, event, step)
        tip = note_report(session, effects, dialogue, step)
        if tip is not None:
            written[tip.identity] = tip
        if step.starred is not None:
            begins, ends = step.starred
            dialogue.starred = [*(dialogue.starred or ()), f"{begins}-{ends}"]
    return tuple(written.values())


def _mark_of(context: Context, start: SessionStart, text: str) -> str:
    return text_digest(context, start.key, text, but_pins=start.asks_pin)


CALL_BACK = "call_back"
"""The event of a caller who has asked for a call-back and agreed to all its conditions."""


def has_effect(flow_set: FlowSet, state: ConversationState, event: Event) -> bool:
    """Returns True if the event changes stored data."""
    if isinstance(event, PinGiven):
        return event.name not in READER_PINS
    if isinstance(event, LanguageChosen | TopicRead | flows_run.Erased):
        return True
    if isinstance(event, Answered) and effect_of(event.name) is not None:
        return True
    return isinstance(event, Answered | Completed) and _matter(flow_set, state) is not None


def apply_event(
    session: Session,
    effects: EffectContext,
    dialogue: LockedDialogue,
    event: Event,
    step: ReplayStep,
) -> None:
    """Carries out the effect of one event of a session. Does nothing if the event has no meaning at its place in the
    flow.
    """
    passage = step.state.attempts
    match event:
        case LanguageChosen() | TopicRead():
            service.add_tallies(session, event_tallies(dialogue, event, effects.context.now()))
        case flows_run.Erased():
            service_intake.erase_report(session, effects.context, dialogue, up_to_attempt=passage)
            alerts_service_messages.withdraw_session(
                session, effects.context, effects.key, up_to_attempt=passage
            )
        case Answered(name=name):
            effect = effect_of(name)
            if effect is not None:
                effect(GivenAnswer(session, effects, dialogue, event, step))
        case PinGiven(pin=pin) if is_reporting(effects.flow_set, step.state, Matter.TIP):
            # In a report, the caller chooses this PIN for a new receipt. Under "My number", the PIN is an attempt to
            # open a receipt, and the hotline has already recorded it as an attempt.
            service_receipts.give_receipt(
                session, effects.context, dialogue, attempt=passage, pin=pin
            )
        case _:
            pass


def only_counts(flow_set: FlowSet, step: ReplayStep) -> bool:
    """Returns True if the step only changes counters. Most steps with an effect only change counters."""
    heavy = (event for event in step.events if not isinstance(event, LanguageChosen | TopicRead))
    return not step.are_words and not any(has_effect(flow_set, step.state, one) for one in heavy)


def event_tallies(counts: Counts, event: Event, at: datetime) -> Tallies:
    """Returns the numbers that an event adds to the counters of the statistics."""
    match event:
        case LanguageChosen(language):
            return service.in_language(counts, language)
        case TopicRead(topic):
            return service.on_topic(counts, topic, at)
        case _:
            return ()


def note_report(
    session: Session, effects: EffectContext, dialogue: LockedDialogue, step: ReplayStep
) -> ReportedTip | None:
    """Writes the answers that a step adds to a report or to a complaint. Returns the tip if the report now has enough
    answers to be stored as a tip.
    """
    answered = [event for event in step.events if isinstance(event, Answered | Completed)]
    matter = _matter(effects.flow_set, step.state)
    if not answered or matter is None:
        return None
    attempt = service_intake.ReportAttempt(
        answers=step.state.answers,
        number=step.state.attempts,
        completed=Completed(matter) in answered,
        language=step.state.language,
        matter=matter,
    )
    tip = service_intake.store_report(
        session, effects.context, dialogue, attempt, caller=effects.caller
    )
    if tip is not None and Completed(CALL_BACK) in answered and is_number(effects.caller):
        alerts_service_messages.store_request(
            session, effects.context, dialogue, tip, step.state.answers, caller=effects.caller
        )
    return tip


def _matter(flow_set: FlowSet, state: ConversationState) -> Matter | None:
    """Returns the kind of report that the caller is making at the state `state` of the flow. Returns None if the caller
    is not making a report.
    """
    return next((matter for matter in Matter if is_reporting(flow_set, state, matter)), None)
