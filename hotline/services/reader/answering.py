"""Does the reader's work: checks a PIN, carries out one request, and encrypts the answer to the hop that waits.

The slow part of a PIN check runs with no transaction open. All that follows is one transaction. Where a hop or a job
arrives twice, the reader finds the first decision and gives the same answer.

Behind the short code of a phone that is not proved yet, it checks the code and the start PIN. The responder then
chooses a PIN for work. It counts an attempt before it makes the attempt, once for each hop. The reader remembers a
proof for the length of a session, so choosing a PIN counts no second attempt.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hotline.domain.dialogue.asks import (
    CHANGED,
    CHOSEN,
    ENDED,
    HISTORY,
    KEPT_FOR,
    NEW_AGAIN,
    NEW_PIN,
    NOT_ME,
    NUMBER_END,
    NUMBER_KEY,
    NUMBER_PROVED,
    PAPER_RIGHT,
    PROOF_OVER,
    PROVES,
    REFUSED,
    START_PIN,
    WARNINGS,
    AskKind,
    ReaderAnswer,
    ReaderAsk,
    ReadingState,
    bound_to,
    rested,
)
from hotline.domain.dialogue.person_asks import PERSON_VERBS
from hotline.domain.dialogue.ussd import Opening, Pinned
from hotline.domain.people.enrolment import EnrolmentKind
from hotline.engine.keying import is_easy
from hotline.errors import PinRefused, SealBroken
from hotline.sealing import oneoff
from hotline.sealing.envelope import KeyPair
from hotline.services.doorbell import ringing
from hotline.services.people import proving_phones
from hotline.services.reader import acts, pages, pins
from hotline.services.reader.cases import people_view
from hotline.services.reader.reader_kit import ReaderKit
from hotline.services.reader.turns import ReaderTry, ReaderTurn
from hotline.services.reader.view import view
from hotline.store.database import Session
from hotline.store.dialogue import openings, readings
from hotline.store.dialogue.readings import PinReading, PinReadingAsk
from hotline.store.people import enrolments
from hotline.store.people.enrolments import Enrolment
from hotline.store.people.responders import Responder

PROVED = b"proved"


@dataclass(frozen=True, slots=True)
class ProofTry:
    """The result of checking a code and a start PIN, made before the transaction opens."""

    wanted: Enrolment | None = None
    """The enrolment that was proved; None where the proof failed."""
    pair: KeyPair | None = field(default=None, repr=False)
    wrap: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class FreshWrap:
    """A responder's private key, wrapped under another PIN or the newest pepper."""

    public: bytes
    """Public half of the wrapped key."""
    before: bytes | None = field(repr=False)
    """The wrap that this one replaces; None where the responder chose another PIN."""
    wrap: bytes = field(repr=False)


def _rewrapped(
    kit: ReaderKit, one: ReaderTry, private: bytes, wrap: bytes | None
) -> FreshWrap | None:
    """Wraps a key under the PIN that is chosen, or under the newest pepper and the same PIN.

    Returns None where neither is needed, or where the chosen PIN is refused. `wrap` is None where the memory held the
    key.
    """
    pin = _chosen_pin(one) if one.kind is AskKind.CHANGE else None
    before = None if pin is not None else wrap
    if one.responder_id is None or (pin is None and (wrap is None or not kit.vault.is_old(wrap))):
        return None
    fresh = kit.vault.wrap(private, pin or one.pin, one.responder_id)
    return FreshWrap(oneoff.public_of(private), before, fresh)


def _move(person: Responder, fresh: FreshWrap) -> None:
    """Stores the new wrap. Writes nothing if the responder got another key pair or PIN meanwhile."""
    if person.public_key == fresh.public and person.pin_wrap == fresh.before:
        person.pin_wrap = fresh.wrap


def _change(turn: ReaderTurn, fresh: FreshWrap | None) -> ReaderAnswer:
    """Changes the PIN and ends the session. The earlier PIN decrypts nothing from then on."""
    if fresh is None or fresh.before is not None or turn.person.public_key != fresh.public:
        return ReaderAnswer((REFUSED,))
    turn.person.pin_wrap, turn.person.pin_set_at = fresh.wrap, turn.at
    turn.log("pin_changed", "by dialling")
    return ReaderAnswer((CHANGED,))


def _waits_for(kit: ReaderKit, one: ReaderTry) -> Enrolment | None:
    """Returns the enrolment that this phone may prove now; None if there is none."""
    with kit.database.reading() as session:
        return enrolments.to_prove(session, one.typed.get(NUMBER_KEY, ""), kit.now())


def _knows_code(kit: ReaderKit, one: ReaderTry) -> bool:
    """Returns True if the responder keyed the code that this phone was sent, in the place of a PIN."""
    return proving_phones.knows_code(_waits_for(kit, one), one.pin)


def _proof_tried(kit: ReaderKit, one: ReaderTry) -> ProofTry:
    """Checks the code and the start PIN. Makes a key pair where the responder chooses a PIN."""
    wanted = _waits_for(kit, one)
    if not _proves(kit, one, wanted) or wanted is None:
        return ProofTry()
    is_chosen = one.kind is AskKind.CHOOSE and wanted.kind == EnrolmentKind.ENROL
    chosen = _chosen_pin(one) if is_chosen else None
    if chosen is None:
        return ProofTry(wanted)
    pair = KeyPair.new()
    return ProofTry(wanted, pair, kit.vault.wrap(pair.private, chosen, wanted.responder_id))


def _chosen_pin(one: ReaderTry) -> str | None:
    """Returns the PIN that was keyed twice. None if the two differ, or if the PIN is easy to guess."""
    chosen = one.typed.get(NEW_PIN, "")
    refused = is_easy(chosen) or chosen == one.typed.get(NUMBER_END)
    return chosen if chosen and chosen == one.typed.get(NEW_AGAIN) and not refused else None


def _proof_decided(
    session: Session, kit: ReaderKit, first: PinReading, proof: ProofTry
) -> ReaderAnswer:
    """Decides the answer of a reading. A reading that was refused once stays refused."""
    wanted = proof.wanted
    if wanted is None or first.state == ReadingState.WRONG:
        first.state = ReadingState.WRONG
        return ReaderAnswer()
    first.state = ReadingState.DONE
    if wanted.kind != EnrolmentKind.ENROL:
        is_new = proving_phones.prove(session, kit, wanted)
        return ReaderAnswer((NUMBER_PROVED if is_new else PROOF_OVER,))
    if first.asks["kind"] == AskKind.PROVE:
        return ReaderAnswer((PAPER_RIGHT,))
    if proof.pair is None or proof.wrap is None:
        return ReaderAnswer((REFUSED,))
    public, wrap = proof.pair.public, proof.wrap
    is_new = proving_phones.prove(session, kit, wanted, public_key=public, pin_wrap=wrap)
    return ReaderAnswer((CHOSEN if is_new else PROOF_OVER,))


def _proof_refused(session: Session, kit: ReaderKit, one: ReaderTry) -> ReaderAnswer:
    """Returns the answer to a wrong proof. It also says if the proof expired or had too many attempts."""
    key = one.typed.get(NUMBER_KEY, "")
    is_over = enrolments.to_prove(session, key, kit.now()) is None
    return ReaderAnswer((PROOF_OVER,)) if is_over else ReaderAnswer()


def _proves(kit: ReaderKit, one: ReaderTry, wanted: Enrolment | None) -> bool:
    """Returns True if the code and the start PIN are right.

    Takes the same time if no proof is pending, or if no attempt is left.
    """
    start, costs = one.typed.get(START_PIN, ""), kit.vault.costs
    if wanted is None:
        return proving_phones.matches(None, one.pin, start, costs=costs)
    name = f"{wanted.id}\0{one.pin}\0{start}"
    if kit.memory.find(one.session_key, wanted.responder_id, name) is not None:
        return True
    with kit.database.writing() as session:
        # An attempt that was decided already does not count again.
        first = readings.hold(session, one.reading_id)
        counts = first.state == ReadingState.ASKED and enrolments.take_try(session, wanted.id)
    tries = wanted if counts else None
    if not proving_phones.matches(tries, one.pin, start, costs=costs):
        return False
    kit.memory.keep(one.session_key, wanted.responder_id, name, PROVED)
    return True


logger = logging.getLogger(__name__)

WRONG = ReaderAnswer()
CODE_RIGHT = ReaderAnswer((PROVES,))
PROOFS = (AskKind.PROVE, AskKind.CHOOSE)


@dataclass(frozen=True, slots=True)
class PinTry:
    """The result of checking a PIN, made before the transaction opens."""

    private: bytes | None = field(default=None, repr=False)
    """The responder's private key; None for a wrong PIN."""
    is_code: bool = False
    """True if it is not a PIN but the code that this phone was sent."""
    fresh: FreshWrap | None = None
    """The key in a new wrap, under another PIN or under the newest pepper."""


def answer_next(kit: ReaderKit) -> bool:
    """Answers one waiting hop. Returns False where none waits. Raises StoreUnavailable.

    A hop whose key is in memory comes first, then an enrolled phone, then the oldest.
    """
    with kit.database.reading() as session:
        waiting = readings.unanswered(session, kit.now() - KEPT_FOR)
    if not waiting:
        return False
    tries = [_read(kit, ask, row) for ask, row in waiting]
    first = next((one for one in tries if one.comes_first), tries[0])
    one = next((one for one in tries if _remembered(kit, one) is not None), first)
    try:
        _answer(kit, one)
    except (SealBroken, KeyError, TypeError, ValueError) as broken:
        # One row that cannot be processed must not block the others.
        logger.error("an ask cannot be answered: %s", type(broken).__name__)
        with kit.database.writing() as session:
            readings.answer(session, one.ask_id, None, kit.now())
    return True


def _read(kit: ReaderKit, ask: PinReadingAsk, row: PinReading) -> ReaderTry:
    bound, kind = bound_to(row.session_key, row.text_digest), AskKind(row.asks["kind"])
    box = _opened(kit, ask.sealed_pin, bound) or {}
    typed = {str(name): str(value) for name, value in box.items()}
    return ReaderTry(
        ask.id, row.id, kind, ask.public_key, row.session_key, bound, row.responder_id, typed
    )


def _opened(kit: ReaderKit, sealed: bytes, bound: str) -> dict[str, Any] | None:
    """Decrypts a box with the reader's current key pair or the one before it. None where neither decrypts it."""
    for private in kit.pair.now():
        with suppress(SealBroken):
            return oneoff.open_box(sealed, private=private, bound=bound)
    return None


def _remembered(kit: ReaderKit, one: ReaderTry) -> bytes | None:
    """Returns the private key, if this session keyed this PIN before."""
    if one.responder_id is None:
        return None
    return kit.memory.find(one.session_key, one.responder_id, one.pin)


def _tried(kit: ReaderKit, one: ReaderTry) -> PinTry:
    """Checks the PIN of this hop. Takes the key from memory if the session keyed the PIN before.

    An unknown phone takes the same time.
    """
    private, wrap = _remembered(kit, one), None
    if private is None and one.responder_id is not None:
        with kit.database.reading() as session:
            person = session.get(Responder, one.responder_id)
            wrap = person.pin_wrap if person is not None and person.active else None
    if private is None and wrap is not None and one.responder_id is not None:
        with suppress(PinRefused):
            private = kit.vault.open(wrap, one.pin, one.responder_id)
    elif private is None:
        kit.vault.open_nothing(one.pin)
    if private is None:
        return PinTry(is_code=_knows_code(kit, one))
    return PinTry(private, fresh=_rewrapped(kit, one, private, wrap))


def _answer(kit: ReaderKit, one: ReaderTry) -> None:
    proof = _proof_tried(kit, one) if one.kind in PROOFS else None
    found = _tried(kit, one) if proof is None else PinTry()
    noted = openings.find(kit.database, one.session_key)
    opening = None if noted is None else noted[0]
    with ringing(kit) as session:
        first = readings.hold(session, one.reading_id)
        if proof is not None:
            answer = _proved(session, kit, one, first, proof)
        else:
            is_over = opening is not None and opening.started_at < kit.now() - KEPT_FOR
            if is_over and first.state == ReadingState.ASKED:
                # A repeat after the readings are erased would meet newer lists. The same keys would do something else.
                first.state = ReadingState.RESTED
            answer = _decided(session, kit, one, first, found, opening)
        readings.decide(session, one.reading_id, first.state)
        box = oneoff.seal(answer.to_dict(), public=one.public_key, bound=one.bound)
        readings.answer(session, one.ask_id, box, kit.now())
        is_right = first.state == ReadingState.DONE
    if is_right and found.private is not None and one.responder_id is not None:
        kit.memory.keep(one.session_key, one.responder_id, one.pin, found.private)


def _proved(
    session: Session, kit: ReaderKit, one: ReaderTry, first: PinReading, proof: ProofTry
) -> ReaderAnswer:
    if first.state == ReadingState.DONE and first.sealed_answer is not None:
        return _kept(kit, first, first.sealed_answer)
    answer = _proof_decided(session, kit, first, proof)
    if first.state == ReadingState.DONE:
        _keep(kit, first, answer)
        return answer
    return _proof_refused(session, kit, one)


def _decided(
    session: Session,
    kit: ReaderKit,
    one: ReaderTry,
    first: PinReading,
    found: PinTry,
    opening: Opening | None,
) -> ReaderAnswer:
    """Decides the answer of this reading. A reading that was refused once stays refused."""
    at, person = kit.now(), None
    if first.responder_id is not None:
        person = session.get(Responder, first.responder_id, with_for_update={"key_share": True})
    if person is not None and found.private is not None and not _may_open(person):
        # The reader's memory may be older than the removal of the responder, or than the end of the PIN.
        return _of_nobody(first, PinTry())
    if first.state == ReadingState.WRONG or first.responder_id is None:
        return _of_nobody(first, found)
    if person is None or first.state == ReadingState.RESTED or pins.rests(person, at):
        first.state = ReadingState.RESTED if first.state == ReadingState.ASKED else first.state
        return rested(None if person is None else person.rested_until)
    if found.private is None and (found.is_code or person.pin_wrap is None):
        return _of_nobody(first, found)
    ask, private = ReaderAsk.from_dict(first.asks), found.private or b""
    turn = ReaderTurn(session, kit, person, ask, at, private, one.typed)
    if found.private is None:
        return _wrong(turn, first)
    again = first.state == ReadingState.DONE
    first.state = ReadingState.DONE
    if again and first.sealed_answer is not None:
        return _kept(kit, first, first.sealed_answer)
    if found.fresh is not None and ask.kind is not AskKind.CHANGE:
        _move(person, found.fresh)
    answer = _done(turn, found.fresh, opening, again=again)
    if ask.kind is not AskKind.PAGE:
        _keep(kit, first, answer)
    return answer


def _wrong(turn: ReaderTurn, first: PinReading) -> ReaderAnswer:
    """Counts a wrong PIN and asks again. Says at once if this attempt blocks the phone for a time."""
    pins.wrong(turn)
    has_rest = pins.rests(turn.person, turn.at)
    if first.state == ReadingState.ASKED:
        first.state = ReadingState.RESTED if has_rest else ReadingState.WRONG
    return rested(turn.person.rested_until) if has_rest else WRONG


def _may_open(person: Responder) -> bool:
    return person.active and person.pin_wrap is not None


def _of_nobody(first: PinReading, found: PinTry) -> ReaderAnswer:
    """Answers a PIN that belongs to no responder. It is the code of a phone to prove, or it is wrong.

    No responder's wrong PINs are counted for it.
    """
    if found.is_code and first.state != ReadingState.WRONG:
        first.state = ReadingState.DONE
        return CODE_RIGHT
    first.state = ReadingState.WRONG
    return WRONG


def _done(
    turn: ReaderTurn, fresh: FreshWrap | None, opening: Opening | None, *, again: bool
) -> ReaderAnswer:
    ask = turn.ask
    match ask.kind:
        case AskKind.VIEW:
            seen = view(turn, (opening and opening.pinned) or Pinned())
            pins.opened(turn, opening.network if opening is not None else None)
            return seen
        case AskKind.PAGE if ask.verb == HISTORY:
            return pages.history(turn)
        case AskKind.PAGE if ask.verb == WARNINGS:
            return pins.warnings(turn)
        case AskKind.PAGE:
            return pages.page(turn, again=again)
        case AskKind.ACT if ask.verb == NOT_ME:
            pins.end(turn)
            return ReaderAnswer((ENDED,))
        case AskKind.ACT if ask.verb in PERSON_VERBS:
            return people_view.act(turn)
        case AskKind.ACT:
            return acts.act(turn)
        case AskKind.CHANGE:
            return _change(turn, fresh)
        case AskKind.PROVE | AskKind.CHOOSE:
            raise ValueError("what is proved opens nothing")


def _keep(kit: ReaderKit, first: PinReading, answer: ReaderAnswer) -> None:
    """Stores the answer for a repeat of the same request."""
    own = oneoff.public_of(kit.pair.now()[0])
    bound = bound_to(first.session_key, first.text_digest)
    first.sealed_answer = oneoff.seal(answer.to_dict(), public=own, bound=bound)


def _kept(kit: ReaderKit, first: PinReading, sealed: bytes) -> ReaderAnswer:
    """Returns the stored answer, letter by letter. Raises SealBroken if it does not decrypt."""
    box = _opened(kit, sealed, bound_to(first.session_key, first.text_digest))
    if box is None:
        raise SealBroken("what was answered before does not open")
    return ReaderAnswer.from_dict(box)
