"""Runs the daily test: the hotline reports a tip to itself, and the alert must reach a handset of the operator.

The test tip passes through the same parts as every tip: hooks, encryption, outbox, workers, gateway, delivery report.
Only the escalation policy does not apply, so only that handset is ever alerted.

Also finds out if this hotline has sample data. In that case, every page with statistics says so.
"""

from datetime import datetime, timedelta

from hotline.alerts import queries, service_case_state, service_escalation
from hotline.alerts.rules_escalation import EscalationStep
from hotline.core import rules_trial
from hotline.core.check_result import CheckResult, in_kigali, warning
from hotline.core.contexts import CliContext, Context, MonitorContext
from hotline.core.database import Session
from hotline.core.service_sample import is_sample
from hotline.errors import StoreUnavailable
from hotline.gateway.doorbell import ringing
from hotline.monitoring import queries as monitoring_queries
from hotline.people import tables_audit
from hotline.people.tables import Person, Responder
from hotline.text.phone_numbers import parse_sendable

EACH = timedelta(days=1)
AGAIN = timedelta(hours=1)
"""The time until the next test, after a test whose alert did not arrive."""
LATE = timedelta(hours=26)


def run_trial(context: MonitorContext) -> None:
    """Begins a test when it is due, and alerts the handset about the last one. Raises StoreUnavailable."""
    at = context.now()
    with context.database.reading() as session:
        trials = monitoring_queries.trials(session)
    if trials is None:
        return
    if _is_due(trials, at):
        context.watch.instruments.report_trial()

    with ringing(context) as session:
        _send_on(session, context, trials.handset.id, at)


def check_trials(session: Session, at: datetime) -> CheckResult:
    trials = monitoring_queries.trials(session)
    if trials is None:
        says = "no handset is chosen for the daily test"
        return warning("trial", says, "the page On-call contacts")
    since = max(trials.arrived or trials.handset.created_at, trials.handset.created_at)
    if at - since <= LATE:
        return CheckResult("trial", True, "the last daily test succeeded, or is still running")
    return CheckResult(
        "trial",
        False,
        f"no daily test has succeeded since {in_kigali(since)}",
        "check that the handset is on, then report by phone and run `hotline doctor`",
    )


def set_handset(context: CliContext, number: str, *, by: tables_audit.CommandActor) -> None:
    """Sets the number to which test alerts are sent. Raises NumberInvalid."""
    msisdn = parse_sendable(number)
    at = context.now()
    with context.database.writing() as session:
        row = monitoring_queries.handset(session)
        if row is None:
            row = Responder(
                person=Person(name="Trial", languages=["en"]),
                level=rules_trial.LEVEL,
                districts=[],
                categories=[],
                active=False,
            )
            session.add(row)
        row.number_key = f"{rules_trial.LEVEL}:{context.pseudonyms.enrolled(msisdn)}"
        row.encrypted_number = context.encrypter.number(msisdn)
        row.unreachable = None
        row.created_at = at
        session.flush()
        tables_audit.append_command(session, by, at, "trial_handset_enrolled", "")


def _is_due(trials: monitoring_queries.Trials, at: datetime) -> bool:
    if trials.begun is None or trials.begun > at:
        return True
    came = trials.arrived is not None and trials.arrived >= trials.begun
    return at - trials.begun >= (EACH if came else AGAIN)


def _send_on(session: Session, context: MonitorContext, handset: int, at: datetime) -> None:
    """Alerts the handset about the test tip. It sets no deadline, so the tip is never escalated."""
    queries.take_lock(session)
    tip = monitoring_queries.unsent_trial(session)
    if tip is None:
        return
    queries.mark_assigned(session, [tip.id], at)
    locked = tip.locked_for is not None
    step = EscalationStep(tip.id, service_case_state.case_of(tip), 0, (handset,), locked=locked)
    service_escalation.write_steps(session, context, [step], at)


def check_sample_data(context: Context, *, is_emulated: bool) -> tuple[CheckResult, ...]:
    """Returns a result that warns of sample data. The result is empty for a real hotline.

    It is also empty if the database does not answer, because another check reports that.
    """
    try:
        if not is_sample(context):
            return ()
    except StoreUnavailable:
        return ()
    says = "this database holds only sample data, and so do its statistics"
    todo = "a real line needs its own database: set HOTLINE_HOME to another folder, and start there"
    return (CheckResult("origin", is_emulated, says, "" if is_emulated else todo),)
