"""Does the work of the reader process: checks a PIN, carries out the responder's request, and encrypts the answer.

An answer contains the lists and menu texts of the responder's cases, as they were when the responder's session began.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from hotline.alerts import queries_references, service_case, tables
from hotline.alerts.rules_replies import CommandResult
from hotline.alerts.service_case import desk_decides
from hotline.cases import (
    decrypt_handover,
    decrypt_questions,
    decrypt_reader_commands,
    decrypt_reader_pages,
    decrypt_reader_persons,
    reader_pins,
    rules_reading_requests,
    service_handover,
)
from hotline.cases import tables as cases_tables
from hotline.cases.decrypt_reader import ReaderContext
from hotline.cases.reader_pins import ReaderTurn, WaitingHop
from hotline.cases.rules_reading_requests import (
    FIRST,
    FREE_SHIFTS,
    IS_OWN,
    KEPT_FOR,
    MY_SHIFTS,
    NUMBER_KEY,
    OFFERS,
    ONE_DANGER,
    PAGE,
    PROOF_OVER,
    REFUSED,
    TAKES,
    ReaderAnswer,
    ReaderQuestion,
    ReaderQuestionKind,
    ReadingState,
    blocked_answer,
    bound_to,
)
from hotline.cases.tables import PinReading, PinReadingAsk
from hotline.core import rules_trial
from hotline.core.database import Session
from hotline.core.logs import REQUEST
from hotline.core.ussd import CallerFacts, SessionStart
from hotline.core.wording import Template
from hotline.duty import service_phone_proof, service_roster
from hotline.flows.flow import text_in
from hotline.gateway import tables as gateway_tables
from hotline.gateway.doorbell import ringing
from hotline.keys import one_off
from hotline.keys.encrypt import KeyPair
from hotline.people import service_key_proof, tables_accounts, tables_desks, tables_roster
from hotline.people import tables as people_tables
from hotline.people.rules import EnrolmentKind, of_responder
from hotline.people.rules_roster import Shift
from hotline.people.tables import Enrolment, Responder
from hotline.text.characters import is_easy_pin
from hotline.text.errors import DecryptionFailed, PinRefused
from hotline.text.places import alert_place, is_district, place_name
from hotline.text.time import KIGALI, kigali_time
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules import OUTCOMES, DeadlineKind, TipOutcome, Urgency, is_in_good_hands
from hotline.tips.tables import Tip

CAN_STAND_DOWN, DECIDES_VISIT, CAN_CONFIRM = "lets", "decides", "judges"
"""The names of three flags begin with these words. Each name ends with the reference of a case. The hotline stored
these flags when the responder's session began. `dialogue/service_session_start.py` says what each flag means."""
HAS_WORK = "has_work"
"""This flag says that the responder has an open case."""
HAS_QUESTIONS = "has_questions"
TAKEN = f"{decrypt_reader_commands.RESULT_PREFIX}{CommandResult.TAKEN}"
NOT_HERE = "(console)"
"""A phone shows this text instead of a handover note that only the console may show."""
MAX_QUESTIONS = 10
MAX_CASES = 40
"""The maximum number of cases on a list. More cases do not fit into the encrypted answer of the reader process."""


def responder_view(turn: ReaderTurn, pinned: CallerFacts) -> ReaderAnswer:
    """Returns the values that the menus show about a responder's cases: references, places, times and numbers of
    persons.

    The values never contain a caller's text.
    """
    person_id = turn.person.id
    tips = dict(queries_references.open_tips(turn.session, person_id))
    every = [one for one in pinned.cases if one in tips]
    known = {tips[one].id for one in every}
    followed_now = queries_references.follow_up_cases(turn.session, person_id)
    due = {tip.id for _, tip in followed_now}
    theirs = _colleagues_cases(turn, {case: tips[case] for case in every}, pinned, due)
    urgent = {one for one in every if tips[one].urgency == Urgency.DANGER} - theirs
    every.sort(key=lambda one: (f"{IS_OWN}.{one}" not in pinned.flags, one not in urgent))
    cases = every[:MAX_CASES]
    asked = [one for one in followed_now if one[1].id not in known]
    followed = dict(asked[: MAX_CASES - len(cases)])
    own_tips = {tip.id: case for case, tip in tips.items()}
    tips |= followed

    waits = len(service_handover.waiting_for(turn.session, _viewer(turn), turn.at, own_tips).all)
    words = {"open": str(len(every)), "urgent": str(len(urgent)), "waits": str(waits)}
    words["last"] = reader_pins.last_opening(turn)
    for case in (*cases, *followed):
        words |= _words(turn, case, tips[case])
    labels = [
        *_labels(turn, {case: tips[case] for case in cases}, theirs, pinned),
        *((case, turn.say(Template.LIST_FOLLOW, ref=case)) for case in followed),
    ]
    asks = decrypt_questions.approved_questions(turn.context).values()
    questions = [(one.name, text_in(one.node.text, turn.person.language)) for one in asks]
    own_shifts = service_roster.own_shifts(turn.session, person_id, turn.at)
    free = service_roster.free_shifts(turn.session, person_id, turn.at)
    shifts = {
        MY_SHIFTS: [_shift(one, OFFERS, turn.person.language) for one in own_shifts],
        FREE_SHIFTS: [_shift(one, TAKES, turn.person.language) for one in free],
    }
    has = {
        **{name: bool(listed) for name, listed in shifts.items()},
        HAS_WORK: bool(labels),
        HAS_QUESTIONS: bool(questions),
        rules_reading_requests.HANDOVER: bool(waits),
        rules_reading_requests.HAS_WARNINGS: reader_pins.has_unread_warnings(turn),
    }
    listed = {one: tips[one] for one in (*followed, *cases)}
    read_there = [one for one, tip in listed.items() if turn.reads_in_console(tip)]
    flags = (
        rules_reading_requests.RIGHT,
        *(flag for flag, some in has.items() if some),
        *(f"{rules_reading_requests.IN_CONSOLE}.{one}" for one in read_there),
        *(f"over.{one}" for one in read_there if tips[one].closed_at is not None),
    )
    by_pin = {one: tip for one, tip in listed.items() if one not in read_there}
    own, judged = dict[str, Tip](), dict[str, Tip]()
    for one, tip in by_pin.items():
        if f"{IS_OWN}.{one}" in pinned.flags or tip.id in due:
            own[one] = tip
        elif f"{CAN_CONFIRM}.{one}" in pinned.flags:
            judged[one] = tip
    lists = {
        rules_reading_requests.MY_WORK: labels,
        rules_reading_requests.MY_QUESTIONS: questions[:MAX_QUESTIONS],
        **shifts,
    }
    answer = ReaderAnswer(flags, lists, words)
    answer = answer.and_also(decrypt_reader_persons.flags_of_cases(turn, own))
    answer = answer.and_also(decrypt_reader_persons.closing_follow_ups(turn, judged))
    untaken = [one for one in urgent if tips[one].assignee_id is None]
    # If a real case about danger has no assignee, the list leaves out drills. Otherwise the phone could show a drill
    # first.
    untaken = [one for one in untaken if tips[one].channel != rules_trial.DRILL] or untaken
    if (
        FIRST in answer.words
        or has[rules_reading_requests.HAS_WARNINGS]
        or len(untaken) != 1
        # The phone shows the case at once only if the responder has nothing to decide or to report in it.
        or untaken[0] not in by_pin.keys() - _cases_to_decide(pinned)
        or by_pin[untaken[0]].id in due
    ):
        return answer
    return answer.and_also(ReaderAnswer((ONE_DANGER,), words={FIRST: untaken[0]}))


def _cases_to_decide(pinned: CallerFacts) -> set[str]:
    """Returns the cases whose assignee is this responder, and the cases in which they may decide about a visit or a
    closure."""
    asks = (f"{IS_OWN}.", f"{CAN_STAND_DOWN}.", f"{DECIDES_VISIT}.", f"{CAN_CONFIRM}.")
    return {flag.partition(".")[2] for flag in pinned.flags if flag.startswith(asks)}


def _shift(one: Shift, prefix: str, language: str) -> tuple[str, str]:
    times = f"{kigali_time(one.starts_at)}-{one.ends_at.astimezone(KIGALI):%H:%M}"
    place = f" {place_name(one.desk, language)}" if is_district(one.desk) else ""
    return f"{prefix}{service_roster.shift_name(one)}", f"{times}{place}"


def _viewer(turn: ReaderTurn) -> Viewer:
    """Returns a `Viewer` for a responder who has entered the PIN: queries then return only tips of the responder's
    desks."""
    desks = tables_desks.desks_of(turn.session, of_responder(turn.person.id))
    return Viewer(frozenset(desks), turn.person.id, turn.person.person_id)


def _handover_lines(turn: ReaderTurn) -> Iterator[tuple[datetime, str, int | None]]:
    """Yields the unread handover notes that fit on one page. Each entry has the time of the note, the line for the
    page, and the id of the tip. The oldest note comes first."""
    letters = 0
    tips = queries_references.open_tips(turn.session, turn.person.id)
    known = {tip.id: case for case, tip in tips}
    for one in decrypt_handover.waiting_texts(turn, _viewer(turn), known):
        case = "" if one.tip_id is None else f" {known[one.tip_id]}"
        line = f"{kigali_time(one.at)}{case} {one.text or NOT_HERE}"
        letters += len(line) + 1
        if letters > decrypt_reader_pages.MAX_LETTERS:
            return
        yield one.at, line, one.tip_id


def _handover_page(turn: ReaderTurn) -> ReaderAnswer:
    """Returns the page with the unread handover notes. Writes a row to the audit log for each case with a note on the
    page."""
    lines = [*_handover_lines(turn)]
    for tip_id in sorted({tip_id for _, _, tip_id in lines if tip_id is not None}):
        turn.log("handover_read", decrypt_reader_pages.BY_DIALLING, f"tip:{tip_id}")
    return ReaderAnswer(words={PAGE: "\n".join(line for _, line, _ in lines) or "-"})


def _confirm_handover(turn: ReaderTurn) -> ReaderAnswer:
    """Records that the responder has read the handover notes on the page.

    If only the console may show a note, this note and all newer notes stay unread.
    """
    shown = [at for at, _, _ in _handover_lines(turn)]
    if shown and tables_accounts.has_account(turn.session, turn.person.person_id):
        waiting = service_handover.waiting_for(turn.session, _viewer(turn), turn.at).all
        hidden = Counter(one.at for one in waiting) - Counter(shown)
        shown = [at for at in shown if at < min(hidden, default=turn.at)]
    for at in shown[-1:]:
        tables_roster.mark_read(turn.session, turn.person.person_id, at)
    return ReaderAnswer()


OWN_PAGES: Mapping[str, Callable[[ReaderTurn], ReaderAnswer]] = {
    rules_reading_requests.HISTORY: decrypt_reader_pages.timeline_page,
    rules_reading_requests.WARNINGS: reader_pins.warnings_page,
    rules_reading_requests.HANDOVER: _handover_page,
}
"""Maps each command that requests a page to the function that makes the page. The page with the text of a case is not
in this mapping, because `case_page` needs one more parameter."""


def _words(turn: ReaderTurn, case: str, tip: Tip) -> Mapping[str, str]:
    place = place_name(alert_place(tip.place, tip.within), turn.person.language)
    words = {f"ref.{case}": case, f"place.{case}": place}
    if tip.closure_by is not None and tip.outcome_asked is not None:
        words[f"asked.{case}"] = turn.say(OUTCOMES[TipOutcome(tip.outcome_asked)].screen)
    return words


def _colleagues_cases(
    turn: ReaderTurn, cases: Mapping[str, Tip], pinned: CallerFacts, due: Collection[int]
) -> frozenset[str]:
    """Returns the cases that a colleague has taken and read, and for which this responder has nothing to decide or
    report.

    Leaves out overdue cases, and cases with new details since this responder was alerted. Also leaves out drills,
    because the label of such a case does not show that the case is a drill.
    """
    asked = _cases_to_decide(pinned)
    held = {
        case: tip.id
        for case, tip in cases.items()
        if case not in asked
        and tip.id not in due
        and tip.channel != rules_trial.DRILL
        and tip.assignee_id not in (None, turn.person.id)
        and tip.closure_by is None
    }
    if not held:
        return frozenset()
    taken = tables.acknowledged_since_alert(turn.session, turn.person.id, [*held.values()])
    clocks = tables.open_clocks_of(turn.session, taken)
    theirs = {one for one in taken if is_in_good_hands(clocks.get(one, {}), turn.at)}
    return frozenset(case for case, tip_id in held.items() if tip_id in theirs)


def _labels(
    turn: ReaderTurn, cases: Mapping[str, Tip], theirs: Collection[str], pinned: CallerFacts
) -> Iterable[tuple[str, str]]:
    """Yields each case with its label on the list. If another case on the list is probably about the same situation,
    the label also names that case."""
    like = service_case.known_in_situation(
        turn.session, [(tip.id, turn.person.id) for tip in cases.values()]
    )
    for case, tip in cases.items():
        label = _label(turn, case, tip, pinned)
        if case in theirs:
            label = turn.say(Template.LIST_THEIRS, ref=case)
        other = like.get((tip.id, turn.person.id))
        yield case, label if other is None else turn.say(Template.LIST_LIKE, case=label, like=other)


def _label(turn: ReaderTurn, case: str, tip: Tip, pinned: CallerFacts) -> str:
    if tip.channel == rules_trial.DRILL:
        return turn.say(Template.LIST_EXERCISE, ref=case)
    if f"{CAN_CONFIRM}.{case}" in pinned.flags or desk_decides(turn.session, tip):
        return turn.say(Template.LIST_CLOSURE, ref=case)
    if f"{IS_OWN}.{case}" in pinned.flags:
        due = tables.last_due(turn.session, tip.id, DeadlineKind.OUTCOME)
        return case if due is None else turn.say(Template.LIST_DUE, ref=case, time=kigali_time(due))
    urgent = tip.urgency == Urgency.DANGER
    return turn.say(Template.LIST_URGENT if urgent else Template.LIST_NEW, ref=case)


# The code below answers requests with PINs and codes in the reader process.

PROVED = b"proved"


@dataclass(frozen=True, slots=True)
class ProofAttempt:
    """The result of checking a code from an SMS and a start PIN from paper."""

    enrolment: Enrolment | None = None
    """The enrolment that the code and the start PIN have proved. None if the code or the start PIN is wrong."""
    pair: KeyPair | None = field(default=None, repr=False)
    wrap: bytes | None = field(default=None, repr=False)


def _rewrapped(
    context: ReaderContext, one: WaitingHop, private: bytes, before: bytes | None
) -> bytes | None:
    """Returns a responder's private key, encrypted again: with the new PIN that the request chooses, or otherwise with
    the newest pepper, a secret of the server.

    Returns None if the stored key needs no change, or if the chosen PIN is not allowed. `before` is the stored
    encrypted private key. `before` is None if the private key was still in memory.
    """
    pin: str | None = one.pin
    if one.kind is ReaderQuestionKind.CHANGE:
        pin = _chosen_pin(one)
    elif before is None or not context.vault.is_old(before):
        pin = None
    if pin is None or one.responder_id is None:
        return None
    return context.vault.wrap(private, pin, one.responder_id)


def _change(turn: ReaderTurn, wrap: bytes | None) -> ReaderAnswer:
    """Stores the responder's private key under a new PIN, and returns the answer. The old PIN then decrypts nothing."""
    if wrap is None or turn.person.public_key != one_off.public_of(turn.private):
        return ReaderAnswer((REFUSED,))
    turn.person.pin_wrap, turn.person.pin_set_at = wrap, turn.at
    turn.log("pin_changed", "by dialling")
    return ReaderAnswer((rules_reading_requests.CHANGED,))


def _waits_for(context: ReaderContext, one: WaitingHop) -> Enrolment | None:
    """Returns the enrolment that this phone can complete now with a code and a start PIN. Returns None if the phone can
    complete no enrolment now."""
    with context.database.reading() as session:
        return people_tables.provable_enrolment(
            session, one.typed.get(NUMBER_KEY, ""), context.now()
        )


def _proof_tried(context: ReaderContext, one: WaitingHop) -> ProofAttempt:
    """Checks the code and the start PIN. If the responder also chooses a PIN, makes a key pair that this PIN
    protects."""
    wanted = _waits_for(context, one)
    if not _proves(context, one, wanted) or wanted is None:
        return ProofAttempt()
    is_chosen = one.kind is ReaderQuestionKind.CHOOSE and wanted.kind == EnrolmentKind.ENROL
    chosen = _chosen_pin(one) if is_chosen else None
    if chosen is None:
        return ProofAttempt(wanted)
    pair = KeyPair.new()
    return ProofAttempt(wanted, pair, context.vault.wrap(pair.private, chosen, wanted.responder_id))


def _chosen_pin(one: WaitingHop) -> str | None:
    """Returns the new PIN, if the responder typed the same PIN twice.

    Returns None if the two PINs differ, or if the PIN is easy to guess.
    """
    chosen = one.typed.get(rules_reading_requests.NEW_PIN, "")
    refused = is_easy_pin(chosen) or chosen == one.typed.get(rules_reading_requests.NUMBER_END)
    is_same = chosen == one.typed.get(rules_reading_requests.NEW_AGAIN)
    return chosen if chosen and is_same and not refused else None


def _proof_decided(
    session: Session, context: ReaderContext, first: PinReading, proof: ProofAttempt
) -> ReaderAnswer:
    """Returns the answer for a phone on which a person has entered a code and a start PIN. If the hotline refused a
    request and the phone repeats the request, the hotline refuses the repeated request too."""
    wanted = proof.enrolment
    if wanted is None or first.state == ReadingState.WRONG:
        first.state = ReadingState.WRONG
        return ReaderAnswer()
    first.state = ReadingState.DONE
    if wanted.kind != EnrolmentKind.ENROL:
        is_new = service_phone_proof.record_proof(session, context, wanted)
        return ReaderAnswer((rules_reading_requests.NUMBER_PROVED if is_new else PROOF_OVER,))
    if first.question["kind"] == ReaderQuestionKind.PROVE:
        return ReaderAnswer((rules_reading_requests.PAPER_RIGHT,))
    if proof.pair is None or proof.wrap is None:
        return ReaderAnswer((REFUSED,))
    public, wrap = proof.pair.public, proof.wrap
    is_new = service_phone_proof.record_proof(
        session, context, wanted, public_key=public, pin_wrap=wrap
    )
    return ReaderAnswer((rules_reading_requests.CHOSEN if is_new else PROOF_OVER,))


def _proves(context: ReaderContext, one: WaitingHop, enrolment: Enrolment | None) -> bool:
    """Returns True if the code and the start PIN are right.

    The check always takes the same time, which reveals neither if an enrolment exists nor if attempts are left.
    """
    start, costs = one.typed.get(rules_reading_requests.START_PIN, ""), context.vault.costs
    if enrolment is None:
        return service_phone_proof.is_proof_right(None, one.pin, start, costs=costs)
    name = f"{enrolment.id}\0{one.pin}\0{start}"
    if context.memory.find(one.session_key, enrolment.responder_id, name) is not None:
        return True
    with context.database.writing() as session:
        # A request that arrives twice must count as one attempt.
        first = cases_tables.locked_reading(session, one.reading_id)
        counts = first.state == ReadingState.ASKED and people_tables.take_attempt(
            session, enrolment.id
        )
    tries = enrolment if counts else None
    if not service_phone_proof.is_proof_right(tries, one.pin, start, costs=costs):
        return False
    context.memory.keep(one.session_key, enrolment.responder_id, name, PROVED)
    return True


logger = logging.getLogger(__name__)

WRONG = ReaderAnswer()
CODE_RIGHT = ReaderAnswer((rules_reading_requests.PROVES,))
PROOFS = (ReaderQuestionKind.PROVE, ReaderQuestionKind.CHOOSE)


@dataclass(frozen=True, slots=True)
class PinAttempt:
    """The result of checking a PIN."""

    private: bytes | None = field(default=None, repr=False)
    """The responder's private key. None if the PIN is wrong."""
    is_code: bool = False
    """True if the typed digits are the code that the hotline sent to this phone, and not a PIN."""
    before: bytes | None = field(default=None, repr=False)
    """The stored encrypted private key. None if the private key was still in memory."""
    wrap: bytes | None = field(default=None, repr=False)
    """The private key, encrypted again with a new PIN or with the newest pepper. None if the stored key needs no
    change."""


def answer_next(context: ReaderContext) -> bool:
    """Answers the next request that waits for the reader process. Returns False if no request waits. Raises
    StoreUnavailable.

    Requests of responders whose private key is already in memory come first. Next come the remaining requests of
    enrolled phones, and then all requests of phones that are not enrolled. In each of these three groups, the oldest
    request comes first.
    """
    REQUEST.set("")
    with context.database.reading() as session:
        waiting = cases_tables.waiting_hops(session, context.now() - KEPT_FOR)
    if not waiting:
        return False
    tries = [_read(context, ask, row) for ask, row in waiting]
    first = next((one for one in tries if one.comes_first), tries[0])
    one = next((one for one in tries if _remembered(context, one) is not None), first)
    REQUEST.set(one.request)
    logger.info("the reader process starts to answer a request from a web process")
    try:
        _answer(context, one)
    except (DecryptionFailed, KeyError, TypeError, ValueError) as broken:
        # An error in one request must not delay the other requests.
        logger.error(
            "the reader process could not answer a request from a web process: %s",
            type(broken).__name__,
        )
        with context.database.writing() as session:
            cases_tables.store_answer(session, one.ask_id, None, context.now())
    return True


def _read(context: ReaderContext, ask: PinReadingAsk, row: PinReading) -> WaitingHop:
    bound = bound_to(row.session_key, row.text_digest)
    kind = ReaderQuestionKind(row.question["kind"])
    box = one_off.decrypt_with_any(ask.encrypted_pin, context.pair.now(), bound) or {}
    typed = {str(name): str(value) for name, value in box.items()}
    named = (ask.id, row.id, kind, ask.public_key, row.session_key, bound, row.responder_id)
    return WaitingHop(*named, typed, ask.request)


def _remembered(context: ReaderContext, one: WaitingHop) -> bytes | None:
    """Returns the responder's private key from memory, if the same PIN was right earlier in this session."""
    if one.responder_id is None:
        return None
    return context.memory.find(one.session_key, one.responder_id, one.pin)


def _tried(context: ReaderContext, one: WaitingHop) -> PinAttempt:
    """Checks the PIN that the request contains. If the same PIN was right earlier in this session, takes the private
    key from memory.

    The check takes the same time for known and unknown phones, so the time does not reveal if the hotline knows the
    phone.
    """
    private, wrap = _remembered(context, one), None
    if private is None and one.responder_id is not None:
        with context.database.reading() as session:
            person = session.get(Responder, one.responder_id)
            wrap = person.pin_wrap if person is not None and person.active else None
    if private is None and wrap is not None and one.responder_id is not None:
        with suppress(PinRefused):
            private = context.vault.open(wrap, one.pin, one.responder_id)
    elif private is None:
        context.vault.open_nothing(one.pin)
    if private is None:
        return PinAttempt(is_code=service_phone_proof.knows_code(_waits_for(context, one), one.pin))
    fresh = _rewrapped(context, one, private, wrap)
    return PinAttempt(private, before=wrap, wrap=fresh)


def _answer(context: ReaderContext, one: WaitingHop) -> None:
    proof = _proof_tried(context, one) if one.kind in PROOFS else None
    found = _tried(context, one) if proof is None else PinAttempt()
    noted = gateway_tables.find_start(context.database, one.session_key)
    start = None if noted is None else noted[0]
    with ringing(context) as session:
        first = cases_tables.locked_reading(session, one.reading_id)
        if proof is not None:
            answer = _proved(session, context, one, first, proof)
        else:
            is_over = start is not None and start.started_at < context.now() - KEPT_FOR
            if is_over and first.state == ReadingState.ASKED:
                # The lists may change before the phone sends this request again, and the same digits would then choose
                # a different entry. So the repeated request is refused.
                first.state = ReadingState.RESTED
            answer = _decided(session, context, one, first, found, start)
        cases_tables.record_state(session, one.reading_id, first.state)
        box = one_off.seal(answer.to_dict(), public=one.public_key, bound=one.bound)
        cases_tables.store_answer(session, one.ask_id, box, context.now())
        is_right = first.state == ReadingState.DONE
        if (
            is_right
            and found.private is not None
            and one.responder_id is not None
            and _remembered(context, one) is None
        ):
            person, member = (
                session.get_one(Responder, one.responder_id),
                of_responder(one.responder_id),
            )
            service_key_proof.prove_keys(session, context, member, person, found.private)
    if is_right and found.private is not None and one.responder_id is not None:
        context.memory.keep(one.session_key, one.responder_id, one.pin, found.private)


def _proved(
    session: Session,
    context: ReaderContext,
    one: WaitingHop,
    first: PinReading,
    proof: ProofAttempt,
) -> ReaderAnswer:
    if first.state == ReadingState.DONE and first.encrypted_answer is not None:
        return _stored_answer(context, first, first.encrypted_answer)
    answer = _proof_decided(session, context, first, proof)
    if first.state == ReadingState.DONE:
        _keep(context, first, answer)
        return answer
    # A flag in the answer to a wrong code or start PIN says if no further attempt is possible.
    key = one.typed.get(NUMBER_KEY, "")
    is_over = people_tables.provable_enrolment(session, key, context.now()) is None
    return ReaderAnswer((PROOF_OVER,)) if is_over else ReaderAnswer()


def _decided(
    session: Session,
    context: ReaderContext,
    one: WaitingHop,
    first: PinReading,
    found: PinAttempt,
    start: SessionStart | None,
) -> ReaderAnswer:
    """Returns the answer to a request with a PIN. If the hotline refused a request and the phone repeats the request,
    the hotline refuses the repeated request too."""
    at, person = context.now(), None
    if first.responder_id is not None:
        person = session.get(Responder, first.responder_id, with_for_update={"key_share": True})
    if (
        person is not None
        and found.private is not None
        and (not person.active or person.pin_wrap is None)
    ):
        # An admin can remove the responder, or the PIN can end, after the private key was read into memory. The request
        # then gets the same answer as a request without a valid PIN.
        return _of_no_one(first, PinAttempt())
    if first.state == ReadingState.WRONG or first.responder_id is None:
        return _of_no_one(first, found)
    if person is None or first.state == ReadingState.RESTED or reader_pins.is_blocked(person, at):
        first.state = ReadingState.RESTED if first.state == ReadingState.ASKED else first.state
        return blocked_answer(None if person is None else person.rested_until, at)
    if found.private is None and (found.is_code or person.pin_wrap is None):
        return _of_no_one(first, found)
    ask, private = ReaderQuestion.from_dict(first.question), found.private or b""
    turn = ReaderTurn(session, context, person, ask, at, private, one.typed)
    if found.private is None:
        return _wrong(turn, first)
    again = first.state == ReadingState.DONE
    first.state = ReadingState.DONE
    if again and first.encrypted_answer is not None:
        return _with_page(turn, _stored_answer(context, first, first.encrypted_answer), again=True)
    is_unchanged = person.pin_wrap == found.before and person.public_key == one_off.public_of(
        private
    )
    if found.wrap is not None and ask.kind is not ReaderQuestionKind.CHANGE and is_unchanged:
        person.pin_wrap = found.wrap
    if decrypt_reader_commands.needs_console(turn):
        return ReaderAnswer((rules_reading_requests.IN_CONSOLE,))
    answer = _done(turn, found.wrap, start, again=again)
    if ask.kind is not ReaderQuestionKind.PAGE:
        _keep(context, first, answer)
    return answer


def _wrong(turn: ReaderTurn, first: PinReading) -> ReaderAnswer:
    """Counts a wrong PIN, and returns an answer that asks for the PIN again."""
    reader_pins.count_wrong(turn)
    has_rest = reader_pins.is_blocked(turn.person, turn.at)
    if first.state == ReadingState.ASKED:
        first.state = ReadingState.RESTED if has_rest else ReadingState.WRONG
    return blocked_answer(turn.person.rested_until, turn.at) if has_rest else WRONG


def _of_no_one(first: PinReading, found: PinAttempt) -> ReaderAnswer:
    """Returns the answer to digits that a person typed on a phone without a valid PIN. The digits may be the code that
    the hotline sent to this phone. All other digits get the answer to a wrong PIN."""
    if found.is_code and first.state != ReadingState.WRONG:
        first.state = ReadingState.DONE
        return CODE_RIGHT
    first.state = ReadingState.WRONG
    return WRONG


def _done(
    turn: ReaderTurn, wrap: bytes | None, start: SessionStart | None, *, again: bool
) -> ReaderAnswer:
    ask = turn.ask
    match ask.kind:
        case ReaderQuestionKind.VIEW:
            seen = responder_view(turn, (start and start.pinned) or CallerFacts())
            reader_pins.count_opening(turn, start.network if start is not None else None)
            return _with_page(turn, seen, again=again)
        case ReaderQuestionKind.PAGE if ask.verb in OWN_PAGES:
            return OWN_PAGES[ask.verb](turn)
        case ReaderQuestionKind.PAGE:
            return decrypt_reader_pages.case_page(turn, again=again)
        case ReaderQuestionKind.ACT if ask.verb == rules_reading_requests.NOT_ME:
            reader_pins.end_pin(turn)
            return ReaderAnswer((rules_reading_requests.ENDED,))
        case ReaderQuestionKind.ACT if ask.verb == rules_reading_requests.HANDOVER_READ:
            return _confirm_handover(turn)
        case ReaderQuestionKind.ACT if ask.verb in rules_reading_requests.PERSON_VERBS:
            return decrypt_reader_persons.record_report(turn)
        case ReaderQuestionKind.ACT:
            return _with_own(turn, decrypt_reader_commands.carry_out(turn))
        case ReaderQuestionKind.CHANGE:
            return _change(turn, wrap)
        case ReaderQuestionKind.PROVE | ReaderQuestionKind.CHOOSE:
            raise ValueError(
                "a request to check or choose a PIN reached the code that decrypts tips, by mistake"
            )


def _with_page(turn: ReaderTurn, view: ReaderAnswer, *, again: bool) -> ReaderAnswer:
    """Adds the page of the only untaken case about danger to an answer with the flag `ONE_DANGER`. If the page cannot
    be decrypted, the phone shows the home screen instead."""
    if ONE_DANGER not in view.flags:
        return view
    ask = ReaderQuestion(ReaderQuestionKind.PAGE, view.words[FIRST])
    page = decrypt_reader_pages.case_page(replace(turn, ask=ask), again=again)
    if PAGE in page.words:
        return view.and_also(page)
    return replace(view, flags=tuple(one for one in view.flags if one != ONE_DANGER))


def _with_own(turn: ReaderTurn, answer: ReaderAnswer) -> ReaderAnswer:
    """Adds to the answer the flags and lists that the menus need for the responder's own case. Adds nothing if the
    responder has not taken the case."""
    tip = turn.open_case()
    if TAKEN not in answer.flags or tip is None:
        return answer
    case = turn.ask.reference
    people = decrypt_reader_persons.flags_of_cases(turn, {case: tip})
    return answer.and_also(ReaderAnswer((f"{IS_OWN}.{case}",))).and_also(people)


def _keep(context: ReaderContext, first: PinReading, answer: ReaderAnswer) -> None:
    """Stores the answer for repeated requests, without the text of a case."""
    own = one_off.public_of(context.pair.now()[0])
    bound = bound_to(first.session_key, first.text_digest)
    first.encrypted_answer = one_off.seal(answer.without_page().to_dict(), public=own, bound=bound)


def _stored_answer(context: ReaderContext, first: PinReading, encrypted: bytes) -> ReaderAnswer:
    """Returns the stored answer to an earlier request.

    Raises DecryptionFailed if no key decrypts the stored answer.
    """
    bound = bound_to(first.session_key, first.text_digest)
    box = one_off.decrypt_with_any(encrypted, context.pair.now(), bound)
    if box is None:
        raise DecryptionFailed("cannot decrypt the answer that the reader process stored earlier")
    return ReaderAnswer.from_dict(box)
