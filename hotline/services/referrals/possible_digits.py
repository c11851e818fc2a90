"""Finds out which digits a responder may answer for a case, and words them."""

from collections.abc import Sequence

from hotline.domain.referrals.clocks import ASKS
from hotline.domain.referrals.referral import Level
from hotline.domain.sms.rules_replies import OfferedCase, offered
from hotline.ports import Kit
from hotline.services.referrals import case_standing
from hotline.services.referrals.case_standing import RESPONDER, answer_of
from hotline.store.database import Session
from hotline.store.outbox.messages import Referral
from hotline.store.people.responders import Responder
from hotline.store.referrals import deadlines, referrals
from hotline.store.tips.tips import Tip


def worded(kit: Kit, case: OfferedCase, language: str) -> str:
    """Returns the digits that are possible, each with its words."""
    return " ".join(kit.phrases.say(language, one) for one in offered(case))


def offered_case(session: Session, tip: Tip, responder: Responder) -> OfferedCase:
    """Returns an open case as this responder may act on it."""
    own: Sequence[Referral] = referrals.all_of(session, tip.id, responder.id)
    is_national = responder.level == Level.NATIONAL
    clocks = deadlines.open_clocks(session, tip.id)
    requested = tip.end_wanted_by
    own_request = requested == f"{RESPONDER}{responder.id}"
    return OfferedCase(
        is_own=tip.holder_id == responder.id,
        is_helped=tip.holder_id not in (None, responder.id) and not clocks.keys() & {*ASKS},
        is_on_site=any(one.on_site_at is not None for one in own),
        is_referred=any(one.handed_to_help_at is not None for one in own),
        is_passed=any(one.passed_at is not None for one in own),
        closure_requested=requested is not None and (own_request or is_national),
        decides=is_national and answer_of(session, tip).is_marked,
        lets=is_national and bool(tip.place_step) and case_standing.may_let_go(session, tip),
    )
