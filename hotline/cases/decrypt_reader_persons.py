"""Makes the lists and flags about the persons of a case for a responder's screens. Also records a responder's reports
about persons.

A phone's request contains the PIN and the coded answers of a report, encrypted together.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from hotline.alerts import (
    queries_references,
    rules_follow_up,
    service_case,
    tables,
    tables_case_events,
)
from hotline.alerts.rules_follow_up import FOLLOWS, MEETING_EVENTS, StopReason
from hotline.alerts.tables_case_events import StartedFormRow
from hotline.cases import (
    rules_reading_requests,
    service_follow_up,
    service_requests,
)
from hotline.cases.decrypt_reader import ReaderContext
from hotline.cases.decrypt_reader_commands import NOT_TAKEN, OVER
from hotline.cases.reader_handover import case_private_key
from hotline.cases.reader_pins import ReaderTurn
from hotline.cases.rules_reading_requests import (
    FIRST,
    ONE_STARTED,
    STARTED,
    ReaderAnswer,
    StartedForm,
    person_and_codes,
)
from hotline.core import rules_trial
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.flows.flow import WIDEST
from hotline.keys.decrypt import decrypt_codes
from hotline.text.errors import CodesRefused, DecryptionFailed, KeyMissing
from hotline.text.time import KIGALI, kigali_time
from hotline.tips import rules_persons, tables_persons
from hotline.tips.rules import Matter
from hotline.tips.rules_events import EventChannel, LoggedEvent
from hotline.tips.rules_persons import (
    THIRTY,
    ConsentState,
    FollowKind,
    MetPerson,
    OfferedHelp,
    PersonCodes,
    ServiceAnswer,
    ThirtyDays,
)
from hotline.tips.tables import Tip

MAX_PEOPLE = 20
"""The maximum number of persons on one list."""
MAX_LETTERS = 2400
"""The maximum number of letters of all texts about persons in one answer of the reader process. More letters do not fit
into the encrypted answer.

If the persons of a case do not fit, the phone shows the case without questions about persons.
"""
MAX_OWED_LETTERS = len(WIDEST["owed"])
"""The maximum number of letters for the list of open follow-ups on a screen."""
INTERRUPTED_FOR = timedelta(minutes=30)
"""If a responder left a form unfinished less than 30 minutes ago, the phone shows this form directly after the PIN."""
LISTS = {
    FollowKind.ARRIVAL: ("arrival_due", "arrivals", "arrival_people"),
    FollowKind.THIRTY: ("thirty_due", "thirties", "thirty_people"),
}
"""Maps each kind of follow-up to the names of two flags and a list. The first flag says that the follow-up is due for a
person. The second flag says that the follow-up is due for several persons. The list contains the persons with a due
follow-up."""
EARLY = "arrival_early"
"""This flag says that a responder may already report a person's arrival at a service, although the report is not
due."""


def persons_of_tip(session: Session, context: ReaderContext, tip: Tip) -> Sequence[MetPerson]:
    """Returns the persons of a case.

    Returns an empty list if the coded answers about them cannot be decrypted.
    """
    try:
        return service_follow_up.decrypted_persons(
            session, tip, case_private_key(session, context, tip)
        )
    except DecryptionFailed:
        return ()


def shows_person_forms(context: Context, tip: Tip) -> bool:
    """Returns True if the phone may show the screens about persons for this case.

    If the hotline does not have the public key of the reader process, phones show these screens for no case. Drills,
    test tips, sample data and complaints never have these screens.
    """
    try:
        context.encrypter.reader_key()
    except KeyMissing:
        return False
    return tip.matter == Matter.TIP and tip.channel not in rules_trial.UNCOUNTED


def flags_of_cases(turn: ReaderTurn, cases: Mapping[str, Tip]) -> ReaderAnswer:
    """Returns the flags and lists about the persons in the given cases. The keys of `cases` are the references of the
    cases in the SMS to this responder.

    Leaves out a case whose data does not fit into the encrypted answer.
    """
    session, answer = turn.session, ReaderAnswer()
    ids = [tip.id for tip in cases.values()]
    met = tables_persons.tips_with_person(session, ids)
    started = tables_case_events.forms_of(session, turn.person.id, ids)
    for case, tip in cases.items():
        if not shows_person_forms(turn.context, tip):
            continue
        closed = (f"over.{case}",) if tip.closed_at is not None else ()
        one = ReaderAnswer((f"people.{case}", *closed))
        if tip.id in started:
            one = one.and_also(_unfinished_form(turn, case, tip, started[tip.id]))
        if tip.id in met:
            one = one.and_also(
                flags_of_case(turn, case, persons_of_tip(session, turn.context, tip))
            )
        elif queries_references.has_reported_help(session, tip.id, turn.person.id):
            one = one.and_also(ReaderAnswer((f"owes_person.{case}",)))
        more = answer.and_also(one)
        letters = len(json.dumps([more.flags, more.lists, more.words]))
        answer = more if letters <= MAX_LETTERS else answer
    return answer


def _unfinished_form(turn: ReaderTurn, case: str, tip: Tip, row: StartedFormRow) -> ReaderAnswer:
    """Returns an answer with a list entry. The responder can choose this entry to continue an unfinished form. If the
    responder left the form a short time ago, the phone shows the form directly after the PIN.

    Returns an empty answer if the form cannot be decrypted, or if the case no longer accepts this kind of form.
    """
    private = case_private_key(turn.session, turn.context, tip)
    bound = service_requests.form_binding(turn.person.id)
    try:
        plain = private and decrypt_codes(row.body, private=private, uid=tip.uid, entry_id=bound)
        form = StartedForm.from_text(plain.decode()) if plain else None
    except (DecryptionFailed, ValueError, KeyError, TypeError):
        form = None
    if form is None or (form.kind is LoggedEvent.SCREENED and tip.closed_at is not None):
        return ReaderAnswer()
    step, count = (str(number) for number in form.step)
    label, name = turn.say(Template.CONTINUE_FORM, step=step, count=count), f"{STARTED}.{case}"
    answer = ReaderAnswer((name,), {name: [(form.kind.value, label)]}, {name: form.to_text()})
    if turn.at - row.at > INTERRUPTED_FOR:
        return answer
    return answer.and_also(ReaderAnswer((ONE_STARTED,), words={FIRST: case}))


def closing_follow_ups(turn: ReaderTurn, cases: Mapping[str, Tip]) -> ReaderAnswer:
    """Returns the texts with the open follow-ups of the given cases, for the screen on which this responder confirms a
    closure."""
    answer = ReaderAnswer()
    met = tables_persons.tips_with_person(turn.session, [tip.id for tip in cases.values()])
    for case, tip in cases.items():
        if tip.id in met and shows_person_forms(turn.context, tip):
            answer = answer.and_also(
                _closing(turn, case, persons_of_tip(turn.session, turn.context, tip))
            )
    return answer


def flags_of_case(turn: ReaderTurn, case: str, met: Sequence[MetPerson]) -> ReaderAnswer:
    """Returns the flags and lists about the persons in one case.

    `case` is the reference of the case in the SMS to this responder.
    """
    at, flags, lists = turn.at, list[str](), dict[str, list[tuple[str, str]]]()

    def list_as(name: str, people: Sequence[MetPerson]) -> None:
        """Adds a list of persons to the lists that the phone can show for this case. Each entry shows the person's
        number, how the person looked, and the day on which a responder met the person.

        The list never shows the result of a screening.
        """
        lists[f"{name}.{case}"] = [
            (str(one.n), f"{_person_label(turn, one)} {one.met_at.astimezone(KIGALI):%d/%m}")
            for one in people[-MAX_PEOPLE:]
        ]

    if met:
        flags.append(f"has_people.{case}")
        list_as("my_people", met)
    flags += [f"{flag}.{case}.{one.n}" for one in met[:MAX_PEOPLE] for flag in _flags(one)]
    is_asked = False
    for kind, (due, several, name) in LISTS.items():
        if people := [one for one in met if _is_asked_now(one, kind, at)]:
            is_asked = True
            flags.append(f"{due}.{case}")
        if len(people) > 1:
            flags.append(f"{several}.{case}")
            list_as(name, people)
    if any(rules_follow_up.wants_help_since(one) is not None for one in met):
        flags.append(f"offer_due.{case}")
    if again := [one for one in met if _is_asked_again(one, turn)]:
        is_asked = True
        flags.append(f"consent_due.{case}")
        list_as("consent_people", again)
    if any(one.wants_woman for one in again):
        flags.append(f"woman_asks.{case}")
    early = [one for one in met if awaited_offer(one, FollowKind.ARRIVAL, at) is not None]
    if early and not is_asked:
        _, several, name = LISTS[FollowKind.ARRIVAL]
        flags += [f"{EARLY}.{case}", *([f"{several}.{case}"] if len(early) > 1 else [])]
        list_as(name, early)
    return ReaderAnswer(tuple(flags), lists).and_also(_closing(turn, case, met))


def _closing(turn: ReaderTurn, case: str, met: Sequence[MetPerson]) -> ReaderAnswer:
    """Returns a text that lists the follow-ups that must be done before the case is closed. The text has only as many
    follow-ups as fit on a screen. Example: `1 woman: help, 2 man: arrival`."""
    parts = [
        f"{_person_label(turn, one)}: {turn.say(FOLLOWS[kind].screen)}"
        for one in met
        for kind in rules_follow_up.missing_facts(one)
    ]
    while len(", ".join(parts)) > MAX_OWED_LETTERS:
        parts.pop()
    owed = {f"owed.{case}": ", ".join(parts)}
    return ReaderAnswer((f"owes.{case}",), words=owed) if parts else ReaderAnswer()


def awaited_offer(person: MetPerson, kind: FollowKind, at: datetime) -> OfferedHelp | None:
    """Returns the person's newest offer of help that a responder can now follow up with a report of the given kind."""
    return next((one for one in reversed(person.referrals) if _is_due(person, one, kind, at)), None)


def unanswered_offer(person: MetPerson) -> OfferedHelp | None:
    """Returns the newest offer of help that no service has answered yet."""
    return next((one for one in reversed(person.referrals) if one.answer in (None, "none")), None)


def _is_due(person: MetPerson, offer: OfferedHelp, kind: FollowKind, at: datetime) -> bool:
    clock = rules_follow_up.offer_clock(person, offer)
    if clock is None:
        return False
    if kind is FollowKind.ARRIVAL:
        return clock.kind is kind or (clock.kind is FollowKind.OFFER and offer.lost > 0)
    return clock.kind is kind and clock.due_at <= at


def _is_asked_now(person: MetPerson, kind: FollowKind, at: datetime) -> bool:
    """Returns True if this kind of follow-up is due now for an offer of help to the person."""
    offer = awaited_offer(person, kind, at)
    clock = None if offer is None else rules_follow_up.offer_clock(person, offer)
    return clock is not None and clock.due_at <= at


def _is_asked_again(person: MetPerson, turn: ReaderTurn) -> bool:
    """Returns True if this responder should now ask the person again if they want help.

    If the person refused help, a responder other than the one who recorded the refusal must ask.
    """
    clock = rules_follow_up.ask_again_clock(person)
    if clock is None or clock.due_at > turn.at:
        return False
    return person.consent is not ConsentState.NO or turn.person.id not in person.askers


def _flags(one: MetPerson) -> Iterator[str]:
    if one.minor is not None or one.is_child or one.consents:
        yield "child" if one.is_child else "adult"
    if one.consent is ConsentState.YES:
        yield "consented"
    if one.consent is ConsentState.NO:
        yield "says_no"
    if unanswered_offer(one) is not None:
        yield "awaits"
    if one.sex is not None:
        yield "seen"


def _person_label(turn: ReaderTurn, one: MetPerson) -> str:
    return f"{one.n} {turn.say(service_requests.SEEN.get(one.sex or '', Template.MET_PERSON))}"


KEPT, STOPPED = "person_kept", "person_stopped"
"""Two flags for the flow: the responder's report was stored, or the report was not stored. If the report was not
stored, a third flag gives the reason."""
NEW = 0
"""The value for the person's number in a report about a person who is not recorded yet."""
WHICH = "which_person"
"""The reason for refusing a report if the case has several persons and the responder has not chosen one of them."""
ASKS = {LoggedEvent.ARRIVED: FollowKind.ARRIVAL, LoggedEvent.THIRTY: FollowKind.THIRTY}


def record_report(turn: ReaderTurn) -> ReaderAnswer:
    """Records a responder's report about a person."""
    session, at, kind, known = turn.session, turn.at, LoggedEvent(turn.ask.verb), turn.known()
    if known is None:
        return OVER
    tip, _ = known
    is_closed = kind is LoggedEvent.SCREENED and tip.closed_at is not None
    if is_closed or tip.matter != Matter.TIP or tip.channel in rules_trial.UNCOUNTED:
        return OVER
    if kind is LoggedEvent.SCREENED and not tables.is_believed(session, tip.id, turn.person.id):
        return NOT_TAKEN
    try:
        private = case_private_key(session, turn.context, tip)
        met = service_follow_up.decrypted_persons(session, tip, private)
        said = _reported(kind, met, turn)
        by = service_case.by_responder(turn.person.id, EventChannel.USSD)
        one = service_follow_up.PersonReport(
            kind, said, by, at, f"{tip.id}:{turn.person.id}:{at.timestamp()}"
        )
        done = service_follow_up.record_report(session, turn.context, tip, one, private=private)
        tables_case_events.drop_form(session, tip.id, turn.person.id)
    except CodesRefused as refused:
        return ReaderAnswer((STOPPED, refused.stop))
    except (DecryptionFailed, KeyMissing):
        return ReaderAnswer((rules_reading_requests.UNREADABLE,))
    answer = _flags_after_form(turn, said, met, done)
    if kind is not LoggedEvent.OFFERED or done is None:
        return answer
    row = tables_persons.open_request(session, done[0])
    if row is None:
        return answer
    service = service_requests.name_of(session, turn.context, row, at)
    return answer.and_also(ReaderAnswer(("service_asked",), words={"service": service}))


def _reported(kind: LoggedEvent, met: Sequence[MetPerson], turn: ReaderTurn) -> PersonCodes:
    """Returns the content of a responder's report: the number of the person, the offer of help, and the coded answers.

    Raises CodesRefused if it is not clear which person the report is about. Also raises CodesRefused for coded answers
    that no screen of a phone offers.
    """
    n, typed = person_and_codes(turn.typed)
    codes, offered = rules_persons.codes_of_kind(kind, typed), None
    if not n and kind in MEETING_EVENTS and (n == NEW or not met):
        n = min(len(met) + 1, rules_persons.MAX_PEOPLE)
    else:
        offers = {one.n: _offer(kind, one, codes, turn.at) for one in met}
        of_offer = kind in rules_persons.OF_REFERRAL
        fit = [one for one, offer in offers.items() if not of_offer or offer is not None]
        if not n and len(fit) > 1:
            raise CodesRefused(WHICH)
        n = n or next(iter(fit), 0)
        offer = offers.get(n)
        if of_offer and offer is None:
            raise CodesRefused(StopReason.NOBODY_WAITS)
        offered = offer.offered_id if of_offer and offer is not None else None
    try:
        return PersonCodes(n, codes, offered).checked(kind)
    except ValueError:
        raise CodesRefused(StopReason.NOBODY_WAITS) from None


def _offer(
    kind: LoggedEvent, one: MetPerson, codes: Mapping[str, str], at: datetime
) -> OfferedHelp | None:
    if kind is LoggedEvent.ANSWERED:
        return unanswered_offer(one)
    follow = ASKS.get(kind)
    if follow is None:
        return None
    found = awaited_offer(one, follow, at)
    if found is None and codes.get(THIRTY) == ThirtyDays.DANGER:
        # A responder can report at any time that a person is in danger again, even if the follow-up after thirty days
        # is not due.
        found = next((offer for offer in reversed(one.referrals) if offer.arrived == "yes"), None)
    return found


def _flags_after_form(
    turn: ReaderTurn,
    reported: PersonCodes,
    met: Sequence[MetPerson],
    done: tuple[int, MetPerson] | None,
) -> ReaderAnswer:
    words = {"person": str(reported.n)}
    if done is None:
        return ReaderAnswer((KEPT,), words=words)
    entry_id, person = done
    now = [*(one for one in met if one.n != reported.n), person]
    seen = flags_of_case(turn, turn.ask.reference, sorted(now, key=lambda one: one.n))
    due = _due(reported, person, entry_id)
    words |= {"time": kigali_time(due)} if due is not None else {}
    return ReaderAnswer((KEPT, *_flags_after(reported, person)), words=words).and_also(seen)


def _flags_after(reported: PersonCodes, person: MetPerson) -> Sequence[str]:
    """Returns the flags that decide which screen of the flow follows a report."""
    if rules_persons.PURPOSE in reported.codes and person.result is not None:
        return [person.result.value]
    # A child who refused one service can still want help, so the responder offers a different
    # service.
    is_no = reported.codes.get(rules_persons.ANSWER) == ServiceAnswer.PERSON_REFUSED
    return [StopReason.SAYS_NO] if is_no and person.consent is ConsentState.NO else []


def _due(reported: PersonCodes, person: MetPerson, entry_id: int) -> datetime | None:
    """Returns the time that the next screen shows. After a report about consent, this is the time of the next question
    about help. After all other reports, this is the time of the next follow-up."""
    if rules_persons.CONSENT in reported.codes:
        clock = rules_follow_up.ask_again_clock(person)
        return None if clock is None else clock.due_at
    wanted, is_last = reported.referral or entry_id, THIRTY in reported.codes
    offer = next((one for one in person.referrals if one.offered_id == wanted), None)
    clock = rules_follow_up.offer_clock(person, offer) if offer and not is_last else None
    return None if clock is None else clock.due_at
