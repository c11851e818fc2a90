"""Asks responders what became of a person, and records an answer that did not come in time as unknown.

The clock calls it. In a tick, one clock of each case fires, even if the case is closed. Without danger it fires only by
day.
"""

from collections.abc import Sequence
from datetime import datetime

from hotline.alerts import (
    queries,
    rules_follow_up,
    service_case_events,
    service_escalation,
    service_messages,
)
from hotline.alerts.rules_escalation import LadderStep
from hotline.alerts.service_case_events import EntryBy
from hotline.alerts.service_case_state import case_of, routed
from hotline.cases import service_codes, service_people
from hotline.cases.service_people import PersonAct
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules_message import Wording, responders_entry
from hotline.gateway.tables import Referral
from hotline.people import tables_audit
from hotline.tips import queries_visible, tables_persons
from hotline.tips.rules import Urgency
from hotline.tips.rules_deadlines import by_day
from hotline.tips.rules_events import EntryKind, EntryWay, Event, Happened, Purpose
from hotline.tips.rules_person_codes import ANSWER, THIRTY, PersonCodes, ServiceAnswer, ThirtyDays
from hotline.tips.rules_persons import ConsentStands, FollowKind, MetPerson
from hotline.tips.tables import Tip, drop_closure_request
from hotline.tips.tables_persons import PossibleVictim, ServiceReferral

CASES_A_TICK = 50
BY_CLOCK = EntryBy("clock", EntryWay.CLOCK)


def ring_due(kit: Kit) -> None:
    """Asks about every case that is due, each in its own transaction. On SQLite callers wait until it ends."""
    at = kit.now()
    with kit.database.reading() as session:
        due = tables_persons.due_tips(session, at, CASES_A_TICK)
    for tip_id in due:
        with ringing(kit) as session:
            _ring(session, kit, queries.tip_for_writing(session, tip_id), at)


def _ring(session: Session, kit: Kit, tip: Tip, at: datetime) -> None:
    """Fires the clock that is overdue for longest, unless another relay did so already."""
    row = tables_persons.longest_due(session, tip.id, at)
    if row is None or row.due_at is None:
        return
    if tip.urgency != Urgency.DANGER and by_day(at) != at:
        row.due_at = by_day(at)
        return
    kind = FollowKind(row.clock or "")
    fired = _fires(session, tip, row, rules_follow_up.FollowClock(kind, row.due_at, row.rung), at)
    row.due_at = None if fired.next is None else fired.next.due_at
    row.rung = row.rung if fired.next is None else fired.next.rung
    if fired.is_over:
        row.clock = None
        unknown = rules_follow_up.FOLLOWS[kind].unknown
        if isinstance(row, ServiceReferral) and unknown is not None:
            _unknown(session, kit, tip, row, unknown, at)
    session.flush()
    _ask(session, kit, tip, fired.who, at, reminds=fired.reminds)


def _fires(
    session: Session,
    tip: Tip,
    row: ServiceReferral | PossibleVictim,
    clock: rules_follow_up.FollowClock,
    at: datetime,
) -> rules_follow_up.FollowRing:
    everybody = queries.roster(session, at)
    may = queries_visible.who_may(session, tip.id, [one.id for one in everybody])
    roster = [one for one in everybody if one.id in may]
    arrived_at = row.arrived_at if isinstance(row, ServiceReferral) else None
    since = arrived_at or clock.due_at - rules_follow_up.THIRTY_DAYS
    responsible = _responsible(session, tip, row)
    return rules_follow_up.fires(clock, routed(session, tip), roster, responsible, since, at)


def _responsible(session: Session, tip: Tip, row: ServiceReferral | PossibleVictim) -> int | None:
    """Returns the responder who offered help, or who last asked a person. None if the offer is no longer theirs."""
    who = row.responder_id
    if isinstance(row, PossibleVictim) and row.clock == FollowKind.CONSENT:
        return who
    is_theirs = who is not None and queries.newest_of(session, tip.id, who) is not None
    return who if is_theirs else None


def _unknown(
    session: Session, kit: Kit, tip: Tip, row: ServiceReferral, kind: EntryKind, at: datetime
) -> None:
    """Records "unknown", because no answer came in time. It uses the public key alone, as a clock decrypts nothing."""
    entry_id = service_case_events.done_by(
        session, tip.id, kind, BY_CLOCK, at, key=f"clock:{row.offered_id}"
    )
    if entry_id is None:
        return
    said = PersonCodes(row.n, {kind.value: "unknown"}, row.offered_id).checked(kind)
    service_codes.keep(session, kit, tip, entry_id, said.to_bytes(), at)
    if kind is EntryKind.THIRTY:
        row.thirty_at = at
    else:
        row.arrived_at = at


def _ask(
    session: Session, kit: Kit, tip: Tip, who: Sequence[int], at: datetime, *, reminds: bool
) -> None:
    """Asks these people by SMS. `reminds`: they are the responders who know, and not their superiors."""
    template = Template.FOLLOW if reminds else Template.FOLLOW_ABOVE
    names = queries.names_of(session, tip.id)
    languages = queries.languages(session, who)
    code = responders_entry(kit.line.service_code)
    for one in who:
        known_as = names.get(one) or _named(session, tip, one, at)
        wording = Wording(template, {"ref": known_as.reference, "code": code}, languages[one])
        service_messages.say(session, wording, one, at, of=known_as.id)


def _named(session: Session, tip: Tip, who: int, at: datetime) -> Referral:
    """Returns a new assignment, so that the responder has a name for the case. No alert asks to acknowledge it."""
    number = queries.next_step(session, tip.id)
    step = LadderStep(tip.id, case_of(tip), number, (who,), Purpose.FOLLOW)
    (written,) = service_escalation.refer(session, [(step, who)], at)
    return session.get_one(Referral, written.given.referral_id)


# Records reports about a person, and their effects on escalation, on the receipt and on danger.


def open_again(session: Session, kit: Kit, tip: Tip, by: EntryBy, at: datetime) -> None:
    """Makes a case a danger again, and reopens it if it is closed."""
    if tip.closed_at is not None:
        key = f"{tip.id}:{at.timestamp()}"
        service_case_events.done_by(session, tip.id, EntryKind.REOPENED, by, at, key=key)
        tip.closed_at = tip.outcome = tip.holder_id = None
        drop_closure_request(tip)
    tip.told_urgency = tip.told_urgency or tip.urgency
    tip.urgency = Urgency.DANGER
    # The alert goes out here, so no other process has to send it. An earlier assignee must acknowledge again.
    tip.referred_at, tip.referred_urgency = at, Urgency.DANGER
    tables_audit.of_tip(session, tip.id, "danger_again", by.actor, at)
    tables_persons.offer_by(session, tip.id, at + rules_follow_up.OFFER_WITHIN)
    session.flush()
    service_escalation.happen(
        session, kit, tip.id, Event(Happened.DANGER_AGAIN, by=by.responder_id), at
    )


def record(
    session: Session, kit: Kit, tip: Tip, act: PersonAct, *, private: bytes | None
) -> tuple[int, MetPerson] | None:
    """Records a report once, and returns the id of its case event and the person as they are now.

    It closes no case and lowers no urgency. Returns None if the report was recorded before. `private`: the case's key,
    from any grant. It is None if nothing was recorded of any person yet. Raises ValueError for codes of no list,
    CodesRefused, SealBroken, KeyMissing.
    """
    written = service_people.write(session, kit, tip, act, private=private)
    if written is None:
        return None
    person = written[1]
    codes = act.said.codes
    match act.kind:
        case EntryKind.OFFERED if act.by.responder_id is not None:
            _offered(session, kit, tip, act.by.responder_id, act.at)
        case EntryKind.ANSWERED if codes[ANSWER] == ServiceAnswer.ACCEPTED:
            _accepted(tip, person, act.at)
        case EntryKind.ANSWERED if act.supersedes is not None:
            _not_accepted(tip, person, act.supersedes)
        case EntryKind.THIRTY if codes[THIRTY] == ThirtyDays.DANGER:
            open_again(session, kit, tip, act.by, act.at)
        case _:
            pass
    session.flush()
    if tip.end_wanted_by is not None and tip.closed_at is None:
        # The report may make the pending closure more urgent, or leave the decision to the national desk.
        service_escalation.happen(session, kit, tip.id, Event(Happened.END_WANTED), act.at)
    return written


def _offered(session: Session, kit: Kit, tip: Tip, who: int, at: datetime) -> None:
    """Records that the responder offers help, like an SMS with a 3. Its outcome is asked for three days later."""
    known_as = queries.names_of(session, tip.id).get(who)
    if known_as is None or known_as.handed_to_help_at is not None:
        return
    known_as.handed_to_help_at = at
    session.flush()
    if tip.closed_at is not None:
        return
    service_escalation.happen(session, kit, tip.id, Event(Happened.REFERRED, by=who), at)
    if tip.holder_id == who:
        tip.renewed_at = tip.renewed_at or at


def _accepted(tip: Tip, person: MetPerson, at: datetime) -> None:
    """Makes the receipt say that help has arrived. A person who does not want help any more has none."""
    if tip.helped_at is None and person.consent is not ConsentStands.NO:
        tip.helped_at = at


def _not_accepted(tip: Tip, person: MetPerson, corrected: int) -> None:
    """Takes that message off the receipt, if it came from an acceptance that was a mistake."""
    was = next(one.entry for one in person.moments if one.entry.id == corrected)
    if tip.helped_at == was.at:
        tip.helped_at = None
