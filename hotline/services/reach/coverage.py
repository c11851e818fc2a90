"""Once an hour the relay notes which districts have nobody who can be told: reachable, and not on leave."""

from hotline.domain.people.recipients import Member
from hotline.domain.places.places import districts
from hotline.ports import Kit
from hotline.store.reach import outreach
from hotline.store.referrals import personnel


def sample(kit: Kit) -> None:
    """Writes down this hour, unless it is written. Raises StoreUnavailable."""
    at = kit.now()
    hour = at.replace(minute=0, second=0, microsecond=0)
    with kit.database.reading() as session:
        if outreach.is_written(session, hour):
            return
        people = [one for one in personnel.members(session) if one.lives(at)]
    with kit.database.writing() as session:
        outreach.write(session, hour, _missing(people))


def _missing(living: list[Member]) -> list[str]:
    codes = (district.code for district in districts())
    return [code for code in codes if not any(one.covers(code) for one in living)]
