"""Runs the daily trial: the line reports a tip to itself, and the alert must reach a handset of the operator.

The tip goes the way of every tip: hooks, encryption, outbox, workers, gateway, delivery report. Only the escalation
policy does not apply, so no one but the handset is ever alerted.

Also finds out if this line has sample data. Every page with statistics then says so.
"""

from datetime import datetime, timedelta

from hotline.domain import trial
from hotline.domain.msisdn import sendable
from hotline.domain.referrals.planning import LadderStep
from hotline.errors import StoreUnavailable
from hotline.ports import Kit, LookingKit, WatchKit
from hotline.services.check_result import CheckResult, in_kigali, warning
from hotline.services.doorbell import ringing
from hotline.services.referrals import case_standing, ladder
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.desk.audit import Signer
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals
from hotline.store.watch import trials

EACH = timedelta(days=1)
AGAIN = timedelta(hours=1)
"""Time until the next trial, after one that did not arrive."""
LATE = timedelta(hours=26)


def hold(kit: WatchKit) -> None:
    """Begins a trial when it is due, and alerts the handset of the last one. Raises StoreUnavailable."""
    at = kit.now()
    with kit.database.reading() as session:
        standing = trials.standing(session)
    if standing is None:
        return
    if _is_due(standing, at):
        kit.watch.instruments.tell_trial()

    with ringing(kit) as session:
        _send_on(session, kit, standing.handset.id, at)


def finding(session: Session, at: datetime) -> CheckResult:
    standing = trials.standing(session)
    if standing is None:
        says = "no handset is set for the daily trial"
        return warning("trial", says, "the page On-call contacts")
    since = max(standing.arrived or standing.handset.created_at, standing.handset.created_at)
    if at - since <= LATE:
        return CheckResult("trial", True, "a trial came through, or has time to")
    return CheckResult(
        "trial",
        False,
        f"no trial has come through since {in_kigali(since)}",
        "is the handset on? then dial, report, and follow it: `hotline doctor`",
    )


def enrol(kit: LookingKit, number: str, *, by: Signer) -> None:
    """Sets the number to which trials are sent. Raises NumberInvalid."""
    msisdn = sendable(number)
    at = kit.now()
    with kit.database.writing() as session:
        row = trials.handset(session)
        if row is None:
            row = Responder(
                name="Trial",
                level=trial.LEVEL,
                language="en",
                districts=[],
                categories=[],
                active=False,
            )
            session.add(row)
        row.number_key = f"{trial.LEVEL}:{kit.pseudonyms.enrolled(msisdn)}"
        row.sealed_number = kit.sealer.number(msisdn)
        row.unreachable = None
        row.created_at = at
        session.flush()
        audit.sign(session, by, at=at, action="trial_handset_enrolled", subject="")


def _is_due(standing: trials.Trials, at: datetime) -> bool:
    if standing.begun is None or standing.begun > at:
        return True
    came = standing.arrived is not None and standing.arrived >= standing.begun
    return at - standing.begun >= (EACH if came else AGAIN)


def _send_on(session: Session, kit: WatchKit, handset: int, at: datetime) -> None:
    """Alerts the handset. Sets no clock, so the tip is never escalated."""
    referrals.take_turns(session)
    tip = trials.untold(session)
    if tip is None:
        return
    referrals.mark_told(session, [tip.id], at)
    locked = tip.locked_for is not None
    step = LadderStep(tip.id, case_standing.case_of(tip), 0, (handset,), locked=locked)
    ladder.tell(session, kit, [step], at)


def is_invented(kit: Kit) -> bool:
    """Returns True if the database holds sample data. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return trials.is_invented(session)


def findings(kit: Kit, *, pretended: bool) -> tuple[CheckResult, ...]:
    """Returns a check that warns of sample data. Empty for a real line.

    Also empty if the database does not answer, which another check reports.
    """
    try:
        if not is_invented(kit):
            return ()
    except StoreUnavailable:
        return ()
    says = "everything in this database is invented, and so is every figure"
    todo = (
        "a real line has a database of its own: set HOTLINE_HOME to another folder, and begin there"
    )
    return (CheckResult("origin", pretended, says, "" if pretended else todo),)
