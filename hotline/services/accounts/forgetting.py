"""Removes expired data of the console: keys after their 15 minutes, expired sessions and old attempts."""

from hotline.ports import Kit
from hotline.store.accounts import accounts, sessions
from hotline.store.database import Session


def forget_over(kit: Kit) -> None:
    """Removes expired sessions. It is safe to repeat. It starts no write if nothing has expired."""
    at = kit.now()
    with kit.database.reading() as session:
        if not sessions.holds_over(session, at):
            return
    with kit.database.writing() as session:
        sessions.forget_over(session, at)


def forget_entries(session: Session) -> None:
    """Ends every session and deletes every link. Otherwise a restored backup could let removed people sign in again."""
    sessions.end_everybody(session)
    accounts.forget_links(session)
