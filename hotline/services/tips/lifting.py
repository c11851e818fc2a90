"""Letting somebody know of a tip again: one of the national desk asks, another decides."""

from hotline.domain.accounts.account import Actor, SignedIn
from hotline.domain.desk.desks import of_account, of_responder
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.services.approving import NATIONAL, About, ApprovalRule, Decision, name_of, request
from hotline.services.tips import desk_viewer, keeping_from
from hotline.store.accounts.approvals import Approval, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.tips import visible
from hotline.store.tips.visible import Exclusion
from hotline.text.remark import remark


def ask(kit: Kit, by: Actor, exclusion_id: int, reason: str) -> None:
    """Lets the end of an exclusion wait for another person; once is enough. Raises NotFound."""
    with kit.database.writing() as session:
        row = _held(session, exclusion_id)
        if request(session, kit, by, ApprovalKind.LIFT, f"exclusion:{row.id}", reason):
            asker, why = audit.signer(by), f"{row.whom}: {reason}"
            audit.of_tip(session, row.tip_id, "tip_exclusion_lift_asked", asker, kit.now(), why)


def _held(session: Session, exclusion_id: int) -> Exclusion:
    row = session.get(Exclusion, exclusion_id, with_for_update=True)
    if row is None or row.lifted_at is not None:
        raise NotFound("the tip is kept from nobody by that any more")
    return row


def _id_in(asked: Approval) -> int:
    return int(asked.subject.partition(":")[2])


def _about(session: Session, _kit: Kit, asked: Approval, by: SignedIn) -> About | None:
    """Shows nothing of a tip that is kept from the reader, by the desks that they open."""
    row = session.get(Exclusion, _id_in(asked))
    viewer = desk_viewer.viewer_of(session, by)
    if row is None or row.lifted_at is not None or not desk_viewer.is_national(viewer):
        return None
    if not visible.is_visible(session, row.tip_id, viewer):
        return None
    name, member = keeping_from.name_of(session, row), ""
    if row.responder_id is not None:
        member = of_responder(row.responder_id)
    elif row.account_id is not None:
        member = of_account(row.account_id)
    asks, tip = name_of(asked.asked_by), row.tip_id
    return About(
        remark("{by} asks that {about} may know of tip {tip} again", by=asks, about=name, tip=tip)
        if name
        else remark(
            "{by} asks that the desk {desk} may know of tip {tip} again",
            by=asks,
            desk=row.desk_code or "",
            tip=tip,
        ),
        f"tip:{tip}",
        detail=str(row.whom),
        name=name,
        member=member,
    )


def _lift(decision: Decision) -> None:
    row = _held(decision.session, _id_in(decision.row))
    row.lifted_by, row.lifted_at = audit.by_actor(decision.by), decision.kit.now()
    keeping_from.log_of(decision.session, row, row.lifted_by, row.lifted_at, lifted=True)


LIFT = ApprovalRule(
    kind=ApprovalKind.LIFT,
    decided_by=NATIONAL,
    about=_about,
    approve=_lift,
    given="tip_exclusion_lifted",
    refused="tip_exclusion_kept",
)
