"""Words the answer to an SMS of a responder that was not clear: the case, and the digits that are possible for it."""

from hotline.domain import trial
from hotline.domain.outbox.message import Wording, responders_entry
from hotline.domain.referrals.referral import Level
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.referrals import possible_digits
from hotline.store.database import Session
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals
from hotline.store.tips.tips import Tip


def hint(session: Session, kit: Kit, responder: Responder, about: str | None) -> Wording:
    """Returns the hint about a case that this responder knows by the reference `about`."""
    referral = referrals.of_responder(session, responder.id, about) if about else None
    code = responders_entry(kit.line.service_code)
    if about is None or referral is None:
        return Wording(Template.NOTHING_OPEN, {"code": code}, responder.language)
    tip = session.get_one(Tip, referral.tip_id)
    if tip.closed_at is not None or referral.released_at is not None:
        is_drill = tip.channel == trial.DRILL
        over = Template.EXERCISE if is_drill else Template.CASE_OVER
        return Wording(over, {"ref": about}, responder.language)
    case = possible_digits.offered_case(session, tip, responder)
    if case.closure_requested and responder.level == Level.NATIONAL:
        return Wording(Template.ASK_BACK_DIAL, {"ref": about, "code": code}, responder.language)
    digits = possible_digits.worded(kit, case, responder.language)
    return Wording(Template.ASK_BACK, {"ref": about, "digits": digits}, responder.language)


def no_more(kit: Kit, responder: Responder) -> Wording:
    """Returns the last answer of an hour."""
    code = {"code": responders_entry(kit.line.service_code)}
    return Wording(Template.NO_MORE_ANSWERS, code, responder.language)
