"""Stores revisions: saved flows that never change. One of them is the published one.

Stores the publication history: which revision was published, from when until when, and who decided it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, or_, select, update
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from hotline.core import database
from hotline.core.documents import Document
from hotline.core.driver import IN_SESSION, DocumentCaches, with_json


class Revision(database.Row):
    """All the flows at one moment. A caller in the middle of a session finishes on the revision of its start."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the canonical document. Importing the same flows twice makes one revision."""
    document: Mapped[dict[str, Any]]
    """`{"flows": {name: flow document}, "entries": {...}}`, as `flows.document` reads it."""
    created_at: Mapped[datetime]
    live_from: Mapped[datetime | None]
    """The time of publication. The revision with the newest time is in use. A draft has none."""
    pressed: Mapped[str | None]
    """The compiled flow set, as `flows.flow_set_cache` writes it. A process that starts reads this."""
    pressed_mark: Mapped[str | None]
    """Marks the code that can read it. Any other code compiles the document."""


LIGHT = (defer(Revision.document, raiseload=True), defer(Revision.pressed, raiseload=True))
"""Options that leave the large columns of a revision unread until they are used."""


def live_id(session: Session) -> int | None:
    """Returns the id of the published revision, on which new sessions begin."""
    return session.scalar(
        select(Revision.id)
        .where(Revision.live_from.is_not(None))
        .order_by(Revision.live_from.desc(), Revision.id.desc())
        .limit(1)
    )


def live_revision(session: Session) -> Revision | None:
    """Returns the published revision, without its large columns, or None."""
    now = select(Revision).where(Revision.live_from.is_not(None)).options(*LIGHT)
    return session.scalar(now.order_by(Revision.live_from.desc(), Revision.id.desc()).limit(1))


def live_flows(session: Session) -> Document:
    """Returns the published flows by name. Empty if none are published."""
    revision_id = live_id(session)
    document = None if revision_id is None else document_of(session, revision_id)
    return {} if document is None else document["flows"]


def document_of(session: Session, revision_id: int) -> Mapping[str, Any] | None:
    """Returns the whole document of a revision. It may be shared in memory, so a caller may change only a copy."""
    memory: DocumentCaches | None = session.info.get(IN_SESSION)
    if memory is None:
        return stored_document(session, revision_id)
    return memory.revisions.document(revision_id, lambda: stored_document(session, revision_id))


def stored_document(session: Session, revision_id: int) -> dict[str, Any] | None:
    """Returns the document from the database, for a caller that needs it once."""
    return session.scalar(select(Revision.document).where(Revision.id == revision_id))


def part_of(session: Session, revision_id: int, *names: str) -> Any:
    """Returns the part of a revision's document under these names, or None.

    The whole document is large. So it is kept in memory, or the database extracts the part.
    """
    if IN_SESSION in session.info:
        found: Any = document_of(session, revision_id)
        for name in names:
            found = None if found is None else found.get(name)
        return found
    piece: Any = Revision.document
    for name in names:
        piece = piece[name]
    return session.scalar(select(piece).where(Revision.id == revision_id))


def short_code_names(session: Session) -> Mapping[str, str]:
    """Returns the names of the posters that print the published short codes, by digits."""
    revision_id = live_id(session)
    names = None if revision_id is None else part_of(session, revision_id, "entry_names")
    return dict(names or {})


def compiled_of(session: Session, revision_id: int, mark: str) -> str | None:
    """Returns the compiled flow set, if code of this mark can read it."""
    here = (Revision.id == revision_id, Revision.pressed_mark == mark)
    return session.scalar(select(Revision.pressed).where(*here))


def store_compiled(session: Session, revision_id: int, pressed: str, mark: str) -> None:
    """Stores the compiled flow set of a revision that exists, if it differs. The database compares the large texts."""
    held = Revision.pressed
    other = or_(held.is_(None), held != pressed, Revision.pressed_mark != mark)
    here = update(Revision).where(Revision.id == revision_id, other)
    session.execute(here.values(pressed=pressed, pressed_mark=mark))


def find_by_digest(session: Session, digest: str) -> Revision | None:
    """Returns the revision with this digest, without its large columns, or None."""
    return session.scalar(select(Revision).where(Revision.digest == digest).options(*LIGHT))


def add_revision(
    session: Session,
    *,
    digest: str,
    document: Mapping[str, Any],
    at: datetime,
    live_from: datetime | None = None,
    pressed: str | None = None,
    mark: str | None = None,
) -> Revision:
    """Adds a revision. It is a draft if no `live_from` is given. The row is large and is written once."""
    revision = Revision(
        digest=digest,
        document=with_json(document),
        created_at=at,
        live_from=live_from,
        pressed=pressed,
        pressed_mark=mark,
    )
    session.add(revision)
    session.flush()
    return revision


LOCK = 4_114_110_075
"""PostgreSQL's advisory lock for publishing, which reads the current publication and replaces it."""


class PublicationKind(StrEnum):
    VERSION = "version"
    """The flows of a software release. The flows of the next release replace them."""
    BY_HAND = "by hand"
    """A person's own flows, by a command or by a draft. Only a person replaces them."""
    BACK = "back"
    """Earlier flows that were restored by a person, or by the clock after an emergency."""
    EMERGENCY = "emergency"
    """Flows that one person published alone, for some hours. An approver confirms them, or the clock ends them."""


class Publication(database.Row):
    __tablename__ = "publication"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    published_by: Mapped[str]
    kind: Mapped[str]
    """A `PublicationKind`."""
    reason: Mapped[str]
    published_at: Mapped[datetime]
    until: Mapped[datetime | None]
    """The time when another publication replaced it. NULL for the current one."""
    draft_id: Mapped[int | None]
    """The `DraftRow` that it published."""
    published_by_id: Mapped[int | None]
    """The account that submitted or published it."""
    approved_by: Mapped[str | None]
    """The approver. NULL for a software release, a command, or an emergency that is not confirmed."""
    lapses_at: Mapped[datetime | None]
    """For an emergency: the time when the clock ends it."""
    settled_at: Mapped[datetime | None]
    """The time when an emergency was confirmed, ended or replaced."""


def current(session: Session) -> Publication | None:
    """Returns the current publication. Returns None on a line that published before there was a history."""
    found = select(Publication).where(Publication.until.is_(None))
    return session.scalar(found.order_by(Publication.id.desc()).limit(1))


def history(session: Session, limit: int | None = None) -> Sequence[Publication]:
    """Returns the publications, newest first."""
    return session.scalars(select(Publication).order_by(Publication.id.desc()).limit(limit)).all()


def find(session: Session, publication_id: int) -> Publication | None:
    return session.get(Publication, publication_id)


def of_change(session: Session, draft_id: int) -> Publication | None:
    """Returns the publication of a draft, or None."""
    return session.scalar(select(Publication).where(Publication.draft_id == draft_id).limit(1))


def previous(session: Session, publication_id: int) -> Publication | None:
    """Returns the publication that this one replaced, or None."""
    older = select(Publication).where(Publication.id < publication_id)
    return session.scalar(older.order_by(Publication.id.desc()).limit(1))


def newest_of_version(session: Session) -> Publication | None:
    """Returns the newest publication of the flows of a software release, or None."""
    of_version = select(Publication).where(Publication.kind == PublicationKind.VERSION)
    return session.scalar(of_version.order_by(Publication.id.desc()).limit(1))


def unsettled(session: Session) -> Publication | None:
    """Returns the newest emergency that was neither confirmed, ended nor replaced, or None."""
    waits = select(Publication).where(
        Publication.kind == PublicationKind.EMERGENCY, Publication.settled_at.is_(None)
    )
    return session.scalar(waits.order_by(Publication.id.desc()).limit(1))


def was_approved(session: Session, revision_id: int) -> bool:
    """Returns True if an approver approved this revision, in this publication or in an earlier one."""
    approved = select(Publication.id).where(
        Publication.revision_id == revision_id, Publication.approved_by.is_not(None)
    )
    return session.scalar(approved.limit(1)) is not None


def take_lock(session: Session) -> None:
    """Lets one transaction publish at a time. SQLite's writers queue anyway."""
    database.take_lock(session, LOCK)


def end_current(session: Session, at: datetime) -> None:
    for one in session.scalars(select(Publication).where(Publication.until.is_(None))):
        one.until = at
        if one.kind == PublicationKind.EMERGENCY and one.settled_at is None:
            one.settled_at = at
