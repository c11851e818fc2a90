"""Counts wrong PINs, ends a PIN, and tells the coordinator what may show that somebody else uses it.

Runs inside its caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.call_back import kigali
from hotline.domain.outbox.message import Wording, responders_entry
from hotline.domain.people import pin_rest
from hotline.domain.people.pin_rest import (
    MANY_CASES,
    MANY_WITHIN,
    SHOWN_FOR,
    SMS,
    PinWarning,
    is_night,
    night_began,
)
from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import Urgency
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.people import responder_sms
from hotline.services.referrals import ladder
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.people import pin_warnings, responders
from hotline.store.people.pin_warnings import PinWarningRow
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals
from hotline.store.tips.tips import Tip

LEADS = (Level.COORDINATOR, Level.NATIONAL)
MOST_WARNINGS = 40
"""So many of the newest warnings are looked through for those of one coordinator."""


def rests(person: Responder, at: datetime) -> bool:
    return person.rested_until is not None and person.rested_until > at


def wrong(session: Session, kit: Kit, person: Responder, at: datetime) -> int | None:
    """Counts a wrong PIN. The third in a row rests the phone; the sixth in a day also passes its danger on.

    Returns a message to ring for.
    """
    person.wrong_pins = [*person.wrong_pins, at.isoformat()]
    until = pin_rest.rested_until([datetime.fromisoformat(one) for one in person.wrong_pins])
    session.flush()
    if until is None:
        return None
    person.rested_until, to_ring = until, None
    if pin_rest.is_long(at, until):
        to_ring = _pass_dangers_on(session, kit, person.id, at)
    wording = Wording(Template.PINS_WRONG_YOURS, {"time": kigali(until)}, person.language)
    to_ring = responder_sms.say(session, person, wording, at) or to_ring
    return warn(session, kit, person, PinWarning.WRONG, at) or to_ring


def opened(
    session: Session, kit: Kit, person: Responder, network: str | None, at: datetime
) -> int | None:
    """Counts an opening of the list of cases. Warns of another network at once, and of the night in the morning.

    Returns a message to ring for.
    """
    person.wrong_pins = []
    moved = None not in (network, person.pin_network) and network != person.pin_network
    person.pin_opened_at, person.pin_openings = at, person.pin_openings + 1
    person.pin_network = network or person.pin_network
    session.flush()
    if is_night(at) and not pin_warnings.has(session, person.id, PinWarning.NIGHT, night_began(at)):
        pin_warnings.add(session, person.id, PinWarning.NIGHT, at, waits=True)
    return warn(session, kit, person, PinWarning.NETWORK, at) if moved else None


def read(session: Session, kit: Kit, person: Responder, tip_id: int, at: datetime) -> int | None:
    """Counts a case that was read. Warns once where an hour has more than a person reads.

    Returns a message to ring for.
    """
    before = [one for one in map(_read_at, person.read_lately) if at - one[1] < MANY_WITHIN]
    cases = {case for case, _ in before}
    person.read_lately = [f"{case}@{when.isoformat()}" for case, when in before if case != tip_id]
    person.read_lately = [*person.read_lately, f"{tip_id}@{at.isoformat()}"]
    session.flush()
    if tip_id in cases or len(cases) != MANY_CASES:
        return None
    return warn(session, kit, person, PinWarning.MANY, at)


def _read_at(noted: str) -> tuple[int, datetime]:
    case, _, when = noted.partition("@")
    return int(case), datetime.fromisoformat(when)


def end(session: Session, kit: Kit, person: Responder, at: datetime) -> int | None:
    """Ends the PIN: it opens nothing from now on. The phone's open dangers pass on; alerts still reach the phone.

    Only a new enrolment by two admins gives another PIN. Returns a message to ring for.
    """
    person.pin_wrap = None
    session.flush()
    actor = f"responder:{person.id}"
    audit.append(session, at=at, actor=actor, action="pin_ended", subject=actor, reason="not me")
    to_ring = _pass_dangers_on(session, kit, person.id, at)
    return warn(session, kit, person, PinWarning.NOT_ME, at) or to_ring


def warn(
    session: Session, kit: Kit, person: Responder, kind: PinWarning, at: datetime
) -> int | None:
    """Writes the warning, and tells whoever leads this person. Returns a message to ring for."""
    pin_warnings.add(session, person.id, kind, at, waits=False)
    to_ring, code = None, responders_entry(kit.line.service_code)
    for one in who_lead(session, person, at):
        wording = Wording(SMS[kind], {"code": code}, one.language)
        to_ring = responder_sms.say(session, one, wording, at)
    return to_ring


def who_lead(session: Session, person: Responder, at: datetime) -> Sequence[Responder]:
    """Returns the other coordinators of this person's desks who can be told; else the others of the national desk.

    A coordinator's own phone is the national desk's to watch.
    """
    is_led = person.level not in LEADS
    coordinators = responders.leaders(session, person, at) if is_led else ()
    others = [one for one in responders.who_live(session, at) if one.id != person.id]
    return coordinators or [one for one in others if one.level == Level.NATIONAL]


def has_unread_warnings(session: Session, person: Responder, at: datetime) -> bool:
    """Returns True if this person leads somebody about whom a warning was told since they last read them."""
    read_at = person.warnings_read_at
    return any(
        row.told_at is not None and (read_at is None or row.told_at > read_at)
        for row, _ in warnings_for(session, person, at)
    )


def warnings_for(
    session: Session, person: Responder, at: datetime
) -> Sequence[tuple[PinWarningRow, Responder]]:
    """Returns the warnings of the last days that this person may read, newest first, each with its responder."""
    if person.level not in LEADS:
        return ()
    rows = pin_warnings.newest(session, at - SHOWN_FOR, limit=MOST_WARNINGS)
    pairs = [(row, session.get_one(Responder, row.responder_id)) for row in rows]
    return [
        (row, about)
        for row, about in pairs
        if person.id in {one.id for one in who_lead(session, about, at)}
    ]


def _pass_dangers_on(session: Session, kit: Kit, responder_id: int, at: datetime) -> int | None:
    """Asks the next person for each open danger of this phone."""
    to_ring = None
    for tip_id in referrals.told_of(session, responder_id):
        if session.get_one(Tip, tip_id).urgency == Urgency.DANGER:
            event = Event(Happened.PASSED, by=responder_id)
            to_ring = ladder.happen(session, kit, tip_id, event, at) or to_ring
    return to_ring
