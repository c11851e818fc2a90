"""Telling people: the rows of one step of a tip's ladder. It runs inside its caller's transaction."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hotline.domain import reference
from hotline.domain.delivery import MessageState
from hotline.domain.message import Kind, Wording, alert, responders_entry
from hotline.domain.referral import (
    Candidate,
    Case,
    DeadlineKind,
    Level,
    Reason,
    ReferralState,
    acknowledge_within,
    next_told,
)
from hotline.ports import Kit
from hotline.store import referrals
from hotline.store.database import Session
from hotline.store.messages import Deadline, Message, Referral
from hotline.store.tips import Tip


@dataclass(frozen=True, slots=True)
class Step:
    """Who is told of a tip, at which step of its ladder."""

    tip: Tip
    number: int
    recipients: tuple[int, ...]
    again: bool = False
    """The national desk is told of what nobody has taken."""


def case_of(tip: Tip) -> Case:
    return Case(tip.place, tip.category, tip.urgency, tip.official)


def climb(session: Session, kit: Kit, tip_id: int, reason: Reason, at: datetime) -> int | None:
    """One step of the ladder, unless somebody took the tip. Returns a message's id where somebody was told.

    Silence replaces the open deadline; a colleague told at once leaves it as it stands.
    """
    tip = referrals.tip_for_writing(session, tip_id)
    if tip.referred_at is None or referrals.taken(session, tip):
        referrals.close_deadlines(session, tip_id, at)
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
    step = Step(tip, referrals.next_step(session, tip_id), recipients, again)
    if reason is Reason.SILENT:
        _renew(session, tip, at, again=again)
    return tell(session, kit, [step], at)


def begin(session: Session, step: Step, at: datetime) -> None:
    """Mark a tip as told at its present urgency, and give it its deadline."""
    step.tip.referred_at = at
    step.tip.referred_urgency = step.tip.urgency
    _renew(session, step.tip, at, again=False)


def tell(session: Session, kit: Kit, steps: Sequence[Step], at: datetime) -> int | None:
    """Write a referral and an alert for each recipient of each step. Returns the first message's id."""
    given = [(step, responder_id) for step in steps for responder_id in step.recipients]
    languages = referrals.languages(session, {responder_id for _, responder_id in given})
    references = _new_references(session, len(given))
    rows = [
        Referral(
            tip_id=step.tip.id,
            step=step.number,
            responder_id=responder_id,
            reference=name,
            state=ReferralState.SENT,
            created_at=at,
            acknowledged_at=None,
        )
        for (step, responder_id), name in zip(given, references, strict=True)
    ]
    session.add_all(rows)
    session.flush()

    messages = [
        _alert(kit, step, row, languages[row.responder_id], at)
        for (step, _), row in zip(given, rows, strict=True)
    ]
    session.add_all(messages)
    session.flush()
    return messages[0].id if messages else None


def more_loaded(roster: Sequence[Candidate], told: Sequence[int], at: datetime) -> list[Candidate]:
    """The roster as it stands after these were told: the next tip of a batch goes to somebody else."""
    return [
        replace(c, load=c.load + told.count(c.id), told_at=at) if c.id in told else c
        for c in roster
    ]


def _alert(kit: Kit, step: Step, referral: Referral, language: str, at: datetime) -> Message:
    code = None if kit.line.inbound_sms else responders_entry(kit.line.service_code)
    wording = alert(
        reference=referral.reference,
        place=step.tip.place,
        urgency=step.tip.urgency,
        again=step.again,
        language=language,
        code=code,
    )
    return message(
        Kind.ALERT, wording, referral.responder_id, priority=step.tip.urgency, at=at, of=referral.id
    )


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
    """A tip has one open deadline, so that no jump of the clock fires two."""
    referrals.close_deadlines(session, tip.id, at)
    session.add(
        Deadline(
            tip_id=tip.id,
            kind=DeadlineKind.ACKNOWLEDGE,
            step=referrals.next_deadline(session, tip.id),
            due_at=at + acknowledge_within(tip.urgency, again=again),
            fired_at=None,
        )
    )


def _new_references(session: Session, count: int) -> list[str]:
    """References that no referral ever had."""
    fresh: set[str] = set()
    while len(fresh) < count:
        made = {reference.make(secrets.choice) for _ in range(count - len(fresh))}
        fresh |= made - referrals.references_used(session, made)
    return sorted(fresh)[:count]
