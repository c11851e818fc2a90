"""What the doctor says of published figures: the newest, and what should have been published, and why it was not."""

from datetime import datetime, timedelta

from hotline.services.check_result import CheckResult
from hotline.services.evidence import making
from hotline.store.database import Session
from hotline.store.evidence import figure_editions

NAME = "figures"
LATE = timedelta(days=2)
"""What is tried each hour has failed for long."""


def finding(session: Session, now: datetime) -> CheckResult:
    late = making.due(session, now - LATE)
    if late.waiting:
        month, version = min(late.waiting)
        return CheckResult(
            NAME,
            False,
            f"{month} ({version}) is not published: the reader has not counted its cases",
            "start `hotline reader`; where it runs, its log says whether no case opens",
        )
    if late.sets:
        one = late.sets[0]
        return CheckResult(
            NAME,
            False,
            f"{one.period} ({one.version}) should have been published on {one.due_at:%Y-%m-%d}",
            "see why the clock fails at its step `publish_due`: its log names the kind of fault",
        )
    newest = figure_editions.newest(session)
    if newest is None:
        return CheckResult(NAME, True, "none is published yet: a month is, 5 days after it ended")
    return CheckResult(NAME, True, f"the newest are of {newest}; none is late")
