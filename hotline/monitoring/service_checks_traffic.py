"""Checks the line from outside, for the doctor and the watch process: its own call, the balance, and usual traffic."""

from datetime import datetime, timedelta
from statistics import median

from hotline.alarms import tables
from hotline.alarms.rules import Alarm
from hotline.core.check_result import CheckResult, checked, in_kigali, warning
from hotline.core.context import Kit, LookingKit
from hotline.core.database import Session
from hotline.counters.rules import is_quiet, is_worse, spent
from hotline.errors import StoreUnavailable
from hotline.gateway import queries_alert_path
from hotline.monitoring import queries, service_trials

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
DIAL = "dial"
SEE_WEB = "see to `web` and the proxy in front of it, and to HOTLINE_LINE_URL"
_UNDIALLED = warning(
    DIAL,
    "not dialled from here, and the watch process does not look",
    "see to `watch`; then dial the line yourself",
)


def findings(kit: LookingKit) -> tuple[CheckResult, ...]:
    """Asks the line's own address and the gateway, and then the database for hours of traffic."""
    answers, balance = kit.watch.instruments.line_answers(), _balance(kit)
    at = kit.now()
    try:
        with kit.database.reading() as session:
            return (
                _dialled_by_watch(session, at) if answers is None else _dial(answers=answers),
                balance,
                _quiet(session, at),
                _delivery(session, at),
                service_trials.finding(session, at),
            )
    except StoreUnavailable:
        # Another check names a database that does not answer.
        return _UNDIALLED if answers is None else _dial(answers=answers), balance


def _dial(*, answers: bool) -> CheckResult:
    wrong = None if answers else "the line does not answer its own call"
    return checked(DIAL, wrong, "the line answers its own call", SEE_WEB)


def _dialled_by_watch(session: Session, at: datetime) -> CheckResult:
    """Returns the result of the watch process, for a process that cannot dial the line itself."""
    alarm = tables.standing(session).get(Alarm.DIAL)
    if alarm is not None and alarm.well_since is None:
        if not alarm.told and queries_alert_path.is_starting(session, at):
            return CheckResult(DIAL, True, "the line has a minute to start")
        says = f"the watch process was not answered since {in_kigali(alarm.since)}"
        return CheckResult(DIAL, False, says, SEE_WEB)
    if queries_alert_path.is_fresh(session, at):
        return CheckResult(DIAL, True, "the line answers the watch process")
    return _UNDIALLED


def _balance(kit: LookingKit) -> CheckResult:
    balance, budget = kit.watch.instruments.balance(), kit.watch.budget
    if balance is None:
        return CheckResult("balance", True, "the gateway does not say")
    says = f"{balance:.0f} left at the gateway"
    if budget <= 0:
        return CheckResult("balance", balance > 0, says, "buy SMS; then set HOTLINE_SMS_BUDGET", 3)
    level = spent(balance, budget)
    return CheckResult("balance", level == 0, f"{says}, of {budget:.0f}", "buy SMS", max(level, 1))


def quiet_hour(kit: Kit) -> tuple[int, int] | None:
    """Returns the sessions of the last hour and the usual number, if this hour is quieter than usual. Else None."""
    at = kit.now()
    with kit.database.reading() as session:
        now, before = queries.sessions(session, at), queries.sessions_of_weeks(session, at)
    return (now, round(median(before))) if is_quiet(now, before) else None


def _quiet(session: Session, at: datetime) -> CheckResult:
    now, before = queries.sessions(session, at), queries.sessions_of_weeks(session, at)
    says, usual = f"{now} sessions in an hour", ", ".join(map(str, before))
    wrong = f"{says}; in this hour of the weeks before {usual}" if is_quiet(now, before) else None
    return checked("quiet", wrong, says, "dial the line on each network; then ask the gateway")


def _delivery(session: Session, at: datetime) -> CheckResult:
    now = queries.arrivals(session, at - HOUR, at)
    usual = queries.arrivals(session, at - WEEK, at - HOUR)
    worse = sorted(network for network, one in now.items() if is_worse(one, usual.get(network)))
    networks = ", ".join(worse)
    return checked(
        "delivery",
        f"fewer messages than usually arrive on network {networks}" if worse else None,
        "messages arrive as usually",
        "telephone that network's responders, and the gateway",
    )
