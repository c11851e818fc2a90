"""A person who goes: her open cases take their next step at once, and she is told nothing more."""

from datetime import datetime

from hotline.domain.jobs import Job
from hotline.ports import Kit
from hotline.services.doorbell import ring
from hotline.services.referrals import acknowledgements
from hotline.store.database import Session
from hotline.store.referrals import personnel


def hand_on(session: Session, kit: Kit, responder_id: int, at: datetime) -> int | None:
    """Inside the caller's transaction, in which she is no living recipient any more. Returns a message to ring for."""
    session.flush()
    personnel.drop_messages(session, responder_id)
    return acknowledgements.release_person(session, kit, responder_id, at)


def announce(kit: Kit, message_id: int | None) -> None:
    """Ring for the first alert of those who were told in her place, after the commit."""
    if message_id is not None:
        ring(kit, Job.DELIVER, message_id)
