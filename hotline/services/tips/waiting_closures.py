"""Lists the closures that wait for a second person, as an account of the console may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.accounts.account import SignedIn
from hotline.domain.desk.audit_sentences import actor
from hotline.domain.tip import TipOutcome, Urgency
from hotline.ports import ConsoleKit
from hotline.services.referrals import endings
from hotline.services.tips import closure_reasons
from hotline.services.tips.desk_viewer import is_national, viewer_of
from hotline.store.people import responders
from hotline.store.referrals.desk_pages import closures

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
        found = closures.waiting(session, viewer, MOST) if viewer.desks else ()
        if not found:
            return ()
        names = {one.id: one.name for one in responders.everybody(session)}
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
                closure_reasons.of_request(session, viewer, one.tip.id),
                one.tip.urgency == Urgency.DANGER,
                is_national(viewer) and not endings.is_same(session, one.requested_by, asks.name),
            )
            for one in found
        ]
