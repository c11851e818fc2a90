"""A STOP in the name of an enrolled number. It may be forged, so it changes nothing by itself.

Those who lead the desk are told once a week, and so is the watch, whatever that phone was answered before. It is
answered itself as far as answers are left. Only the gateway's own refusal of a send makes a number unreachable.
"""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.outbox.message import Wording
from hotline.domain.referrals.referral import Level
from hotline.domain.sms.reply_limits import Why
from hotline.domain.watch.alarms import Alarm
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services import alarming
from hotline.services.people import responder_sms
from hotline.store.database import Session
from hotline.store.people import memberships, responders
from hotline.store.people.responders import Responder


def note(session: Session, kit: Kit, msisdn: str, at: datetime) -> tuple[int, ...] | None:
    """Tells the responder and those who lead the desk; the messages to ring for. None: the number is not enrolled."""
    responder = responders.enrolled(session, kit.pseudonyms.enrolled(msisdn))
    if responder is None:
        return None
    key = kit.pseudonyms.sms(msisdn, kit.line.shortcode, Why.STOP, "")
    told = []
    if responder_sms.may_answer(session, responder, Why.STOP, key, at) is not None:
        told.append((responder, Template.STOP_NOTED))
    elif not responder_sms.count_first_stop(session, responder, key, at):
        return ()
    alarming.note(session, Alarm.STOP_WISH, at)
    told += [(one, Template.STOP_TOLD) for one in _leaders(session, responder, at)]
    return tuple(
        responder_sms.say(session, one, Wording(template, {}, one.language), at)
        for one, template in told
    )


def _leaders(session: Session, of: Responder, at: datetime) -> Sequence[Responder]:
    """The coordinators of her desks; the national desk where there is none, or she is of it."""
    if of.level != Level.NATIONAL and (coordinators := memberships.leaders(session, of, at)):
        return coordinators
    others = [one for one in responders.who_live(session, at) if one.id != of.id]
    return [one for one in others if one.level == Level.NATIONAL]
