"""Publications: which revision was live, from when until when, and who decided it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row
from hotline.store.flows.flows import Revision


class Publishing(StrEnum):
    VERSION = "version"
    """The flows of a version of the line: the next version's follow them."""
    BY_HAND = "by hand"
    """Somebody's own: only a person puts others in their place."""


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
    """When another took its place; none of the live one."""


def standing(session: Session) -> Publication | None:
    """The publication that is live; None on a line that published before there was a history."""
    found = select(Publication).where(Publication.until.is_(None))
    return session.scalar(found.order_by(Publication.id.desc()).limit(1))


def history(session: Session) -> Sequence[Publication]:
    """The newest first."""
    return session.scalars(select(Publication).order_by(Publication.id.desc())).all()


def drafts(session: Session) -> Sequence[tuple[int, datetime]]:
    """The revisions that were never live, by id and when they were saved; the newest first."""
    never = Revision.live_from.is_(None)
    found = select(Revision.id, Revision.created_at).where(never).order_by(Revision.id.desc())
    return [(one, at) for one, at in session.execute(found)]


def end_standing(session: Session, at: datetime) -> None:
    for one in session.scalars(select(Publication).where(Publication.until.is_(None))):
        one.until = at
