"""Lists the closures that wait for a second person, as an account of the console may see them.

Says who may read the reasons of a requested closure and of its refusal: the national desk and the asker's own desk.

A reason may hold what other desks may not see.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.accounts.account import SignedIn
from hotline.domain.desk.audit_sentences import actor
from hotline.domain.desk.desks import of_account
from hotline.domain.tip import TipOutcome, Urgency
from hotline.ports import ConsoleKit
from hotline.services.referrals import endings
from hotline.services.referrals.case_standing import RESPONDER
from hotline.services.tips.desk_viewer import is_national, viewer_of
from hotline.store.database import Session
from hotline.store.desk import audit, members
from hotline.store.desk.audit import AuditEntry
from hotline.store.people import responders
from hotline.store.referrals.desk_pages import tip_pages
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
    return frozenset(row.desk_code for row in responders.running(session, int(number)))


MOST = 200
"""Closures on one page."""
LATE_AFTER = timedelta(hours=24)
"""A closure that waited this long is named in the national desk's morning SMS."""


@dataclass(frozen=True, slots=True)
class ClosureLine:
    """A closure that waits, in clear."""

    tip_id: int
    place: str
    within: str | None
    outcome: TipOutcome
    requested_by: str
    """The person's name as people say it."""
    requested_at: datetime
    age: timedelta
    reason: str
    """Why, as whoever requested it says: for the national desk, and for the asker's own desk."""
    is_danger: bool
    may_confirm: bool
    """Whether this account may be the second person, once it has opened the case."""

    @property
    def is_late(self) -> bool:
        return self.age >= LATE_AFTER


def listed(kit: ConsoleKit, by: SignedIn) -> Sequence[ClosureLine]:
    """Returns the closures that this account may see, the oldest request first."""
    at = kit.now()
    with kit.database.reading() as session:
        viewer = viewer_of(session, by)
        found = tip_pages.closures_waiting(session, viewer, MOST) if viewer.desks else ()
        if not found:
            return ()
        names = responders.names(session)
        asks = endings.signed_by(session, by.actor, "")
        return [
            ClosureLine(
                one.tip.id,
                one.tip.place,
                one.tip.within,
                one.outcome,
                actor(one.requested_by, names)[1],
                one.requested_at,
                max(at - one.requested_at, timedelta()),
                of_request(session, viewer, one.tip.id),
                one.tip.urgency == Urgency.DANGER,
                is_national(viewer) and not endings.is_same(session, one.requested_by, asks.name),
            )
            for one in found
        ]
