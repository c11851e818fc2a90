"""Stores when approved drafts are published and withdrawn. The clock carries this out."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row


class PlanState(StrEnum):
    WAITING = "waiting"
    """The draft is not published yet."""
    LIVE = "live"
    """The draft is published, and its text will be withdrawn."""
    HELD = "held"
    """The published flows changed, so a person must decide."""
    DONE = "done"
    CANCELLED = "cancelled"


OPEN = (PlanState.WAITING, PlanState.LIVE, PlanState.HELD)


class DraftPlan(Row):
    __tablename__ = "draft_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    state: Mapped[str]
    """A `PlanState`."""
    publish_at: Mapped[datetime | None]
    """The planned time. It is None if the draft was published when it was approved."""
    withdraw_at: Mapped[datetime | None]
    """The end of the text. It is None if the text stays."""
    against: Mapped[str]
    """The digest of the draft and of the published parts that the approver compared."""
    keeps_languages: Mapped[bool]
    note: Mapped[str]
    approved_by_id: Mapped[int | None]
    approved_by: Mapped[str]
    approved_at: Mapped[datetime]
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))
    """The publication that showed the text to callers."""
    ended_at: Mapped[datetime | None]


def due(session: Session, at: datetime) -> Sequence[DraftPlan]:
    """Returns the plans whose start or end has come, in the order of their approval."""
    now = or_(
        and_(DraftPlan.state == PlanState.WAITING, DraftPlan.publish_at <= at),
        and_(DraftPlan.state == PlanState.LIVE, DraftPlan.withdraw_at <= at),
    )
    return session.scalars(select(DraftPlan).where(now).order_by(DraftPlan.id)).all()


def open_plans(session: Session, draft_id: int | None = None) -> Sequence[DraftPlan]:
    """Returns the plans that are not carried out yet, of all drafts or of one."""
    here = select(DraftPlan).where(DraftPlan.state.in_(OPEN))
    if draft_id is not None:
        here = here.where(DraftPlan.draft_id == draft_id)
    return session.scalars(here.order_by(DraftPlan.id)).all()


def held_plan(session: Session, plan_id: int) -> DraftPlan | None:
    """Returns a plan, and locks it until the transaction ends."""
    here = select(DraftPlan).where(DraftPlan.id == plan_id).with_for_update()
    return session.scalar(here.execution_options(populate_existing=True))
