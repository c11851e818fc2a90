"""A flow of a change on somebody's desk: the state that a form was made of, and the book around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.engine.document.source import derived
from hotline.engine.editing.drafting import drafted, put_in
from hotline.engine.flow import Book, Flow
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.services.changes import drafts
from hotline.services.changes.assembling import document_of, part_in
from hotline.store.changes import changes
from hotline.store.flows import flows


@dataclass(frozen=True, slots=True)
class FlowAtHand:
    """A flow as a form shows it. `version` goes into the form, and comes back with it."""

    name: str
    version: int
    document: Mapping[str, Any]
    is_newest: bool
    author: str
    """Who saved the newest state; empty for what the change is made of."""
    at: datetime | None
    others: Mapping[str, Mapping[str, Any] | None]
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
    newest = made_of == now.version
    return FlowAtHand(flow, made_of, document, newest, now.author, now.at, others)


def book_around(kit: Kit, here: FlowAtHand) -> Book:
    """What callers hear, with the other flows of the change in their places. Raises NotReady, StoreUnavailable."""
    book = kit.books.book(kit.books.live())
    for name, document in here.others.items():
        if document is not None:
            book = put_in(book, derived(_played, document, name))
    return book


def _played(document: Mapping[str, Any], name: str) -> Flow:
    return drafted(name, document).flow


def live_flow(kit: Kit, flow: str) -> Mapping[str, Any] | None:
    """As callers hear it; None where they hear none of that name. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        live = flows.live_id(session)
        return None if live is None else part_in(session, live, flow)


def flows_in(kit: Kit, change_id: int) -> Mapping[str, Mapping[str, Any]]:
    """Every flow as the change has it: those of its base, and its own. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        change = drafts.found(session, change_id)
        found: dict[str, Any] = dict(document_of(session, drafts.base_id(session, change))["flows"])
        for part, step in changes.newest(session, change_id).items():
            if not part.startswith("#"):
                found[part] = step.document
    return {name: flow for name, flow in found.items() if flow is not None}
