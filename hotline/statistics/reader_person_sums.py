"""Counts the persons of each month's cases, and then erases the coded answers, times and keys of the counted cases.

The reader process runs this module, because only this process can decrypt coded answers without a person's PIN. Each
step of the count is one transaction, so a run after a crash continues after the last completed step.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from hotline.alerts import queries_retention, rules_follow_up, tables_case_events
from hotline.cases import queries_follow_up, service_follow_up, service_receipts, tables
from hotline.cases.decrypt_reader import ReaderContext
from hotline.cases.reader_handover import case_private_key
from hotline.core.database import Session
from hotline.keys import one_off
from hotline.people import tables_audit
from hotline.statistics import queries, rules_counts, rules_release
from hotline.statistics.decrypt import decrypt_sums
from hotline.statistics.encrypt import encrypt_sums
from hotline.statistics.rules_counts import province_of
from hotline.statistics.rules_definitions import (
    CellName,
    CellSum,
    Span,
    due_periods,
    months_of,
    span_of,
    sum_keys,
)
from hotline.text.places import ABROAD
from hotline.tips import tables_persons
from hotline.tips.rules import WARNING
from hotline.tips.rules_receipts import HelpOpinion

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
BATCH = 200
ANSWERS_AT_ONCE = 5
"""The minimum number of opinions about help that the hotline counts together, so that no count reveals one person's
answer. If a month has fewer opinions, the hotline counts these opinions together with the opinions of the next month.
"""
ERRAND = "codes"


def count_due_months(context: ReaderContext) -> None:
    """Counts the persons in the cases of each month that has ended, at most once an hour. Also marks the cases whose
    coded answers will soon be erased, so that admins can see these cases. Erases coded answers whose retention time has
    ended. Raises StoreUnavailable."""
    at = context.now()
    with context.database.reading() as session:
        if queries_retention.is_done(session, ERRAND, at, EVERY):
            return
        due = queries_follow_up.due_months(session, queries.summed_months(session), at)
    for month in due:
        _count(context, month, at)
    hand_over(context, at)
    with context.database.writing() as session:
        # Marks the cases that came too late for the count of their month, so that their coded answers may be erased.
        summed = queries.summed_months(session)
        for month, tip_ids in queries_follow_up.late_tips(session, summed, at).items():
            tables_case_events.mark_counted(session, tip_ids, month, at)
    for step in (_warn, _erase):
        while step(context, at) == BATCH:
            continue
    with context.database.writing() as session:
        tables.rewrite_answers(session)
        queries_retention.note_done(session, ERRAND, at)


def _count(context: ReaderContext, month: str, at: datetime) -> None:
    """Counts the persons in the cases of a month, and stores the encrypted sums. Also marks the cases of the month as
    counted, so that their coded answers may be erased.

    Stores nothing if a case changes while this function counts.
    """
    with context.database.reading() as session:
        found = _of_month(session, month)
        cases, closed = _opened(session, context, found)
    if closed and not cases:
        logger.error(
            "month %s: cannot count the persons, because no key decrypts %s cases", month, closed
        )
        return
    sums = dict(rules_counts.person_sums(cases))
    with context.database.reading() as session:
        waiting = tables.answers_until(session, month)
    keys, opinions = _help_keys(context, waiting)
    counted = [row.id for row in waiting] if opinions >= ANSWERS_AT_ONCE else []
    if counted:
        sums |= {CellName(name): sum_keys(found) for name, found in keys.items()}
    body = encrypt_sums(sums, month=month, public_key=context.encrypter.reader_key())
    context.failpoint("month.before_count")
    with context.database.writing() as session:
        queries_follow_up.lock_tips(session, found.ids)
        now = _of_month(session, month)
        if (now.ids, now.written) != (found.ids, found.written):
            return
        queries.write_person_sum(session, month, body, at)
        tables.delete_answers(session, counted)
        tables_case_events.mark_counted(session, found.ids, month, at)
        text = f"{len(cases)} cases, {closed} that do not open"
        tables_audit.append_row(session, at, "clock", "month_counted", f"month:{month}", text)
    context.failpoint("month.after_count")


def _help_keys(
    context: ReaderContext, waiting: Sequence[tables.HelpAnswer]
) -> tuple[Mapping[str, Sequence[int]], int]:
    """Decrypts the waiting answers to the question about how good the help was. The function does not return the
    decrypted answers. Returns, for each indicator, the rounding keys of the answers that it counts. Also returns the
    total number of counted answers. A rounding key is a secret random number that decides how a count is rounded."""
    keys: dict[str, list[int]] = {}
    opinions = 0
    for row in waiting:
        said = one_off.decrypt_with_any(row.body, context.pair.now(), service_receipts.BOUND) or {}
        with suppress(KeyError, ValueError):
            opinion = HelpOpinion(said[service_receipts.OPINION])
            record_key = int(said[service_receipts.RECORD_KEY])
            cells = rules_counts.HELP_CELLS.get(opinion, ())
            opinions += bool(cells)
            for name in cells:
                keys.setdefault(name, []).append(record_key)
    return keys, opinions


def hand_over(context: ReaderContext, at: datetime) -> None:
    """Rounds the numbers about persons for each due release of a quarter or a year. Then deletes the monthly sums of a
    completed year.

    Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        first = queries.first_day(session)
        waiting = {*queries_follow_up.due_months(session, queries.summed_months(session), at)}
        known = queries.counted_periods(session)
        periods = due_periods(first, at) if first is not None else ()
    for period in periods:
        months_in = months_of(period)
        if span_of(period) is Span.MONTH or period in known or waiting.intersection(months_in):
            continue
        with context.database.reading() as session:
            bodies = queries.person_sums(session, months_in)
            spans = queries.spans_of(session, period)
        total: dict[CellName, CellSum] = {}
        for month, body in bodies.items():
            sums = decrypt_sums(body, month=month, private_keys=context.pair.now())
            for name, cell in sums.items():
                total[name] = total.get(name, CellSum()) + cell
        cells = rules_release.protect_persons(total, span_of(period), spans)
        with context.database.writing() as session:
            is_new = queries.write_person_cells(session, period, cells, at)
            if is_new and span_of(period) is Span.YEAR:
                queries.delete_person_sums(session, months_in)


def _of_month(session: Session, month: str) -> queries_follow_up.MonthTips:
    return queries_follow_up.tips_of_month(
        session, rules_follow_up.begins(month), rules_follow_up.ends(month)
    )


def _opened(
    session: Session, context: ReaderContext, found: queries_follow_up.MonthTips
) -> tuple[Sequence[rules_counts.CountedCase], int]:
    """Decrypts cases. Returns each decrypted case, with the rounding keys of the case's tip and persons. Also returns
    the number of cases that this function could not decrypt."""
    cases, closed = [], 0
    for tip in found.counting:
        private = case_private_key(session, context, tip)
        if private is None:
            closed += 1
            continue
        keys = {row.n: row.record_key for row in tables_persons.persons_of_tip(session, tip.id)}
        cases.append(
            rules_counts.CountedCase(
                key=tip.record_key,
                province=province_of(tip.place, tip.within, tip.official),
                country=tip.within if tip.place == ABROAD else None,
                persons=[
                    one
                    for one in service_follow_up.decrypted_persons(session, tip, private)
                    if one.n in keys
                ],
                person_keys=keys,
            )
        )
    return cases, closed


def _warn(context: ReaderContext, at: datetime) -> int:
    with context.database.writing() as session:
        return queries_follow_up.warn_of_deletion(
            session, rules_follow_up.counted_before(at + WARNING), at, BATCH
        )


def _erase(context: ReaderContext, at: datetime) -> int:
    """Erases one batch of coded answers that are due for erasure, and returns the number of their cases. The audit log
    gets a row for each of these cases."""
    context.failpoint("codes.before_erase")
    with context.database.writing() as session:
        ids = queries_follow_up.delete_counted(session, at, BATCH)
        for tip_id in ids:
            tables_audit.append_about_tip(session, tip_id, "codes_erased", "clock", at)
    context.failpoint("codes.after_erase")
    return len(ids)
