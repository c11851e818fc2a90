"""The end of what is noted of a victim: its month is counted, and only then codes, times and keys are destroyed.

By the reader, since nobody else opens a code without a person. Each step is one transaction, and may be the last: said
again, it goes on where it stopped.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from hotline.domain.cases import months
from hotline.domain.cases.counting import NATIONALLY, CountedCase, count
from hotline.domain.cases.months import MonthVersion
from hotline.domain.tip import is_district
from hotline.domain.tips.retention import WARNING
from hotline.services.cases import people
from hotline.services.reader.cases.case_keys import private_of
from hotline.services.reader.reader_kit import ReaderKit
from hotline.store.cases import counted
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.reach import case_ends
from hotline.store.reach.case_ends import MonthTips
from hotline.store.referrals import retention
from hotline.store.tips import links
from hotline.store.tips.tips import Tip

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
BATCH = 200
ERRAND = "codes"


def tidy(kit: ReaderKit) -> None:
    """All that is due, once an hour. Raises StoreUnavailable."""
    at = kit.now()
    with kit.database.reading() as session:
        if retention.is_done(session, ERRAND, at, EVERY):
            return
        due = case_ends.due(session, at)
    for month, version in due:
        _count(kit, month, version, at)
    _mark_late(kit, at)
    while _warn(kit, at) == BATCH:
        continue
    while _erase(kit, at) == BATCH:
        continue
    with kit.database.writing() as session:
        retention.finish(session, ERRAND, at)


def _count(kit: ReaderKit, month: str, version: MonthVersion, at: datetime) -> None:
    """Written in one transaction with the marks by which codes may go; not at all where anybody wrote meanwhile."""
    found, cases, closed = _read(kit, month)
    if closed and not cases:
        logger.error("%s is not counted: none of its %s cases opens", month, closed)
        return
    numbers = [(one.figure, one.row, one.column, one.number) for one in count(cases)]
    kit.failpoint("month.before_count")
    with kit.database.writing() as session:
        case_ends.hold(session, found.ids)
        now = _of_month(session, month)
        if (now.ids, now.written) != (found.ids, found.written):
            return
        counted.write(session, month, version, numbers, at)
        if version is MonthVersion.REVISED:
            counted.mark(session, found.ids, month, at)
        told = f"{version}: {len(cases)} cases, {closed} that do not open"
        _record(session, at, "month_counted", f"month:{month}", told)
    kit.failpoint("month.after_count")


def _read(kit: ReaderKit, month: str) -> tuple[MonthTips, Sequence[CountedCase], int]:
    with kit.database.reading() as session:
        found = _of_month(session, month)
        return found, *_opened(session, kit, found)


def _of_month(session: Session, month: str) -> MonthTips:
    return case_ends.of_month(session, months.begins(month), months.ends(month))


def _mark_late(kit: ReaderKit, at: datetime) -> None:
    """Cases of a counted month in which nobody had been met: no count takes them, and they go all the same."""
    with kit.database.writing() as session:
        for month, tip_ids in case_ends.late(session, at).items():
            counted.mark(session, tip_ids, month, at)


def _opened(
    session: Session, kit: ReaderKit, found: MonthTips
) -> tuple[Sequence[CountedCase], int]:
    """The cases that open, and how many do not."""
    situations = links.every_situation(session) if found.tips else {}
    cases, closed = [], 0
    for tip in found.counting:
        private = private_of(session, kit, tip)
        if private is None:
            closed += 1
            continue
        persons = people.opened(session, tip, private)
        cases.append(CountedCase(tip.id, _district(tip), situations.get(tip.id, tip.id), persons))
    return cases, closed


def _district(tip: Tip) -> str:
    return tip.place if tip.official == "no" and is_district(tip.place) else NATIONALLY


def _warn(kit: ReaderKit, at: datetime) -> int:
    with kit.database.writing() as session:
        return case_ends.warn(session, months.counted_before(at + WARNING), at, BATCH)


def _erase(kit: ReaderKit, at: datetime) -> int:
    """Each case has its row in the audit log."""
    kit.failpoint("codes.before_erase")
    with kit.database.writing() as session:
        ids = case_ends.erase(session, at, BATCH)
        for tip_id in ids:
            _record(session, at, "codes_erased", f"tip:{tip_id}")
    kit.failpoint("codes.after_erase")
    return len(ids)


def _record(
    session: Session,
    at: datetime,
    action: str,
    subject: str,
    reason: str = "",
) -> None:
    audit.append(session, at=at, actor="clock", action=action, subject=subject, reason=reason)
