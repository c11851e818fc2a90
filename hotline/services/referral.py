"""Tips out to people: told, reminded, taken."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.domain.jobs import Job
from hotline.domain.referral import Candidate, Reason, ReferralState, first_told
from hotline.ports import Kit
from hotline.services import ladder
from hotline.services.doorbell import ring
from hotline.services.ladder import Step
from hotline.store import referrals
from hotline.store.database import Session
from hotline.store.tips import Tip

BATCH = 500
"""Tips in one transaction: a burst costs one commit and one doorbell."""
STEPS_A_TICK = 100


class Taking(StrEnum):
    """What `take_case` found."""

    TAKEN = "taken"
    """Hers now, or hers already, however often she says so."""
    ALREADY_TAKEN = "already_taken"
    """A colleague was quicker; she is noted as well."""
    UNKNOWN = "unknown"
    """No such reference of hers."""


@dataclass(frozen=True, slots=True)
class Taken:
    result: Taking
    referral_id: int | None = None


def refer_waiting(kit: Kit, first: int | None = None) -> int:
    """Tell of the tip that rang, then of whatever else waits. Returns how many tips were referred.

    A tip for whom nobody lives stays waiting: `readyz` fails, and the report is not offered meanwhile.
    """
    referred = 0
    while True:
        count, message_id = _refer_batch(kit, first)
        referred += count
        if message_id is not None:
            ring(kit, Job.DELIVER, message_id)
        if count < BATCH:
            return referred


def _refer_batch(kit: Kit, first: int | None) -> tuple[int, int | None]:
    at = kit.now()
    with kit.database.writing() as session:
        tips = referrals.waiting_tips(session, first=first, limit=BATCH)
        if not tips:
            return 0, None
        roster = referrals.roster(session, at)
        steps = _plan(session, list(tips), roster, at)

        for step in steps:
            ladder.begin(session, step, at)
        message_id = ladder.tell(session, kit, steps, at)
    return len(steps), message_id


def _plan(session: Session, tips: list[Tip], roster: list[Candidate], at: datetime) -> list[Step]:
    told = referrals.told(session, [tip.id for tip in tips])
    steps = []
    for tip in tips:
        recipients = first_told(ladder.case_of(tip), roster, told[tip.id])
        if recipients:
            number = referrals.next_step(session, tip.id) if told[tip.id] else 0
            steps.append(Step(tip, number, recipients))
            roster = ladder.more_loaded(roster, recipients, at)
    return steps


def fire_deadlines(kit: Kit) -> None:
    """One step for each tip whose acknowledgement is overdue: never two in a tick, whatever the clock did."""
    at = kit.now()
    rung: int | None = None
    with kit.database.writing() as session:
        for deadline, tip in referrals.overdue(session, at, STEPS_A_TICK):
            if deadline.fired_at is None:
                told = ladder.climb(session, kit, tip.id, Reason.SILENT, at)
                rung = rung if told is None else told
    if rung is not None:
        ring(kit, Job.DELIVER, rung)


def take_case(kit: Kit, responder_id: int, reference: str, at: datetime) -> Taken:
    """A responder takes a case. However often it comes, by whatever way: one effect."""
    with kit.database.writing() as session:
        return take(session, responder_id, reference, at)


def take(session: Session, responder_id: int, reference: str, at: datetime) -> Taken:
    """`take_case` inside the caller's transaction."""
    referral = referrals.of_responder(session, responder_id, reference)
    if referral is None:
        return Taken(Taking.UNKNOWN)
    if referral.state == ReferralState.SENT:
        late = referrals.taken_by_another(session, referral.tip_id, responder_id)
    else:
        late = reference in referrals.quicker(session, responder_id)

    referrals.acknowledge(session, referral.tip_id, responder_id, at)
    referrals.close_deadlines(session, referral.tip_id, at)
    return Taken(Taking.ALREADY_TAKEN if late else Taking.TAKEN, referral.id)


def open_cases(session: Session, responder_id: int, as_of: datetime) -> list[str]:
    """References open for her at that moment, newest first: a replay of her session lists the same."""
    return referrals.open_references(session, responder_id, as_of)


def quicker(session: Session, responder_id: int) -> list[str]:
    """References of hers that a colleague took first: also after she was noted as well, so a replay says the same."""
    return referrals.quicker(session, responder_id)


def living_national(session: Session) -> bool:
    """Whether the report may be offered: without somebody at the national desk a tip may have no recipient."""
    return referrals.living_national(session)
