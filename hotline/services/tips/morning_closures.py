"""Sends the national desk's morning SMS: which closures have waited for a second person 24 hours or longer.

The clock calls it each second; it does its work once a day, at 06:30 or when the relay starts later that morning.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hotline.domain.outbox.message import Wording, responders_entry
from hotline.domain.referrals.clocks import next_bell
from hotline.domain.referrals.referral import Level
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.doorbell import ringing
from hotline.services.people import responder_sms
from hotline.services.referrals import endings
from hotline.services.tips.waiting_closures import LATE_AFTER, MOST
from hotline.store.database import Session
from hotline.store.people import responders
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals, retention
from hotline.store.referrals.desk_pages import tip_pages
from hotline.store.referrals.desk_pages.tip_pages import WaitingClosure
from hotline.store.tips import visible

ERRAND = "morning closures"
DAY = timedelta(days=1)
UNTIL = timedelta(hours=5)
"""A relay that starts later than this after 06:30 waits for the next morning."""
NAMED = 6
"""References in one SMS; the others are counted."""


def tell(kit: Kit) -> None:
    """Writes the SMS of this morning, once. Raises StoreUnavailable."""
    at = kit.now()
    bell = next_bell(at) - DAY
    if at - bell > UNTIL:
        return
    with kit.database.reading() as session:
        if _is_done(session, bell):
            return
    with ringing(kit) as session:
        if _is_done(session, bell):
            return
        _tell(session, kit, at)
        retention.finish(session, ERRAND, at)


def _is_done(session: Session, bell: datetime) -> bool:
    done_at = retention.done_at(session, ERRAND)
    return done_at is not None and done_at >= bell


def _tell(session: Session, kit: Kit, at: datetime) -> None:
    waiting = tip_pages.closures_waiting(session, visible.THE_LINE, MOST)
    late = [one for one in waiting if at - one.requested_at >= LATE_AFTER]
    if not late:
        return
    desk = [one for one in responders.who_live(session, at) if one.level == Level.NATIONAL]
    for person in desk:
        names = _names(session, late, person)
        if not names:
            continue
        said = {"refs": _listed(names), "code": responders_entry(kit.line.service_code)}
        wording = Wording(Template.CLOSURES_WAIT, said, person.language)
        responder_sms.say(session, person, wording, at)


def _names(session: Session, late: Sequence[WaitingClosure], person: Responder) -> list[str]:
    """Returns what this person may decide, by the names that the person knows; else by the numbers of the tips."""
    names = []
    for one in late:
        hers = endings.by_responder(person.id).name
        asked_it = bool(one.requested_by) and endings.is_same(session, one.requested_by, hers)
        if asked_it or not visible.who_may(session, one.tip.id, [person.id]):
            continue
        known_as = referrals.names_of(session, one.tip.id).get(person.id)
        names.append(f"T{one.tip.id}" if known_as is None else known_as.reference)
    return names


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return " ".join(names[:NAMED]) + (f" +{more}" if more > 0 else "")
