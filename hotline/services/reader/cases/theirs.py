"""The cases of her list that a colleague has: in doubt it is none of these, and stays as urgent as it is.

Runs inside its caller's transaction.
"""

from collections.abc import Iterable
from datetime import datetime

from hotline.domain.referrals.clocks import in_good_hands
from hotline.store.database import Session
from hotline.store.people.responders import Responder
from hotline.store.referrals import acknowledgements, deadlines
from hotline.store.tips.tips import Tip


def with_colleagues(
    session: Session, person: Responder, tips: Iterable[Tip], at: datetime
) -> frozenset[int]:
    """Ids of those that a colleague took and read, in which nothing is overdue, and of which she was not told since."""
    held = [one for one in tips if one.holder_id not in (None, person.id)]
    held = [one for one in held if one.end_wanted_by is None]
    if not held:
        return frozenset()
    theirs = acknowledgements.held_since_told(session, person.id, [one.id for one in held])
    clocks = deadlines.open_clocks_of(session, theirs)
    return frozenset(one for one in theirs if in_good_hands(clocks.get(one, {}), at))
