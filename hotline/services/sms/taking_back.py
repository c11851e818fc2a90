"""Whoever wrote a tip by SMS takes it back by SMS: as a wish, and never as an erasure (ADR 65).

A sender can be forged, so only what the gateway's inbox lists counts. Runs inside its caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.outbox.message import MessageIn
from hotline.ports import Kit
from hotline.services.referrals import endings
from hotline.store.database import Session
from hotline.store.dialogue.contacts import InboundSeen
from hotline.store.tips import tips

ACTOR = "sms"


def take_back(
    session: Session, kit: Kit, message: MessageIn, seen: Sequence[InboundSeen], at: datetime
) -> None:
    """Marks every tip that this phone wrote before. `seen`: what is known of the message that asks for it.

    A phone is known by this week's key and the last one's: what is older is nobody's any more.
    """
    if not any(row.proved_at for row in seen):
        return
    before = min(row.received_at for row in seen)
    ids = tips.written_by(session, kit.pseudonyms.contacts(message.sender, at), before)
    endings.wish(session, kit, ids, actor=ACTOR)
