"""The one answer to a cry by SMS: the public advertisement, letter for letter, where nothing speaks against it.

Runs inside its caller's transaction. An answer tells whoever holds the phone that somebody wrote: so it is off until it
is signed, goes to a number that two ways have proved, at once or never, and once a week (ADR 57).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hotline.domain.outbox.message import SOON, AnswerForm, MessageIn
from hotline.domain.sms.sms_tip import cannot_wait, cleaned, language
from hotline.ports import Kit
from hotline.services.sms import sms_replies
from hotline.services.sms.sms_replies import Says
from hotline.store.database import Session
from hotline.store.dialogue.contacts import InboundSeen
from hotline.store.outbox import outbox
from hotline.store.sms import inbound

LOOK_AGAIN = timedelta(seconds=5)
"""So soon the inbox is read anew, since it is asked once a minute only."""


def answer(
    session: Session,
    kit: Kit,
    message: MessageIn,
    seen: Sequence[InboundSeen],
    *,
    revision_id: int,
    at: datetime,
) -> int | None:
    """Writes the answer, once the inbox lists the cry and the gateway itself has called with it; its id, or None.

    `seen`: what is known of a message that was filed as a tip, of a phone that is not enrolled at this moment.
    """
    if not kit.line.answers_cries or not cannot_wait(message.text):
        return None
    written_at = _written_at(message, seen)
    if at - written_at > SOON or not any(row.vouched_at for row in seen):
        return None
    if not any(row.proved_at for row in seen):
        inbound.hasten(session, at + LOOK_AGAIN)
        return None
    if outbox.cried_lately(session, kit.pseudonyms.contacts(message.sender, at), at):
        return None
    says = Says(AnswerForm.ADVERTISEMENT, revision_id, {}, language(cleaned(message.text)))
    return sms_replies.write(
        session, kit, to=message.sender, says=says, at=at, written_at=written_at
    )


def _written_at(message: MessageIn, seen: Sequence[InboundSeen]) -> datetime:
    """The earliest that anybody says."""
    times = [row.received_at for row in seen]
    return min(times if message.sent_at is None else [message.sent_at, *times])
