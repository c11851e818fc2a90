"""What a responder does behind her PIN: the verbs of an SMS, and what the screen after each is told.

Runs inside its caller's transaction.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from hotline.domain.call_back import kigali
from hotline.domain.cases.closing import ClosureStop
from hotline.domain.cases.entries import EntryWay, NoteCode, NotTrafficking, PassedTo
from hotline.domain.dialogue.asks import (
    ASK,
    DISTRICT,
    MY_COLLEAGUES,
    NOTE,
    PASS,
    UNREADABLE,
    ReaderAnswer,
    ReaderAsk,
)
from hotline.domain.referrals import referral
from hotline.domain.referrals.ladder import NOBODY
from hotline.domain.referrals.referral import Candidate, Level
from hotline.domain.sms.rules_replies import Verb
from hotline.domain.tip import OUTCOMES, TipOutcome, desk_of
from hotline.domain.tips.acts import Act, Acted, Done
from hotline.engine.view import WIDEST
from hotline.errors import AskRefused, EndRefused, NotFound
from hotline.ports import Kit
from hotline.services.cases import entries, note_taking
from hotline.services.desk import ask_back
from hotline.services.reader import pages
from hotline.services.reader.pages import BY_DIALLING
from hotline.services.referrals import casework, endings
from hotline.services.referrals.case_standing import RESPONDER, case_of, routed
from hotline.store.database import Session
from hotline.store.desk import audit, desks
from hotline.store.outbox.messages import Referral
from hotline.store.people.responders import Responder
from hotline.store.referrals import known_cases, referrals
from hotline.store.referrals.drills import exercises
from hotline.store.tips import tips, visible
from hotline.store.tips.tips import Tip
from hotline.text.gsm7 import to_gsm7

WHO, NATIONAL_DESK = "who", "national"
"""Verbs: list the colleagues to choose from; pass it to the national desk."""
PICKS, NOBODY_ELSE = "picks", "nobody_else"
"""Flags: there are colleagues to choose from; there are none."""
MOST_COLLEAGUES = 20


def pass_on(
    session: Session, kit: Kit, person: Responder, tip: Tip, known_as: str, to: str, at: datetime
) -> Done | None:
    """Asks the people she chose; the case stays hers until one takes it. None where nobody chosen may know of it."""
    people = _others(session, tip, person.id, at)
    if to == NATIONAL_DESK:
        national = referral.turns(one for one in people if one.level is Level.NATIONAL)
        chosen, whither = national[:1], PassedTo.NATIONAL
    else:
        named = _colleagues(session, tip, people, person.id)
        chosen = tuple(one for one in named if str(one) == to)
        whither = PassedTo.COLLEAGUE
    if not chosen:
        return None
    act = Act(person.id, known_as, Verb.PASS_ON, EntryWay.USSD, at, to=whither, chosen=chosen)
    return casework.act(session, kit, act)


def to_district(
    session: Session,
    kit: Kit,
    person: Responder,
    private: bytes,
    tip: Tip,
    known_as: str,
    place: str,
    at: datetime,
) -> Done | None:
    """Seals it to the desk of another district, and asks one of its people. None where nobody there may know of it.

    What an official may be involved in is sent to a district by the national desk alone.
    """
    desk, case = desk_of(place, tip.official), pages.opened(session, kit, person, private, tip)
    people = _others(session, tip, person.id, at)
    local, _, _ = referral.eligible(replace(case_of(tip), place=place), people)
    public_key = desks.public_keys(session, [desk]).get(desk) if desk is not None else None
    if desk is None or case is None or public_key is None or not local:
        return None
    grant = kit.sealer.grant(case.tip_key, uid=tip.uid, desk=desk, public_key=public_key, at=at)
    tips.give(session, tip, desk, grant)
    audit.append(
        session,
        at=at,
        actor=f"{RESPONDER}{person.id}",
        action="tip_sent_down",
        subject=f"tip:{tip.id}",
        reason=f"desk {desk}: {pages.BY_DIALLING}",
    )
    who = referral.turns(local)[:1]
    act = Act(
        person.id, known_as, Verb.PASS_ON, EntryWay.USSD, at, to=PassedTo.DISTRICT, chosen=who
    )
    return casework.act(session, kit, act)


def colleagues(session: Session, person: Responder, tip: Tip, at: datetime) -> ReaderAnswer:
    """Whom she may choose: by name, and never by a number."""
    people = _others(session, tip, person.id, at)
    ids = _colleagues(session, tip, people, person.id)[:MOST_COLLEAGUES]
    named = [(str(one), session.get_one(Responder, one).name) for one in ids]
    if not named:
        return ReaderAnswer((NOBODY_ELSE,))
    return ReaderAnswer((PICKS,), {MY_COLLEAGUES: named})


def _others(session: Session, tip: Tip, but: int, at: datetime) -> list[Candidate]:
    kept = visible.kept_from(session, [tip.id]).get(tip.id, NOBODY)
    roster = referrals.roster(session, at)
    return [one for one in roster if one.id not in kept and one.id != but]


def _colleagues(session: Session, tip: Tip, people: list[Candidate], but: int) -> tuple[int, ...]:
    """Of its district and of desks beside, who may hear of it; each once."""
    case = routed(session, tip)
    return tuple(dict.fromkeys(referral.colleagues(case, people, but=but)))


NOTED = "note_kept"
"""The flag of a note that was kept."""


def leave(
    session: Session,
    kit: Kit,
    person: Responder,
    private: bytes,
    tip: Tip,
    says: NoteCode,
    at: datetime,
    *,
    words: str = "",
) -> ReaderAnswer:
    by = entries.by_responder(person.id, EntryWay.USSD)
    if says is not NoteCode.WORDS:
        note_taking.keep_code(session, tip, says, by, at)
        return ReaderAnswer((NOTED,))
    case = pages.opened(session, kit, person, private, tip)
    if case is None or not words.strip():
        return ReaderAnswer((UNREADABLE,))
    note_taking.keep_words(session, tip, words, by, at, tip_key=case.tip_key)
    return ReaderAnswer((NOTED,))


CONFIRM = "confirm"
"""The responder confirms a closure that a colleague requested."""
STOPS: Mapping[str, str] = {
    ClosureStop.UNOPENED: "closure_unopened",
    ClosureStop.IN_CONSOLE: "closure_in_console",
}
"""Flags that say why a closure is not confirmed."""
ALSO = "also"
"""She takes it although a colleague has it."""
CLOSES: Mapping[str, tuple[TipOutcome, NotTrafficking | None]] = {
    **{row.choice: (outcome, None) for outcome, row in OUTCOMES.items() if row.choice},
    **{f"close_{what}": (TipOutcome.NOT_TRAFFICKING, what) for what in NotTrafficking},
}
"""The outcome by the choice that names it, and what it is where it is not trafficking."""
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
    if ask.verb in CLOSES:
        return _close(session, kit, person, ask, at)
    if ask.verb.startswith(NOTE):
        says = NoteCode(ask.verb.removeprefix(NOTE))
        return _note(session, kit, person, private, ask, says, at, words=words), None
    if ask.verb.startswith((PASS, DISTRICT)):
        return _pass_on(session, kit, person, private, ask, at)
    asked = Verb.TAKE if ask.verb == ALSO else Verb(ask.verb)
    done = casework.act(session, kit, Act(person.id, ask.reference, asked, EntryWay.USSD, at))
    return _told(session, done), done.to_ring


def _rehearse(
    session: Session, kit: Kit, person: Responder, ask: ReaderAsk, at: datetime
) -> tuple[ReaderAnswer, int | None]:
    """An exercise goes to nobody whom she chooses, and nobody is asked anything: whatever she does answers it."""
    passes = ask.verb == Verb.PASS_ON or ask.verb.startswith((PASS, DISTRICT))
    verb = Verb.PASS_ON if passes else Verb.TAKE
    done = casework.act(session, kit, Act(person.id, ask.reference, verb, EntryWay.USSD, at))
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
    return leave(session, kit, person, private, tip, says, at, words=words)


def _pass_on(
    session: Session, kit: Kit, person: Responder, private: bytes, ask: ReaderAsk, at: datetime
) -> tuple[ReaderAnswer, int | None]:
    """Passes the case on to the person or desk she chose, or lists the colleagues she may choose from."""
    tip, whom = _known(session, person, ask.reference), ask.verb.removeprefix(PASS)
    if tip is None or tip.closed_at is not None:
        return OVER, None
    if whom == WHO:
        return colleagues(session, person, tip, at), None
    if ask.verb.startswith(DISTRICT):
        if tip.holder_id != person.id:
            return ReaderAnswer((f"{ACTED}{Acted.NOT_TAKEN_YET}",)), None
        place, name = ask.verb.removeprefix(DISTRICT), ask.reference
        done = to_district(session, kit, person, private, tip, name, place, at)
    else:
        done = pass_on(session, kit, person, tip, ask.reference, whom, at)
    if done is None:
        return ReaderAnswer((NOBODY_ELSE,)), None
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
    outcome, what = CLOSES[ask.verb]
    who = replace(endings.by_responder(person.id), what=what)
    ended = endings.end(session, kit, tip, outcome, who, at)
    flag = f"{ACTED}{ended.ending}"
    return ReaderAnswer((flag,), words=_named(kit, person, ended.outcome)), ended.to_ring


def _named(kit: Kit, person: Responder, outcome: TipOutcome | None) -> dict[str, str]:
    """The outcome in the responder's language, for the screen that says what is recorded."""
    return (
        {}
        if outcome is None
        else {"outcome": kit.phrases.say(person.language, OUTCOMES[outcome].screen)}
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
