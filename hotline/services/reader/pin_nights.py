"""Tells coordinators at 07:00 how many phones of the desk opened cases at night."""

from collections import Counter

from hotline.domain.jobs import Job
from hotline.domain.outbox.message import Wording, responders_entry
from hotline.domain.people.pin_rest import SMS, PinWarning, nights_told_before
from hotline.ports import Kit
from hotline.services.doorbell import ring
from hotline.services.people import responder_sms
from hotline.services.reader import pins
from hotline.store.people import pin_warnings
from hotline.store.people.responders import Responder


def tell(kit: Kit) -> None:
    """Sends one SMS to each coordinator. Safe to repeat: what was told is marked. Raises StoreUnavailable."""
    at = kit.now()
    before = nights_told_before(at)
    with kit.database.reading() as session:
        if not pin_warnings.waits(session, before):
            return
    to_ring, code = None, responders_entry(kit.line.service_code)
    with kit.database.writing() as session:
        phones = Counter[int]()
        for responder_id in pin_warnings.tell(session, before, at):
            person = session.get_one(Responder, responder_id)
            phones.update(one.id for one in pins.who_lead(session, person, at))
        for leader_id, count in sorted(phones.items()):
            leader = session.get_one(Responder, leader_id)
            words = {"count": str(count), "code": code}
            wording = Wording(SMS[PinWarning.NIGHT], words, leader.language)
            to_ring = responder_sms.say(session, leader, wording, at)
    if to_ring is not None:
        ring(kit, Job.DELIVER, to_ring)
