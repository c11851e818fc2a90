"""What waits for a second person: who asked, and what a second one decided."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.accounts.account import Actor
from hotline.domain.accounts.second_factor import APPROVAL_LIVES
from hotline.store.database import Row
from hotline.store.desk import audit


class ApprovalKind(StrEnum):
    ROLE = "role"
    """A role of an account; its subject is `account:<id>:<role>`."""
    ADMISSION = "admission"
    """To a desk; its subject is `desk:<code>:<member>`, and `sealed` the public key of that member."""
    ENROLMENT = "enrolment"
    """Of a responder, or of her new number; its subject is `enrolment:<id>`."""
    POSTING = "posting"
    """A responder at another desk, or at a higher level; its subject is `posting:<id>:<what is wanted>`."""
    REMOVAL = "removal"
    """Of one of the last two of the national desk; its subject is `responder:<id>`."""
    LIFT = "lift"
    """Of what a tip is kept from somebody by; its subject is `exclusion:<id>`."""
    LINK = "link"
    """A new link for an account; its subject is `account:<id>:link`."""
    END = "end"
    """The end of an account; its subject is `account:<id>:end`."""


class ApprovalDecision(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    USED = "used"
    """What was approved was done, and is not done again."""


class Approval(Row):
    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """An `ApprovalKind`."""
    subject: Mapped[str] = mapped_column(index=True)
    sealed: Mapped[bytes | None]
    """What waits and may not be read meanwhile, such as a number."""
    asked_by: Mapped[str]
    """An actor, as the audit log writes one."""
    asker_id: Mapped[int | None]
    """The account that asked; none at the command line."""
    asked_at: Mapped[datetime]
    reason: Mapped[str]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    """A `ApprovalDecision`."""


def ask(
    session: Session,
    by: Actor,
    kind: ApprovalKind,
    subject: str,
    reason: str,
    at: datetime,
    *,
    lives: timedelta = APPROVAL_LIVES,
    sealed: bytes | None = None,
) -> Approval:
    """Let it wait for a second person, so long."""
    row = Approval(
        kind=kind,
        subject=subject,
        sealed=sealed,
        asked_by=audit.by_actor(by),
        asker_id=by.account_id,
        asked_at=at,
        reason=reason,
        expires_at=at + lives,
    )
    session.add(row)
    session.flush()
    return row


def _waits(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return Approval.decided_at.is_(None), Approval.expires_at > at


def undecided(session: Session, at: datetime, *kinds: str) -> Sequence[Approval]:
    """Returns what waits of these kinds, the oldest first; what lapsed is not among it."""
    waits = select(Approval).where(Approval.kind.in_(kinds), *_waits(at))
    return session.scalars(waits.order_by(Approval.id)).all()


def decided(session: Session, subjects: Collection[str]) -> Mapping[str, Approval]:
    """Who approved each of these subjects last."""
    given = select(Approval).where(
        Approval.subject.in_(subjects), Approval.decision == ApprovalDecision.APPROVED
    )
    return {row.subject: row for row in session.scalars(given.order_by(Approval.id))}


def about(session: Session, kind: ApprovalKind, begins: str, at: datetime) -> Sequence[Approval]:
    """What waits of a kind whose subject begins so, held for a decision."""
    waits = select(Approval).where(
        Approval.kind == kind,
        Approval.subject.startswith(begins, autoescape=True),
        *_waits(at),
    )
    return session.scalars(waits.order_by(Approval.id).with_for_update()).all()


def waiting_for(session: Session, subject: str, at: datetime) -> Approval | None:
    """What waits about a subject, held for a decision."""
    waits = select(Approval).where(Approval.subject == subject, *_waits(at))
    return session.scalars(waits.order_by(Approval.id.desc()).with_for_update()).first()


def held(session: Session, approval_id: int, at: datetime) -> Approval | None:
    """Returns one that waits, held for a decision; None where it was decided or lapsed."""
    waits = select(Approval).where(
        Approval.id == approval_id,
        *_waits(at),
    )
    return session.scalar(waits.with_for_update())


def approved(session: Session, subject: str) -> Sequence[Approval]:
    """What was approved about a subject."""
    given = select(Approval).where(
        Approval.subject == subject, Approval.decision == ApprovalDecision.APPROVED
    )
    return session.scalars(given).all()


def decide(row: Approval, by: str, at: datetime, decision: ApprovalDecision) -> None:
    """`by` is an actor, as the audit log writes one."""
    row.decided_by, row.decided_at, row.decision = by, at, decision
