"""Changes as folders: opened with a title, listed, looked at, dropped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import Actor
from hotline.domain.changes.change import Author, ChangeAuthor, ChangeState
from hotline.errors import NotFound, NotReady
from hotline.ports import Kit
from hotline.services.changes.results import ChangeRefused, Refusal
from hotline.store.changes import changes
from hotline.store.changes.changes import Change
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.flows import flows

TITLE_LETTERS = 120
LISTED = 100
REASON_LETTERS = 200
NUMBER = re.compile(r"\d(?:[ .-]?\d){7,}")
"""Eight digits in a row, however they are written: what could be somebody's number."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change as a list shows it."""

    id: int
    title: str
    why: str
    state: ChangeState
    base_id: int
    of_version: bool
    """Whether a version of the line brought it."""
    parts: Sequence[str]
    """What it edits: flows by their names, `#numbers`, `#entries`, `#phrases`."""
    created_by: ChangeAuthor
    created_at: datetime
    proposed_by: ChangeAuthor | None
    proposed_at: datetime | None
    note: str | None
    """What the approver wrote who sent it back."""
    noted_by: str | None
    ended_at: datetime | None


def open_change(kit: Kit, by: Author, title: str, why: str = "") -> int | ChangeRefused:
    """A new one, on what is live; its id. Raises NotReady, StoreUnavailable."""
    title = " ".join(title.split())[:TITLE_LETTERS]
    if not title:
        return ChangeRefused(Refusal.UNTITLED)
    with kit.database.writing() as session:
        base = flows.live_id(session)
        if base is None:
            raise NotReady(
                "no flows are published: `hotline upgrade` publishes those of this version"
            )
        return add(session, by, title, why.strip(), base=base, at=kit.now()).id


def add(
    session: Session,
    by: Author,
    title: str,
    why: str,
    *,
    base: int,
    at: datetime,
    source: str | None = None,
) -> Change:
    """Inside the caller's transaction."""
    row = Change(
        title=title,
        why=why,
        state=ChangeState.OPEN,
        base_id=base,
        source=source,
        created_by_id=by.account_id,
        created_by=by.name,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def listed(kit: Kit, *, over: bool = False, limit: int = LISTED) -> Sequence[ChangeRow]:
    """Those that may be edited, or those that are over; the newest first. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        rows = changes.listed(session, editable=not over, limit=limit)
        edited = changes.parts_edited(session, [row.id for row in rows])
        return [_shown(row, edited[row.id]) for row in rows]


def look(kit: Kit, change_id: int) -> ChangeRow:
    """Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        row = changes.found(session, change_id)
        if row is None:
            raise NotFound(f"no change {change_id}")
        return _shown(row, changes.parts_edited(session, [change_id])[change_id])


def drop(kit: Kit, by: Author, change_id: int) -> ChangeRefused | None:
    """It is edited and published no more; its steps stay. Raises NotFound, StoreUnavailable."""
    with kit.database.writing() as session:
        row = held(session, change_id)
        if not ChangeState(row.state).is_editable:
            return ChangeRefused(Refusal.OVER)
        row.state, row.ended_at = ChangeState.DROPPED, kit.now()
        audit.append(
            session,
            at=kit.now(),
            actor=actor(by),
            action="change_dropped",
            subject=f"change {change_id}",
            reason=audited(row.title),
        )
    return None


def held(session: Session, change_id: int) -> Change:
    """The row for writing. Raises NotFound."""
    row = changes.held(session, change_id)
    if row is None:
        raise NotFound(f"no change {change_id}")
    return row


def audited(said: str) -> str:
    """A title or reason as the audit log keeps it: one line, and never a telephone number."""
    return NUMBER.sub("[number]", " ".join(said.split()))[:REASON_LETTERS]


def actor(by: Author) -> str:
    """Who acts, as the audit log names it."""
    return audit.by_actor(Actor(by.name, by.account_id))


def _shown(row: Change, parts: Sequence[str]) -> ChangeRow:
    return ChangeRow(
        id=row.id,
        title=row.title,
        why=row.why,
        state=ChangeState(row.state),
        base_id=row.base_id,
        of_version=row.source is not None,
        parts=parts,
        created_by=row.author,
        created_at=row.created_at,
        proposed_by=row.proposer,
        proposed_at=row.proposed_at,
        note=row.note,
        noted_by=row.noted_by,
        ended_at=row.ended_at,
    )
