"""Changes as folders: opened with a title, listed, looked at, dropped.

A flow of a change on somebody's desk: the state that a form was made of, and the book around it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.domain.accounts.account import Actor
from hotline.domain.changes.change import Author, ChangeAuthor, ChangeState
from hotline.engine.document.kept import Document, Editable, derived
from hotline.engine.editing.drafting import played, put_in
from hotline.engine.flow import Book
from hotline.errors import NotFound, NotReady
from hotline.ports import Kit
from hotline.services.changes import drafts
from hotline.services.changes.assembling import document_of, part_in
from hotline.services.changes.results import ChangeRefused, Refusal
from hotline.services.flows import authoring
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


class ChangeRow(NamedTuple):
    """A change as a list shows it."""

    id: int
    title: str
    why: str
    state: ChangeState
    base_id: int
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
            raise NotReady(authoring.NO_FLOWS)
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
        row = drafts.found(session, change_id)
        return _shown(row, changes.parts_edited(session, [change_id])[change_id])


def drop(kit: Kit, by: Author, change_id: int) -> ChangeRefused | None:
    """It is edited and published no more; its steps stay. Raises NotFound, StoreUnavailable."""
    with kit.database.writing() as session:
        row = held(session, change_id)
        if not ChangeState(row.state).is_editable:
            return ChangeRefused(Refusal.OVER)
        row.state, row.ended_at = ChangeState.DROPPED, kit.now()
        noted(session, kit, by, "change_dropped", f"change {change_id}", row.title)
    return None


def held(session: Session, change_id: int) -> Change:
    """The row for writing. Raises NotFound."""
    row = changes.held(session, change_id)
    if row is None:
        raise NotFound(f"no change {change_id}")
    return row


def noted(
    session: Session, kit: Kit, by: Author | str, action: str, subject: str, reason: str
) -> None:
    """Writes an act into the audit log, its reason on one line and without any telephone number."""
    said = NUMBER.sub("[number]", " ".join(reason.split()))[:REASON_LETTERS]
    actor = by if isinstance(by, str) else audit.by_actor(Actor(by.name, by.account_id))
    audit.append(session, at=kit.now(), actor=actor, action=action, subject=subject, reason=said)


def _shown(row: Change, parts: Sequence[str]) -> ChangeRow:
    return ChangeRow(
        id=row.id,
        title=row.title,
        why=row.why,
        state=ChangeState(row.state),
        base_id=row.base_id,
        parts=parts,
        created_by=row.author,
        created_at=row.created_at,
        proposed_by=row.proposer,
        proposed_at=row.proposed_at,
        note=row.note,
        noted_by=row.noted_by,
        ended_at=row.ended_at,
    )


class FlowAtHand(NamedTuple):
    """A flow as a form shows it. `version` goes into the form, and comes back with it."""

    name: str
    version: int
    document: Document
    author: str
    """Who saved the newest state; empty for what the change is made of."""
    at: datetime | None
    others: Mapping[str, Document | None]
    """The other flows that the change edits; None where it takes one out."""


def at_hand(kit: Kit, change_id: int, flow: str, version: int | None = None) -> FlowAtHand:
    """The newest state, or the one that a form says. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        change = drafts.found(session, change_id)
        now = drafts.newest(session, change, flow)
        document, made_of = now.document, now.version
        if version is not None and version != now.version:
            document, made_of = drafts.state_at(session, change, flow, version), version
        others = {
            part: changes.shared(session, step)
            for part, step in changes.newest(session, change_id).items()
            if part != flow and not part.startswith("#")
        }
    if document is None or flow.startswith("#"):
        raise NotFound(f"no flow {flow} in change {change_id}")
    return FlowAtHand(flow, made_of, document, now.author, now.at, others)


def book_around(kit: Kit, here: FlowAtHand) -> Book:
    """What callers hear, with the other flows of the change in their places. Raises NotReady, StoreUnavailable."""
    book = kit.books.book(kit.books.live())
    for name, document in here.others.items():
        if document is not None:
            book = put_in(book, derived(played, document, name))
    return book


def live_flow(kit: Kit, flow: str) -> Document | None:
    """As callers hear it; None where they hear none of that name. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        live = flows.live_id(session)
        return None if live is None else part_in(session, live, flow)


def flows_in(kit: Kit, change_id: int) -> Mapping[str, Document]:
    """Every flow as the change has it: those of its base, and its own. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        change = drafts.found(session, change_id)
        found: Editable = dict(document_of(session, drafts.base_id(session, change))["flows"])
        for part, step in changes.newest(session, change_id).items():
            if not part.startswith("#"):
                found[part] = step.document
    return {name: flow for name, flow in found.items() if flow is not None}
