"""Locks stored grants again with each week's key. Each role deletes its keys of earlier weeks."""

from contextlib import suppress
from datetime import datetime

from hotline.alarms import service
from hotline.alarms.rules import Alarm
from hotline.cases import queries_weekly_keys
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.errors import StoreUnavailable
from hotline.keys.weekly_lock import last_week, week_of


def lock_anew(session: Session, kit: Kit, at: datetime, limit: int) -> int:
    """Puts this week's lock on grants with an older lock or none, and returns how many. The inner encryption stays."""
    keys = kit.sealer.weekly_lock
    if keys.start is None:
        return 0
    week = max(keys.start, week_of(at))
    found = queries_weekly_keys.locked_before(session, week, since=keys.start, limit=limit)
    for old in found:
        bare = keys.unlock(old.grant.sealed_key, old.bound)
        old.grant.sealed_key = keys.lock(bare, old.bound, at)
    return len(found)


def forget(kit: Kit) -> None:
    """Deletes the keys of the weeks before last that no grant needs. Raises StoreUnavailable."""
    keys = kit.sealer.weekly_lock
    if keys.start is None or keys.start >= last_week(kit.now()):
        return
    if not keys.forget(needed_since(kit)):
        # A database that cannot commit has an alarm of its own.
        with suppress(StoreUnavailable):
            service.happened(kit, Alarm.FORGETTING)


def needed_since(kit: Kit) -> str:
    """Returns the earliest week whose key may still exist. Raises StoreUnavailable."""
    wanted = last_week(kit.now())
    with kit.database.reading() as session:
        needed = queries_weekly_keys.oldest(session)
    return min(wanted, needed or wanted)


def forget_at(session: Session, kit: Kit, at: datetime) -> None:
    """Deletes the keys of the weeks before last, in the transaction of a first SMS. The web reads no grant.

    Raises an alarm if the disk keeps the old key.
    """
    if not kit.sealer.weekly_lock.forget(last_week(at)):
        service.note(session, Alarm.FORGETTING, kit.now())


def forget_first(kit: Kit, at: datetime) -> None:
    """Deletes the keys of the weeks before last, before a first hop, which has no transaction yet.

    Raises an alarm if the disk keeps the old key. A database that cannot commit has an alarm of its own.
    """
    if not kit.sealer.weekly_lock.forget(last_week(at)):
        with suppress(StoreUnavailable):
            service.happened(kit, Alarm.FORGETTING)
