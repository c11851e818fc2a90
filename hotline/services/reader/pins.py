"""Wrong PINs: counted for each person, and what follows from the third.

Runs inside its caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hotline.domain.outbox.message import Wording, responders_entry
from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import Urgency
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.people import responder_sms
from hotline.services.referrals import ladder
from hotline.store.database import Session
from hotline.store.people import memberships, responders
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals
from hotline.store.tips.tips import Tip

MOST_WRONG = 3
REST = timedelta(hours=1)


def rests(person: Responder, at: datetime) -> bool:
    return person.rested_until is not None and person.rested_until > at


def right(person: Responder) -> None:
    person.wrong_pins = 0


def wrong(session: Session, kit: Kit, person: Responder, at: datetime) -> int | None:
    """Counts one. The third rests her: those who lead are told, and her open danger goes on to others at once.

    Returns a message to ring for.
    """
    person.wrong_pins += 1
    session.flush()
    if person.wrong_pins < MOST_WRONG:
        return None
    person.wrong_pins, person.rested_until = 0, at + REST
    session.flush()
    to_ring = _goes_on(session, kit, person.id, at)
    code = responders_entry(kit.line.service_code)
    for one in _who_lead(session, person, at):
        wording = Wording(Template.PINS_WRONG, {"code": code}, one.language)
        to_ring = responder_sms.say(session, one, wording, at)
    return to_ring


def _goes_on(session: Session, kit: Kit, responder_id: int, at: datetime) -> int | None:
    """Whoever tries PINs on her phone answers for nothing: her danger is asked of the next as well."""
    to_ring = None
    for tip_id in referrals.told_of(session, responder_id):
        if session.get_one(Tip, tip_id).urgency == Urgency.DANGER:
            event = Event(Happened.PASSED, by=responder_id)
            to_ring = ladder.happen(session, kit, tip_id, event, at) or to_ring
    return to_ring


def _who_lead(session: Session, of: Responder, at: datetime) -> Sequence[Responder]:
    """The coordinators of her desks, and the national desk."""
    leaders = memberships.leaders(session, of, at)
    known = {of.id, *(one.id for one in leaders)}
    others = [one for one in responders.who_live(session, at) if one.id not in known]
    return [*leaders, *(one for one in others if one.level == Level.NATIONAL)]
