"""Stores each day's digest of the audit log outside the database. Also sends the digest to the on-call contacts and to
the second channel.

A person who can change the database could remove rows at the end of the log. The stored digests would show that rows
are missing. At each check, the monitor also stores the id and the digest of the newest row in the monitor's key
folder. So the next check notices if rows were removed.
"""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import time, timedelta
from pathlib import Path

from hotline.alarms import tables
from hotline.alarms.rules import Alarm, CheckResult, Notice, check_result, in_kigali, warning
from hotline.alerts.service_alarm_notices import new_notice
from hotline.core.contexts import CliContext, MonitorContext
from hotline.core.database import Session
from hotline.gateway import queries
from hotline.gateway.tables import OnCallContact
from hotline.keys import tables_canaries
from hotline.keys.key_folder import KeyFolder
from hotline.people import tables_audit
from hotline.people.tables_audit import Proofs
from hotline.text.errors import StoreUnavailable
from hotline.text.time import KIGALI

logger = logging.getLogger(__name__)

SENT_AT = time(8)
"""The time of day in Kigali after which the monitor sends the day's digest. Before that time, many
contacts are asleep.
"""
LATE = timedelta(hours=26)
BROKEN = "broken"
"""The word that the file of digests contains in place of a day's digest, if the audit log was wrong on that day."""
VERIFY = "`hotline audit verify` names the row; see the runbook, audit log"


def read_digests(file: Path | None) -> Sequence[tuple[str, int, str]]:
    """Returns the day, the row number and the digest of each line in a file of digests, oldest first. Ignores lines
    without these three values.
    """
    text = ""
    with suppress(OSError):
        text = file.read_text(encoding="utf-8", errors="replace") if file is not None else ""
    lines = [line.split() for line in text.splitlines()]
    return [(row[0], int(row[1]), row[2]) for row in lines if len(row) == 3 and row[1].isdecimal()]


def digests_by_row(*files: Path | None) -> Mapping[int, str]:
    lines = [line for file in files for line in read_digests(file)]
    return {row: digest for _, row, digest in lines if digest != BROKEN}


def keep_digest(context: MonitorContext) -> None:
    """Verifies the audit log once a day. If the log is right, stores the digest of the newest row, and sends it to the
    contacts. Raises StoreUnavailable.

    While the log is wrong, sends no digest, and verifies the log again at each call. Checks that each row of the log
    contains the digest of the row before it, and that the stored digests match. Does not check the seals of rows,
    because only the process that wrote a row has the key for its seal.
    """
    at, file = context.now(), context.watch.digests
    local = at.astimezone(KIGALI)
    if file is None or local.time() < SENT_AT:
        return
    day, newest = f"{local:%Y-%m-%d}", [*read_digests(file)][-1:]
    with context.database.reading() as session:
        can_keep = os.access(file if file.exists() else file.parent, os.W_OK)
        is_kept = not can_keep or [(one[0], one[2] != BROKEN) for one in newest] == [(day, True)]
        if is_kept and _is_sent(session, context, day):
            return
        digests = digests_by_row(file, context.watch.newest)
        chain = tables_audit.verify_chain(session, Proofs({}, digests, sys.maxsize))
        row = tables_audit.newest_id(session)
    if chain.broken_at is not None:
        row, digest = chain.broken_at, BROKEN
    else:
        digest = chain.newest
        _send(context, day, row, digest)
    if newest != [(day, row, digest)]:
        try:
            handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as stream:
                stream.write(f"{day} {row} {digest}\n")
        except OSError as broken:
            cause = type(broken).__name__
            logger.error("the digest of the audit log could not be stored: %s", cause)


ALARMED = {
    "tip_pair_replaced": Alarm.TIP_PAIRS,
    "tip_access_forged": Alarm.TIP_PAIRS,
    "key_differs": Alarm.MEMBER_KEYS,
    "desk_key_withheld": Alarm.MEMBER_KEYS,
}
"""Maps an action in the audit log to the alarm that the monitor raises when it finds a row with this action. An
attacker with access to the database could delete a stored alarm, so the monitor raises the alarm again from the log.
"""


def look(context: MonitorContext) -> tuple[str, frozenset[Alarm]]:
    """Checks the rows that were added to the audit log after the last call. Returns a line with the newest row's id and
    digest, which the calling code passes to `remember`. Also returns the alarms that the new rows raise. Raises
    StoreUnavailable.

    The line is empty if there are no new rows. The line and the alarms are both empty if the log is wrong, or if the
    settings name no file.
    """
    file = context.watch.newest
    before = [*read_digests(file)]
    with context.database.reading() as session:
        row = tables_audit.newest_id(session)
        digest = tables_audit.digest_of(session, row)
        if file is None or digest is None or _missing(session, before, after=True):
            return "", frozenset()
        rows = tables_audit.rows_after(session, before[-1][2]) if before else ()
        found = frozenset(ALARMED[entry.action] for entry in rows or () if entry.action in ALARMED)
    now = f"{context.now().astimezone(KIGALI):%Y-%m-%d}", row, digest
    return "" if before == [now] else f"{now[0]} {row} {digest}\n", found


def remember(context: MonitorContext, line: str) -> None:
    """Stores the line with the newest row's id and digest in a file. The calling function must first raise the alarms
    of the new rows.
    """
    file = context.watch.newest
    if file is not None and line:
        with suppress(OSError):
            KeyFolder(file.parent).replace(file.name, line.encode())


def _missing(
    session: Session, lines: Sequence[tuple[str, int, str]], *, after: bool = False
) -> str:
    """Checks that the audit log still contains the row whose digest is in the last of `lines`. Returns a description of
    the fault, or an empty text. If `after` is True, also checks the chain of all later rows.
    """
    for day, row, digest in lines[-1:]:
        wrong = None if tables_audit.digest_of(session, row) == digest else row
        if wrong is None and after:
            wrong = tables_audit.break_after(session, digest)
        if wrong is not None:
            return f"row {wrong} is not the one that the monitor saw on {day}, or the chain broke there"
    return ""


def recipients(session: Session, context: MonitorContext) -> Sequence[OnCallContact | None]:
    """Returns the on-call contacts that SMS can reach. None in the result means the second channel, if the hotline
    has one."""
    reached = [person for person in queries.on_call_contacts(session) if person.unreachable is None]
    return [*reached, *([None] if context.watch.other.is_there() else [])]


def _is_sent(session: Session, context: MonitorContext, day: str) -> bool:
    newest = queries.newest_digest(session)
    is_sent = newest is not None and f"{newest.astimezone(KIGALI):%Y-%m-%d}" == day
    return is_sent or not recipients(session, context)


def _send(context: MonitorContext, day: str, row: int, digest: str) -> None:
    """Stores the notices with the day's digest. If several monitor processes run, only one of them stores the
    notices."""
    at = context.now()
    with context.database.writing() as session:
        tables.take_lock(session)
        if _is_sent(session, context, day):
            return
        for recipient in recipients(session, context):
            notice = new_notice(Alarm.AUDIT_LOG, Notice.DIGEST, recipient, at, at)
            notice.parameters = {"row": row, "digest": digest}
            session.add(notice)


def check_log(context: CliContext) -> CheckResult:
    """Checks that the last stored digests match the log. Also checks that the day's digest is delivered by SMS and by a
    second channel.
    """
    at, file = context.now(), context.watch.digests
    name = Alarm.AUDIT_LOG
    try:
        with context.database.reading() as session:
            wrong = [
                _missing(session, read_digests(file)),
                _missing(session, read_digests(context.watch.newest), after=True),
            ]
            can_notify = queries.can_be_notified(session)
            other = context.watch.other.is_there() or tables_canaries.has_second_channel(session)
            sent = queries.newest_digest(session)
            since = sent or tables_audit.begun_at(session) or at
    except StoreUnavailable:
        return CheckResult(name, True, "not checked: the database does not answer")
    if any(wrong):
        return CheckResult(name, False, wrong[0] or wrong[1], VERIFY)
    if not can_notify or not other:
        text = "fewer than two people get the day's digest: no one may notice rows cut off its end"
        advice = "`hotline oncall add NAME`, and HOTLINE_ALARM_MAIL or HOTLINE_ALARM_COMMAND"
        return warning(name, text, advice)
    if at - since > LATE:
        text = f"no digest was sent since {in_kigali(since)}"
        return warning(name, text, "check `watch`: it sends one each day from 08:00")
    return check_result(name, None, "its digest is sent to people outside each day", "")
