"""Telling people: the rows of one step of a tip's ladder. It runs inside its caller's transaction."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from hotline.domain import reference, trial
from hotline.domain.delivery import MessageState
from hotline.domain.message import Kind, Wording, alert_but_ref, responders_entry
from hotline.domain.planning import Step
from hotline.domain.referral import Case, Level, Reason, acknowledge_within, next_told
from hotline.ports import Kit
from hotline.store import referrals, telling
from hotline.store.database import Session
from hotline.store.messages import Message
from hotline.store.telling import Alert, Given
from hotline.store.tips import Tip


def case_of(tip: Tip) -> Case:
    return Case(tip.place, tip.category, tip.urgency, tip.official)


def climb(session: Session, kit: Kit, tip_id: int, reason: Reason, at: datetime) -> int | None:
    """One step of the ladder, unless somebody took the tip. Returns a message's id where somebody was told.

    Silence replaces the open deadline; a colleague told at once leaves it as it stands.
    """
    tip = referrals.tip_for_writing(session, tip_id)
    if tip.channel == trial.CHANNEL:
        return None
    if tip.referred_at is None or referrals.taken(session, tip):
        telling.close_deadlines(session, [tip_id], at)
        return None
    roster = referrals.roster(session, at)
    told = referrals.told(session, [tip_id])[tip_id]

    recipients = next_told(case_of(tip), roster, told, reason)

    if not recipients:
        if reason is Reason.SILENT:
            # Nobody lives to be told: asked again at the next deadline, and `readyz` says so meanwhile.
            _renew(session, tip, at, again=True)
        return None
    national = {c.id for c in roster if c.level is Level.NATIONAL}
    again = national.issuperset(recipients)
    number, locked = referrals.next_step(session, tip_id), tip.locked_for is not None
    step = Step(tip_id, case_of(tip), number, recipients, again, locked)
    if reason is Reason.SILENT:
        _renew(session, tip, at, again=again)
    return tell(session, kit, [step], at)


def begin(session: Session, steps: Sequence[Step], at: datetime) -> None:
    """Mark tips as told at their present urgency, and give each its deadline."""
    telling.mark_told(session, [step.tip_id for step in steps], at)
    for fresh in (True, False):
        alike: dict[int, list[int]] = defaultdict(list)
        for step in steps:
            if (step.number == 0) is fresh:
                alike[step.case.urgency].append(step.tip_id)
        due = {
            at + acknowledge_within(urgency, again=False): tip_ids
            for urgency, tip_ids in alike.items()
        }
        if due:
            telling.watch(session, due, at, fresh=fresh)


def tell(session: Session, kit: Kit, steps: Sequence[Step], at: datetime) -> int:
    """Write a referral and an alert for each recipient of each step. Returns the first alert's id."""
    told = [(step, recipient) for step in steps for recipient in step.recipients]
    languages = referrals.languages(session, {recipient for _, recipient in told})
    locked = telling.locked(session, [(step.tip_id, who) for step, who in told if step.locked])
    ids = telling.new_referrals(session, len(told))
    given = [
        Given(id, step.tip_id, step.number, who) for id, (step, who) in zip(ids, told, strict=True)
    ]
    names = _refer(session, given, at)

    code = None if kit.line.inbound_sms else responders_entry(kit.line.service_code)
    alerts = []
    for one, name, (step, who) in zip(given, names, told, strict=True):
        case = step.case
        shut = step.locked and (step.tip_id, who) in locked
        words = alert_but_ref(case.place, case.urgency, step.again, languages[who], code, shut)
        alerts.append(Alert(one, name, words, case.urgency))
    return telling.alert(session, alerts, at)


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


def _renew(session: Session, tip: Tip, at: datetime, *, again: bool) -> None:
    telling.watch(session, {at + acknowledge_within(tip.urgency, again=again): [tip.id]}, at)
