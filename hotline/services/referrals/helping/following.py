"""Asks responders what became of a person, and records an answer that did not come in time as unknown.

The clock calls it. In a tick, one clock of each case fires, even if the case is closed. Without danger it fires only by
day.
"""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.cases import following
from hotline.domain.cases.entries import EntryKind, EntryWay
from hotline.domain.cases.following import FOLLOWS, THIRTY_DAYS, FollowClock, FollowKind, FollowRing
from hotline.domain.cases.people_codes import PersonCodes
from hotline.domain.outbox.message import Wording, responders_entry
from hotline.domain.referrals.case_events import Purpose
from hotline.domain.referrals.clocks import by_day
from hotline.domain.referrals.planning import LadderStep
from hotline.domain.tip import Urgency
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.cases import entries, sealed_codes
from hotline.services.cases.entries import EntryBy
from hotline.services.doorbell import ringing
from hotline.services.referrals import case_messages, ladder
from hotline.services.referrals.case_standing import case_of, routed
from hotline.store.cases import case_people
from hotline.store.cases.case_people import PossibleVictim, ServiceReferral
from hotline.store.database import Session
from hotline.store.outbox.messages import Referral
from hotline.store.referrals import referrals
from hotline.store.tips import visible
from hotline.store.tips.tips import Tip

CASES_A_TICK = 50
BY_CLOCK = EntryBy("clock", EntryWay.CLOCK)


def ring_due(kit: Kit) -> None:
    """Asks about every case that is due, each in its own transaction. On SQLite callers wait until it ends."""
    at = kit.now()
    with kit.database.reading() as session:
        due = case_people.due_tips(session, at, CASES_A_TICK)
    for tip_id in due:
        with ringing(kit) as session:
            _ring(session, kit, referrals.tip_for_writing(session, tip_id), at)


def _ring(session: Session, kit: Kit, tip: Tip, at: datetime) -> None:
    """Fires the clock that is overdue for longest, unless another relay did so already."""
    row = case_people.longest_due(session, tip.id, at)
    if row is None or row.due_at is None:
        return
    if tip.urgency != Urgency.DANGER and by_day(at) != at:
        row.due_at = by_day(at)
        return
    kind = FollowKind(row.clock or "")
    fired = _fires(session, tip, row, FollowClock(kind, row.due_at, row.rung), at)
    row.due_at = None if fired.next is None else fired.next.due_at
    row.rung = row.rung if fired.next is None else fired.next.rung
    if fired.is_over:
        row.clock = None
        unknown = FOLLOWS[kind].unknown
        if isinstance(row, ServiceReferral) and unknown is not None:
            _unknown(session, kit, tip, row, unknown, at)
    session.flush()
    _ask(session, kit, tip, fired.who, at, reminds=fired.reminds)


def _fires(
    session: Session,
    tip: Tip,
    row: ServiceReferral | PossibleVictim,
    clock: FollowClock,
    at: datetime,
) -> FollowRing:
    everybody = referrals.roster(session, at)
    may = visible.who_may(session, tip.id, [one.id for one in everybody])
    roster = [one for one in everybody if one.id in may]
    arrived_at = row.arrived_at if isinstance(row, ServiceReferral) else None
    since = arrived_at or clock.due_at - THIRTY_DAYS
    responsible = _responsible(session, tip, row)
    return following.fires(clock, routed(session, tip), roster, responsible, since, at)


def _responsible(session: Session, tip: Tip, row: ServiceReferral | PossibleVictim) -> int | None:
    """Returns the responder who offered help, or who last asked a person. None if the offer is no longer theirs."""
    who = row.responder_id
    if isinstance(row, PossibleVictim) and row.clock == FollowKind.CONSENT:
        return who
    is_theirs = who is not None and referrals.newest_of(session, tip.id, who) is not None
    return who if is_theirs else None


def _unknown(
    session: Session, kit: Kit, tip: Tip, row: ServiceReferral, kind: EntryKind, at: datetime
) -> None:
    """Records "unknown", because no answer came in time. It uses the public key alone, as a clock decrypts nothing."""
    entry_id = entries.done_by(session, tip.id, kind, BY_CLOCK, at, key=f"clock:{row.offered_id}")
    if entry_id is None:
        return
    said = PersonCodes(row.n, {kind.value: "unknown"}, row.offered_id).checked(kind)
    sealed_codes.keep(session, kit, tip, entry_id, said.to_bytes(), at)
    if kind is EntryKind.THIRTY:
        row.thirty_at = at
    else:
        row.arrived_at = at


def _ask(
    session: Session, kit: Kit, tip: Tip, who: Sequence[int], at: datetime, *, reminds: bool
) -> None:
    """Asks these people by SMS. `reminds`: they are the responders who know, and not their superiors."""
    template = Template.FOLLOW if reminds else Template.FOLLOW_ABOVE
    names = referrals.names_of(session, tip.id)
    languages = referrals.languages(session, who)
    code = responders_entry(kit.line.service_code)
    for one in who:
        known_as = names.get(one) or _named(session, tip, one, at)
        wording = Wording(template, {"ref": known_as.reference, "code": code}, languages[one])
        case_messages.say(session, wording, one, at, of=known_as.id)


def _named(session: Session, tip: Tip, who: int, at: datetime) -> Referral:
    """Returns a new assignment, so that the responder has a name for the case. No alert asks to acknowledge it."""
    number = referrals.next_step(session, tip.id)
    step = LadderStep(tip.id, case_of(tip), number, (who,), Purpose.FOLLOW)
    (written,) = ladder.refer(session, [(step, who)], at)
    return session.get_one(Referral, written.given.referral_id)
