"""Says who may read the reasons of a requested closure and of its refusal: the national desk and the asker's own desk.

A reason may hold what other desks may not see.
"""

from collections.abc import Iterator, Sequence

from hotline.domain.desk.desks import of_account
from hotline.services.referrals.case_standing import RESPONDER
from hotline.services.tips.desk_viewer import is_national
from hotline.store.database import Session
from hotline.store.desk import audit, members
from hotline.store.desk.audit import AuditEntry
from hotline.store.people import memberships
from hotline.store.tips.visible import Viewer

REQUESTED, REFUSED = "end_wanted_", "end_refused"
"""How the audit log names a request, before its outcome; and its refusal."""


def readable(session: Session, viewer: Viewer, rows: Sequence[AuditEntry]) -> frozenset[int]:
    """Returns the ids of the rows of one tip whose reasons this viewer may read. `rows`: the oldest first."""
    if is_national(viewer):
        return frozenset(row.id for row in rows)
    return frozenset(_of_own_desk(session, viewer, rows))


def of_request(session: Session, viewer: Viewer, tip_id: int) -> str:
    """Returns the reason of the closure that waits; empty where this viewer may not read it."""
    rows = audit.entries(session, subject=f"tip:{tip_id}")
    asked = [row for row in rows if row.action.startswith(REQUESTED)][-1:]
    may = readable(session, viewer, asked)
    return "".join(row.reason for row in asked if row.id in may)


def _of_own_desk(session: Session, viewer: Viewer, rows: Sequence[AuditEntry]) -> Iterator[int]:
    is_own = False
    for row in rows:
        if row.action.startswith(REQUESTED):
            is_own = bool(_desks_of(session, row.actor) & viewer.desks)
        if is_own and (row.action.startswith(REQUESTED) or row.action == REFUSED):
            yield row.id


def _desks_of(session: Session, actor: str) -> frozenset[str]:
    """Returns the desks that whoever acted is of; none of a command."""
    account_id = audit.account_of(actor)
    if account_id is not None:
        return members.desks_of(session, of_account(account_id))
    number = actor.removeprefix(RESPONDER)
    if number == actor or not number.isdecimal():
        return frozenset()
    return frozenset(row.desk_code for row in memberships.running(session, int(number)))
