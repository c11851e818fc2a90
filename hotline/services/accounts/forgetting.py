"""What the console forgets by the clock: keys after their 15 minutes, sessions that are over, tries of long ago."""

from hotline.domain.accounts.second_factor import FORGET_AFTER, IDLE, LONGEST
from hotline.ports import Kit
from hotline.store.accounts import accounts, sessions
from hotline.store.database import Session


def forget_over(kit: Kit) -> None:
    """Safe to repeat. Nobody waits for a writer where there is nothing to forget."""
    at = kit.now()
    times = {"at": at, "seen": at - IDLE, "made": at - LONGEST}
    with kit.database.reading() as session:
        if not (
            sessions.is_untidy(session, **times)
            or accounts.holds_locked(session, at)
            or sessions.holds_older(session, at - FORGET_AFTER)
        ):
            return
    with kit.database.writing() as session:
        sessions.tidy(session, **times)
        accounts.forget_locked(session, at)
        sessions.forget_older(session, at - FORGET_AFTER)


def forget_entries(session: Session) -> None:
    """Nobody is signed in and no link is good: who left, or was ended, since a backup must not come back by it."""
    sessions.end_everybody(session)
    accounts.forget_links(session)
