"""The reader's work: it opens a PIN, does what is asked behind it once, and seals the answer to the hop that waits.

The dear part of a PIN is done with no transaction open; what follows from it is one transaction. A hop that comes
twice, or a worker that is rung twice, finds what was decided, and is answered alike.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from hotline.domain.dialogue.asks import (
    KEPT_FOR,
    RESTS,
    AskKind,
    ReaderAnswer,
    ReaderAsk,
    ReadingState,
    bound_to,
)
from hotline.domain.dialogue.ussd import Pinned
from hotline.domain.jobs import Job
from hotline.errors import PinRefused, SealBroken
from hotline.sealing import oneoff
from hotline.services.doorbell import ring
from hotline.services.reader import acts, pages, pins
from hotline.services.reader.reader_kit import ReaderKit
from hotline.services.reader.view import view
from hotline.store.database import Session
from hotline.store.dialogue import openings, readings
from hotline.store.dialogue.readings import PinReading, PinReadingAsk
from hotline.store.people.responders import Responder

logger = logging.getLogger(__name__)

WRONG = ReaderAnswer()
RESTED = ReaderAnswer((RESTS,))


@dataclass(frozen=True, slots=True)
class _Try:
    """One hop that waits, and the PIN that it brought."""

    ask_id: int
    reading_id: int
    public_key: bytes
    session_key: str
    bound: str
    responder_id: int | None
    pin: str = field(repr=False)


def answer_next(kit: ReaderKit) -> bool:
    """Answers one hop: of those that wait, the one that costs least, and then the oldest. False where none waits.

    Raises StoreUnavailable.
    """
    with kit.database.reading() as session:
        waiting = readings.unanswered(session, kit.now() - KEPT_FOR)
    if not waiting:
        return False
    tries = [_read(kit, ask, row) for ask, row in waiting]
    one = next((one for one in tries if _known(kit, one) is not None), None) or _oldest(tries)
    try:
        _answer(kit, one)
    except (SealBroken, KeyError, TypeError, ValueError) as broken:
        # One row that nothing can be done with must not stop the others.
        logger.error("an ask cannot be answered: %s", type(broken).__name__)
        with kit.database.writing() as session:
            readings.answer(session, one.ask_id, None, kit.now())
    return True


def _oldest(tries: Sequence[_Try]) -> _Try:
    """Phones that are enrolled come before those that are nobody's."""
    return next((one for one in tries if one.responder_id is not None), tries[0])


def _read(kit: ReaderKit, ask: PinReadingAsk, row: PinReading) -> _Try:
    bound = bound_to(row.session_key, row.text_digest)
    pin = ""
    for private in kit.pair.now():
        with suppress(SealBroken):
            pin = str(oneoff.open_box(ask.sealed_pin, private=private, bound=bound).get("pin", ""))
            break
    return _Try(ask.id, row.id, ask.public_key, row.session_key, bound, row.responder_id, pin)


def _known(kit: ReaderKit, one: _Try) -> bytes | None:
    if one.responder_id is None:
        return None
    return kit.memory.find(one.session_key, one.responder_id, one.pin)


def _answer(kit: ReaderKit, one: _Try) -> None:
    private = _known(kit, one) or _opened(kit, one)
    pinned = _pinned(kit, one.session_key)
    with kit.database.writing() as session:
        first = readings.hold(session, one.reading_id)
        answer, to_ring = _decided(session, kit, first, private, pinned)
        readings.decide(session, one.reading_id, first.state)
        box = oneoff.seal(answer.to_dict(), public=one.public_key, bound=one.bound)
        readings.answer(session, one.ask_id, box, kit.now())
        is_right = first.state == ReadingState.DONE and private is not None
    if is_right and private is not None and one.responder_id is not None:
        kit.memory.keep(one.session_key, one.responder_id, one.pin, private)
    if to_ring is not None:
        ring(kit, Job.DELIVER, to_ring)


def _opened(kit: ReaderKit, one: _Try) -> bytes | None:
    """Her private key; None for a wrong PIN. A phone that is nobody's costs as much."""
    wrap = None
    if one.responder_id is not None:
        with kit.database.reading() as session:
            person = session.get(Responder, one.responder_id)
            wrap = person.pin_wrap if person is not None and person.active else None
    if wrap is None or one.responder_id is None:
        kit.vault.open_nothing(one.pin)
        return None
    try:
        return kit.vault.open(wrap, one.pin, one.responder_id)
    except PinRefused:
        return None


def _pinned(kit: ReaderKit, session_key: str) -> Pinned:
    """What was true of her cases when her session began."""
    found = openings.find(kit.database, session_key)
    return (found[0].pinned if found is not None else None) or Pinned()


def _decided(
    session: Session, kit: ReaderKit, first: PinReading, private: bytes | None, pinned: Pinned
) -> tuple[ReaderAnswer, int | None]:
    """What this reading is answered, and a message to ring for. What was refused once stays refused."""
    at = kit.now()
    if first.state == ReadingState.WRONG or first.responder_id is None:
        first.state = ReadingState.WRONG
        return WRONG, None
    person = session.get(Responder, first.responder_id, with_for_update=True)
    if person is None or first.state == ReadingState.RESTED or pins.rests(person, at):
        first.state = ReadingState.RESTED if first.state == ReadingState.ASKED else first.state
        return RESTED, None
    if private is None:
        first.state = ReadingState.WRONG if first.state == ReadingState.ASKED else first.state
        return WRONG, pins.wrong(session, kit, person, at)
    pins.right(person)
    again = first.state == ReadingState.DONE
    first.state = ReadingState.DONE
    if again and first.sealed_answer is not None:
        return _kept(kit, first), None
    answer, to_ring = _done(session, kit, person, private, pinned, first, again=again)
    if ReaderAsk.from_dict(first.asks).kind is not AskKind.PAGE:
        own, bound = _own(kit), bound_to(first.session_key, first.text_digest)
        first.sealed_answer = oneoff.seal(answer.to_dict(), public=own, bound=bound)
    return answer, to_ring


def _done(
    session: Session,
    kit: ReaderKit,
    person: Responder,
    private: bytes,
    pinned: Pinned,
    first: PinReading,
    *,
    again: bool,
) -> tuple[ReaderAnswer, int | None]:
    ask, at = ReaderAsk.from_dict(first.asks), kit.now()
    match ask.kind:
        case AskKind.VIEW:
            return view(session, kit, person, pinned), None
        case AskKind.PAGE:
            shown = pages.page(session, kit, person, private, ask.reference, at, again=again)
            return shown, None
        case AskKind.ACT:
            return acts.act(session, kit, person, private, ask, at)


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
