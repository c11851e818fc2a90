"""The SMS that asks a responder to say what became of somebody: a reference, and what to dial. Nothing else.

Whoever knows the case by no name yet is given one. Runs inside its caller's transaction, which holds the tip.
"""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.outbox.delivery import Priority
from hotline.domain.outbox.message import Kind, Wording, responders_entry
from hotline.domain.referrals.case_events import Purpose
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.referrals import ladder
from hotline.services.referrals.case_messages import message
from hotline.store.cases import case_log
from hotline.store.cases.case_log import ToldEntry
from hotline.store.database import Session
from hotline.store.outbox.messages import Referral
from hotline.store.referrals import referral_rows, referrals
from hotline.store.referrals.referral_rows import GivenTip
from hotline.store.tips.tips import Tip


def ask(
    session: Session, kit: Kit, tip: Tip, who: Sequence[int], at: datetime, *, reminds: bool
) -> int | None:
    """Returns a message to ring for. `reminds`: she is asked who can say it, and nobody above her."""
    template = Template.FOLLOW if reminds else Template.FOLLOW_ABOVE
    names = referrals.names_of(session, tip.id)
    languages = referrals.languages(session, who)
    code, to_ring = responders_entry(kit.line.service_code), None
    for one in who:
        known_as = names.get(one) or _named(session, tip, one, at)
        wording = Wording(template, {"ref": known_as.reference, "code": code}, languages[one])
        row = message(Kind.ALERT, wording, one, priority=Priority.SOON, at=at, of=known_as.id)
        session.add(row)
        session.flush()
        to_ring = to_ring or row.id
    return to_ring


def _named(session: Session, tip: Tip, who: int, at: datetime) -> Referral:
    """A reference of her own, without an alert to take it."""
    (referral_id,) = referral_rows.new_referrals(session, 1)
    given = GivenTip(referral_id, tip.id, referrals.next_step(session, tip.id), who)
    ladder.refer(session, [given], at)
    told = ToldEntry(referral_id, tip.id, who, Purpose.FOLLOW)
    case_log.written_told(session, [told], at)
    return session.get_one(Referral, referral_id)
