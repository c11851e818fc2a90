"""Tells people of a case and sets its clocks, as `domain.ladder` decides.

Runs inside its caller's transaction.
"""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from hotline.domain import ladder, reference, trial
from hotline.domain.case_events import CaseStanding, Decision, Event, Happened, Purpose, Tell
from hotline.domain.clocks import CASE_CLOCKS, DeadlineKind
from hotline.domain.delivery import MessageState
from hotline.domain.message import (
    AlertButRef,
    Kind,
    Wording,
    alert,
    alert_but_ref,
    responders_entry,
)
from hotline.domain.planning import Step
from hotline.domain.referral import Case
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.store import deadlines, likeness, referrals, telling
from hotline.store.database import Session
from hotline.store.messages import Message
from hotline.store.telling import Alert, Given
from hotline.store.tips import Tip

RESPONDER = "responder:"
"""What stands in front of an id where a person may also be known by a name."""


def case_of(tip: Tip) -> Case:
    return Case(tip.place, tip.category, tip.urgency, tip.official)


def happen(session: Session, kit: Kit, tip_id: int, event: Event, at: datetime) -> int | None:
    """Carries out what an event of a case leads to. Returns a message's id where somebody is told."""
    tip = referrals.tip_for_writing(session, tip_id)
    if tip.channel == trial.CHANNEL or tip.referred_at is None:
        return None
    if tip.closed_at is not None:
        deadlines.close(session, [tip_id], CASE_CLOCKS, at)
        return None
    roster = referrals.roster(session, at)
    standing = standing_of(session, tip)

    decision = ladder.decide(standing, roster, event, at)

    return _carry_out(session, kit, tip, standing, decision, at)


def unreached(session: Session, kit: Kit, tip_id: int, at: datetime) -> int | None:
    """An alert will not arrive, or not soon. Returns a message's id where a colleague is told."""
    return happen(session, kit, tip_id, Event(Happened.UNREACHED), at)


def standing_of(session: Session, tip: Tip) -> CaseStanding:
    """What is known of an open case."""
    judging = None
    if tip.end_wanted_by is not None:
        wanted = tip.end_wanted_by
        judging = int(wanted.removeprefix(RESPONDER)) if wanted.startswith(RESPONDER) else 0
    return CaseStanding(
        case=case_of(tip),
        step=referrals.next_step(session, tip.id),
        told=referrals.told(session, [tip.id])[tip.id],
        holder=tip.holder_id,
        others=referrals.other_takers(session, tip),
        stood=deadlines.last_due(session, tip.id, DeadlineKind.ACKNOWLEDGE),
        renewed=tip.renewed_at is not None,
        judging=judging,
        clocks=deadlines.open_clocks(session, tip.id),
    )


def _carry_out(
    session: Session, kit: Kit, tip: Tip, before: CaseStanding, decision: Decision, at: datetime
) -> int | None:
    deadlines.close(session, [tip.id], decision.close, at)
    if DeadlineKind.JUDGE in decision.close:
        tip.end_wanted = tip.end_wanted_by = None
    deadlines.set_clocks(session, tip.id, decision.set, at)
    if decision.holder != before.holder:
        tip.holder_id, tip.renewed_at = decision.holder, None
        session.flush()
    rung = None
    for order in decision.tell:
        if order.purpose is Purpose.REMIND:
            rung = _remind(session, kit, tip, order, at) or rung
        else:
            locked = tip.locked_for is not None
            leader = likeness.open_leader(session, tip.id)
            step = Step(tip.id, before.case, before.step, order.who, order.purpose, locked, leader)
            rung = tell(session, kit, [step], at) or rung
    return rung


def _remind(session: Session, kit: Kit, tip: Tip, order: Tell, at: datetime) -> int | None:
    """Asks the holder, by the name that she knows the case by."""
    (who,) = order.who
    known_as = referrals.newest_of(session, tip.id, who)
    if known_as is None:
        return None
    wording = alert(
        reference=known_as.reference,
        place=tip.place,
        urgency=tip.urgency,
        language=referrals.languages(session, [who])[who],
        code=code_of(kit),
        purpose=Purpose.REMIND,
    )
    row = message(Kind.ALERT, wording, who, priority=tip.urgency, at=at, of=known_as.id)
    session.add(row)
    session.flush()
    return row.id


def code_of(kit: Kit) -> str | None:
    """What an alert says to dial; None where a reply reaches us."""
    return None if kit.line.inbound_sms else responders_entry(kit.line.service_code)


def begin(session: Session, steps: Sequence[Step], at: datetime) -> None:
    """Marks tips as told at their present urgency, and sets the clock of each."""
    telling.mark_told(session, [step.tip_id for step in steps], at)
    due: dict[datetime, list[int]] = defaultdict(list)
    for step in steps:
        if step.number == 0:
            due[ladder.filed(step.case, at).due_at].append(step.tip_id)
            continue
        if step.leader is not None and referrals.is_taken(session, step.tip_id):
            continue
        raised = ladder.raised(step.case, at)
        deadlines.close(session, [step.tip_id], raised.close, at)
        deadlines.set_clocks(session, step.tip_id, raised.set, at)
        referrals.tip_for_writing(session, step.tip_id).holder_id = raised.holder
    deadlines.begin(session, due, at)


def tell(session: Session, kit: Kit, steps: Sequence[Step], at: datetime) -> int | None:
    """Writes a referral and an alert for each recipient of each step. Returns the first message's id.

    Who was told of a cluster's first tip is not rung for a later one: she reads once that more was told.
    """
    told = [(step, recipient) for step in steps for recipient in step.recipients]
    if not told:
        return None
    languages = referrals.languages(session, {recipient for _, recipient in told})
    locked = telling.locked(session, [(step.tip_id, who) for step, who in told if step.locked])
    known = _known_leaders(session, steps)
    ids = telling.new_referrals(session, len(told))
    given = [
        Given(id, step.tip_id, step.number, who) for id, (step, who) in zip(ids, told, strict=True)
    ]
    names = _refer(session, given, at)

    code = code_of(kit)
    alerts = []
    for one, name, (step, who) in zip(given, names, told, strict=True):
        case, shut = step.case, step.locked and (step.tip_id, who) in locked
        of_leader = known.get((step.leader, who))
        if of_leader is None:
            words = alert_but_ref(
                case.place, case.urgency, step.purpose, languages[who], code, shut
            )
            alerts.append(Alert(one, name, words, case.urgency))
        elif step.more:
            more = AlertButRef(Template.MORE_TOLD, {}, languages[who])
            alerts.append(Alert(one, of_leader, more, case.urgency))
    return telling.alert(session, alerts, at) if alerts else None


def _known_leaders(session: Session, steps: Sequence[Step]) -> Mapping[tuple[int | None, int], str]:
    """By leader and responder, the newest reference by which she knows it. Nearly always none."""
    leaders = {step.leader for step in steps if step.leader is not None and _rings(step)}
    return referrals.references_of(session, leaders) if leaders else {}


def _rings(step: Step) -> bool:
    """Whether it asks to take the case: what asks to judge, to look or to chase is never left out."""
    return step.purpose in (Purpose.ALERT, Purpose.OPEN)


def _refer(session: Session, given: Sequence[Given], at: datetime) -> list[str]:
    """Write the referrals, each under a reference that no other ever had; the reference of each."""
    named: dict[int, str] = {}
    left = given
    unlucky = 0
    while left:
        noise = secrets.token_bytes(reference.NOISE * (len(left) + 1))
        drawn = reference.draw(noise, reference.length_after(unlucky), len(left))
        tried = dict(zip(drawn, left, strict=False))
        written = telling.refer(session, tried, at)
        for name, one in tried.items():
            if one.referral_id in written:
                named[one.referral_id] = name
        unlucky += 2 * len(written) < len(left)
        left = [one for one in left if one.referral_id not in named]
    return [named[one.referral_id] for one in given]


def message(
    kind: Kind, wording: Wording, responder_id: int, *, priority: int, at: datetime, of: int | None
) -> Message:
    """A new MT, due now."""
    return Message(
        kind=kind,
        responder_id=responder_id,
        referral_id=of,
        template=wording.template.name,
        parameters=dict(wording.parameters),
        language=wording.language,
        priority=priority,
        state=MessageState.PENDING,
        next_at=at,
        lease_until=None,
        leased_by=None,
        provider_id=None,
        created_at=at,
        accepted_at=None,
        delivered_at=None,
    )
