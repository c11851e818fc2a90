"""Each week, encrypts the stored grants again with the key of the new week. A grant is a key that is encrypted for a
desk. A lock is a second encryption around the grant. Each process also deletes the keys of earlier weeks from its own
key folder."""

from contextlib import suppress
from datetime import datetime

from hotline.alarms import service
from hotline.alarms.rules import Alarm
from hotline.cases import queries_weekly_keys
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.keys.weekly_lock import last_week, week_of
from hotline.text.errors import StoreUnavailable


def relock_grants(session: Session, context: Context, at: datetime, limit: int) -> int:
    """Locks grants with the key of this week, if they have no lock or the lock of an earlier week. Returns the number
    of locked grants.

    The encryption for the desk, inside the lock, does not change.
    """
    keys = context.encrypter.weekly_lock
    if keys.start is None:
        return 0
    week = max(keys.start, week_of(at))
    found = queries_weekly_keys.locked_before(session, week, since=keys.start, limit=limit)
    for old in found:
        bare = keys.unlock(old.grant.encrypted_key, old.bound)
        old.grant.encrypted_key = keys.lock(bare, old.bound, at)
    return len(found)


def delete_old_keys(context: Context) -> None:
    """Deletes the weekly keys that are older than last week's key, if no grant needs them. Raises StoreUnavailable."""
    keys = context.encrypter.weekly_lock
    if keys.start is None or keys.start >= last_week(context.now()):
        return
    if not keys.forget(needed_since(context)):
        # If the database is not available, another check already raises an alarm.
        with suppress(StoreUnavailable):
            service.raise_alarm(context, Alarm.FORGETTING)


def needed_since(context: Context) -> str:
    """Returns the earliest week whose key is still needed. Raises StoreUnavailable."""
    wanted = last_week(context.now())
    with context.database.reading() as session:
        needed = queries_weekly_keys.oldest_week(session)
    return min(wanted, needed or wanted)


def delete_old_keys_at(context: Context, at: datetime, session: Session | None = None) -> None:
    """Deletes the weekly keys that are older than last week's key, before the first request of a session or the first
    SMS of a conversation. The web process never reads grants, so it does not check if a grant still needs these keys.

    Raises an alarm if the process cannot delete one of these keys from the disk. `session` is the transaction of the
    calling function, or None outside any transaction. If the database is not available, raises no second alarm.
    """
    if context.encrypter.weekly_lock.forget(last_week(at)):
        return
    if session is not None:
        service.record(session, Alarm.FORGETTING, context.now())
        return
    with suppress(StoreUnavailable):
        service.raise_alarm(context, Alarm.FORGETTING)
