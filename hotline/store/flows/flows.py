"""Revisions: unchangeable saved flows; one is live. Rows, and the questions asked of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from hotline.store.database import Row
from hotline.store.driver import IN_SESSION, Memory, written


class Revision(Row):
    """All the flows as they stood at one moment: a caller in the middle finishes on hers."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the canonical document: importing the same flows twice makes one revision."""
    document: Mapped[dict[str, Any]]
    """`{"flows": {name: flow document}, "entries": {...}}`, as `engine.document.document` reads it."""
    created_at: Mapped[datetime]
    live_from: Mapped[datetime | None]
    """The newest of these is live. A draft has none."""
    pressed: Mapped[str | None]
    """The compiled book, as `engine.transcripts.pressing` writes it: a process that starts reads this."""
    pressed_mark: Mapped[str | None]
    """Which code can read it; any other compiles the document."""


LIGHT = (defer(Revision.document), defer(Revision.pressed))
"""Without what is big of a revision, until somebody asks for it."""


def live_id(session: Session) -> int | None:
    """The revision that a new session begins with."""
    return session.scalar(
        select(Revision.id)
        .where(Revision.live_from.is_not(None))
        .order_by(Revision.live_from.desc(), Revision.id.desc())
        .limit(1)
    )


def live(session: Session) -> Revision | None:
    """The one that new sessions begin with, without its document and its book, as `with_digest`."""
    now = select(Revision).where(Revision.live_from.is_not(None)).options(*LIGHT)
    return session.scalar(now.order_by(Revision.live_from.desc(), Revision.id.desc()).limit(1))


def document_of(session: Session, revision_id: int) -> Mapping[str, Any] | None:
    """Whole. Where documents are kept it is everybody's: whoever changes it, changes a copy."""
    memory: Memory | None = session.info.get(IN_SESSION)
    if memory is None:
        return stored_document(session, revision_id)
    return memory.revisions.document(revision_id, lambda: stored_document(session, revision_id))


def stored_document(session: Session, revision_id: int) -> dict[str, Any] | None:
    """As the database has it, for who asks once."""
    return session.scalar(select(Revision.document).where(Revision.id == revision_id))


def piece_of(session: Session, revision_id: int, *names: str) -> Any:
    """What stands under these names in a revision's document; None where nothing does.

    The whole is big: it is kept in memory, or the database takes the piece out of it.
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


def entry_names(session: Session) -> Mapping[str, str]:
    """What the posters are called that name the live entries, by digits."""
    revision_id = live_id(session)
    names = None if revision_id is None else piece_of(session, revision_id, "entry_names")
    return dict(names or {})


def pressed_of(session: Session, revision_id: int, mark: str) -> str | None:
    """The compiled book, where code of this mark can read it."""
    here = (Revision.id == revision_id, Revision.pressed_mark == mark)
    return session.scalar(select(Revision.pressed).where(*here))


def press_again(session: Session, revision_id: int, pressed: str, mark: str) -> None:
    """The compiled book of a revision that is there, where it holds another. The database compares: it is big."""
    held = Revision.pressed
    other = or_(held.is_(None), held != pressed, Revision.pressed_mark != mark)
    here = update(Revision).where(Revision.id == revision_id, other)
    session.execute(here.values(pressed=pressed, pressed_mark=mark))


def with_digest(session: Session, digest: str) -> Revision | None:
    """Without its document and its book, which are big, until somebody asks for them."""
    return session.scalar(select(Revision).where(Revision.digest == digest).options(*LIGHT))


def add(
    session: Session,
    *,
    digest: str,
    document: Mapping[str, Any],
    at: datetime,
    live_from: datetime | None = None,
    pressed: str | None = None,
    mark: str | None = None,
) -> Revision:
    """A draft, where no `live_from` is said. The row is big, and written once."""
    revision = Revision(
        digest=digest,
        document=written(document),
        created_at=at,
        live_from=live_from,
        pressed=pressed,
        pressed_mark=mark,
    )
    session.add(revision)
    session.flush()
    return revision
