"""Stores the publication history: which revision was published, from when until when, and who decided it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core import database
from hotline.core.database import Row

LOCK = 4_114_110_075
"""PostgreSQL's advisory lock for publishing, which reads the current publication and replaces it."""


class Publishing(StrEnum):
    VERSION = "version"
    """The flows of a software release. The flows of the next release replace them."""
    BY_HAND = "by hand"
    """A person's own flows, by a command or by a draft. Only a person replaces them."""
    BACK = "back"
    """Earlier flows that were restored by a person, or by the clock after an emergency."""
    EMERGENCY = "emergency"
    """Flows that one person published alone, for some hours. An approver confirms them, or the clock ends them."""


class Publication(Row):
    __tablename__ = "publication"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    published_by: Mapped[str]
    kind: Mapped[str]
    """A `Publishing`."""
    reason: Mapped[str]
    published_at: Mapped[datetime]
    until: Mapped[datetime | None]
    """The time when another publication replaced it. NULL for the current one."""
    change_id: Mapped[int | None]
    """The `Change` that it published."""
    published_by_id: Mapped[int | None]
    """The account that submitted or published it."""
    approved_by_id: Mapped[int | None]
    approved_by: Mapped[str | None]
    """The approver. NULL for a software release, a command, or an emergency that is not confirmed."""
    lapses_at: Mapped[datetime | None]
    """For an emergency: the time when the clock ends it."""
    settled_at: Mapped[datetime | None]
    """The time when an emergency was confirmed, ended or replaced."""


def standing(session: Session) -> Publication | None:
    """Returns the current publication. Returns None on a line that published before there was a history."""
    found = select(Publication).where(Publication.until.is_(None))
    return session.scalar(found.order_by(Publication.id.desc()).limit(1))


def history(session: Session, limit: int | None = None) -> Sequence[Publication]:
    """Returns the publications, newest first."""
    return session.scalars(select(Publication).order_by(Publication.id.desc()).limit(limit)).all()


def found(session: Session, publication_id: int) -> Publication | None:
    return session.get(Publication, publication_id)


def of_change(session: Session, change_id: int) -> Publication | None:
    """Returns the publication of a draft, or None."""
    return session.scalar(select(Publication).where(Publication.change_id == change_id).limit(1))


def before(session: Session, publication_id: int) -> Publication | None:
    """Returns the publication that this one replaced, or None."""
    older = select(Publication).where(Publication.id < publication_id)
    return session.scalar(older.order_by(Publication.id.desc()).limit(1))


def newest_of_version(session: Session) -> Publication | None:
    """Returns the newest publication of the flows of a software release, or None."""
    of_version = select(Publication).where(Publication.kind == Publishing.VERSION)
    return session.scalar(of_version.order_by(Publication.id.desc()).limit(1))


def unsettled(session: Session) -> Publication | None:
    """Returns the newest emergency that was neither confirmed, ended nor replaced, or None."""
    waits = select(Publication).where(
        Publication.kind == Publishing.EMERGENCY, Publication.settled_at.is_(None)
    )
    return session.scalar(waits.order_by(Publication.id.desc()).limit(1))


def was_approved(session: Session, revision_id: int) -> bool:
    """Returns True if an approver approved this revision, in this publication or in an earlier one."""
    approved = select(Publication.id).where(
        Publication.revision_id == revision_id, Publication.approved_by.is_not(None)
    )
    return session.scalar(approved.limit(1)) is not None


def take_turns(session: Session) -> None:
    """Lets one transaction publish at a time. SQLite's writers queue anyway."""
    database.take_turns(session, LOCK)


def end_standing(session: Session, at: datetime) -> None:
    for one in session.scalars(select(Publication).where(Publication.until.is_(None))):
        one.until = at
        if one.kind == Publishing.EMERGENCY and one.settled_at is None:
            one.settled_at = at
