"""Erases old data once a day, in small batches. The clock process runs the erasure. Also closes and reopens tips, and
sets and lifts legal holds, which prevent the erasure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from hotline.alerts import (
    queries_outbox,
    queries_retention,
    rules_follow_up,
    service_case,
    service_closing,
    tables,
)
from hotline.alerts.queries_retention import LegalHold, RetainedTip
from hotline.alerts.rules_replies import CommandResult
from hotline.cases import queries_follow_up, service_weekly_keys, tables_case_files
from hotline.cases.tables_case_files import CaseFile
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.counters import service
from hotline.gateway.doorbell import ringing
from hotline.people import tables as people_tables
from hotline.people import tables_audit
from hotline.people.tables_audit import CommandActor
from hotline.text.errors import EndRefused, NotFound
from hotline.tips import queries, tables_persons
from hotline.tips.rules import DeadlineKind, TextState, TipOutcome
from hotline.tips.rules_persons import ClosureRefusal, MetPerson
from hotline.tips.tables import Tip


@dataclass(frozen=True, slots=True)
class CodesToDelete:
    """The cases of one month whose coded answers about persons will be erased after the monthly statistics are made."""

    month: str
    counted_at: datetime
    tips: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)


EVERY = timedelta(days=1)
BATCH = 200
ERRAND = "retention"


def erase_batch(context: Context) -> None:
    """Erases one batch of each kind of old data. If no old data remains, does nothing for a day.

    Raises StoreUnavailable.
    """
    at = context.now()
    with context.database.reading() as session:
        if queries_retention.is_done(session, ERRAND, at, EVERY):
            return

    with context.database.writing() as session:
        service.close_periods(session, at)
        people_tables.delete_numbers(session, at)
        again = service_weekly_keys.relock_grants(session, context, at, BATCH)
    full = [again == BATCH]
    for chore in CHORES:
        with context.database.writing() as session:
            full.append(chore(session, at, BATCH) == BATCH)
    if not any(full):
        with context.database.writing() as session:
            queries_retention.note_done(session, ERRAND, at)
        service_weekly_keys.delete_old_keys(context)


def upcoming_erasures(context: Context) -> Sequence[RetainedTip]:
    """Returns every tip that will soon be erased or that has a legal hold, the earliest erasure first."""
    service_weekly_keys.delete_old_keys(context)
    with context.database.reading() as session:
        return queries_retention.erased_next(session)


def upcoming_codes(context: Context) -> Sequence[CodesToDelete]:
    """Returns, by month, the cases whose coded answers about persons will soon be erased. Also returns the cases whose
    coded answers would be erased without a legal hold.

    The earliest month comes first.
    """
    with context.database.reading() as session:
        rows = queries_follow_up.deleted_next(session)
    found: dict[str, CodesToDelete] = {}
    for tip_id, filed_at, held in rows:
        month = rules_follow_up.month_of(filed_at)
        one = found.setdefault(month, CodesToDelete(month, rules_follow_up.counted_at(month)))
        (one.held if held else one.tips).append(tip_id)
    return [found[month] for month in sorted(found)]


def close_tip(
    context: Context,
    tip_id: int,
    *,
    by: CommandActor,
    reason: str,
    outcome: TipOutcome | None = None,
    only_requests: bool = False,
) -> RetainedTip:
    """Closes a tip. The hotline then keeps the text of the tip for a limited time. Closing a closed tip again does not
    change the time of the erasure.

    A case about danger, about a child or about an official stays open until a second person confirms the closure. If a
    tip was closed without an outcome, an outcome can still be added once. `only_requests` is True for a command at the
    server, where a typed name proves no identity. Such a command can only request the closure, and raises NotFound for
    a complaint about the national desk. Raises NotFound if the tip does not exist. Raises EndRefused if another person
    has requested the closure with a different outcome.
    """
    with ringing(context) as session:
        signed = service_closing.by_signed_command(session, by, reason)
        tip = queries_retention.retained_tip(session, tip_id, for_line=only_requests).tip
        if tip.closed_at is not None and outcome is not None and tip.outcome is None:
            tip.outcome = outcome
            at, subject = context.now(), f"tip:{tip_id}"
            tables_audit.append_command(session, by, at, f"tip_outcome_{outcome}", subject, reason)
        closing = service_closing.Closing(session, context, tip, signed, context.now())
        ended = closing.close(outcome, only_requests=only_requests)
        if ended.ending is CommandResult.ANOTHER_WAITS:
            raise EndRefused(
                f"tip {tip_id}: another closure request is pending ({ended.outcome}): decide on that request first",
                ClosureRefusal.ANOTHER_WAITS,
            )
        session.flush()
        return queries_retention.retained_tip(session, tip_id)


def confirm_closure(
    context: Context,
    tip_id: int,
    *,
    agrees: bool,
    by: CommandActor,
    reason: str,
    people: Callable[[Session, Tip], Sequence[MetPerson]] | None = None,
) -> None:
    """Confirms or refuses a requested closure. `people` is a function that returns the persons of the case.

    Raises NotFound, EndRefused.
    """
    with ringing(context) as session:
        signed = service_closing.by_signed_command(session, by, reason)
        tip = queries_retention.retained_tip(session, tip_id).tip
        opened = None
        if agrees and people is not None and service_case.desk_decides(session, tip):
            opened = people(session, tip)
        closing = service_closing.Closing(session, context, tip, signed, context.now())
        closing.decide(agrees=agrees, people=opened)


def reopen_tip(context: Context, tip_id: int, *, by: CommandActor, reason: str) -> None:
    """Reopens a closed tip. Raises NotFound, EndRefused."""
    with context.database.writing() as session:
        signed = service_closing.by_signed_command(session, by, reason)
        tip = queries_retention.retained_tip(session, tip_id).tip
        service_closing.Closing(session, context, tip, signed, context.now()).reopen()


def record_help(context: Context, tip_id: int, *, by: CommandActor, reason: str) -> None:
    """Records that help has reached the person of the case. A caller who enters the receipt number then reads that help
    has reached the person. Raises NotFound."""
    with context.database.writing() as session:
        tip = queries_retention.retained_tip(session, tip_id).tip
        if tip.helped_at is None:
            tip.helped_at, subject = context.now(), f"tip:{tip_id}"
            tables_audit.append_command(session, by, context.now(), "tip_helped", subject, reason)


def set_legal_hold(context: Context, tip_id: int, *, by: CommandActor, reason: str) -> None:
    """Sets a legal hold on a tip. The hotline then keeps the text and the coded answers about persons until the hold is
    lifted.

    Raises NotFound if there is no such tip, or if its text and coded answers were already erased.
    """
    with context.database.writing() as session:
        if not place_hold(session, tip_id, by, context.now(), reason):
            raise NotFound(f"tip {tip_id} needs no legal hold: its text was erased already")


def place_hold(
    session: Session,
    tip_id: int,
    by: CommandActor,
    at: datetime,
    reason: str,
    *,
    for_file: bool = False,
) -> LegalHold | None:
    """Sets a legal hold on a tip, or returns the tip's present hold. Returns None if the text and the coded answers
    were already erased. Raises NotFound.

    Two people must agree to lift a hold under which a case file was made or requested. A hold that a request for a case
    file has set ends if the request ends without a file. If a person has also set the hold, the hold stays.
    """
    found = queries_retention.retained_tip(session, tip_id)
    hold, is_erased = found.hold, found.term.state is TextState.ERASED
    if hold is None and is_erased and not queries_follow_up.has_codes(session, tip_id):
        return None
    is_new = hold is None
    if hold is None:
        hold = LegalHold(tip_id=tip_id, reason=reason, placed_at=at, for_file=for_file)
        hold.placed_by = tables_audit.name_of(by)
        session.add(hold)
    if is_new or tables_case_files.untie_hold(session, hold.id):
        tables_audit.append_command(session, by, at, "hold_placed", f"tip:{tip_id}", reason)
    session.flush()
    return hold


def needs_two(session: Session, hold: LegalHold) -> bool:
    """Returns True if two people must agree to lift a hold, because a case file was made or requested under the
    hold."""
    return hold.for_file or tables_case_files.has_open_file(session, hold.tip_id)


def keep_for_file(session: Session, tip_id: int) -> None:
    """Records that a case file was made under the tip's legal hold. Does nothing if the tip has no hold."""
    hold = queries_retention.retained_tip(session, tip_id).hold
    if hold is not None:
        hold.for_file = True


def locked_file(session: Session, file_id: int) -> CaseFile | None:
    """Locks the tip and the request for a case file, and returns the request. Returns None if the request has ended, or
    if its file was made."""
    row = session.get(CaseFile, file_id)
    if row is None or row.tip_id is None:
        return None
    queries_retention.retained_tip(session, row.tip_id)
    row = session.get(CaseFile, file_id, with_for_update=True)
    return None if row is None or row.tip_id is None else row


def end_file(session: Session, file_id: int, by: CommandActor, at: datetime) -> None:
    """Deletes a request for a case file. If the request has set the tip's legal hold and nothing else needs the hold,
    also lifts the hold.

    The audit log keeps its rows about the request and the hold.
    """
    row = locked_file(session, file_id)
    if row is None or row.tip_id is None:
        return
    hold_id, tip_id = row.hold_id, row.tip_id
    session.delete(row)
    session.flush()
    hold = None if hold_id is None else session.get(LegalHold, hold_id)
    if hold is not None and hold.lifted_at is None:
        end_hold(session, tip_id, by, at)


def _end_files(session: Session, at: datetime, limit: int) -> int:
    """Ends the requests for case files that were not approved in time, or whose file was not made in time."""
    ids = tables_case_files.unused_files(session, at, limit)
    for file_id in ids:
        end_file(session, file_id, "clock", at)
    return len(ids)


def lift_legal_hold(context: Context, tip_id: int, *, by: CommandActor, reason: str) -> None:
    """Lifts a legal hold. The hotline then erases the text after the usual storage time. Before the erasure, the
    hotline warns an admin again.

    Raises NotFound. Raises EndRefused if two people must agree to lift the hold.
    """
    with context.database.writing() as session:
        hold = queries_retention.retained_tip(session, tip_id).hold
        if hold is not None and needs_two(session, hold):
            raise EndRefused(f"tip {tip_id}: a second person must agree to remove its legal hold")
        end_hold(session, tip_id, by, context.now(), reason)


def end_hold(
    session: Session, tip_id: int, by: CommandActor, at: datetime, reason: str = ""
) -> None:
    """Ends the legal hold of a tip. Raises NotFound."""
    found = queries_retention.retained_tip(session, tip_id)
    if found.hold is None:
        raise NotFound(f"tip {tip_id} has no legal hold to remove")
    found.hold.lifted_by, found.hold.lifted_at = tables_audit.name_of(by), at
    found.tip.warned_at = None
    queries_follow_up.clear_warning(session, tip_id)
    tables_audit.append_command(session, by, at, "hold_lifted", f"tip:{tip_id}", reason)
    session.flush()


def _erase(session: Session, at: datetime, limit: int) -> int:
    """Erases the text of tips that were kept long enough, and ends the deadlines of these tips.

    Writes a row to the audit log for each erased tip.
    """
    ids = queries_retention.erase_due(session, at, limit)
    tables.close_clocks(session, ids, tuple(DeadlineKind), at)
    for tip_id in ids:
        tables_audit.append_about_tip(session, tip_id, "tip_erased", "clock", at)
    return len(ids)


CHORES: tuple[Callable[[Session, datetime, int], int], ...] = (
    queries_retention.warn_of_erasure,
    _erase,
    queries_retention.erase_pseudonyms,
    queries_retention.erase_callers,
    *(partial(queries_retention.delete_rows, *row) for row in queries_retention.OLD),
    queries_retention.erase_parameters,
    queries.delete_digests,
    queries_outbox.delete_answers,
    people_tables.delete_old_warnings,
    _end_files,
    tables_case_files.delete_old,
    tables_persons.forget_answers,
)
