"""Behind the entry of a phone that waits to be proved: code and start PIN are judged, and a work PIN is chosen.

A try is counted before it is made, once for each place of a text. What was proved stays in the reader's memory for as
long as a session lasts, so that choosing a PIN counts no other try.

Wrapping is costly: it is done with no transaction open, and written where nothing came between.
"""

from dataclasses import dataclass, field

from hotline.domain.dialogue.asks import (
    CHANGED,
    CHOSEN,
    NEW_AGAIN,
    NEW_PIN,
    NUMBER_END,
    NUMBER_KEY,
    NUMBER_PROVED,
    PAPER_RIGHT,
    PROOF_OVER,
    REFUSED,
    START_PIN,
    AskKind,
    ReaderAnswer,
    ReadingState,
)
from hotline.domain.people.enrolment import EnrolmentKind
from hotline.engine.keying import is_easy
from hotline.sealing import oneoff
from hotline.sealing.envelope import KeyPair
from hotline.services.people import proving_phones
from hotline.services.reader.reader_kit import ReaderKit
from hotline.services.reader.turns import ReaderTry, ReaderTurn
from hotline.store.database import Session
from hotline.store.dialogue import readings
from hotline.store.dialogue.readings import PinReading
from hotline.store.people import enrolments
from hotline.store.people.enrolments import Enrolment
from hotline.store.people.responders import Responder

PROVED = b"proved"


@dataclass(frozen=True, slots=True)
class ProofTry:
    """The result of the costly part, which no transaction waits for."""

    wanted: Enrolment | None = None
    """What was proved; None where it was not."""
    pair: KeyPair | None = field(default=None, repr=False)
    wrap: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class FreshWrap:
    """A responder's private key, wrapped under another PIN or the newest pepper."""

    public: bytes
    """Of the key that is in it."""
    before: bytes | None = field(repr=False)
    """What it takes the place of; None where that does not matter."""
    wrap: bytes = field(repr=False)


def rewrapped(
    kit: ReaderKit, one: ReaderTry, private: bytes, wrap: bytes | None
) -> FreshWrap | None:
    """Wraps a key under the PIN that is chosen, or under the newest pepper and the same PIN.

    None where neither is wanted, or the PIN is refused. `wrap` is None where the memory held the key.
    """
    pin = _chosen_pin(one) if one.kind is AskKind.CHANGE else None
    before = None if pin is not None else wrap
    if one.responder_id is None or (pin is None and (wrap is None or not kit.vault.is_old(wrap))):
        return None
    fresh = kit.vault.wrap(private, pin or one.pin, one.responder_id)
    return FreshWrap(oneoff.public_of(private), before, fresh)


def move(person: Responder, fresh: FreshWrap) -> None:
    """Writes nothing where the responder got another pair or PIN meanwhile."""
    if person.public_key == fresh.public and person.pin_wrap == fresh.before:
        person.pin_wrap = fresh.wrap


def change(turn: ReaderTurn, fresh: FreshWrap | None) -> ReaderAnswer:
    """Changes the PIN, and ends the session: what was keyed to begin it opens nothing any more."""
    if fresh is None or fresh.before is not None or turn.person.public_key != fresh.public:
        return ReaderAnswer((REFUSED,))
    turn.person.pin_wrap, turn.person.pin_set_at = fresh.wrap, turn.at
    turn.log("pin_changed", "by dialling")
    return ReaderAnswer((CHANGED,))


def _waits_for(kit: ReaderKit, one: ReaderTry) -> Enrolment | None:
    """What this phone may prove now."""
    with kit.database.reading() as session:
        return enrolments.to_prove(session, one.typed.get(NUMBER_KEY, ""), kit.now())


def knows_code(kit: ReaderKit, one: ReaderTry) -> bool:
    """Whether what was keyed for a PIN is the code that this phone was sent."""
    return proving_phones.knows_code(_waits_for(kit, one), one.pin)


def tried(kit: ReaderKit, one: ReaderTry) -> ProofTry:
    """Whether code and start PIN are right, and where a PIN is chosen, its pair."""
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
    """The PIN that was keyed twice; None where it is not the same, or anybody would try it first."""
    chosen = one.typed.get(NEW_PIN, "")
    refused = is_easy(chosen) or chosen == one.typed.get(NUMBER_END)
    return chosen if chosen and chosen == one.typed.get(NEW_AGAIN) and not refused else None


def decided(session: Session, kit: ReaderKit, first: PinReading, proof: ProofTry) -> ReaderAnswer:
    """What the reading is answered. What was refused once stays refused."""
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


def refused(session: Session, kit: ReaderKit, one: ReaderTry) -> ReaderAnswer:
    """What is said of a proof that is wrong; also whether it lapsed, or was tried too often."""
    key = one.typed.get(NUMBER_KEY, "")
    is_over = enrolments.to_prove(session, key, kit.now()) is None
    return ReaderAnswer((PROOF_OVER,)) if is_over else ReaderAnswer()


def _proves(kit: ReaderKit, one: ReaderTry, wanted: Enrolment | None) -> bool:
    """Costs as much where nothing waits, and where no try is left."""
    start, costs = one.typed.get(START_PIN, ""), kit.vault.costs
    if wanted is None:
        return proving_phones.matches(None, one.pin, start, costs=costs)
    name = f"{wanted.id}\0{one.pin}\0{start}"
    if kit.memory.find(one.session_key, wanted.responder_id, name) is not None:
        return True
    with kit.database.writing() as session:
        # A try that was decided already is none.
        first = readings.hold(session, one.reading_id)
        counts = first.state == ReadingState.ASKED and enrolments.take_try(session, wanted.id)
    tries = wanted if counts else None
    if not proving_phones.matches(tries, one.pin, start, costs=costs):
        return False
    kit.memory.keep(one.session_key, wanted.responder_id, name, PROVED)
    return True
