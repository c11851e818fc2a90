"""A STOP: nothing is ever sent to that number again. Of an enrolled number it is a wish that people are told of."""

from datetime import datetime

from hotline.domain.jobs import Job
from hotline.ports import Kit
from hotline.services.doorbell import ring
from hotline.services.people import stop_wishes
from hotline.services.rolls import joining
from hotline.store.database import Session
from hotline.store.dialogue import contacts
from hotline.store.watch import alarms
from hotline.store.watch.alarms import STOPPED


def stop(kit: Kit, msisdn: str) -> None:
    """Sends nothing to this number ever again: whoever is woken there is woken no more, a leader there is on no roll.

    An enrolled number keeps everything: the wish may be forged, so people are told of it. Raises StoreUnavailable.
    """
    with kit.database.writing() as session:
        to_ring = stop_in(session, kit, msisdn, kit.now())
    for message_id in to_ring:
        ring(kit, Job.DELIVER, message_id)


def stop_in(session: Session, kit: Kit, msisdn: str, at: datetime) -> tuple[int, ...]:
    """`stop` inside the caller's transaction. Returns the messages to ring for after it."""
    told = stop_wishes.note(session, kit, msisdn, at)
    if told is not None:
        return told
    contacts.stop(session, kit.pseudonyms.stopped(msisdn), at)
    alarms.silence(session, kit.pseudonyms.enrolled(msisdn), STOPPED)
    joining.leave(session, kit, msisdn)
    return ()
