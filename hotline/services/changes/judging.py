"""What is wrong with a document, found once and kept by its digest; and whether it may follow what is live."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from hotline.domain.changes.change import loses_emergency
from hotline.domain.jobs import Job
from hotline.engine.check.finding import Code, Finding
from hotline.engine.document.kept import Document
from hotline.ports import Kit
from hotline.services.changes.assembling import (
    AssembledChange,
    GatheredChange,
    assemble,
    gather,
    gather_edits,
)
from hotline.services.changes.results import ChangeRefused, Refusal
from hotline.services.doorbell import ring
from hotline.services.flows import authoring, publishing
from hotline.services.flows.publishing import BEARABLE, findings
from hotline.store.changes import checks
from hotline.store.database import Session
from hotline.store.driver import WrittenArray
from hotline.store.flows import flows

UNPLAYABLE = frozenset(
    {Code.SHAPE, Code.UNKNOWN_NODE, Code.UNKNOWN_FLOW, Code.UNKNOWN_LIST, Code.UNKNOWN_ENTRY}
)
"""Findings of a document that makes no book."""
LIVE = 0
"""In place of a change: what is live is checked."""
KEPT = timedelta(days=30)
"""How long what was found stays."""


class DividedFindings(NamedTuple):
    """The findings of a change in three groups."""

    blocking: Sequence[Finding]
    """They hurt, and are new against what is live: nobody proposes these."""
    live_already: Sequence[Finding]
    """They hurt, and callers meet them today: a rule that grew stricter never stops an urgent word."""
    bearable: Sequence[Finding]


def divide(found: Sequence[Finding], live: Sequence[Finding]) -> DividedFindings:
    known = set(live)
    hurting = [one for one in found if one.code not in BEARABLE]
    return DividedFindings(
        blocking=[one for one in hurting if one not in known],
        live_already=[one for one in hurting if one in known],
        bearable=[one for one in found if one.code in BEARABLE],
    )


def checked(kit: Kit, change_id: int) -> DividedFindings | None:
    """The findings of a change put onto what is live; None where it is still being checked.

    Raises NotFound, NotReady, StoreUnavailable.
    """
    with kit.database.reading() as session:
        edited = gather_edits(session, change_id)
        live = _kept(session, edited.live_digest)
        mine = _kept(session, edited.checked_as)
    if live is None or mine is None:
        ring(kit, Job.CHECK_CHANGE, change_id)
        return None
    return divide(mine, live)


def check_change(kit: Kit, change_id: int) -> DividedFindings:
    """Check a change and what is live, where nobody has yet. Safe to repeat.

    Raises NotFound, NotReady, StoreUnavailable.
    """
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
    return check(kit, assemble(gathered))


def check(kit: Kit, made: AssembledChange) -> DividedFindings:
    """Returns the same of a change that was put onto what is live. Raises StoreUnavailable."""
    gathered = made.gathered
    mine = _look_beside(kit, gathered, made.document)
    return divide(mine, look(kit, gathered.live, gathered.live_digest))


def not_publishable(kit: Kit, made: AssembledChange) -> ChangeRefused | None:
    """Why not: it moves what was printed, takes 112 away, cannot be played, or hurts as live does not."""
    live, document = made.gathered.live, made.document
    moved = authoring.moved_entries(
        live.get(authoring.ENTRIES, {}), document.get(authoring.ENTRIES, {})
    )
    if moved:
        return ChangeRefused(Refusal.ENTRY_MOVED, moved)
    if loses_emergency(live, document):
        return ChangeRefused(Refusal.EMERGENCY_NUMBER)
    return hurting(check(kit, made))


def hurting(found: DividedFindings) -> ChangeRefused | None:
    unplayable = [one for one in found.blocking if one.code in UNPLAYABLE]
    if unplayable:
        said = [one.sentence for one in unplayable]
        return ChangeRefused(Refusal.BROKEN, said, found.blocking)
    return ChangeRefused(Refusal.HURTS, findings=found.blocking) if found.blocking else None


def check_live(kit: Kit) -> None:
    """Checks what is live, where nobody has yet. Raises NotReady, StoreUnavailable."""
    document = authoring.live_document(kit.database)
    look(kit, document, authoring.digest_of(document))


def of_live(kit: Kit) -> Sequence[Finding] | None:
    """Returns what is wrong with what is live; None where it is still being checked. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        live = flows.live(session)
        found = None if live is None else _kept(session, live.digest)
    if found is None:
        ring(kit, Job.CHECK_CHANGE, LIVE)
    return found


def check_unchecked(kit: Kit) -> None:
    """The clock's: check what was edited and rang for a worker in vain. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        waiting = checks.unchecked(session, kit.now())
    for change_id in waiting:
        check_change(kit, change_id)


def _look_beside(kit: Kit, gathered: GatheredChange, document: Document) -> Sequence[Finding]:
    """Returns what is wrong with the document that a change makes with what is live."""
    return look(kit, document, gathered.checked_as, gathered.change.id, live=gathered.live)


def look(
    kit: Kit,
    document: Document,
    digest: str,
    change_id: int | None = None,
    *,
    live: Document | None = None,
) -> Sequence[Finding]:
    """Returns everything that is wrong with a document, found once for each `digest`.

    `live`: what it is compared with; `digest` is then of both. Raises StoreUnavailable.
    """
    with kit.database.reading() as session:
        kept = _kept(session, digest)
    if kept is not None:
        return kept
    found = findings(document, live=live)
    written = WrittenArray([one.to_row() for one in found])
    with kit.database.writing() as session:
        checks.forget(session, kit.now() - KEPT)
        checks.keep(session, _key(digest), written, change_id=change_id, at=kit.now())
    return found


def found_before(kit: Kit, gathered: GatheredChange, document: Document) -> WrittenArray:
    """What is known of a change, in the form in which it is kept. Raises StoreUnavailable."""
    found = _look_beside(kit, gathered, document)
    return WrittenArray([one.to_row() for one in found])


def keep(session: Session, digest: str, written: WrittenArray, at: datetime) -> None:
    """What was found of a change is what is found of the revision that it made: nobody checks it once more."""
    checks.keep(session, _key(digest), written, change_id=None, at=at)


def _kept(session: Session, digest: str) -> Sequence[Finding] | None:
    kept = checks.found(session, _key(digest))
    return None if kept is None else [Finding.of_row(one) for one in kept]


def _key(digest: str) -> str:
    return f"{publishing.mark()} {digest}"
