"""Checks parts of the hotline for `hotline doctor` and the monitor: the database, processes and their keys, console
accounts, published texts, statistics and call-backs. Each result says if a part of the hotline works, and if not, what
the operator should do.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeGuard

from hotline.alarms.rules import CheckResult, check_result, in_kigali, warning
from hotline.alerts import queries_people, queries_retention
from hotline.cases import queries_follow_up
from hotline.cases.service_retention import ERRAND
from hotline.core.actors import AccountState
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.dialogue import service_inbox
from hotline.duty import service_recipients
from hotline.duty.service_accounts import MIN_ADMINS
from hotline.duty.service_invitations import admins_who_enter
from hotline.editing import service_reviews
from hotline.editing.rules_drafts import emergency_end
from hotline.flows import tables as flows_tables
from hotline.gateway import leader, tables
from hotline.gateway import queries as gateway_queries
from hotline.keys import tables_canaries
from hotline.keys.desk_signatures import COUNTING, WARNED_BEFORE, DeskKeyState
from hotline.keys.factor_encryption import FactorEncrypter
from hotline.people import tables_accounts, tables_desks, tables_roster, tables_sessions
from hotline.people.rules_sign_in import (
    ALARM_FAILURES,
    ALARM_FAILURES_OF_NAME,
    BOARD_EACH,
    FORGET_AFTER,
)
from hotline.people.service_sign_in import envelope_owner
from hotline.statistics import queries
from hotline.statistics.rules_definitions import Span, due_at, span_of
from hotline.text.errors import DecryptionFailed, NotReady, StoreUnavailable
from hotline.text.places import NATIONAL
from hotline.text.time import KIGALI
from hotline.tips import tables_persons
from hotline.tips.rules import TIMES, TextState
from hotline.tips.rules_receipts import CallBackState

# The constants below belong to the checks of the console and of desk signatures.

SIGN_INS = "failed sign ins"
SIGNATURES = "desk signatures"
SIGNATURES_TODO = (
    "two admins must sign on the desk's page or by `hotline desks sign`; see the runbook"
)
OTHER_LINE_TODO = "compare line.pub on both machines; see the runbook, section desk signatures"
ADMINS = "console admins"
FACTORS = "console second factors"
BOARD_SHOWN = BOARD_EACH + timedelta(minutes=1)
"""Each open board page stores the time regularly. If a board has stored no time for longer than this, it counts as
closed.
"""
NAMED = 5
"""The largest number of accounts that one message names."""


def console_findings(
    context: Context, factors: FactorEncrypter | None, *, is_emulated: bool
) -> tuple[CheckResult, ...]:
    """Checks the admins and the second factors of the console. `factors` is None if the key for second factors is on
    another machine.

    Returns no results if the database does not answer. Another check reports a database that does not answer.
    """
    try:
        admins = admins_who_enter(context, is_emulated=is_emulated)
        with context.database.reading() as session:
            everybody = tables_accounts.all_accounts(session)
    except StoreUnavailable:
        return ()
    with_factor = [
        account for account in everybody if account.totp and account.state != AccountState.ENDED
    ]
    return _admins(admins), _factors(factors, with_factor)


def failed_sign_ins(session: Session, at: datetime) -> CheckResult:
    """Checks if strangers are trying passwords. The result contains no names of accounts. These names are only in the
    audit log.
    """
    found = tables_sessions.count_failures(session, at - FORGET_AFTER)
    text = f"{found.in_all} failed within an hour, {found.of_one} of them for one name"
    if found.of_one < ALARM_FAILURES_OF_NAME and found.in_all < ALARM_FAILURES:
        return CheckResult(SIGN_INS, True, text)
    advice = "`hotline audit list` names the accounts: ask the people who use them"
    return CheckResult(SIGN_INS, False, text, advice)


def _admins(count: int) -> CheckResult:
    if count >= MIN_ADMINS:
        return CheckResult(ADMINS, True, f"{count} can sign in")
    text = (
        "none can sign in"
        if not count
        else "only one can sign in: add a second one, who approves requests and keeps access"
    )
    advice = "`hotline accounts invite NAME --role admin`, and the person opens the link within 15 minutes"
    return CheckResult(ADMINS, False, text, advice)


def _factors(
    factors: FactorEncrypter | None, accounts: list[tables_accounts.ConsoleAccount]
) -> CheckResult:
    if factors is None:
        return CheckResult(FACTORS, True, "the key of `pages` is not on this machine")
    unreadable = tuple(account.shown for account in accounts if not _opens(factors, account))
    if not unreadable:
        return CheckResult(FACTORS, True, f"the key decrypts the codes of {len(accounts)} accounts")
    rest = f" and {len(unreadable) - NAMED} more" if len(unreadable) > NAMED else ""
    text = f"the key decrypts no code of {', '.join(unreadable[:NAMED])}{rest}: they cannot sign in"
    advice = "restore pages/totp.key (`hotline keys import`). If it is lost: `hotline accounts invite NAME` for each"
    return CheckResult(FACTORS, False, text, advice, names=unreadable)


def _opens(factors: FactorEncrypter, account: tables_accounts.ConsoleAccount) -> bool:
    try:
        factors.open(account.totp or b"", account=envelope_owner(account.id))
    except DecryptionFailed:
        return False
    return True


KEYS, WORKERS = "keys", "workers"
LATE = timedelta(seconds=60)
"""A tip that has waited for this time without an assignment is late. A message that the hotline has not sent for this
time is late too. The hotline makes several attempts to send an urgent message before this time is over.
"""
LOCKS = "locks"
HELD_FOR, LOOKS = timedelta(seconds=3), 6
"""The check of locks fails if one transaction keeps a lock for at least the time `HELD_FOR`. Another process that needs
the lock waits for a shorter time, and then fails. The check reads the list of locks `LOOKS` times during `HELD_FOR`.
"""
UNTIDY = timedelta(days=2)
"""If a daily task was not done for this time, the check reports the task as missed. So one missed day is not reported
yet.
"""


def check_database(context: Context) -> tuple[CheckResult, ...]:
    """Checks the parts of the hotline whose state is in the database, for example the outbox and the roster. If the
    database does not answer, returns a failed result and raises no error.
    """
    now = context.now()
    try:
        with context.database.reading() as session:
            health = gateway_queries.outbox_health(session)
            people = queries_people.members(session)
            pause = gateway_queries.current_pause(session)
            stop_reason = tables.pause_reason(session, now)
            parts = gateway_queries.paused_parts(session)
            next_erased = queries_retention.erased_next(session)
            tidied_at = queries_retention.done_at(session, ERRAND)
            summed = queries.summed_months(session)
            uncounted = queries_follow_up.due_months(session, summed, now - UNTIDY)
            can_notify = gateway_queries.can_be_notified(session)
            inbox = service_inbox.check_inbox(session, context.line, now)
            urgent = check_urgent_text(session, now)
            published = _statistics(session, now)
            refused = tables_canaries.refused_starts(session, now)
            sign_ins = failed_sign_ins(session, now)
            signatures = check_signatures(session, context, now)
            boards = service_recipients.check_boards(
                *(people, tables_roster.roster(session, now, now).ranks(now)),
                tables_desks.member_counts(session),
                tables_sessions.desks_with_board(session, now - BOARD_SHOWN, now),
                now,
            )
        locks = check_locks(context)
    except StoreUnavailable as broken:
        advice = "check the database's server, disk and lock, and HOTLINE_DATABASE_URL"
        return (CheckResult("database", False, f"does not answer ({broken})", advice),)

    return (
        CheckResult("database", True, "answers, and has this hotline's tables"),
        _flows(context),
        urgent,
        *service_reviews.check_reviews(context),
        *service_recipients.check_recipients(people, now),
        boards,
        check_result(
            "on-call contacts",
            None if can_notify else "no one is notified of faults",
            "on-call contacts are notified of faults",
            "`hotline oncall add NAME`",
        ),
        _keys(refused),
        *_outbox(health, now),
        _outgoing_queue(pause, stop_reason, parts),
        check_result(
            "details",
            f"{health.locked} tips cannot be read by their desk, because a key was missing"
            if health.locked
            else None,
            "every desk can read its tips",
            "`hotline init` makes a missing desk key for later tips; see the runbook",
        ),
        _retention(next_erased, tidied_at, now),
        # The hotline must count the persons of a month's cases before it erases the codes about
        # these persons.
        check_result(
            "persons",
            f"the persons of {uncounted[0]} should have been counted two days ago: "
            "their notes are not erased"
            if uncounted
            else None,
            "every past month is counted",
            "start `hotline process reader`; if it runs, read its log",
        ),
        published,
        sign_ins,
        signatures,
        locks,
        *inbox,
    )


def check_locks(context: Context, pause: Callable[[float], None] = time.sleep) -> CheckResult:
    """Checks that no transaction keeps one of the hotline's locks in PostgreSQL for long. Another process that needs
    such a lock waits only a short time, and then fails.

    Each account of the database can take these locks, so one account can block all other processes. The check ends
    early if all locks that it found at its beginning are free again.
    """
    holders = _holders(context)
    for _ in range(LOOKS):
        if holders:
            pause(HELD_FOR.total_seconds() / LOOKS)
            holders &= _holders(context)
    for pid, _, lock, account in sorted(holders):
        text = f"the account {account} keeps the lock {lock}, so other processes wait and fail"
        todo = f"as the owner of the database: SELECT pg_terminate_backend({pid}); see the runbook"
        return CheckResult(LOCKS, False, text, todo)
    return CheckResult(LOCKS, True, "no transaction keeps a lock")


def _holders(context: Context) -> frozenset[tuple[int, str, int, str]]:
    with context.database.reading() as session:
        return leader.lock_holders(session)


def check_signatures(session: Session, context: Context, at: datetime) -> CheckResult:
    """Checks that the hotline signed the key of each desk. `hotline doctor` and the monitor show the result."""
    trust = context.encrypter.desks
    desks = [desk for desk in tables_desks.all_desks(session) if desk.retired_at is None]
    if trust is None:
        text = (
            "not checked here: without line.pub in this key folder, any key in the database counts"
        )
        signed = any(desk.proof for desk in desks)
        return CheckResult(SIGNATURES, not signed, text, "run `hotline keys import`" * signed)
    other_keys = tables_canaries.processes_with_other_key(session, trust.mark)
    if other_keys:
        text = f"line.pub differs from ours, so other keys may count there: {', '.join(other_keys)}"
        return CheckResult(SIGNATURES, False, text, OTHER_LINE_TODO, level=len(other_keys))
    keys = {desk.code: tables_desks.key_of(desk) for desk in desks}
    states = {code: trust.state(key, at) for code, key in keys.items()}
    wrong = [f"{code} ({state})" for code, state in states.items() if state not in COUNTING]
    if wrong:
        text = f"tips go to the national desk only, since keys are not signed: {', '.join(wrong)}"
        return CheckResult(SIGNATURES, False, text, SIGNATURES_TODO, level=len(wrong))
    tomorrow = at + WARNED_BEFORE
    ending = [
        code
        for code, state in states.items()
        if state is DeskKeyState.PROVISIONAL and trust.state(keys[code], tomorrow) not in COUNTING
    ]
    if ending:
        text = f"new keys count for less than 24 hours more, unless they are signed: {', '.join(ending)}"
        return CheckResult(SIGNATURES, False, text, SIGNATURES_TODO, level=len(ending))
    young = [code for code, state in states.items() if state is DeskKeyState.PROVISIONAL]
    if young:
        text = f"new keys count for 72 hours, then two admins must have signed: {', '.join(young)}"
        return warning(SIGNATURES, text, SIGNATURES_TODO)
    return CheckResult(SIGNATURES, True, f"the hotline signed the keys of {len(states)} desks")


def _flows(context: Context) -> CheckResult:
    try:
        revision = context.flow_sets.live()
    except (NotReady, StoreUnavailable):
        text = "no flows are published: every call ends with an apology"
        return CheckResult("flows", False, text, "run `hotline upgrade`, which publishes them")
    return CheckResult("flows", True, f"revision {revision} is live")


def _keys(refused: Sequence[tables_canaries.ProcessStart]) -> CheckResult:
    """Checks that no process found a wrong key at its start. If the workers found a wrong key, the fault is worse,
    because only workers decrypt responders' numbers.
    """
    text = "; ".join(
        f"{start.role} on {start.host}: {start.wrong_keys} is lost, damaged or from another hotline"
        for start in refused
    )
    return check_result(
        KEYS,
        text or None,
        "each process can decrypt its data",
        "run `hotline doctor` on that machine: it names the key folder to mount or restore",
        2 if any(start.role == WORKERS for start in refused) else 1,
    )


def _outbox(health: gateway_queries.OutboxHealth, now: datetime) -> Iterator[CheckResult]:
    lease_end, waits, oldest = health.clock_until, health.unassigned_since, health.oldest_unsent
    silent = "has never run" if lease_end is None else f"has not run since {in_kigali(lease_end)}"
    yield check_result(
        "clock",
        None if lease_end is not None and lease_end > now else silent,
        "ticks",
        "start `hotline process worker`, or `hotline run`",
    )
    yield check_result(
        "tips",
        f"a tip has waited since {in_kigali(waits)}" if _is_late(waits, now) else None,
        "no tip waits to be assigned",
        "check the clock and the alerts workers, then the national desk",
    )
    untaken = [
        since
        for urgency, since in health.untaken_since.items()
        if now - since >= TIMES[urgency].alarm
    ]
    yield check_result(
        "unanswered",
        f"no one has taken a tip filed {in_kigali(min(untaken))}" if untaken else None,
        "every tip was taken, or is still in time",
        "telephone the national desk: `hotline tips list` says which tip",
    )
    yield check_result(
        "unsent",
        f"the oldest has waited since {in_kigali(oldest)}" if _is_late(oldest, now) else None,
        "no message is late",
        "check the lines gateway, outgoing queue and clock of this output",
    )
    unknown = f"{health.unknown} messages may or may not have been sent"
    yield CheckResult("unknown", True, unknown if health.unknown else "each result is known")
    yield check_result(
        "undeliverable",
        f"{health.dead} messages are undeliverable" if health.dead else None,
        "no message is undeliverable",
        "telephone the people who should have got them: see the page Outgoing queue",
    )


def _is_late(since: datetime | None, now: datetime) -> TypeGuard[datetime]:
    return since is not None and now - since >= LATE


def _outgoing_queue(
    pause: tables.QueuePause | None, stop_reason: str | None, parts: Sequence[tables.QueuePause]
) -> CheckResult:
    if pause is not None:
        text = f"paused by {pause.paused_by} since {in_kigali(pause.since)} ({pause.reason}): no message is sent"
        advice = "`hotline outgoing status` shows what waits; then `hotline outgoing resume`"
        return CheckResult("outgoing queue", False, text, advice)
    if stop_reason is None and parts:
        names = ", ".join(f"{part.queue} since {in_kigali(part.since)}" for part in parts)
        advice = "`hotline outgoing resume --only PART`, when the reason is over"
        return CheckResult("outgoing queue", False, f"a part is paused: {names}", advice)
    return check_result(
        "outgoing queue",
        None if stop_reason is None else f"stopped ({stop_reason}): no message is sent",
        "messages can be sent",
        "fix the gateway's key or its balance; sending then resumes automatically",
    )


def _retention(
    rows: Sequence[queries_retention.RetainedTip], tidied: datetime | None, now: datetime
) -> CheckResult:
    warned = [row.term.goes_at for row in rows if row.term.state is TextState.WARNED]
    overdue = [due_at for due_at in warned if now - due_at > UNTIDY]
    is_late = overdue or (tidied is not None and now - tidied > UNTIDY)
    summary = (
        f"the texts of {len(warned)} tips are erased soon, the first on {min(warned):%Y-%m-%d}:"
        " `hotline tips retention` lists them"
        if warned
        else "no text is erased within two weeks"
    )
    return check_result(
        "retention",
        f"nothing was erased for two days; the texts of {len(overdue)} tips should be erased"
        if is_late
        else None,
        summary,
        "read the clock's log: it names the fault at the step `tidy`",
    )


URGENT_WORDS = "emergency text"
"""The name of the check of published texts. `hotline doctor`, the alarm of this check and the runbook use this name."""
ENDED_BY = timedelta(minutes=2)
"""The clock process ends an emergency text that no second person approved. If the clock process is late by more than
this time, the check reports a worse fault.
"""


def check_urgent_text(session: Session, at: datetime) -> CheckResult:
    """Checks that two people approved the published texts. A text that only one person approved is a fault.

    The fault is worse if the clock process has not ended such a text in time.
    """
    row, live = flows_tables.unsettled(session), flows_tables.current(session)
    if row is not None:
        until = emergency_end(row.published_at, row.lapses_at)
        return CheckResult(
            URGENT_WORDS,
            False,
            f"one person alone published revision {row.revision_id}, until {until.astimezone(KIGALI):%d/%m %H:%M}",
            "a second person must confirm it in the console, or restore the earlier text",
            level=1 if at < until + ENDED_BY else 2,
        )
    if live is None:
        return CheckResult(URGENT_WORDS, True, "nothing was published yet")
    if flows_tables.was_approved(session, live.revision_id):
        return CheckResult(URGENT_WORDS, True, f"two people have read revision {live.revision_id}")
    by_release = live.kind == flows_tables.PublicationKind.VERSION
    origin = "came with the release" if by_release else "was published by one person"
    return warning(
        URGENT_WORDS,
        f"revision {live.revision_id} {origin}: no second person of this hotline approved its texts",
        "an editor must submit it in the console, and an approver publish it",
    )


APPROVED_WITHIN = timedelta(days=7)


def _statistics(session: Session, now: datetime) -> CheckResult:
    """Checks that releases of statistics are made and approved in time. A late release is a fault, a late approval only
    a warning.
    """
    name = "statistics"
    # The worker tries each hour to make a due release of statistics, so the check reports a missing
    # release only after the time `UNTIDY`.
    for period in queries.missing_periods(session, now - UNTIDY)[:1]:
        if span_of(period) is not Span.MONTH and queries.person_cells(session, period) is None:
            text = f"the release of {period} is late: the reader has not counted its persons"
            advice = "start `hotline process reader`; if it runs, read its log"
        else:
            text = f"the release of {period} is late: it was due on {due_at(period):%Y-%m-%d}"
            advice = "read the log of `hotline process worker`: it names the fault at the step `publish_due`"
        return CheckResult(name, False, text, advice)
    published = queries.published_periods(session)
    for period in queries.released_periods(session):
        if period not in published and due_at(period) <= now - APPROVED_WITHIN:
            return warning(
                name,
                f"the release of {period} has waited for approval since {due_at(period):%Y-%m-%d}",
                "the national desk and the programme lead must approve it under Statistics",
            )
    if not published:
        return CheckResult(name, True, "no release is published yet; none is late")
    return CheckResult(name, True, f"the newest release is of {published[-1]}; none is late")


# The code below checks if callers are offered call-backs, and if any call-back waits for its outcome for too long.

TALK = timedelta(minutes=30)
"""Within this time after a person has read a caller's number, the person must record the outcome of the call. The
hotline stores the caller's number until the person records the outcome.
"""
CLOSES = timedelta(minutes=2)
"""The clock process must end a call-back within this time after the agreed call time."""


def call_back_findings(context: Context) -> tuple[CheckResult, ...]:
    """Checks if the hotline offers call-backs to callers. Also checks the call-backs that still wait. Returns no
    results if the database does not answer. Another check reports a database that does not answer.
    """
    try:
        with context.database.reading() as session:
            rows = tables_persons.visible_call_backs(session)
            has_key = bool(tables_desks.public_keys(session, [NATIONAL]))
        offer = _offer(context)
    except StoreUnavailable:
        return ()
    waiting = [row for row in rows if row.state == CallBackState.WAITING]
    return (
        _offered(offer, waiting=len(waiting)),
        check_result(
            "call-backs open for",
            None
            if has_key
            else "no one: the national desk has no key, so requests for calls are not saved",
            "two people of the national desk, with its passphrase, only in the call time",
            "see the runbook, A desk without a key",
        ),
        _left(waiting, context.now()),
    )


class Offer(StrEnum):
    """A text that says if the hotline offers call-backs to callers, or why it does not."""

    OFFERED = "offered to callers"
    UNSET = "not offered: HOTLINE_CALL_BACK_NUMBER, the number that the desk calls from, is not set"
    NO_FLOWS = "not offered: no flows are published"
    UNLISTED = "not offered: numbers.csv does not list the number that the desk calls from"
    UNSIGNED = "not offered: the number that the desk calls from is not verified, or was verified too long ago"


def _offer(context: Context) -> Offer:
    if not context.line.call_back_number:
        return Offer.UNSET
    try:
        sets, number = context.flow_sets, context.line.call_back_number
        row = sets.get(sets.live()).numbers.get(number)
    except NotReady:
        return Offer.NO_FLOWS
    if row is None:
        return Offer.UNLISTED
    return Offer.OFFERED if row.is_confirmed(context.now().date()) else Offer.UNSIGNED


def _offered(offer: Offer, *, waiting: int) -> CheckResult:
    """Checks if the hotline offers call-backs. If the operator set no number for call-backs, this is no fault. If the
    number is set but not verified, this is a fault.
    """
    suffix = f"; {waiting} wait: `hotline callbacks list`" if waiting else ""
    if offer not in (Offer.UNLISTED, Offer.UNSIGNED):
        return CheckResult("call-backs", True, f"{offer}{suffix}")
    advice = "have the number verified, and confirm it in the console or in numbers.csv"
    return CheckResult("call-backs", False, f"{offer}{suffix}", advice)


def _left(waiting: Sequence[tables_persons.CallBack], at: datetime) -> CheckResult:
    """Checks two rules about waiting call-backs. The hotline must not store a caller's number after the agreed call
    time. A person who has seen a caller's number must soon record the outcome of the call.
    """
    for row in waiting:
        if row.closes_at + CLOSES <= at:
            text = f"the call time of C{row.id} has passed, but its number is not erased"
            return CheckResult(
                "call-backs left",
                False,
                text,
                "start `hotline process worker`: its clock ends old call-backs",
            )
        if row.opened_at is not None and row.opened_at + TALK <= at:
            local_time = row.opened_at.astimezone(KIGALI)
            return CheckResult(
                "call-backs left",
                False,
                f"C{row.id} was opened {local_time:%d/%m %H:%M} and has no outcome",
                "ask the person who opened it, then record the outcome on the page /call-backs",
            )
    return CheckResult("call-backs left", True, "every opened call-back has an outcome")
