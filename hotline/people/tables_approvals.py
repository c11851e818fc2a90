"""Stores requests for approval: who made each request, and how a second person decided."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.actors import Actor
from hotline.core.database import Row
from hotline.people import tables_audit
from hotline.people.rules_second_factor import APPROVAL_VALIDITY


class ApprovalKind(StrEnum):
    ROLE = "role"
    """A new role for an account. The subject is `account:<id>:<role>`."""
    ADMISSION = "admission"
    """A member's access to a desk. The subject is `desk:<code>:<member>`. `encrypted` contains the public key of this
    member."""
    ENROLMENT = "enrolment"
    """The enrolment of a responder, or of a responder's new number. The subject is `enrolment:<id>`."""
    START_PIN = "start_pin"
    """The printing of start PINs. The subject is `start:<responder id>`, or `start:sheet:<id>`."""
    POSTING = "posting"
    """A place for a responder at another desk, or at a higher level. The subject is `posting:<id>:<requested
    posting>`.
    """
    REMOVAL = "removal"
    """The removal of one of the last two people of the national desk. The subject is `responder:<id>`."""
    LIFT = "lift"
    """The end of an exclusion from a tip. The subject is `exclusion:<id>`."""
    CASE_FILE = "case_file"
    """A case file for a prosecutor or court. The subject is `case_file:<id>`."""
    HOLD = "hold"
    """The end of the legal hold of a case file. The subject is `hold:<id>`."""
    LINK = "link"
    """A new link for an account. The subject is `account:<id>:link`."""
    END = "end"
    """The end of an account. The subject is `account:<id>:end`."""
    SIGNATURE = "signature"
    """The hotline's signature of a desk's key. The subject is `signature:<code>`."""


class ApprovalDecision(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    USED = "used"
    """The approved command was carried out, so the approval cannot be used again."""


class Approval(Row):
    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """The value of an `ApprovalKind`."""
    subject: Mapped[str] = mapped_column(index=True)
    encrypted: Mapped[bytes | None]
    """Data that the approved command needs, such as a phone number. It is encrypted if it is secret."""
    asked_by: Mapped[str]
    """The person who made the request, as the audit log names people."""
    asked_at: Mapped[datetime]
    reason: Mapped[str]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    """The value of an `ApprovalDecision`."""

    @property
    def asker(self) -> str:
        """Returns the name of the person who made the request."""
        return tables_audit.name_in(self.asked_by)


def add_request(
    session: Session,
    by: Actor,
    kind: ApprovalKind,
    subject: str,
    reason: str,
    at: datetime,
    *,
    lives: timedelta = APPROVAL_VALIDITY,
    encrypted: bytes | None = None,
) -> Approval:
    """Stores a request for approval. It expires after the time `lives`."""
    row = Approval(
        kind=kind,
        subject=subject,
        encrypted=encrypted,
        asked_by=tables_audit.by_actor(by),
        asked_at=at,
        reason=reason,
        expires_at=at + lives,
    )
    session.add(row)
    session.flush()
    return row


def _waits(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return Approval.decided_at.is_(None), Approval.expires_at > at


def pending(session: Session, at: datetime, *kinds: str) -> Sequence[Approval]:
    """Returns the pending approvals of these kinds, oldest first. Leaves out requests that have expired."""
    waits = select(Approval).where(Approval.kind.in_(kinds), *_waits(at))
    return session.scalars(waits.order_by(Approval.id)).all()


def approved_by_subject(session: Session, subjects: Collection[str]) -> Mapping[str, Approval]:
    """Returns the newest request about each of these subjects that was approved but not used yet, by subject."""
    return {row.subject: row for row in approved(session, *subjects)}


def pending_about(
    session: Session, kind: ApprovalKind, begins: str, at: datetime
) -> Sequence[Approval]:
    """Returns the pending approvals of a kind whose subject begins with `begins`. Locks these rows for a decision."""
    waits = select(Approval).where(
        Approval.kind == kind, Approval.subject.startswith(begins, autoescape=True), *_waits(at)
    )
    return session.scalars(waits.order_by(Approval.id).with_for_update()).all()


def pending_for(session: Session, subject: str, at: datetime) -> Approval | None:
    """Returns the newest pending approval of a subject, or None. Locks it for a decision."""
    waits = select(Approval).where(Approval.subject == subject, *_waits(at))
    return session.scalars(waits.order_by(Approval.id.desc()).with_for_update()).first()


def locked_pending(session: Session, approval_id: int, at: datetime) -> Approval | None:
    """Returns a pending approval, and locks it for a decision.

    Returns None if the approval was decided or has expired.
    """
    waits = select(Approval).where(Approval.id == approval_id, *_waits(at))
    return session.scalar(waits.with_for_update())


def approved(session: Session, *subjects: str) -> Sequence[Approval]:
    """Returns the requests about these subjects that were approved but not used yet, oldest first."""
    given = select(Approval).where(
        Approval.subject.in_(subjects), Approval.decision == ApprovalDecision.APPROVED
    )
    return session.scalars(given.order_by(Approval.id)).all()


def record_decision(row: Approval, by: str, at: datetime, decision: ApprovalDecision) -> None:
    """Records the decision on an approval. `by` is the person who made the decision, as the audit log names people.

    If the command will not run, deletes its data.
    """
    row.decided_by, row.decided_at, row.decision = by, at, decision
    if decision is not ApprovalDecision.APPROVED:
        row.encrypted = None
