"""Letting somebody know of a tip again: one asks, another decides. Nobody decides what was kept from herself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import Actor
from hotline.errors import EndRefused, NotFound
from hotline.ports import Kit
from hotline.services.tips import desk_viewer, keeping_from
from hotline.store.accounts import approvals
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.tips import visible
from hotline.store.tips.exclusions import Exclusion
from hotline.text.remark import remark


@dataclass(frozen=True, slots=True)
class WaitingLift:
    id: int
    tip_id: int
    whom: str
    """The name of a person, or the code of a desk."""
    is_desk: bool
    asked_by: str
    asker_id: int | None
    asked_at: datetime
    expires_at: datetime
    reason: str


def ask(kit: Kit, by: Actor, exclusion_id: int, reason: str) -> None:
    """Let the end of an exclusion wait for another person; once is enough. Raises NotFound."""
    with kit.database.writing() as session:
        row = _standing(session, exclusion_id)
        if approvals.waiting_for(session, _subject(row.id), kit.now()) is not None:
            return
        approvals.ask(session, by, ApprovalKind.LIFT, _subject(row.id), reason, kit.now())
        _record(session, kit, by, "tip_exclusion_lift_asked", row, reason)


def waiting(kit: Kit, by: Actor) -> Sequence[WaitingLift]:
    """The oldest first; nothing of a tip that is kept from whoever asks."""
    with kit.database.reading() as session:
        rows = [
            (asked, row)
            for asked in approvals.undecided(session, ApprovalKind.LIFT, kit.now())
            if (row := session.get(Exclusion, _about(asked))) is not None and row.lifted_at is None
        ]
        return [
            _waits(session, asked, row) for asked, row in rows if _knows(session, by, row.tip_id)
        ]


def decide(kit: Kit, by: Actor, approval_id: int, reason: str, *, approve: bool) -> None:
    """What another person says. Raises NotFound, EndRefused."""
    with kit.database.writing() as session:
        asked = approvals.held(session, ApprovalKind.LIFT, approval_id, kit.now())
        if asked is None:
            raise NotFound("that was decided already, or its time is over")
        row = _standing(session, _about(asked))
        _check_other(session, asked, by, row)
        decision = ApprovalDecision.APPROVED if approve else ApprovalDecision.REFUSED
        approvals.decide(asked, audit.by_actor(by), kit.now(), decision)
        if approve:
            row.lifted_by, row.lifted_at = audit.by_actor(by), kit.now()
            keeping_from.log_of(session, row, row.lifted_by, row.lifted_at, lifted=True)
            _record(session, kit, by, "tip_exclusion_lifted", row, reason)
        else:
            _record(session, kit, by, "tip_exclusion_kept", row, reason)


def _check_other(session: Session, asked: Approval, by: Actor, row: Exclusion) -> None:
    if audit.by_actor(by) == asked.asked_by or (
        by.account_id is not None and by.account_id == asked.asker_id
    ):
        raise EndRefused(remark("another person decides than who asked for it"))
    if not _knows(session, by, row.tip_id):
        raise NotFound("that was decided already, or its time is over")


def _knows(session: Session, by: Actor, tip_id: int) -> bool:
    """Whether she may know of the tip, by the desks that she opens: not where one of them is kept from it."""
    if by.account_id is None:
        return True
    viewer = desk_viewer.viewer_of_account(session, by.account_id)
    return desk_viewer.is_national(viewer) and visible.is_visible(session, tip_id, viewer)


def _standing(session: Session, exclusion_id: int) -> Exclusion:
    row = session.get(Exclusion, exclusion_id, with_for_update=True)
    if row is None or row.lifted_at is not None:
        raise NotFound("the tip is kept from nobody by that any more")
    return row


def _waits(session: Session, asked: Approval, row: Exclusion) -> WaitingLift:
    name = keeping_from.name_of(session, row)
    return WaitingLift(
        id=asked.id,
        tip_id=row.tip_id,
        whom=name or row.desk_code or "",
        is_desk=not name,
        asked_by=asked.asked_by,
        asker_id=asked.asker_id,
        asked_at=asked.asked_at,
        expires_at=asked.expires_at,
        reason=asked.reason,
    )


def _subject(exclusion_id: int) -> str:
    return f"exclusion:{exclusion_id}"


def _about(asked: Approval) -> int:
    return int(asked.subject.partition(":")[2])


def _record(
    session: Session, kit: Kit, by: Actor, action: str, row: Exclusion, reason: str
) -> None:
    audit.sign(
        session,
        by,
        at=kit.now(),
        action=action,
        subject=f"tip:{row.tip_id}",
        reason=f"{row.whom}: {reason}",
    )
