"""Weekly keys: what is kept is locked anew each week, and each role forgets the weeks before by itself."""

from contextlib import suppress
from datetime import datetime

from hotline.domain.watch.alarms import Alarm
from hotline.errors import StoreUnavailable
from hotline.ports import Kit
from hotline.sealing.keys.weekly_lock import last_week, week_of
from hotline.services import alarming
from hotline.store.copies import weekly_keys
from hotline.store.database import Session


def lock_anew(session: Session, kit: Kit, at: datetime, limit: int) -> int:
    """Put this week's lock on grants that have an older one, or none; how many. The inner lock stays."""
    keys = kit.sealer.weekly_lock
    if keys.start is None:
        return 0
    week = max(keys.start, week_of(at))
    found = weekly_keys.locked_before(session, week, since=keys.start, limit=limit)
    for old in found:
        bare = keys.unlock(old.grant.sealed_key, old.bound)
        old.grant.sealed_key = keys.lock(bare, old.bound, at)
    return len(found)


def forget(kit: Kit) -> None:
    """Forget every week before last that no grant needs. Raises StoreUnavailable."""
    keys = kit.sealer.weekly_lock
    if keys.start is None or keys.start >= last_week(kit.now()):
        return
    if not keys.forget(needed_since(kit)):
        # A database that cannot commit has an alarm of its own.
        with suppress(StoreUnavailable):
            alarming.happened(kit, Alarm.FORGETTING)


def needed_since(kit: Kit) -> str:
    """The earliest week whose key may still be held. Raises StoreUnavailable."""
    wanted = last_week(kit.now())
    with kit.database.reading() as session:
        needed = weekly_keys.oldest(session)
    return min(wanted, needed or wanted)


def forget_at(session: Session, kit: Kit, at: datetime) -> None:
    """Forget the weeks before last, in the transaction of a first SMS: the web reads no grant.

    Where the disk keeps the old key, somebody is woken.
    """
    if not kit.sealer.weekly_lock.forget(last_week(at)):
        alarming.note(session, Alarm.FORGETTING, kit.now())


def forget_first(kit: Kit, at: datetime) -> None:
    """The same before a first hop, which has no transaction yet. One that cannot commit has an alarm of its own."""
    if not kit.sealer.weekly_lock.forget(last_week(at)):
        with suppress(StoreUnavailable):
            alarming.happened(kit, Alarm.FORGETTING)
