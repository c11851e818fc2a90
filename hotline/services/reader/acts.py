"""What a responder does behind her PIN: the verbs of an SMS, and what the screen after each is told.

Runs inside its caller's transaction.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from hotline.domain.call_back import kigali
from hotline.domain.cases.closing import ClosureStop
from hotline.domain.cases.entries import NoteCode, NotTrafficking
from hotline.domain.dialogue.asks import ASK, DISTRICT, NOTE, PASS, ReaderAnswer, ReaderAsk
from hotline.domain.referrals.referral import Level
from hotline.domain.sms.reply import Verb
from hotline.domain.tip import TipOutcome
from hotline.domain.tips.acts import Act, Acted, Done, Way
from hotline.engine.placeholders import WIDEST
from hotline.errors import AskRefused, EndRefused, NotFound
from hotline.ports import Kit
from hotline.services.desk import ask_back
from hotline.services.reader import notes, pages, passing
from hotline.services.reader.pages import BY_DIALLING
from hotline.services.reader.view import OUTCOMES
from hotline.services.referrals import casework, endings
from hotline.services.referrals.case_standing import RESPONDER
from hotline.services.referrals.casework import ENDED
from hotline.store.database import Session
from hotline.store.outbox.messages import Referral
from hotline.store.people.responders import Responder
from hotline.store.referrals import known_cases, referrals
from hotline.store.referrals.drills import exercises
from hotline.store.tips.tips import Tip
from hotline.text.gsm7 import to_gsm7

CONFIRM = "confirm"
"""The responder confirms a closure that a colleague requested."""
STOPS: Mapping[str, str] = {
    ClosureStop.UNOPENED: "closure_unopened",
    ClosureStop.IN_CONSOLE: "closure_in_console",
}
"""Flags that say why a closure is not confirmed."""
ALSO = "also"
"""She takes it although a colleague has it."""
CLOSES = {
    "close_helped": TipOutcome.HELPED,
    "close_nobody": TipOutcome.NOT_FOUND,
    "close_silent": TipOutcome.SILENT,
    "close_trial": TipOutcome.TRIAL,
}
"""Why she closes it."""
CLOSES_AS = {f"close_{what}": what for what in NotTrafficking}
"""What it is, where it is not trafficking."""
LATE, UNREAD = "late", "taken_unread"
"""Flags: a colleague has it, and nothing is done yet; she took what nobody goes to openly before it is read."""
HELPS_UNREAD = "helps_unread"
"""The flag of a responder who helps too with a case that nobody goes to openly before it is read."""
ASKED_BACK, NOT_ASKED = "asked_back", "not_asked"
"""Flags: the question stands behind her receipt; or it cannot be asked of this case."""
ACTED = "acted_"
"""What stands in front of a flag that names what an act came to."""
NAME_LETTERS = len(WIDEST["who"])
OVER = ReaderAnswer((f"{ACTED}{Acted.OVER}",))


def act(
    session: Session,
    kit: Kit,
    person: Responder,
    private: bytes,
    ask: ReaderAsk,
    at: datetime,
    *,
    words: str = "",
) -> tuple[ReaderAnswer, int | None]:
    """Does it once; what the screen is told, and a message to ring for."""
    if ask.reference in exercises.references(session, person.id):
        return _rehearse(session, kit, person, ask, at)
    if ask.verb.startswith(ASK):
        return _ask_back(session, kit, person, private, ask), None
    if ask.verb == Verb.TAKE:
        since = _taken_by_another(session, person.id, ask.reference)
        if since is not None:
            return ReaderAnswer((LATE,), words={"time": kigali(since)}), None
    if ask.verb == CONFIRM:
        return _confirm(session, kit, person, ask, at)
    if ask.verb in CLOSES or ask.verb in CLOSES_AS:
        return _close(session, kit, person, ask, at)
    if ask.verb.startswith(NOTE):
        says = NoteCode(ask.verb.removeprefix(NOTE))
        return _note(session, kit, person, private, ask, says, at, words=words), None
    if ask.verb.startswith((PASS, DISTRICT)):
        return _pass_on(session, kit, person, private, ask, at)
    asked = Verb.TAKE if ask.verb == ALSO else Verb(ask.verb)
    done = casework.act(session, kit, Act(person.id, ask.reference, asked, Way.USSD, at))
    return _told(session, done), done.to_ring


def _rehearse(
    session: Session, kit: Kit, person: Responder, ask: ReaderAsk, at: datetime
) -> tuple[ReaderAnswer, int | None]:
    """An exercise goes to nobody whom she chooses, and nobody is asked anything: whatever she does answers it."""
    passes = ask.verb == Verb.PASS_ON or ask.verb.startswith((PASS, DISTRICT))
    verb = Verb.PASS_ON if passes else Verb.TAKE
    done = casework.act(session, kit, Act(person.id, ask.reference, verb, Way.USSD, at))
    return _told(session, done), done.to_ring


def _known(session: Session, person: Responder, reference: str) -> Tip | None:
    """The case that she knows by this name; None where it is none of hers any more."""
    known_as = referrals.of_responder(session, person.id, reference)
    if known_as is None or known_as.released_at is not None:
        return None
    return session.get_one(Tip, known_as.tip_id)


def _note(
    session: Session,
    kit: Kit,
    person: Responder,
    private: bytes,
    ask: ReaderAsk,
    says: NoteCode,
    at: datetime,
    *,
    words: str,
) -> ReaderAnswer:
    tip = _known(session, person, ask.reference)
    if tip is None or tip.closed_at is not None:
        return OVER
    return notes.leave(session, kit, person, private, tip, says, at, words=words)


def _pass_on(
    session: Session, kit: Kit, person: Responder, private: bytes, ask: ReaderAsk, at: datetime
) -> tuple[ReaderAnswer, int | None]:
    """Passes the case on to the person or desk she chose, or lists the colleagues she may choose from."""
    tip, whom = _known(session, person, ask.reference), ask.verb.removeprefix(PASS)
    if tip is None or tip.closed_at is not None:
        return OVER, None
    if whom == passing.WHO:
        return passing.colleagues(session, person, tip, at), None
    if ask.verb.startswith(DISTRICT):
        if tip.holder_id != person.id:
            return ReaderAnswer((f"{ACTED}{Acted.NOT_TAKEN_YET}",)), None
        place, name = ask.verb.removeprefix(DISTRICT), ask.reference
        done = passing.to_district(session, kit, person, private, tip, name, place, at)
    else:
        done = passing.pass_on(session, kit, person, tip, ask.reference, whom, at)
    if done is None:
        return ReaderAnswer((passing.NOBODY_ELSE,)), None
    return _told(session, done), done.to_ring


def _told(session: Session, done: Done) -> ReaderAnswer:
    flags = [f"{ACTED}{done.result}"]
    took = done.result in (Acted.TAKEN, Acted.ALREADY_TAKEN)
    goes_unseen = done.coming is not None and done.coming.goes_unseen
    if took and goes_unseen and not _was_read(session, done.referral_id):
        flags.append(UNREAD if done.result is Acted.TAKEN else HELPS_UNREAD)
    words = {"time": kigali(done.due)} if done.due is not None else {}
    if done.result is Acted.ALREADY_TAKEN:
        words["who"] = _holder_name(session, done.referral_id)
    return ReaderAnswer(tuple(flags), words=words)


def _holder_name(session: Session, referral_id: int | None) -> str:
    """Returns the name of the colleague who took the case, cut to what a screen holds."""
    if referral_id is None:
        return ""
    tip = session.get_one(Tip, session.get_one(Referral, referral_id).tip_id)
    colleague = session.get(Responder, tip.holder_id)
    return "" if colleague is None else to_gsm7(colleague.name)[:NAME_LETTERS].rstrip()


def _was_read(session: Session, referral_id: int | None) -> bool:
    return referral_id is not None and known_cases.is_opened(session, referral_id)


def _taken_by_another(session: Session, responder_id: int, reference: str) -> datetime | None:
    """Returns since when a colleague has a case that stays with that colleague; None where it may be taken at once."""
    if reference not in known_cases.quicker(session, responder_id):
        return None
    known_as = referrals.of_responder(session, responder_id, reference)
    if known_as is None:
        return None
    tip = session.get_one(Tip, known_as.tip_id)
    return None if tip.end_wanted_by is not None else known_cases.taken_since(session, tip)


def _ask_back(
    session: Session, kit: Kit, person: Responder, private: bytes, ask: ReaderAsk
) -> ReaderAnswer:
    """One question off the signed list, of a case that she knows."""
    tip = _known(session, person, ask.reference)
    if tip is None:
        return OVER
    case = pages.opened(session, kit, person, private, tip)
    if case is None:
        return ReaderAnswer((NOT_ASKED,))
    try:
        ask_back.put(
            session,
            kit,
            tip,
            ask.verb.removeprefix(ASK),
            tip_key=case.tip_key,
            desk=case.desk,
            actor=f"{RESPONDER}{person.id}",
            reason=BY_DIALLING,
        )
    except (AskRefused, NotFound):
        return ReaderAnswer((NOT_ASKED,))
    return ReaderAnswer((ASKED_BACK,))


def _close(
    session: Session, kit: Kit, person: Responder, ask: ReaderAsk, at: datetime
) -> tuple[ReaderAnswer, int | None]:
    """Closes a case that the responder holds, or requests its closure. The answer names the recorded outcome."""
    tip = _known(session, person, ask.reference)
    if tip is None:
        return OVER, None
    if tip.closed_at is None and tip.holder_id != person.id:
        return ReaderAnswer((f"{ACTED}{Acted.NOT_TAKEN_YET}",)), None
    what = CLOSES_AS.get(ask.verb)
    outcome = TipOutcome.NOT_TRAFFICKING if what else CLOSES[ask.verb]
    who = replace(endings.by_responder(person.id), what=what)
    ended = endings.end(session, kit, tip, outcome, who, at)
    flag = f"{ACTED}{ENDED[ended.ending]}"
    return ReaderAnswer((flag,), words=_named(kit, person, ended.outcome)), ended.to_ring


def _named(kit: Kit, person: Responder, outcome: TipOutcome | None) -> dict[str, str]:
    """The outcome in the responder's language, for the screen that says what is recorded."""
    return (
        {} if outcome is None else {"outcome": kit.phrases.say(person.language, OUTCOMES[outcome])}
    )


def _confirm(
    session: Session, kit: Kit, person: Responder, ask: ReaderAsk, at: datetime
) -> tuple[ReaderAnswer, int | None]:
    """Confirms, as the second person, the closure that a colleague requested."""
    tip = _known(session, person, ask.reference)
    if tip is None or tip.closed_at is not None or tip.end_wanted_by is None:
        return OVER, None
    if person.level != Level.NATIONAL:
        return ReaderAnswer((f"{ACTED}{Acted.NOT_TAKEN_YET}",)), None
    wanted = TipOutcome(tip.end_wanted or TipOutcome.SILENT)
    try:
        to_ring = endings.judge(session, kit, tip, endings.by_responder(person.id), True, at)
    except EndRefused as refused:
        return ReaderAnswer((STOPS.get(refused.stop, OVER.flags[0]),)), None
    words = _named(kit, person, wanted)
    return ReaderAnswer((f"{ACTED}{Acted.CLOSED}",), words=words), to_ring
