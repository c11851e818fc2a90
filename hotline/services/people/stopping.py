"""Handles a STOP: nothing is sent to that number again. For an enrolled number it only notifies people."""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.outbox.message import Wording
from hotline.domain.referrals.referral import Level
from hotline.domain.sms.reply_limits import Why
from hotline.domain.watch.alarms import Alarm
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services import alarming
from hotline.services.doorbell import ringing
from hotline.services.people import responder_sms
from hotline.services.rolls import joining
from hotline.store.database import Session
from hotline.store.dialogue import contacts
from hotline.store.people import responders
from hotline.store.people.responders import Responder
from hotline.store.watch import alarms
from hotline.store.watch.alarms import STOPPED


def note(session: Session, kit: Kit, msisdn: str, at: datetime) -> bool:
    """Notifies the responder and the leaders of their desks. Returns False if the number is not enrolled.

    A STOP that gets no answer notifies the leaders once a week at most.
    """
    responder = responders.enrolled(session, kit.pseudonyms.enrolled(msisdn))
    if responder is None:
        return False
    key = kit.pseudonyms.sms(msisdn, kit.line.shortcode, Why.STOP, "")
    told = []
    if responder_sms.may_answer(session, responder, Why.STOP, key, at) is not None:
        told.append((responder, Template.STOP_NOTED))
    elif not responder_sms.count_first_stop(session, responder, key, at):
        return True
    alarming.note(session, Alarm.STOP_WISH, at)
    told += [(one, Template.STOP_TOLD) for one in _leaders(session, responder, at)]
    for one, template in told:
        responder_sms.say(session, one, Wording(template, {}, one.language), at)
    return True


def _leaders(session: Session, of: Responder, at: datetime) -> Sequence[Responder]:
    """Returns the coordinators of a responder's desks. Returns the others of the national desk where there are none.

    For a member of the national desk, it always returns the others of the national desk.
    """
    if of.level != Level.NATIONAL and (coordinators := responders.leaders(session, of, at)):
        return coordinators
    others = [one for one in responders.who_live(session, at) if one.id != of.id]
    return [one for one in others if one.level == Level.NATIONAL]


def stop(kit: Kit, msisdn: str) -> None:
    """Stops every SMS to this number for good. Also removes it from the on-call contacts and from the programmes.

    An enrolled number keeps everything, because the STOP may be forged. People are notified of it instead. Raises
    StoreUnavailable.
    """
    with ringing(kit) as session:
        stop_in(session, kit, msisdn, kit.now())


def stop_in(session: Session, kit: Kit, msisdn: str, at: datetime) -> None:
    """Stops a number as `stop` does, inside the caller's transaction."""
    if note(session, kit, msisdn, at):
        return
    contacts.stop(session, kit.pseudonyms.stopped(msisdn), at)
    alarms.silence(session, kit.pseudonyms.enrolled(msisdn), STOPPED)
    joining.leave(session, kit, msisdn)
