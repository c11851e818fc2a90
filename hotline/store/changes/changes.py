"""Stores drafts and their steps, which editors write before anything is published."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from hotline.domain.changes.change import ChangeAuthor, ChangeState
from hotline.errors import NotFound
from hotline.store.database import Row, add_if_new
from hotline.store.driver import IN_SESSION, Memory

EDITABLE = tuple(state for state in ChangeState if state.is_editable)


class Change(Row):
    """One draft: a set of edits with a title. It is published once an approver has read it."""

    __tablename__ = "change"
    __table_args__ = (Index("change_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    why: Mapped[str]
    state: Mapped[str]
    """A `ChangeState`."""
    base_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """The revision from which its parts were made."""
    source: Mapped[str | None] = mapped_column(unique=True)
    """Digest of the flow files that a software release brought. None if a person opened the draft."""
    created_by_id: Mapped[int | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    proposed_by_id: Mapped[int | None]
    proposed_by: Mapped[str | None]
    proposed_at: Mapped[datetime | None]
    proposed_digest: Mapped[str | None]
    """Digest of the draft's own parts as they were submitted for approval. An edit withdraws the submission."""
    note: Mapped[str | None]
    """The comment of the approver who sent the draft back."""
    noted_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    """The time when the draft was published or dropped."""

    @property
    def is_editable(self) -> bool:
        return ChangeState(self.state).is_editable

    @property
    def proposer(self) -> ChangeAuthor | None:
        if self.proposed_by is None:
            return None
        return ChangeAuthor(self.proposed_by, self.proposed_by_id)


class ChangeStep(Row):
    """One saved version of one part, complete. It never changes. The newest version is the current one."""

    __tablename__ = "change_step"
    __table_args__ = (UniqueConstraint("change_id", "part", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"))
    part: Mapped[str]
    version: Mapped[int]
    document: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    """None if the flow is removed."""
    made_by_id: Mapped[int | None]
    made_by: Mapped[str]
    at: Mapped[datetime]
    says: Mapped[dict[str, Any]]
    """A description of the step: `{"did": a StepKind, ...}`. A page makes a sentence of it."""
    once: Mapped[str] = mapped_column(unique=True)
    """A key that the form gives. A form that is sent twice makes only one step."""


def found(session: Session, change_id: int, *, held: bool = False) -> Change:
    """Returns a draft. Raises NotFound.

    With `held` it locks the draft until the transaction ends. So saving, submitting and publishing take turns.
    """
    here = select(Change).where(Change.id == change_id)
    if held:
        here = here.with_for_update().execution_options(populate_existing=True)
    change = session.scalar(here)
    if change is None:
        raise NotFound(f"no change {change_id}")
    return change


def of_source(session: Session, source: str) -> Change | None:
    return session.scalar(select(Change).where(Change.source == source))


def listed(session: Session, *, editable: bool, limit: int) -> Sequence[Change]:
    """Returns the drafts that can be edited, or those that have ended, newest first."""
    wanted = Change.state.in_(EDITABLE) if editable else Change.state.not_in(EDITABLE)
    return session.scalars(
        select(Change).where(wanted).order_by(Change.id.desc()).limit(limit)
    ).all()


def newest(session: Session, change_id: int) -> Mapping[str, ChangeStep]:
    """Returns the newest step of each part, in the order in which the parts were first edited."""
    last = (
        select(func.max(ChangeStep.id).label("id"), func.min(ChangeStep.id).label("first"))
        .where(ChangeStep.change_id == change_id)
        .group_by(ChangeStep.part)
        .subquery()
    )
    steps = select(ChangeStep).join(last, last.c.id == ChangeStep.id).order_by(last.c.first)
    return {step.part: step for step in session.scalars(steps)}


def shared(session: Session, step: ChangeStep) -> Mapping[str, Any] | None:
    """Returns the document of a step. Where documents are cached, other callers share it, so nothing may change it."""
    memory: Memory | None = session.info.get(IN_SESSION)
    document: Mapping[str, Any] | None = step.document
    if memory is None or document is None:
        return document
    return memory.steps.document(step.id, lambda: document)


def newest_versions(session: Session, change_id: int) -> Mapping[str, int]:
    """Returns the newest version number of each part. Steps never change, so equal numbers mean equal documents."""
    each = select(ChangeStep.part, func.max(ChangeStep.version))
    rows = session.execute(each.where(ChangeStep.change_id == change_id).group_by(ChangeStep.part))
    return dict(rows.all())


def newest_of(session: Session, change_id: int, part: str) -> ChangeStep | None:
    here = (ChangeStep.change_id == change_id, ChangeStep.part == part)
    return session.scalar(select(ChangeStep).where(*here).order_by(ChangeStep.id.desc()).limit(1))


def step(session: Session, change_id: int, step_id: int) -> ChangeStep | None:
    here = (ChangeStep.change_id == change_id, ChangeStep.id == step_id)
    return session.scalar(select(ChangeStep).where(*here))


def version(session: Session, change_id: int, part: str, number: int) -> ChangeStep | None:
    here = (ChangeStep.change_id == change_id, ChangeStep.part == part)
    return session.scalar(select(ChangeStep).where(*here, ChangeStep.version == number))


def sent_before(session: Session, change_id: int, part: str, once: str) -> ChangeStep | None:
    """Returns the step that this form has made already, or None."""
    stamp = stamped(change_id, part, once)
    return session.scalar(select(ChangeStep).where(ChangeStep.once == stamp))


def stamped(change_id: int, part: str, once: str) -> str:
    """Returns the unique key of a form's step. It includes the part, so the same form key works once for each part."""
    return f"{change_id} {part} {once}"


def steps(
    session: Session, change_id: int, *, before: int | None, limit: int
) -> Sequence[ChangeStep]:
    """Returns the steps of a draft, newest first, without their documents."""
    wanted = select(ChangeStep).where(ChangeStep.change_id == change_id)
    if before is not None:
        wanted = wanted.where(ChangeStep.id < before)
    light = wanted.options(defer(ChangeStep.document, raiseload=True))
    return session.scalars(light.order_by(ChangeStep.id.desc()).limit(limit)).all()


def hands(session: Session, change_id: int) -> Sequence[ChangeAuthor]:
    """Returns every author of a step of this draft, each once."""
    people = select(ChangeStep.made_by, ChangeStep.made_by_id).where(
        ChangeStep.change_id == change_id
    )
    return [ChangeAuthor(*one) for one in session.execute(people.distinct())]


def parts_edited(session: Session, change_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """Returns the edited parts of each of these drafts, in the order of their first edit."""
    pairs = (
        select(ChangeStep.change_id, ChangeStep.part, func.min(ChangeStep.id))
        .where(ChangeStep.change_id.in_(change_ids))
        .group_by(ChangeStep.change_id, ChangeStep.part)
        .order_by(func.min(ChangeStep.id))
    )
    edited: dict[int, list[str]] = {one: [] for one in change_ids}
    for change_id, part, _ in session.execute(pairs):
        edited[change_id].append(part)
    return edited


class ChangeCheck(Row):
    """The problems that a check found in one whole document."""

    __tablename__ = "change_check"

    digest: Mapped[str] = mapped_column(primary_key=True)
    """Digest of the document and of the code that checked it."""
    change_id: Mapped[int | None] = mapped_column(ForeignKey("change.id"))
    """None for the published flow set."""
    findings: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime]


def kept_findings(session: Session, digest: str) -> Sequence[Mapping[str, Any]] | None:
    """Returns the problems found in a document. Returns None if it was not checked yet."""
    return session.scalar(select(ChangeCheck.findings).where(ChangeCheck.digest == digest))


def keep_findings(
    session: Session,
    digest: str,
    findings: list[Any],
    *,
    change_id: int | None,
    at: datetime,
) -> None:
    """Stores the problems found in a document. Does nothing if they are stored already."""
    row = ChangeCheck(digest=digest, change_id=change_id, findings=findings, at=at)
    add_if_new(session, row)


def forget_findings(session: Session, before: datetime) -> None:
    """Deletes the results of checks before this time. A document is checked again when needed."""
    session.execute(delete(ChangeCheck).where(ChangeCheck.at < before))
