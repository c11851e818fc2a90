"""Words the answer to an SMS of a responder that was not clear: the case, and the digits that are possible for it."""

from collections.abc import Sequence

from hotline.domain import trial
from hotline.domain.outbox.message import Wording, responders_entry
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.domain.referrals.referral import Level
from hotline.domain.sms.offers import HeldBy, OfferedCase, offered
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.referrals import correcting
from hotline.services.referrals.case_standing import RESPONDER, answer_of
from hotline.store.database import Session
from hotline.store.outbox.messages import Referral
from hotline.store.people.responders import Responder
from hotline.store.referrals import deadlines, referrals
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
    own = referrals.all_of(session, tip.id, responder.id)
    case = _as_offered(session, tip, responder, own)
    if case.closure_requested and responder.level == Level.NATIONAL:
        return Wording(Template.ASK_BACK_DIAL, {"ref": about, "code": code}, responder.language)
    digits = " ".join(kit.phrases.say(responder.language, one) for one in offered(case))
    return Wording(Template.ASK_BACK, {"ref": about, "digits": digits}, responder.language)


def no_more(kit: Kit, responder: Responder) -> Wording:
    """Returns the last answer of an hour."""
    code = {"code": responders_entry(kit.line.service_code)}
    return Wording(Template.NO_MORE_ANSWERS, code, responder.language)


def _as_offered(
    session: Session, tip: Tip, responder: Responder, own: Sequence[Referral]
) -> OfferedCase:
    held_by = HeldBy.COLLEAGUE
    if tip.holder_id is None:
        held_by = HeldBy.NOBODY
    elif tip.holder_id == responder.id:
        held_by = HeldBy.SELF
    is_national = responder.level == Level.NATIONAL
    clocks = deadlines.open_clocks(session, tip.id)
    asks = (DeadlineKind.ACKNOWLEDGE, DeadlineKind.RED)
    requested = tip.end_wanted_by
    own_request = requested == f"{RESPONDER}{responder.id}"
    return OfferedCase(
        held_by,
        is_asked=any(kind in clocks for kind in asks),
        is_on_site=any(one.on_site_at is not None for one in own),
        is_referred=any(one.handed_to_help_at is not None for one in own),
        is_passed=any(one.passed_at is not None for one in own),
        closure_requested=requested is not None and (own_request or is_national),
        decides=is_national and answer_of(session, tip).is_marked,
        lets=is_national and bool(tip.place_step) and correcting.may_let_go(session, tip),
    )
