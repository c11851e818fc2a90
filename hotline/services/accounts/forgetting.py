"""What the console forgets by the clock: keys after their 15 minutes, sessions that are over, tries of long ago."""

from hotline.ports import Kit
from hotline.store.accounts import accounts, sessions
from hotline.store.database import Session


def forget_over(kit: Kit) -> None:
    """Safe to repeat. Nobody waits for a writer where there is nothing to forget."""
    at = kit.now()
    with kit.database.reading() as session:
        if not sessions.holds_over(session, at):
            return
    with kit.database.writing() as session:
        sessions.forget_over(session, at)


def forget_entries(session: Session) -> None:
    """Ends every session and link: who left, or was ended, since a backup must not come back by it."""
    sessions.end_everybody(session)
    accounts.forget_links(session)
