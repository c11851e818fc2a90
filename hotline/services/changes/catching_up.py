"""Bringing what went live meanwhile into a change, where both changed the same fields and somebody has to choose."""

from collections.abc import Mapping
from typing import NamedTuple

from hotline.domain.changes.change import Author, ChangeState, StepKind
from hotline.engine.editing.merging import Merged, Settled
from hotline.ports import Kit
from hotline.services.changes.assembling import (
    gather,
    is_as_read,
    merge_part,
)
from hotline.services.changes.folders import held
from hotline.services.changes.results import ChangeRefused, Refusal
from hotline.services.changes.steps import add_steps
from hotline.store.changes import changes
from hotline.store.driver import written


class CaughtUp(NamedTuple):
    base_id: int
    """The revision that the change stands on now."""


class CatchUpClash(NamedTuple):
    """What is still to be chosen, by part; live is the other side."""

    parts: Mapping[str, Merged]


def catch_up(
    kit: Kit,
    by: Author,
    change_id: int,
    *,
    once: str,
    settled: Mapping[str, Settled] | None = None,
) -> CaughtUp | CatchUpClash | ChangeRefused:
    """Every part, merged with what is live, as its newest step; `settled` says of each part what was chosen.

    Raises NotFound, NotReady, StoreUnavailable.
    """
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
        sent = any(changes.sent_before(session, change_id, part, once) for part in gathered.steps)
    if not ChangeState(gathered.change.state).is_editable:
        return ChangeRefused(Refusal.OVER)
    if gathered.change.base_id == gathered.live_id or sent:
        return CaughtUp(gathered.change.base_id)
    parts = {
        part: merge_part(gathered, part, step.document, (settled or {}).get(part))
        for part, step in gathered.steps.items()
    }
    open_parts = {part: one for part, one in parts.items() if one.clashes}
    if open_parts:
        return CatchUpClash(open_parts)
    documents = {part: written(one.document) for part, one in parts.items()}
    with kit.database.writing() as session:
        change = held(session, change_id)
        if not is_as_read(session, gathered):
            return ChangeRefused(Refusal.CHANGED)
        says = {"did": StepKind.CAUGHT_UP, "revision": gathered.live_id}
        add_steps(session, by, change, documents, once, says, kit.now())
        change.base_id = gathered.live_id
    return CaughtUp(gathered.live_id)
