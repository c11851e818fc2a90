"""What the doctor says of published statistics: the newest release, one that is late, one that nobody approves."""

from datetime import datetime, timedelta

from hotline.services.check_result import CheckResult
from hotline.statistics import queries
from hotline.statistics.rules_periods import Span, due_at, span_of
from hotline.store.database import Session

NAME = "statistics"
LATE = timedelta(days=2)
"""Limits how long an hourly attempt may fail before it is reported."""
APPROVED_WITHIN = timedelta(days=7)


def finding(session: Session, now: datetime) -> CheckResult:
    """Returns what is wrong with releases, the worst first."""
    late = queries.missing_periods(session, now - LATE)
    if late:
        return _late(session, late[0])
    published = queries.published_periods(session)
    waiting = [
        period
        for period in queries.made_periods(session)
        if period not in published and due_at(period) <= now - APPROVED_WITHIN
    ]
    if waiting:
        return CheckResult(
            NAME,
            True,
            f"the release of {waiting[0]} waits for approval since {due_at(waiting[0]):%Y-%m-%d}",
            "somebody of the national desk and the programme lead approve it under Statistics",
            is_warning=True,
        )
    if not published:
        return CheckResult(NAME, True, "no release is published yet; none is late")
    return CheckResult(NAME, True, f"the newest release is of {published[-1]}; none is late")


def _late(session: Session, period: str) -> CheckResult:
    """Names the process that keeps a release from being made."""
    if span_of(period) is not Span.MONTH and queries.person_cells(session, period) is None:
        return CheckResult(
            NAME,
            False,
            f"the release of {period} is late: the reader has not counted its persons",
            "start `hotline process reader`; if it runs, its log says whether no case decrypts",
        )
    return CheckResult(
        NAME,
        False,
        f"the release of {period} is late: it was due on {due_at(period):%Y-%m-%d}",
        "read the log of `hotline process clock`: it names the kind of fault at its step `publish_due`",
    )
