"""A responder's own PIN: she chooses another, and her key moves to the newest pepper at her next right one.

Wrapping is costly: it is done with no transaction open, and written where nothing came between.
"""

from dataclasses import dataclass, field
from datetime import datetime

from hotline.domain.dialogue.asks import CHANGED, REFUSED, ReaderAnswer
from hotline.sealing import oneoff
from hotline.services.reader.proving import chosen_pin
from hotline.services.reader.reader_kit import ReaderKit
from hotline.services.reader.reader_try import ReaderTry
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.people.responders import Responder


@dataclass(frozen=True, slots=True)
class FreshWrap:
    """Her private key, wrapped under another PIN or the newest pepper."""

    public: bytes
    """Of the key that is in it."""
    before: bytes | None = field(repr=False)
    """What it takes the place of; None where that does not matter."""
    wrap: bytes = field(repr=False)


def chosen(kit: ReaderKit, one: ReaderTry, private: bytes) -> FreshWrap | None:
    """Her key under the PIN that she chose; None where it is refused."""
    pin = chosen_pin(one)
    if pin is None or one.responder_id is None:
        return None
    return FreshWrap(
        oneoff.public_of(private), None, kit.vault.wrap(private, pin, one.responder_id)
    )


def moved(kit: ReaderKit, one: ReaderTry, private: bytes, wrap: bytes) -> FreshWrap | None:
    """Her key under the newest pepper and the same PIN; None where it is already."""
    if one.responder_id is None or not kit.vault.is_old(wrap):
        return None
    return FreshWrap(
        oneoff.public_of(private), wrap, kit.vault.wrap(private, one.pin, one.responder_id)
    )


def move(person: Responder, fresh: FreshWrap) -> None:
    """Where she got another pair or PIN meanwhile, nothing is written."""
    if person.public_key == fresh.public and person.pin_wrap == fresh.before:
        person.pin_wrap = fresh.wrap


def change(
    session: Session, person: Responder, fresh: FreshWrap | None, at: datetime
) -> ReaderAnswer:
    """Her session ends behind it: what she keyed to begin it opens nothing any more."""
    if fresh is None or person.public_key != fresh.public:
        return ReaderAnswer((REFUSED,))
    person.pin_wrap, person.pin_set_at = fresh.wrap, at
    actor = f"responder:{person.id}"
    audit.append(
        session, at=at, actor=actor, action="pin_changed", subject=actor, reason="by dialling"
    )
    return ReaderAnswer((CHANGED,))
