"""Whose lessons count: an officer's whose phone is on the roll, and a responder's behind her PIN, who needs no code.

A responder's phone is on no roll by that: behind the officers' own entry it is anybody's. What she passed is kept as an
officer's is, by a keyed digest of her phone, and counts for her district; where the phone is on the roll too, for the
roll's.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.dialogue.ussd import Opening
from hotline.domain.people.memberships import every_district
from hotline.domain.rolls.joining import NAMES, Roll
from hotline.engine.flow import Book
from hotline.errors import KeyMissing
from hotline.ports import Kit
from hotline.services.rolls import joining
from hotline.store.database import Session
from hotline.store.dialogue.held import HeldDialogue
from hotline.store.people import memberships
from hotline.store.people.responders import Responder
from hotline.store.rolls import joined
from hotline.store.rolls.joined import Joined

BEHIND_PIN = {NAMES[Roll.OFFICERS].joined: True}
"""Told to a responder's session: her flow alone leads to lessons there, and only behind her PIN."""


@dataclass(frozen=True, slots=True)
class Learner:
    """Who takes lessons, as she was known when her session began."""

    number_key: str
    district: str
    """Empty for a responder who is of no one district."""
    row: Joined | None
    """None of a responder who has answered nothing yet."""


def as_begun(kit: Kit, book: Book, opening: Opening, caller: str) -> Learner | None:
    """None for everybody whose lessons do not count, and without a key."""
    who, at = opening.responder_id, opening.started_at
    if who is None and joining.roll_of(book, opening.entry) is not Roll.OFFICERS:
        return None
    with suppress(KeyMissing), kit.database.reading() as session:
        number_key = kit.pseudonyms.joined(Roll.OFFICERS, caller)
        row = joined.on_roll(session, number_key)
        if row is not None and row.created_at < at:
            return Learner(number_key, row.district, row)
        if who is not None:
            kept = joined.of_number(session, number_key)
            return Learner(number_key, _district_of(session, who, at), kept)
    return None


def answering(
    session: Session, kit: Kit, dialogue: HeldDialogue, caller: str, at: datetime
) -> Joined | None:
    """The row of whoever answers in a lesson, for what counts; a responder's is made with her first answer.

    None of anybody whose answers do not count: on no roll, or removed since she keyed her PIN. Raises KeyMissing.
    """
    number_key = kit.pseudonyms.joined(Roll.OFFICERS, caller)
    if dialogue.responder_id is None:
        return joined.on_roll(session, number_key)
    person = session.get(Responder, dialogue.responder_id)
    if person is None or not person.active:
        return None
    return joined.keep_lessons(session, number_key, _district_of(session, person.id, at), at)


def _district_of(session: Session, responder_id: int, at: datetime) -> str:
    """Of whoever is of one district alone. To count the others for any would be untrue."""
    desks = {*memberships.desks_at(session, responder_id, at)} & {*every_district()}
    return desks.pop() if len(desks) == 1 else ""
