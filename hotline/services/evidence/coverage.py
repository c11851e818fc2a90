"""Once an hour the relay notes which districts have nobody who can be told: reachable, and not on leave."""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.people.recipients import Member
from hotline.domain.places.places import districts
from hotline.ports import Kit
from hotline.store.evidence import coverage
from hotline.store.referrals import personnel


def sample(kit: Kit) -> None:
    """Writes down this hour, unless it is written. Raises StoreUnavailable."""
    at = kit.now()
    hour = at.replace(minute=0, second=0, microsecond=0)
    with kit.database.reading() as session:
        if coverage.is_written(session, hour):
            return
        people = [one for one in personnel.members(session) if one.lives(at)]
    with kit.database.writing() as session:
        coverage.write(session, hour, _missing(people))


def sample_hours(kit: Kit, hours: Sequence[datetime]) -> None:
    """Writes down hours that are over, by who covers what now: for a clock that is turned by days."""
    with kit.database.reading() as session:
        people = personnel.members(session)
    missing: dict[datetime, list[str]] = {}
    known: list[Member] = []
    codes: list[str] = []
    for hour in hours:
        living = [one for one in people if one.lives(hour)]
        if living != known or not missing:
            known, codes = living, _missing(living)
        missing[hour] = codes
    with kit.database.writing() as session:
        coverage.write_many(session, missing)


def _missing(living: list[Member]) -> list[str]:
    codes = (district.code for district in districts())
    return [code for code in codes if not any(one.covers(code) for one in living)]
