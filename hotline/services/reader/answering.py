"""The reader's work: it opens a PIN, does what is asked behind it once, and seals the answer to the hop that waits.

The dear part of a PIN is done with no transaction open; what follows from it is one transaction. A hop that comes
twice, or a worker that is rung twice, finds what was decided, and is answered alike.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from hotline.domain.call_back import kigali
from hotline.domain.cases.entries import EntryKind
from hotline.domain.dialogue.asks import (
    ENDED,
    HISTORY,
    KEPT_FOR,
    NOT_ME,
    PAGE,
    PROVES,
    UNREADABLE,
    WARNINGS,
    WORK_WORDS,
    AskKind,
    ReaderAnswer,
    ReaderAsk,
    ReadingState,
    bound_to,
    rested,
)
from hotline.domain.dialogue.person_asks import PERSON_VERBS
from hotline.domain.dialogue.ussd import Opening, Pinned
from hotline.domain.jobs import Job
from hotline.errors import PinRefused, SealBroken
from hotline.ports import Kit
from hotline.sealing import oneoff
from hotline.services.cases import line_of_time
from hotline.services.doorbell import ring
from hotline.services.reader import acts, own_pins, pages, pin_pages, pins, proving
from hotline.services.reader.cases import people_acts
from hotline.services.reader.own_pins import FreshWrap
from hotline.services.reader.pages import MOST_LETTERS
from hotline.services.reader.proving import ProofTry
from hotline.services.reader.reader_kit import ReaderKit
from hotline.services.reader.reader_try import ReaderTry
from hotline.services.reader.view import view
from hotline.services.referrals import clusters
from hotline.store.database import Session
from hotline.store.dialogue import openings, readings
from hotline.store.dialogue.readings import PinReading, PinReadingAsk
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals


@dataclass(frozen=True, slots=True)
class PinTry:
    """The result of trying a PIN, before any transaction."""

    private: bytes | None = field(default=None, repr=False)
    """Her private key; None for a wrong PIN."""
    is_code: bool = False
    """It is no PIN, and the code that this phone was sent."""
    fresh: FreshWrap | None = None
    """Her key wrapped anew: under another PIN, or under the newest pepper."""


def known(kit: ReaderKit, one: ReaderTry) -> bytes | None:
    """Her private key, where this session keyed this PIN before."""
    if one.responder_id is None:
        return None
    return kit.memory.find(one.session_key, one.responder_id, one.pin)


def found_key(kit: ReaderKit, one: ReaderTry) -> PinTry:
    """What this hop's PIN opens, from memory where it was keyed before."""
    remembered = known(kit, one)
    if remembered is not None:
        return PinTry(remembered, fresh=_chosen(kit, one, remembered))
    wrap = _wrap_of(kit, one)
    private = _opened(kit, one, wrap)
    if private is None or wrap is None:
        return PinTry(is_code=proving.knows_code(kit, one))
    moved = own_pins.moved(kit, one, private, wrap)
    return PinTry(private, fresh=_chosen(kit, one, private) or moved)


def _chosen(kit: ReaderKit, one: ReaderTry, private: bytes) -> FreshWrap | None:
    return own_pins.chosen(kit, one, private) if one.kind is AskKind.CHANGE else None


def _wrap_of(kit: ReaderKit, one: ReaderTry) -> bytes | None:
    if one.responder_id is None:
        return None
    with kit.database.reading() as session:
        person = session.get(Responder, one.responder_id)
        return person.pin_wrap if person is not None and person.active else None


def _opened(kit: ReaderKit, one: ReaderTry, wrap: bytes | None) -> bytes | None:
    """Her private key; None for a wrong PIN. A phone that is nobody's costs as much."""
    if wrap is None or one.responder_id is None:
        kit.vault.open_nothing(one.pin)
        return None
    try:
        return kit.vault.open(wrap, one.pin, one.responder_id)
    except PinRefused:
        return None


def page(session: Session, kit: Kit, person: Responder, reference: str) -> ReaderAnswer:
    """The newest first: a page holds a dozen screens. A case like it is named to who knows both."""
    known_as = referrals.of_responder(session, person.id, reference)
    if known_as is None or known_as.released_at is not None:
        return ReaderAnswer((UNREADABLE,))
    moments = reversed(line_of_time.of_tip(session, known_as.tip_id))
    knows_other = bool(clusters.known_beside(session, [(known_as.tip_id, person.id)]))
    lines = [
        f"{kigali(one.at)} {kit.phrases.say(person.language, one.template)}"
        for one in moments
        if one.template is not None and (knows_other or one.kind is not EntryKind.LINKED)
    ]
    return ReaderAnswer(words={PAGE: "\n".join(lines)[:MOST_LETTERS]})


logger = logging.getLogger(__name__)

WRONG = ReaderAnswer()
CODE_RIGHT = ReaderAnswer((PROVES,))
PROOFS = (AskKind.PROVE, AskKind.CHOOSE)


def answer_next(kit: ReaderKit) -> bool:
    """Answers one hop: of those that wait, the one that costs least, and then the oldest. False where none waits.

    Raises StoreUnavailable.
    """
    with kit.database.reading() as session:
        waiting = readings.unanswered(session, kit.now() - KEPT_FOR)
    if not waiting:
        return False
    tries = [_read(kit, ask, row) for ask, row in waiting]
    first = next((one for one in tries if one.comes_first), tries[0])
    one = next((one for one in tries if known(kit, one) is not None), first)
    try:
        _answer(kit, one)
    except (SealBroken, KeyError, TypeError, ValueError) as broken:
        # One row that nothing can be done with must not stop the others.
        logger.error("an ask cannot be answered: %s", type(broken).__name__)
        with kit.database.writing() as session:
            readings.answer(session, one.ask_id, None, kit.now())
    return True


def _read(kit: ReaderKit, ask: PinReadingAsk, row: PinReading) -> ReaderTry:
    bound, typed = bound_to(row.session_key, row.text_digest), {}
    for private in kit.pair.now():
        with suppress(SealBroken):
            box = oneoff.open_box(ask.sealed_pin, private=private, bound=bound)
            typed = {str(name): str(value) for name, value in box.items()}
            break
    kind = AskKind(row.asks["kind"])
    return ReaderTry(
        ask.id, row.id, kind, ask.public_key, row.session_key, bound, row.responder_id, typed
    )


def _answer(kit: ReaderKit, one: ReaderTry) -> None:
    proof = proving.tried(kit, one) if one.kind in PROOFS else None
    found = PinTry() if proof is not None else found_key(kit, one)
    opening = openings.find(kit.database, one.session_key)
    with kit.database.writing() as session:
        first = readings.hold(session, one.reading_id)
        if proof is not None:
            answer, to_ring = _proof(session, kit, one, first, proof), None
        else:
            if opening is not None and first.state == ReadingState.ASKED:
                _end_if_over(first, opening[0], kit.now())
            began = None if opening is None else opening[0]
            answer, to_ring = _decided(session, kit, first, found, began, one.typed)
        readings.decide(session, one.reading_id, first.state)
        box = oneoff.seal(answer.to_dict(), public=one.public_key, bound=one.bound)
        readings.answer(session, one.ask_id, box, kit.now())
        is_right = first.state == ReadingState.DONE
    if is_right and found.private is not None and one.responder_id is not None:
        kit.memory.keep(one.session_key, one.responder_id, one.pin, found.private)
    if to_ring is not None:
        ring(kit, Job.DELIVER, to_ring)


def _end_if_over(first: PinReading, opening: Opening, at: datetime) -> None:
    """A hop that comes again when its readings are gone would be played beside newer lists: other keys, other acts."""
    if opening.started_at < at - KEPT_FOR:
        first.state = ReadingState.RESTED


def _proof(
    session: Session, kit: ReaderKit, one: ReaderTry, first: PinReading, proof: ProofTry
) -> ReaderAnswer:
    if first.state == ReadingState.DONE and first.sealed_answer is not None:
        return _kept(kit, first)
    answer = proving.decided(session, kit, first, proof)
    if first.state == ReadingState.DONE:
        _keep(kit, first, answer)
        return answer
    return proving.refused(session, kit, one)


def _decided(
    session: Session,
    kit: ReaderKit,
    first: PinReading,
    found: PinTry,
    opening: Opening | None,
    typed: Mapping[str, str],
) -> tuple[ReaderAnswer, int | None]:
    """What this reading is answered, and a message to ring for. What was refused once stays refused."""
    at = kit.now()
    person = None
    if first.responder_id is not None:
        person = session.get(Responder, first.responder_id, with_for_update={"key_share": True})
    if person is not None and found.private is not None and not _may_open(person):
        # The reader's memory may be older than the removal, or than the end of the PIN.
        return _of_nobody(first, PinTry()), None
    if first.state == ReadingState.WRONG or first.responder_id is None:
        return _of_nobody(first, found), None
    if person is None or first.state == ReadingState.RESTED or pins.rests(person, at):
        first.state = ReadingState.RESTED if first.state == ReadingState.ASKED else first.state
        return rested(None if person is None else person.rested_until), None
    if found.private is None and (found.is_code or person.pin_wrap is None):
        return _of_nobody(first, found), None
    if found.private is None:
        return _wrong(session, kit, first, person, at)
    again = first.state == ReadingState.DONE
    first.state = ReadingState.DONE
    if again and first.sealed_answer is not None:
        return _kept(kit, first), None
    answer, to_ring = _done(session, kit, person, found, opening, first, typed, again=again)
    if ReaderAsk.from_dict(first.asks).kind is not AskKind.PAGE:
        _keep(kit, first, answer)
    return answer, to_ring


def _wrong(
    session: Session, kit: Kit, first: PinReading, person: Responder, at: datetime
) -> tuple[ReaderAnswer, int | None]:
    """Asks again; at the wrong one that rests her, says so at once."""
    to_ring = pins.wrong(session, kit, person, at)
    has_rest = pins.rests(person, at)
    if first.state == ReadingState.ASKED:
        first.state = ReadingState.RESTED if has_rest else ReadingState.WRONG
    return rested(person.rested_until) if has_rest else WRONG, to_ring


def _may_open(person: Responder) -> bool:
    return person.active and person.pin_wrap is not None


def _of_nobody(first: PinReading, found: PinTry) -> ReaderAnswer:
    """No PIN that anybody has: the code of a phone that waits, or wrong. It counts against nobody."""
    if found.is_code and first.state != ReadingState.WRONG:
        first.state = ReadingState.DONE
        return CODE_RIGHT
    first.state = ReadingState.WRONG
    return WRONG


def _done(
    session: Session,
    kit: ReaderKit,
    person: Responder,
    found: PinTry,
    opening: Opening | None,
    first: PinReading,
    typed: Mapping[str, str],
    *,
    again: bool,
) -> tuple[ReaderAnswer, int | None]:
    ask, at = ReaderAsk.from_dict(first.asks), kit.now()
    assert found.private is not None
    if found.fresh is not None and ask.kind is not AskKind.CHANGE:
        own_pins.move(person, found.fresh)
    match ask.kind:
        case AskKind.VIEW:
            seen = view(session, kit, person, (opening and opening.pinned) or Pinned())
            network = opening.network if opening is not None else None
            return seen, pins.opened(session, kit, person, network, at)
        case AskKind.PAGE if ask.verb == HISTORY:
            return page(session, kit, person, ask.reference), None
        case AskKind.PAGE if ask.verb == WARNINGS:
            return pin_pages.warnings(session, kit, person, at), None
        case AskKind.PAGE:
            return pages.page(session, kit, person, found.private, ask.reference, at, again=again)
        case AskKind.ACT if ask.verb == NOT_ME:
            return ReaderAnswer((ENDED,)), pins.end(session, kit, person, at)
        case AskKind.ACT if ask.verb in PERSON_VERBS:
            return people_acts.act(session, kit, person, ask, typed, at)
        case AskKind.ACT:
            words = typed.get(WORK_WORDS, "")
            return acts.act(session, kit, person, found.private, ask, at, words=words)
        case AskKind.CHANGE:
            return own_pins.change(session, person, found.fresh, at), None
        case AskKind.PROVE | AskKind.CHOOSE:
            raise ValueError("what is proved opens nothing")


def _keep(kit: ReaderKit, first: PinReading, answer: ReaderAnswer) -> None:
    """Keeps the answer for a repeat of the same ask."""
    own, bound = _own(kit), bound_to(first.session_key, first.text_digest)
    first.sealed_answer = oneoff.seal(answer.to_dict(), public=own, bound=bound)


def _kept(kit: ReaderKit, first: PinReading) -> ReaderAnswer:
    """What it was answered before, letter by letter. Raises SealBroken."""
    bound = bound_to(first.session_key, first.text_digest)
    assert first.sealed_answer is not None
    for private in kit.pair.now():
        with suppress(SealBroken):
            return ReaderAnswer.from_dict(
                oneoff.open_box(first.sealed_answer, private=private, bound=bound)
            )
    raise SealBroken("what was answered before does not open")


def _own(kit: ReaderKit) -> bytes:
    return oneoff.public_of(kit.pair.now()[0])
