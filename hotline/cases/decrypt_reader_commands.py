"""Carries out what a responder does behind a PIN, and returns what the next screen says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from hotline.alerts import (
    queries,
    queries_names,
    rules_assignment,
    service_case_events,
    service_closing,
    service_commands,
    tables_case_events,
    tables_drills,
)
from hotline.alerts.rules_assignment import Candidate
from hotline.alerts.rules_escalation import NOBODY
from hotline.alerts.rules_replies import Act, Acted, Done, Verb
from hotline.alerts.service_case_events import EntryBy
from hotline.alerts.service_case_state import case_of, routed
from hotline.alerts.tables_case_events import CaseNote
from hotline.cases import decrypt_questions, decrypt_reader_pages, rules_reading_requests
from hotline.cases.decrypt_reader_pages import BY_DIALLING
from hotline.cases.reader_pins import ReaderTurn
from hotline.cases.rules_reading_requests import ASK, DISTRICT, NOTE, PASS, WORK_WORDS, ReaderAnswer
from hotline.core.database import Session
from hotline.errors import AskRefused, EndRefused, NotFound
from hotline.flows.flow import WIDEST
from hotline.gateway.tables import Referral
from hotline.people import tables_desks
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.text.gsm7 import to_gsm7
from hotline.text.time import kigali
from hotline.tips import queries_visible, tables
from hotline.tips.encrypt_notes import seal_note
from hotline.tips.rules import OUTCOMES, TipOutcome, desk_of
from hotline.tips.rules_events import SAYS, EntryKind, EntryWay, NoteCode, NotTrafficking, PassedTo
from hotline.tips.rules_persons import ClosureStop
from hotline.tips.tables import Tip

WHO, NATIONAL_DESK = "who", "national"
"""Verbs: list the colleagues to choose from; pass the case to the national desk."""
PICKS, NOBODY_ELSE = "picks", "nobody_else"
"""Flags: there are colleagues to choose from; there are none."""
MOST_COLLEAGUES = 20
MOST_LETTERS = 480
"""Longest note, in letters."""
NOTED = "note_kept"
"""Flag of a note that was stored."""
CONFIRM = "confirm"
"""Verb by which the responder confirms a closure that a colleague requested."""
STOPS: Mapping[str, str] = {
    ClosureStop.UNOPENED: "closure_unopened",
    ClosureStop.IN_CONSOLE: "closure_in_console",
}
"""Flags that say why a closure is not confirmed."""
ALSO = "also"
"""Verb by which a responder takes a case that a colleague already has."""
CLOSES: Mapping[str, tuple[TipOutcome, NotTrafficking | None]] = {
    **{row.choice: (outcome, None) for outcome, row in OUTCOMES.items() if row.choice},
    **{f"close_{what}": (TipOutcome.NOT_TRAFFICKING, what) for what in NotTrafficking},
}
"""The outcome and the reason for "not trafficking", by the choice that names them."""
LATE, UNREAD = "late", "taken_unread"
"""Flags: a colleague has the case, so nothing was done; the responder must read the case before a visit."""
HELPS_UNREAD = "helps_unread"
"""Flag of a responder who helps with a colleague's case and must read it before a visit."""
ASKED_BACK, NOT_ASKED = "asked_back", "not_asked"
"""Flags: the caller gets the question with the receipt; or the question cannot be asked in this case."""
ACTED = "acted_"
"""Prefix of a flag that names the result of a command."""
NAME_LETTERS = len(WIDEST["who"])


def flagged(result: str, **words: str) -> ReaderAnswer:
    """Returns the answer that names the result of a command."""
    return ReaderAnswer((f"{ACTED}{result}",), words=words)


OVER, NOT_TAKEN = flagged(Acted.OVER), flagged(Acted.NOT_TAKEN_YET)


def act(turn: ReaderTurn) -> ReaderAnswer:
    """Carries out the verb that the responder chose, and returns what the next screen says."""
    verb, reference = turn.ask.verb, turn.ask.reference
    if reference in tables_drills.references(turn.session, turn.person.id):
        # No drill is passed to a chosen colleague, and no question is asked in one. Each verb answers a drill.
        passes = verb == Verb.PASS_ON or verb.startswith((PASS, DISTRICT))
        return _carried_out(turn, Verb.PASS_ON if passes else Verb.TAKE)
    if verb.startswith(ASK):
        return _ask_back(turn)
    if verb == Verb.TAKE and (since := _taken_by_another(turn)) is not None:
        return ReaderAnswer((LATE,), words={"time": kigali(since)})
    if verb == CONFIRM:
        return _confirm(turn)
    if verb in CLOSES:
        return _close(turn)
    if verb.startswith((NOTE, PASS, DISTRICT)):
        tip = turn.open_case()
        if tip is None:
            return OVER
        return _note(turn, tip) if verb.startswith(NOTE) else _pass_on(turn, tip)
    return _carried_out(turn, Verb.TAKE if verb == ALSO else Verb(verb))


def _carried_out(
    turn: ReaderTurn, verb: Verb, to: PassedTo = PassedTo.NEXT, chosen: tuple[int, ...] = ()
) -> ReaderAnswer:
    """Carries out a verb that SMS has too, as a command by dialling."""
    way, reference = EntryWay.USSD, turn.ask.reference
    one = Act(turn.person.id, reference, verb, way, turn.at, to=to, chosen=chosen)
    done = service_commands.act(turn.session, turn.kit, one)
    return _told(turn, done)


def _note(turn: ReaderTurn, tip: Tip) -> ReaderAnswer:
    says, words = NoteCode(turn.ask.verb.removeprefix(NOTE)), turn.typed.get(WORK_WORDS, "")
    by, tip_key = service_case_events.by_responder(turn.person.id, EntryWay.USSD), b""
    if says is NoteCode.WORDS:
        case = decrypt_reader_pages.opened(turn, tip)
        if case is None or not words.strip():
            return ReaderAnswer((rules_reading_requests.UNREADABLE,))
        tip_key = case.tip_key
    keep_note(turn.session, tip, says, by, turn.at, words=words, tip_key=tip_key)
    return ReaderAnswer((NOTED,))


def keep_note(
    session: Session,
    tip: Tip,
    says: NoteCode,
    by: EntryBy,
    at: datetime,
    *,
    words: str = "",
    tip_key: bytes = b"",
) -> None:
    """Stores a note as a case event. Encrypts its text, if it has one, with the tip's own key."""
    key, codes = f"{tip.id}:{by.responder_id or by.desk}:{at.timestamp()}", {SAYS: says.value}
    entry_id = service_case_events.done_by(
        session, tip.id, EntryKind.NOTE, by, at, key=key, codes=codes
    )
    if entry_id is not None and says is NoteCode.WORDS:
        full = f"{EntryKind.NOTE}:{key}"
        sealed = seal_note(words[:MOST_LETTERS], tip_key=tip_key, uid=tip.uid, key=full)
        tables_case_events.keep_body(session, CaseNote, entry_id, sealed)


def _pass_on(turn: ReaderTurn, tip: Tip) -> ReaderAnswer:
    """Passes the case to the chosen colleague or desk, or lists the colleagues to choose from.

    The assignee stays the same until another responder acknowledges the case.
    """
    whom = turn.ask.verb.removeprefix(PASS)
    kept = queries_visible.kept_from(turn.session, [tip.id]).get(tip.id, NOBODY)
    roster = queries.roster(turn.session, turn.at)
    others = [one for one in roster if one.id not in kept and one.id != turn.person.id]
    colleagues = dict.fromkeys(
        rules_assignment.colleagues(routed(turn.session, tip), others, but=turn.person.id)
    )
    if whom == WHO:
        ids = [*colleagues][:MOST_COLLEAGUES]
        named = [(str(one), turn.session.get_one(Responder, one).name) for one in ids]
        return (
            ReaderAnswer((PICKS,), {rules_reading_requests.MY_COLLEAGUES: named})
            if named
            else _nobody_else()
        )
    if turn.ask.verb.startswith(DISTRICT):
        if tip.holder_id != turn.person.id:
            return NOT_TAKEN
        place = turn.ask.verb.removeprefix(DISTRICT)
        to, chosen = PassedTo.DISTRICT, _let_district_read(turn, tip, place, others)
    elif whom == NATIONAL_DESK:
        national = rules_assignment.turns(one for one in others if one.level is Level.NATIONAL)
        to, chosen = PassedTo.NATIONAL, national[:1]
    else:
        to, chosen = PassedTo.COLLEAGUE, tuple(one for one in colleagues if str(one) == whom)
    return _carried_out(turn, Verb.PASS_ON, to, chosen) if chosen else _nobody_else()


def _nobody_else() -> ReaderAnswer:
    return ReaderAnswer((NOBODY_ELSE,))


def _let_district_read(
    turn: ReaderTurn, tip: Tip, place: str, people: list[Candidate]
) -> tuple[int, ...]:
    """Gives the desk of another district access to the tip. Returns the first responder to ask there.

    Returns an empty tuple where no responder of that district may see the case. If an official may be involved, only
    the national desk can send a case to a district.
    """
    desk, case = desk_of(place, tip.official), decrypt_reader_pages.opened(turn, tip)
    local, _, _ = rules_assignment.eligible(replace(case_of(tip), place=place), people)
    if desk is None or case is None or not local:
        return ()
    public_key = tables_desks.public_keys(turn.session, [desk]).get(desk)
    if public_key is None:
        return ()
    grant = turn.kit.sealer.grant(
        case.tip_key, uid=tip.uid, desk=desk, public_key=public_key, at=turn.at
    )
    tables.give(turn.session, tip, desk, grant)
    turn.log("tip_sent_down", f"desk {desk}: {BY_DIALLING}", f"tip:{tip.id}")
    return rules_assignment.turns(local)[:1]


def _told(turn: ReaderTurn, done: Done) -> ReaderAnswer:
    flags = [f"{ACTED}{done.result}"]
    took = done.result in (Acted.TAKEN, Acted.ALREADY_TAKEN)
    goes_unseen = done.coming is not None and done.coming.goes_unseen
    was_read = done.referral_id is not None and queries_names.is_opened(
        turn.session, done.referral_id
    )
    if took and goes_unseen and not was_read:
        flags.append(UNREAD if done.result is Acted.TAKEN else HELPS_UNREAD)
    words = {"time": kigali(done.due)} if done.due is not None else {}
    if done.result is Acted.ALREADY_TAKEN:
        words["who"] = _holder_name(turn, done.referral_id)
    return ReaderAnswer(tuple(flags), words=words)


def _holder_name(turn: ReaderTurn, referral_id: int | None) -> str:
    """Returns the name of the assignee, cut to the room that a screen has for it."""
    if referral_id is None:
        return ""
    tip = turn.session.get_one(Tip, turn.session.get_one(Referral, referral_id).tip_id)
    colleague = turn.session.get(Responder, tip.holder_id)
    return "" if colleague is None else to_gsm7(colleague.name)[:NAME_LETTERS].rstrip()


def _taken_by_another(turn: ReaderTurn) -> datetime | None:
    """Returns since when a colleague has the case, if it stays with that colleague. None if it may be taken at once."""
    known_as = queries.of_responder(turn.session, turn.person.id, turn.ask.reference)
    quick = queries_names.quicker(turn.session, turn.person.id)
    if turn.ask.reference not in quick or known_as is None:
        return None
    tip = turn.session.get_one(Tip, known_as.tip_id)
    return None if tip.end_wanted_by is not None else queries_names.taken_since(turn.session, tip)


def _ask_back(turn: ReaderTurn) -> ReaderAnswer:
    """Asks the caller one approved question, in a case that is known to the responder."""
    known = turn.known()
    if known is None:
        return OVER
    case = decrypt_reader_pages.opened(turn, known[0])
    if case is None:
        return ReaderAnswer((NOT_ASKED,))
    try:
        decrypt_questions.put(
            turn.session,
            turn.kit,
            known[0],
            turn.ask.verb.removeprefix(ASK),
            tip_key=case.tip_key,
            desk=case.desk,
            actor=turn.actor,
            reason=BY_DIALLING,
        )
    except (AskRefused, NotFound):
        return ReaderAnswer((NOT_ASKED,))
    return ReaderAnswer((ASKED_BACK,))


def _close(turn: ReaderTurn) -> ReaderAnswer:
    """Closes a case of this assignee, or requests its closure. The answer names the recorded outcome."""
    known = turn.known()
    if known is None:
        return OVER
    tip, _ = known
    if tip.closed_at is None and tip.holder_id != turn.person.id:
        return NOT_TAKEN
    outcome, what = CLOSES[turn.ask.verb]
    who = replace(service_closing.by_responder(turn.person.id), what=what)
    ended = service_closing.end(turn.session, turn.kit, tip, outcome, who, turn.at)
    return flagged(ended.ending, **_named(turn, ended.outcome))


def _named(turn: ReaderTurn, outcome: TipOutcome | None) -> dict[str, str]:
    """Returns the outcome in the responder's language, for the screen that says what is recorded."""
    return {} if outcome is None else {"outcome": turn.say(OUTCOMES[outcome].screen)}


def _confirm(turn: ReaderTurn) -> ReaderAnswer:
    """Confirms, as the second person, the closure that a colleague requested."""
    tip = turn.open_case()
    if tip is None or tip.end_wanted_by is None:
        return OVER
    if turn.person.level != Level.NATIONAL:
        return NOT_TAKEN
    wanted = TipOutcome(tip.end_wanted or TipOutcome.SILENT)
    who = service_closing.by_responder(turn.person.id)
    try:
        service_closing.judge(turn.session, turn.kit, tip, who, True, turn.at)
    except EndRefused as refused:
        return ReaderAnswer((STOPS.get(refused.stop, OVER.flags[0]),))
    return flagged(Acted.CLOSED, **_named(turn, wanted))
