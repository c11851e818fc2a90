"""Sends a mail to each account that has unread news about drafts, at most once a day. Also deletes old news. The clock
process calls this module.
"""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from hotline.alerts import queries_retention
from hotline.core.actors import AccountRole, AccountState
from hotline.core.catalogues import load_console_words
from hotline.core.contexts import WorkerContext
from hotline.core.database import Session
from hotline.core.mail import is_unreachable, send_mail
from hotline.editing import tables
from hotline.editing.tables import NewsAddress
from hotline.people import tables_accounts
from hotline.people.tables_accounts import ConsoleAccount
from hotline.text.languages import phrase
from hotline.text.time import KIGALI

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)
REST = timedelta(minutes=15)
"""The hotline sends no mail about news that is younger than this time. While the news is younger, a person who is
working in the console can read the news there."""
KEPT = timedelta(days=365)
"""The hotline keeps comments and news for this time after their draft was published or deleted."""
ERRAND = "news"
WAITS = phrase("Tasks that wait for you: {count}. To see the tasks, sign in to the console.")


class _Mail(NamedTuple):
    account_id: int
    mailed_before: datetime | None
    address: bytes
    """The mail address, encrypted."""
    language: str
    waiting: int
    """The number of tasks that wait for the owner of the account."""


def send_due(context: WorkerContext) -> None:
    """Deletes old news, and sends a mail to each account with new unread news. For ten minutes after a run, the
    function does nothing. Before each mail, the function stores the time of the mail, so that no account gets two mails
    on one day. If the mail server does not answer, the remaining accounts get their mail in the next run. Raises
    StoreUnavailable.
    """
    at = context.now()
    with context.database.reading() as session:
        if queries_retention.is_done(session, ERRAND, at, EVERY):
            return
    due: list[_Mail] = []
    with context.database.writing() as session:
        queries_retention.note_done(session, ERRAND, at)
        tables.delete_old(session, at - KEPT)
        if not context.mail_server:
            return
        midnight = at.astimezone(KIGALI).replace(hour=0, minute=0, second=0, microsecond=0)
        for row in tables.mailed_before(session, midnight):
            account = tables_accounts.get_account(session, row.account_id)
            if account.state == AccountState.ENDED:
                session.delete(row)
                continue
            if waiting := _waiting(session, row, account, at):
                due.append(
                    _Mail(
                        account.id, row.mailed_at, row.encrypted_address, account.language, waiting
                    )
                )
                row.mailed_at = at
    words = load_console_words() if due else {}
    for number, mail in enumerate(due, 1):
        said = words.get(mail.language, {}).get(WAITS, WAITS).format(count=mail.waiting)
        if not _send(context, mail.address, said):
            with context.database.writing() as session:
                for untried in due[number:]:
                    if (address := tables.address(session, untried.account_id)) is not None:
                        address.mailed_at = untried.mailed_before
            return


def _waiting(session: Session, row: NewsAddress, account: ConsoleAccount, at: datetime) -> int:
    """Returns the number of tasks that wait for the owner of an account. Returns 0 if no task is new since the last
    mail.

    A suspended account gets no mail.
    """
    if account.is_suspended(at):
        return 0
    newest = [tables.newest_unread(session, row.account_id)]
    drafts = (
        tables.waiting_for_review(session) if AccountRole.APPROVER in account.held_roles else ()
    )
    newest += [one.submitted_at for one in drafts]
    since = [one for one in newest if one and (row.mailed_at is None or one > row.mailed_at)]
    if not any(one <= at - REST for one in since):
        return 0
    return tables.count_unread(session, row.account_id) + len(drafts)


def _send(context: WorkerContext, encrypted: bytes, text: str) -> bool:
    """Sends one mail about news. Returns False if the mail server does not answer. Returns True after any other error
    too, because that error concerns only this mail and the next mails must still be sent."""
    try:
        address = context.numbers.decrypt_number(encrypted)
        send_mail(context.mail_server, address, text)
    except Exception as broken:
        # Logs only the class of the error, because the message of the error may contain an address or a password.
        logger.error("a mail with news of a draft was not sent: %s", type(broken).__name__)
        return not is_unreachable(broken)
    return True
