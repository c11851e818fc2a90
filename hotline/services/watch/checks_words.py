"""What the doctor looks at in the words that are live: whether two people have read them."""

from datetime import datetime, timedelta

from hotline.domain.call_back import KIGALI
from hotline.domain.changes.change import ends
from hotline.services.check_result import CheckResult, warning
from hotline.store.database import Session
from hotline.store.flows import publications
from hotline.store.flows.publications import Publishing

NAME = "urgent words"
"""As the doctor, its alarm and its page of the runbook name it."""
LATE = timedelta(minutes=2)
"""The clock ends one in less."""


def finding(session: Session, at: datetime) -> CheckResult:
    """Wrong while words of one person alone are live; worse once the clock should have ended them."""
    row = publications.unsettled(session)
    if row is None:
        return _approved(session)
    until = ends(row.published_at, row.lapses_at)
    return CheckResult(
        NAME,
        False,
        f"one person alone published revision {row.revision_id}, until {until.astimezone(KIGALI):%d/%m %H:%M}",
        "a second person reads it in the console, and confirms it or brings back what was before",
        level=1 if at < until + LATE else 2,
    )


def _approved(session: Session) -> CheckResult:
    """What a version brought, or a command published, was proposed by one account and approved by none."""
    live = publications.standing(session)
    if live is None:
        return CheckResult(NAME, True, "nothing was published yet")
    if publications.was_approved(session, live.revision_id):
        return CheckResult(NAME, True, f"two people have read revision {live.revision_id}")
    by_release = live.kind == Publishing.VERSION
    came = "came with the release" if by_release else "was published by one person"
    says = f"revision {live.revision_id} {came}: no second person of this line approved its texts"
    return warning(NAME, says, "an editor proposes it in the console, and an approver publishes it")
