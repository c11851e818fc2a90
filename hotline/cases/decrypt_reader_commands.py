"""Carries out a command that a responder gives by USSD after the PIN, and returns what the next screen shows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from hotline.alerts import (
    queries,
    queries_references,
    rules_assignment,
    service_case,
    service_closing,
    service_commands,
    tables_case_events,
    tables_drills,
)
from hotline.alerts.rules_replies import OF_A_CASE, Command, CommandResult, Verb
from hotline.alerts.service_case import case_of, routed_case
from hotline.cases import (
    decrypt_access,
    decrypt_questions,
    decrypt_reader_pages,
    rules_reading_requests,
)
from hotline.cases.reader_pins import ReaderTurn
from hotline.cases.rules_reading_requests import (
    ASK,
    DISTRICT,
    NOT_ME,
    NOTE,
    OFFERS,
    PASS,
    SHIFT,
    TAKES,
    WARNINGS,
    WORK_WORDS,
    ReaderAnswer,
)
from hotline.core.database import Session
from hotline.duty import service_roster
from hotline.flows.flow import WIDEST
from hotline.gateway.tables import Assignment
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.text.characters import to_gsm7
from hotline.text.errors import AskRefused, EndRefused, NotFound
from hotline.text.time import kigali_time
from hotline.tips import queries_visible
from hotline.tips.encrypt_notes import encrypt_note
from hotline.tips.rules import OUTCOMES, TipOutcome, desk_of
from hotline.tips.rules_events import (
    SAYS,
    EventChannel,
    LoggedEvent,
    NoteCode,
    NotTrafficking,
    PassedTo,
)
from hotline.tips.rules_persons import ClosureRefusal
from hotline.tips.tables import Tip, requested_outcome

WHO, NATIONAL_DESK = "who", "national"
"""The ends of two command names, which both begin with `PASS`. The command with `WHO` returns the list of colleagues to
choose from. The command with `NATIONAL_DESK` asks the national desk to take the case."""
HAS_COLLEAGUES, NO_COLLEAGUES = "picks", "nobody_else"
"""The flow gets one of two flags: the responder can choose a colleague, or there is no colleague to choose."""
MAX_COLLEAGUES = 20
MAX_LETTERS = 480
"""The maximum number of letters in a note."""
NOTED = "note_kept"
"""The flag that tells the flow that the responder's note was stored."""
CONFIRM = "confirm"
"""The command that confirms a colleague's request to close the case."""
REFUSALS: Mapping[str, str] = {
    ClosureRefusal.UNOPENED: "closure_unopened",
    ClosureRefusal.IN_CONSOLE: "closure_in_console",
}
"""Maps each reason why this responder cannot confirm a closure to a flag, which tells the flow the reason."""
ALSO = "also"
"""The command with which a responder helps with a case that a colleague has already taken."""
CLOSING_CHOICES: Mapping[str, tuple[TipOutcome, NotTrafficking | None]] = {
    **{row.choice: (outcome, None) for outcome, row in OUTCOMES.items() if row.choice},
    **{f"close_{what}": (TipOutcome.NOT_TRAFFICKING, what) for what in NotTrafficking},
}
"""Maps each choice on the phone to the outcome with which the case is closed. For the outcome "not trafficking", the
choice also gives the reason."""
LATE, UNREAD = "late", "taken_unread"
"""Two flags for the flow, which chooses the next screen. `LATE`: the command changed nothing, because a colleague has
already taken the case. `UNREAD`: the responder took the case, and must read the case before a visit."""
HELPS_UNREAD = "helps_unread"
"""This flag says that the responder now helps a colleague with a case, and must read the case before a visit."""
SHIFT_TAKEN, SHIFT_OFFERED, SHIFT_GONE = "shift_taken", "shift_offered", "shift_gone"
"""Three flags for the flow, which chooses the next screen. `SHIFT_TAKEN`: the responder has the shift. `SHIFT_OFFERED`:
the shift is offered to colleagues. `SHIFT_GONE`: the shift has changed since the phone listed the shifts."""
ASKED_BACK, NOT_ASKED = "asked_back", "not_asked"
"""Two flags for the flow: the caller will see the question, or the desk cannot ask the question."""
RESULT_PREFIX = "acted_"
"""The first part of each flag that names the result of a command."""
NAME_LETTERS = len(WIDEST["who"])


WITHOUT_TEXT = frozenset(
    (
        *(*OF_A_CASE, ALSO, CONFIRM, *CLOSING_CHOICES, NOT_ME, WARNINGS),
        *(f"{NOTE}{one}" for one in NoteCode if one is not NoteCode.WORDS),
    )
)
"""The commands for which the reader process does not decrypt the text of the case."""


def needs_console(turn: ReaderTurn) -> bool:
    """Returns True if the responder may give this command only in the console."""
    verb, known = turn.ask.verb, turn.known()
    if known is None or verb in WITHOUT_TEXT or verb.startswith((PASS, SHIFT)):
        return False
    return turn.reads_in_console(known[0])


def result_answer(result: str, **words: str) -> ReaderAnswer:
    """Returns the answer for the phone, with the flag for this command result."""
    return ReaderAnswer((f"{RESULT_PREFIX}{result}",), words=words)


_NO_COLLEAGUES = ReaderAnswer((NO_COLLEAGUES,))
OVER, NOT_TAKEN = result_answer(CommandResult.OVER), result_answer(CommandResult.NOT_TAKEN_YET)


def carry_out(turn: ReaderTurn) -> ReaderAnswer:
    """Carries out the command that the responder chose on the phone."""
    verb, reference = turn.ask.verb, turn.ask.reference
    drills = tables_drills.drill_references(turn.session, turn.person.id)
    if reference in drills and not verb.startswith(SHIFT):
        # In a drill, the hotline carries out each command as "take" or "pass on". The command only shows that the
        # responder has answered. So no drill is passed to a chosen colleague, and no caller gets a question.
        passes = verb == Verb.PASS_ON or verb.startswith((PASS, DISTRICT))
        return _carried_out(turn, Verb.PASS_ON if passes else Verb.TAKE)
    if verb.startswith((ASK, SHIFT)):
        return _ask_back(turn) if verb.startswith(ASK) else _change_shift(turn)
    if verb == Verb.TAKE and (since := _taken_by_another(turn)) is not None:
        return ReaderAnswer((LATE,), words={"time": kigali_time(since)})
    if verb == CONFIRM:
        return _confirm(turn)
    if verb in CLOSING_CHOICES:
        return _close(turn)
    if verb.startswith((NOTE, PASS, DISTRICT)):
        tip = turn.open_case()
        if tip is None:
            return OVER
        return _note(turn, tip) if verb.startswith(NOTE) else _pass_on(turn, tip)
    return _carried_out(turn, Verb.TAKE if verb == ALSO else Verb(verb))


def _change_shift(turn: ReaderTurn) -> ReaderAnswer:
    """Takes a free shift, or offers the responder's own shift to colleagues."""
    shift = turn.ask.verb.removeprefix(SHIFT)
    takes = shift.startswith(TAKES)
    act = service_roster.take_shift if takes else service_roster.offer_shift
    name = shift.removeprefix(TAKES if takes else OFFERS)
    if not act(turn.session, turn.context, turn.person, name):
        return ReaderAnswer((SHIFT_GONE,))
    return ReaderAnswer((SHIFT_TAKEN if takes else SHIFT_OFFERED,))


def _carried_out(
    turn: ReaderTurn, verb: Verb, to: PassedTo = PassedTo.NEXT, chosen: tuple[int, ...] = ()
) -> ReaderAnswer:
    """Carries out a command that responders can also give by SMS. The timeline of the case records that the responder
    gave the command by USSD."""
    way, reference = EventChannel.USSD, turn.ask.reference
    one = Command(turn.person.id, reference, verb, way, turn.at, to=to, chosen=chosen)
    done = service_commands.carry_out(turn.session, turn.context, one)
    flags = [f"{RESULT_PREFIX}{done.result}"]
    took = done.result in (CommandResult.TAKEN, CommandResult.ALREADY_TAKEN)
    must_be_discreet = done.visit_facts is not None and done.visit_facts.must_be_discreet
    was_read = done.assignment_id is not None and queries_references.has_read(
        turn.session, done.assignment_id
    )
    if took and must_be_discreet and not was_read:
        flags.append(UNREAD if done.result is CommandResult.TAKEN else HELPS_UNREAD)
    words = {"time": kigali_time(done.due)} if done.due is not None else {}
    if done.result is CommandResult.ALREADY_TAKEN:
        # The name of the assignee is shortened so that it fits on the screen.
        taken = turn.session.get_one(Assignment, done.assignment_id)
        tip = turn.session.get_one(Tip, taken.tip_id)
        colleague = turn.session.get(Responder, tip.assignee_id)
        name = "" if colleague is None else colleague.name
        words["who"] = to_gsm7(name)[:NAME_LETTERS].rstrip()
    return ReaderAnswer(tuple(flags), words=words)


def _note(turn: ReaderTurn, tip: Tip) -> ReaderAnswer:
    note, words = NoteCode(turn.ask.verb.removeprefix(NOTE)), turn.typed.get(WORK_WORDS, "")
    by, tip_key = service_case.by_responder(turn.person.id, EventChannel.USSD), b""
    if note is NoteCode.WORDS:
        case = decrypt_reader_pages.decrypt_case(turn, tip)
        if case is None or not words.strip():
            return ReaderAnswer((rules_reading_requests.UNREADABLE,))
        tip_key = case.key
    store_note(turn.session, tip, note, by, turn.at, words=words, tip_key=tip_key)
    return ReaderAnswer((NOTED,))


def store_note(
    session: Session,
    tip: Tip,
    note_code: NoteCode,
    by: service_case.EventActor,
    at: datetime,
    *,
    words: str = "",
    tip_key: bytes = b"",
) -> int | None:
    """Stores a note as an event of the case. If the note has text, encrypts the text with the key of the tip.

    Returns the id of the event. Returns None if the note was already stored.
    """
    key, codes = f"{tip.id}:{by.responder_id or by.desk}:{at.timestamp()}", {SAYS: note_code.value}
    entry_id = service_case.write_event(
        session, tip.id, LoggedEvent.NOTE, by, at, key=key, codes=codes
    )
    if entry_id is not None and note_code is NoteCode.WORDS:
        full = f"{LoggedEvent.NOTE}:{key}"
        encrypted = encrypt_note(words[:MAX_LETTERS], tip_key=tip_key, uid=tip.uid, key=full)
        tables_case_events.store_body(session, tables_case_events.CaseNote, entry_id, encrypted)
    return entry_id


def _pass_on(turn: ReaderTurn, tip: Tip) -> ReaderAnswer:
    """Asks the chosen colleague or desk to take the case, or returns the list of colleagues to choose from.

    The responder remains the assignee until another person takes the case.
    """
    target = turn.ask.verb.removeprefix(PASS)
    case = routed_case(turn.session, tip)
    roster = queries.allowed_roster(turn.session, tip.id, turn.at)
    able = rules_assignment.people_for(case, roster)
    others = [one for one in able if one.id != turn.person.id]
    colleagues = dict.fromkeys(rules_assignment.colleagues(case, others, skip=turn.person.id))
    if target == WHO:
        ids = [*colleagues][:MAX_COLLEAGUES]
        named = [(str(one), turn.session.get_one(Responder, one).name) for one in ids]
        if not named:
            return _NO_COLLEAGUES
        return ReaderAnswer((HAS_COLLEAGUES,), {rules_reading_requests.MY_COLLEAGUES: named})
    if turn.ask.verb.startswith(DISTRICT):
        if tip.assignee_id != turn.person.id:
            return NOT_TAKEN
        place = turn.ask.verb.removeprefix(DISTRICT)
        to, chosen = PassedTo.DISTRICT, _grant_district(turn, tip, place, others)
    elif target == NATIONAL_DESK:
        national = rules_assignment.turns(one for one in others if one.level is Level.NATIONAL)
        to, chosen = PassedTo.NATIONAL, national[:1]
    else:
        to, chosen = PassedTo.COLLEAGUE, tuple(one for one in colleagues if str(one) == target)
    return _carried_out(turn, Verb.PASS_ON, to, chosen) if chosen else _NO_COLLEAGUES


def _grant_district(
    turn: ReaderTurn, tip: Tip, place: str, people: list[rules_assignment.Candidate]
) -> tuple[int, ...]:
    """Gives the desk of the chosen district access to the tip. Returns the responder of the chosen district who is
    asked first to take the case.

    Returns an empty tuple if no responder of the chosen district may see the case. If an official may be involved in
    the case, gives no access, because only the national desk may give it.
    """
    desk, case = desk_of(place, tip.official), decrypt_reader_pages.decrypt_case(turn, tip)
    local, _, _ = rules_assignment.eligible(replace(case_of(tip), place=place), people)
    if desk is None or case is None or not local:
        return ()
    if not decrypt_access.give_desks(turn.session, turn.context, tip, case.key, [desk]):
        return ()
    turn.log("tip_sent_down", f"desk {desk}: {decrypt_reader_pages.BY_DIALLING}", f"tip:{tip.id}")
    return rules_assignment.turns(local)[:1]


def _taken_by_another(turn: ReaderTurn) -> datetime | None:
    """Returns the time at which a colleague took this case, if this responder can only help the colleague. In all other
    cases, and whenever a closure was requested, returns None.
    """
    known_as = queries.locked_assignment(turn.session, turn.person.id, turn.ask.reference)
    quick = queries_references.colleagues_cases(turn.session, turn.person.id)
    if turn.ask.reference not in quick or known_as is None:
        return None
    tip = turn.session.get_one(Tip, known_as.tip_id)
    return (
        None
        if tip.closure_by is not None
        else queries_references.acknowledged_since(turn.session, tip)
    )


def _ask_back(turn: ReaderTurn) -> ReaderAnswer:
    """Stores a question from the approved list for the caller of this responder's case. The caller sees the question
    after entering the receipt number."""
    known = turn.known()
    if known is None:
        return OVER
    case = decrypt_reader_pages.decrypt_case(turn, known[0])
    if case is None:
        return ReaderAnswer((NOT_ASKED,))
    try:
        decrypt_questions.store_question(
            turn.session,
            turn.context,
            case,
            turn.ask.verb.removeprefix(ASK),
            actor=turn.actor,
            reason=decrypt_reader_pages.BY_DIALLING,
        )
    except (AskRefused, NotFound):
        return ReaderAnswer((NOT_ASKED,))
    return ReaderAnswer((ASKED_BACK,))


def _close(turn: ReaderTurn) -> ReaderAnswer:
    """Closes a case whose assignee is this responder. If a second person must confirm the closure, only requests the
    closure.

    The answer for the phone names the recorded outcome.
    """
    known = turn.known()
    if known is None:
        return OVER
    tip, _ = known
    if tip.closed_at is None and tip.assignee_id != turn.person.id:
        return NOT_TAKEN
    outcome, what = CLOSING_CHOICES[turn.ask.verb]
    who = replace(service_closing.by_responder(turn.person.id), not_trafficking=what)
    closing = service_closing.Closing(turn.session, turn.context, tip, who, turn.at)
    ended = closing.close(outcome)
    return result_answer(ended.ending, **_named(turn, ended.outcome))


def _named(turn: ReaderTurn, outcome: TipOutcome | None) -> dict[str, str]:
    """Returns the outcome in the responder's language, as the value of a placeholder on the next screen."""
    return {} if outcome is None else {"outcome": turn.say(OUTCOMES[outcome].screen)}


def _confirm(turn: ReaderTurn) -> ReaderAnswer:
    """Confirms a closure that a colleague requested."""
    tip = turn.open_case()
    if tip is None or tip.closure_by is None:
        return OVER
    if not queries_visible.decides(turn.session, tip, turn.person.id):
        return NOT_TAKEN
    wanted = requested_outcome(tip)
    who = service_closing.by_responder(turn.person.id)
    try:
        closing = service_closing.Closing(turn.session, turn.context, tip, who, turn.at)
        closing.decide(agrees=True)
    except EndRefused as refused:
        return ReaderAnswer((REFUSALS.get(refused.stop, OVER.flags[0]),))
    return result_answer(CommandResult.CLOSED, **_named(turn, wanted))
