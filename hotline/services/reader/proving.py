"""Behind the entry of a phone that waits to be proved: code and start PIN are judged, and a work PIN is chosen.

A try is counted before it is made, once for each place of a text. What was proved stays in the reader's memory for as
long as a session lasts, so that choosing a PIN counts no other try.
"""

from dataclasses import dataclass, field

from hotline.domain.dialogue.asks import (
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
from hotline.sealing.members import MemberPair, new_member_pair
from hotline.services.people import proving_phones
from hotline.services.people.proving_phones import NumberToProve
from hotline.services.reader.reader_kit import ReaderKit
from hotline.services.reader.reader_try import ReaderTry
from hotline.store.database import Session
from hotline.store.dialogue import readings
from hotline.store.dialogue.readings import PinReading

PROVED = b"proved"


@dataclass(frozen=True, slots=True)
class ProofTry:
    """The result of the costly part, which no transaction waits for."""

    wanted: NumberToProve | None = None
    """What was proved; None where it was not."""
    pair: MemberPair | None = field(default=None, repr=False)
    wrap: bytes | None = field(default=None, repr=False)


def waits_for(kit: ReaderKit, one: ReaderTry) -> NumberToProve | None:
    """What this phone may prove now."""
    with kit.database.reading() as session:
        return proving_phones.waiting_for(session, one.typed.get(NUMBER_KEY, ""), kit.now())


def knows_code(kit: ReaderKit, one: ReaderTry) -> bool:
    """Whether what was keyed for a PIN is the code that this phone was sent."""
    return proving_phones.knows_code(waits_for(kit, one), one.pin)


def tried(kit: ReaderKit, one: ReaderTry) -> ProofTry:
    """Whether code and start PIN are right, and where a PIN is chosen, its pair."""
    wanted = waits_for(kit, one)
    if not _proves(kit, one, wanted) or wanted is None:
        return ProofTry()
    if one.kind is not AskKind.CHOOSE or wanted.kind is not EnrolmentKind.ENROL:
        return ProofTry(wanted)
    chosen = chosen_pin(one)
    if chosen is None:
        return ProofTry(wanted)
    pair = new_member_pair()
    return ProofTry(wanted, pair, kit.vault.wrap(pair.private, chosen, wanted.responder_id))


def chosen_pin(one: ReaderTry) -> str | None:
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
    if wanted.kind is not EnrolmentKind.ENROL:
        is_new = proving_phones.prove(session, kit, wanted)
        return ReaderAnswer((NUMBER_PROVED if is_new else PROOF_OVER,))
    if first.asks["kind"] == AskKind.PROVE:
        return ReaderAnswer((PAPER_RIGHT,))
    if proof.pair is None or proof.wrap is None:
        return ReaderAnswer((REFUSED,))
    is_new = proving_phones.prove(
        session, kit, wanted, public_key=proof.pair.public, pin_wrap=proof.wrap
    )
    return ReaderAnswer((CHOSEN if is_new else PROOF_OVER,))


def refused(session: Session, kit: ReaderKit, one: ReaderTry) -> ReaderAnswer:
    """What is said of a proof that is wrong; also whether it lapsed, or was tried too often."""
    key = one.typed.get(NUMBER_KEY, "")
    is_over = proving_phones.waiting_for(session, key, kit.now()) is None
    return ReaderAnswer((PROOF_OVER,)) if is_over else ReaderAnswer()


def _proves(kit: ReaderKit, one: ReaderTry, wanted: NumberToProve | None) -> bool:
    """Costs as much where nothing waits, and where no try is left."""
    start, costs = one.typed.get(START_PIN, ""), kit.vault.costs
    if wanted is None:
        return proving_phones.matches(None, one.pin, start, costs=costs)
    name = f"{wanted.enrolment_id}\0{one.pin}\0{start}"
    if kit.memory.find(one.session_key, wanted.responder_id, name) is not None:
        return True
    tries = wanted if _counted(kit, one, wanted) else None
    if not proving_phones.matches(tries, one.pin, start, costs=costs):
        return False
    kit.memory.keep(one.session_key, wanted.responder_id, name, PROVED)
    return True


def _counted(kit: ReaderKit, one: ReaderTry, wanted: NumberToProve) -> bool:
    """A try that was decided already is none."""
    with kit.database.writing() as session:
        first = readings.hold(session, one.reading_id)
        if first.state != ReadingState.ASKED:
            return False
        return proving_phones.take_try(session, wanted)
