"""What is wrong with a document: found once, kept by its digest, and divided by what live has already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hotline.domain.jobs import Job
from hotline.engine.check.finding import Finding
from hotline.ports import Kit
from hotline.services.changes.assembling import assemble, gather
from hotline.services.doorbell import ring
from hotline.services.flows import authoring, checking
from hotline.services.flows.checking import BEARABLE, findings
from hotline.store.changes import checks
from hotline.store.database import Session

PATIENCE = timedelta(seconds=10)
"""How long an edit waits for a worker before the clock checks it."""
KEPT = timedelta(days=30)
"""How long what was found stays."""
RECENT = timedelta(minutes=1)
"""What is older rings again when a page asks for it."""


@dataclass(frozen=True, slots=True)
class DividedFindings:
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
        gathered = gather(session, change_id)
        live = _kept(session, gathered.live)
        mine = _kept(session, assemble(gathered).document)
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
    document = assemble(gathered).document
    return divide(look(kit, document, change_id), look(kit, gathered.live))


def check_unchecked(kit: Kit) -> None:
    """The clock's: check what was edited and rang for a worker in vain. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        at = kit.now()
        waiting = checks.edited(session, at - RECENT, at - PATIENCE)
    for change_id in waiting:
        check_change(kit, change_id)


def look(kit: Kit, document: Mapping[str, Any], change_id: int | None = None) -> Sequence[Finding]:
    """Everything that is wrong with a document. Raises StoreUnavailable."""
    digest = _digest(document)
    with kit.database.reading() as session:
        kept = checks.found(session, digest)
    if kept is not None:
        return [checking.finding_of(one) for one in kept]
    found = findings(document)
    written = [one.to_dict() for one in found]
    with kit.database.writing() as session:
        checks.forget(session, kit.now() - KEPT)
        checks.keep(session, digest, written, change_id=change_id, at=kit.now())
    return found


def _kept(session: Session, document: Mapping[str, Any]) -> Sequence[Finding] | None:
    kept = checks.found(session, _digest(document))
    return None if kept is None else [checking.finding_of(one) for one in kept]


def _digest(document: Mapping[str, Any]) -> str:
    return f"{checking.mark()} {authoring.digest_of(document)}"
