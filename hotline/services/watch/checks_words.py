"""What the doctor looks at in the words that are live: whether two people have read them."""

from datetime import datetime, timedelta

from hotline.domain.call_back import KIGALI
from hotline.domain.changes.emergency import ends
from hotline.services.check_result import CheckResult
from hotline.store.database import Session
from hotline.store.flows import publications

NAME = "urgent words"
"""As the doctor, its alarm and its page of the runbook name it."""
LATE = timedelta(minutes=2)
"""The clock ends one in less."""


def finding(session: Session, at: datetime) -> CheckResult:
    """Wrong while words of one person alone are live; worse once the clock should have ended them."""
    row = publications.unsettled(session)
    if row is None:
        return CheckResult(NAME, True, "two people have read what is live")
    until = ends(row.published_at, row.lapses_at)
    return CheckResult(
        NAME,
        False,
        f"one person alone published revision {row.revision_id}, until {until.astimezone(KIGALI):%d/%m %H:%M}",
        "a second person reads it in the console, and confirms it or brings back what was before",
        level=1 if at < until + LATE else 2,
    )
