"""Stores revisions. A revision is a saved set of all flows, and never changes. One revision is live.

The module also stores the publication history: which revision was live at which time, and who published it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, or_, select, update
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from hotline.core import database
from hotline.core.documents import Document
from hotline.core.driver import IN_SESSION, DocumentCaches, with_json


class Revision(database.Row):
    """All flows as they were at one time. A session continues with the revision that was live when the session
    began."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    """The SHA-256 of the document and of the order of its screens. An operator who imports the same flows twice
    creates only one revision."""
    document: Mapped[dict[str, Any]]
    """The flows and short codes, `{"flows": {name: flow document}, "entries": {...}}`, as `flows.document` reads
    them."""
    created_at: Mapped[datetime]
    live_from: Mapped[datetime | None]
    """The time of publication. The live revision is the revision with the newest time of publication. For a draft, the
    value is None."""
    pressed: Mapped[str | None]
    """The compiled flow set, as `flows.flow_set_cache` writes it."""
    pressed_mark: Mapped[str | None]
    """A mark that shows for which version of the code the compiled flow set was written. Other versions compile the
    document again."""


LIGHT = (defer(Revision.document, raiseload=True), defer(Revision.pressed, raiseload=True))
"""Options for queries that leave out the large columns of a revision. Code that uses such a column later gets an
error."""


def live_revision(session: Session) -> Revision | None:
    """Returns the live revision without its large columns, or None."""
    now = select(Revision).where(Revision.live_from.is_not(None)).options(*LIGHT)
    return session.scalar(now.order_by(Revision.live_from.desc(), Revision.id.desc()).limit(1))


def live_id(session: Session) -> int | None:
    """Returns the id of the live revision, with which new sessions begin."""
    live = live_revision(session)
    return None if live is None else live.id


def live_flows(session: Session) -> Document:
    """Returns the published flows by name. The result is empty if no flows are published."""
    revision_id = live_id(session)
    document = None if revision_id is None else document_of(session, revision_id)
    return {} if document is None else document["flows"]


def document_of(session: Session, revision_id: int) -> Mapping[str, Any] | None:
    """Returns the whole document of a revision. Other code may use the same object, so change only a copy of the
    document."""
    memory: DocumentCaches | None = session.info.get(IN_SESSION)
    if memory is None:
        return stored_document(session, revision_id)
    return memory.revisions.document(revision_id, lambda: stored_document(session, revision_id))


def stored_document(session: Session, revision_id: int) -> dict[str, Any] | None:
    """Returns the document from the database and not from the cache, for code that needs the document only once."""
    return session.scalar(select(Revision.document).where(Revision.id == revision_id))


def part_of(session: Session, revision_id: int, *names: str) -> Any:
    """Returns the part of a revision's document at the path `names`, or None. Reads the document from the document
    cache if the session has one. Otherwise, the database extracts only this part of the document."""
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
    """Maps each published short code to the name of the poster that shows it."""
    revision_id = live_id(session)
    names = None if revision_id is None else part_of(session, revision_id, "entry_names")
    return dict(names or {})


def compiled_of(session: Session, revision_id: int, mark: str) -> str | None:
    """Returns the compiled flow set if code with this mark stored it, and otherwise None."""
    conditions = (Revision.id == revision_id, Revision.pressed_mark == mark)
    return session.scalar(select(Revision.pressed).where(*conditions))


def store_compiled(session: Session, revision_id: int, pressed: str, mark: str) -> None:
    """Stores the compiled flow set of an existing revision, if it differs from the stored flow set. The database
    compares the two texts, so the code need not load the large stored text."""
    stored = Revision.pressed
    is_changed = or_(stored.is_(None), stored != pressed, Revision.pressed_mark != mark)
    change = update(Revision).where(Revision.id == revision_id, is_changed)
    session.execute(change.values(pressed=pressed, pressed_mark=mark))


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
    """Adds a revision. Without `live_from`, the revision is a draft. The function writes the large row only once."""
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
"""PostgreSQL's advisory lock for publishing. Only one process at a time can hold the lock and publish."""


class PublicationKind(StrEnum):
    VERSION = "version"
    """The flows of a software release. The next software release replaces these flows."""
    BY_HAND = "by hand"
    """Flows that a person published, with a command or a draft. A software release does not replace these flows."""
    BACK = "back"
    """Earlier flows that a person restored, or that the clock process restored after an emergency change."""
    ENDED = "ended"
    """Flows from which the clock process removed a text, because the last day of that text was over."""
    EMERGENCY = "emergency"
    """Flows that one person published alone, for some hours. If no approver confirms these flows in time, the clock
    process restores the previous flows."""


class Publication(database.Row):
    __tablename__ = "publication"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    published_by: Mapped[str]
    kind: Mapped[str]
    """The kind of publication, a `PublicationKind`."""
    reason: Mapped[str]
    published_at: Mapped[datetime]
    until: Mapped[datetime | None]
    """The time when another publication replaced this publication."""
    draft_id: Mapped[int | None]
    """The id of the draft that this publication made live."""
    published_by_id: Mapped[int | None]
    """The id of the account whose owner published the flows or submitted them for approval."""
    approved_by: Mapped[str | None]
    """The person who approved the publication, or NULL if no person approved it. A software release and a publication
    by a command need no approval."""
    lapses_at: Mapped[datetime | None]
    """For an emergency change: the time when the clock process ends it."""
    settled_at: Mapped[datetime | None]
    """The time when an emergency change was confirmed, ended or replaced."""


def current(session: Session) -> Publication | None:
    """Returns the present publication, or None if the flows were published before the hotline kept this history."""
    return _newest(session, Publication.until.is_(None))


def _newest(session: Session, *where: ColumnElement[bool]) -> Publication | None:
    found = select(Publication).where(*where).order_by(Publication.id.desc())
    return session.scalar(found.limit(1))


def history(session: Session, limit: int | None = None) -> Sequence[Publication]:
    """Returns the publications, newest first."""
    return session.scalars(select(Publication).order_by(Publication.id.desc()).limit(limit)).all()


def find(session: Session, publication_id: int) -> Publication | None:
    return session.get(Publication, publication_id)


def of_change(session: Session, draft_id: int) -> Publication | None:
    """Returns the publication of a draft, or None."""
    return _newest(session, Publication.draft_id == draft_id)


def previous(session: Session, publication_id: int) -> Publication | None:
    """Returns the publication before the publication with this id, or None."""
    return _newest(session, Publication.id < publication_id)


def newest_of_version(session: Session) -> Publication | None:
    """Returns the newest publication of the flows of a software release, or None."""
    return _newest(session, Publication.kind == PublicationKind.VERSION)


def unsettled(session: Session) -> Publication | None:
    """Returns the newest emergency change that was not confirmed, ended or replaced, or None."""
    emergency = Publication.kind == PublicationKind.EMERGENCY
    return _newest(session, emergency, Publication.settled_at.is_(None))


def was_approved(session: Session, revision_id: int) -> bool:
    """Returns True if an approver approved this revision in any publication."""
    approved = select(Publication.id).where(
        Publication.revision_id == revision_id, Publication.approved_by.is_not(None)
    )
    return session.scalar(approved.limit(1)) is not None


def take_lock(session: Session) -> None:
    """Makes sure that only one transaction publishes at a time. SQLite allows only one writer, so it needs no lock."""
    database.take_lock(session, LOCK)


def end_current(session: Session, at: datetime) -> None:
    for publication in session.scalars(select(Publication).where(Publication.until.is_(None))):
        publication.until = at
        if publication.kind == PublicationKind.EMERGENCY and publication.settled_at is None:
            publication.settled_at = at
