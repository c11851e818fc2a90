"""Opens a PIN's private key: the costly part of a hop, which no transaction waits for."""

from dataclasses import dataclass, field

from hotline.domain.dialogue.asks import AskKind
from hotline.errors import PinRefused
from hotline.services.reader import own_pins, proving
from hotline.services.reader.own_pins import FreshWrap
from hotline.services.reader.reader_kit import ReaderKit
from hotline.services.reader.reader_try import ReaderTry
from hotline.store.people.responders import Responder


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
