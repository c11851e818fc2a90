"""How an MO is known again, by whatever way it comes, and what each way proves of it."""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.outbox.message import MessageIn
from hotline.domain.sms import listing
from hotline.domain.sms.reply import Verb
from hotline.ports import Kit
from hotline.services.referrals import acknowledgements
from hotline.store.database import Session
from hotline.store.dialogue.contacts import InboundSeen, referrals_of
from hotline.store.sms import inbound


def digests(kit: Kit, message: MessageIn, at: datetime) -> tuple[str, ...]:
    """By which it is known again, the exact one first. One of no second was sent when it came."""
    second = (message.sent_at or at).replace(microsecond=0)
    said = (message.sender, kit.line.shortcode, message.text.strip())
    return tuple(kit.pseudonyms.sms(*said, near.isoformat()) for near in listing.near(second))


def recognise(
    session: Session, kit: Kit, seen: InboundSeen, keys: Sequence[str], at: datetime
) -> Sequence[InboundSeen]:
    """Writes it down, unless it was heard before: then what is known of it. One that is listed proves that."""
    vouched, listed = seen.vouched_at is not None, seen.proved_at is not None
    known = inbound.heard(session, seen, keys)
    if known and vouched:
        inbound.vouch(session, known, at)
    if known and listed:
        inbound.prove(session, known, at)
        for row in known:
            _carry_out(session, kit, row, at)
    return known


def _carry_out(session: Session, kit: Kit, seen: InboundSeen, at: datetime) -> None:
    """What is proved counts, and what waited in this very SMS is done, once."""
    waits, seen.waits = seen.waits or {}, None
    for referral_id in referrals_of(seen):
        waiting = waits.get(str(referral_id))
        verb = None if waiting is None else Verb(waiting)
        acknowledgements.prove(session, kit, referral_id, at, verb)
