"""Publications: which revision was live, from when until when, and who decided it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store import database
from hotline.store.database import Row

LOCK = 4_114_110_075
"""PostgreSQL's advisory lock of those who publish: what is live is looked at, and put in its place."""


class Publishing(StrEnum):
    VERSION = "version"
    """The flows of a version of the line: the next version's follow them."""
    BY_HAND = "by hand"
    """Somebody's own, by a command or by a change: only a person puts others in their place."""
    BACK = "back"
    """What was live before, brought back: by a person, or by the clock when an emergency was over."""
    EMERGENCY = "emergency"
    """One person's alone, for some hours: a second one confirms it, or the clock ends it."""


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
    change_id: Mapped[int | None]
    """The `Change` that it made live."""
    published_by_id: Mapped[int | None]
    """The account of who proposed or published it."""
    approved_by_id: Mapped[int | None]
    approved_by: Mapped[str | None]
    """The second person; none of a version, a command, or an emergency that nobody has confirmed."""
    lapses_at: Mapped[datetime | None]
    """Of an emergency: when the clock ends it."""
    settled_at: Mapped[datetime | None]
    """When an emergency was confirmed or ended, or something else took its place."""


def standing(session: Session) -> Publication | None:
    """The publication that is live; None on a line that published before there was a history."""
    found = select(Publication).where(Publication.until.is_(None))
    return session.scalar(found.order_by(Publication.id.desc()).limit(1))


def history(session: Session, limit: int | None = None) -> Sequence[Publication]:
    """The newest first."""
    return session.scalars(select(Publication).order_by(Publication.id.desc()).limit(limit)).all()


def found(session: Session, publication_id: int) -> Publication | None:
    return session.get(Publication, publication_id)


def of_change(session: Session, change_id: int) -> Publication | None:
    """The one that made a change live."""
    return session.scalar(select(Publication).where(Publication.change_id == change_id).limit(1))


def before(session: Session, publication_id: int) -> Publication | None:
    """What was live when this one took its place."""
    older = select(Publication).where(Publication.id < publication_id)
    return session.scalar(older.order_by(Publication.id.desc()).limit(1))


def newest_of_version(session: Session) -> Publication | None:
    """The newest flows of a version that were live."""
    of_version = select(Publication).where(Publication.kind == Publishing.VERSION)
    return session.scalar(of_version.order_by(Publication.id.desc()).limit(1))


def unsettled(session: Session) -> Publication | None:
    """The emergency that is live, and that nobody has confirmed."""
    waits = select(Publication).where(
        Publication.kind == Publishing.EMERGENCY, Publication.settled_at.is_(None)
    )
    return session.scalar(waits.order_by(Publication.id.desc()).limit(1))


def was_approved(session: Session, revision_id: int) -> bool:
    """Returns True if a second person approved this revision, now or when it was live before."""
    approved = select(Publication.id).where(
        Publication.revision_id == revision_id, Publication.approved_by.is_not(None)
    )
    return session.scalar(approved.limit(1)) is not None


def take_turns(session: Session) -> None:
    """One publication at a time. SQLite's writers queue anyway."""
    database.take_turns(session, LOCK)


def end_standing(session: Session, at: datetime) -> None:
    for one in session.scalars(select(Publication).where(Publication.until.is_(None))):
        one.until = at
        if one.kind == Publishing.EMERGENCY and one.settled_at is None:
            one.settled_at = at
