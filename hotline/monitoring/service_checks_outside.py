"""Checks the parts on which the hotline depends: Redis, disk, backups, traffic, workers and the second channel for
alarms. `hotline doctor` and the watch process run these checks. Also runs the daily test.

In the daily test, the hotline reports a tip to itself. The alert about this tip must reach the handset, a phone of the
operator. The test tip passes through the same parts as every tip: hooks, encryption, outbox, workers, gateway, delivery
report. The hotline alerts only the handset about the test tip, and never escalates the tip.

The module also finds out if the database contains sample data. If so, every page with statistics must warn its readers.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from math import inf
from statistics import median

from hotline.alarms import tables
from hotline.alarms.rules import Alarm, CheckResult, check_result, in_kigali, warning
from hotline.alerts import queries as alerts_queries
from hotline.alerts import service_case, service_escalation
from hotline.alerts.rules_escalation import EscalationStep
from hotline.core import rules_trial
from hotline.core.contexts import READER_QUEUE, WORKER_QUEUE, CliContext, Context, MonitorContext
from hotline.core.database import Session
from hotline.core.tables import is_sample
from hotline.counters.rules import budget_level, is_flood, is_quiet, is_worse
from hotline.gateway import queries as gateway_queries
from hotline.gateway import queries_alert_path
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import Outcome
from hotline.keys import tables_canaries
from hotline.monitoring import queries, service_alarms
from hotline.people import tables_audit
from hotline.people.tables import Person, Responder
from hotline.text.errors import StoreUnavailable
from hotline.text.identifiers import parse_sendable

EACH = timedelta(days=1)
AGAIN = timedelta(hours=1)
"""If the alert of a daily test did not arrive, the hotline waits this time before the next test."""
LATE = timedelta(hours=26)


def run_trial(context: MonitorContext) -> None:
    """Reports a test tip if a test is due. Alerts the handset (the phone for test alerts) about the newest test tip.
    Raises StoreUnavailable.
    """
    at = context.now()
    with context.database.reading() as session:
        trials = queries.trials(session)
    if trials is None:
        return
    if _is_due(trials, at):
        context.watch.instruments.report_trial()

    with ringing(context) as session:
        alerts_queries.take_lock(session)
        tip = queries.unsent_trial(session)
        if tip is None:
            return
        alerts_queries.mark_assigned(session, [tip.id], at)
        # This alert has no deadline, so the hotline never escalates the test tip.
        case, locked = service_case.case_of(tip), tip.locked_for is not None
        step = EscalationStep(tip.id, case, 0, (trials.handset.id,), locked=locked)
        service_escalation.write_steps(session, context, [step], at)


def check_trials(session: Session, at: datetime) -> CheckResult:
    trials = queries.trials(session)
    if trials is None:
        text = "no handset is chosen for the daily test"
        return warning("trial", text, "the page On-call contacts")
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
    """Sets the number of the phone that gets the test alerts. Raises NumberInvalid."""
    msisdn = parse_sendable(number)
    at = context.now()
    with context.database.writing() as session:
        row = queries.handset(session)
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


def _is_due(trials: queries.Trials, at: datetime) -> bool:
    if trials.begun is None or trials.begun > at:
        return True
    is_delivered = trials.arrived is not None and trials.arrived >= trials.begun
    return at - trials.begun >= (EACH if is_delivered else AGAIN)


def check_sample_data(context: Context, *, is_emulated: bool) -> tuple[CheckResult, ...]:
    """Returns a result that warns of sample data, or no result if the database contains real data.

    Also returns no result if the database does not answer. Another check reports a database that does not answer.
    """
    try:
        if not is_sample(context.database):
            return ()
    except StoreUnavailable:
        return ()
    text = "this database holds only sample data, and so do its statistics"
    advice = (
        "a real hotline needs its own database: set HOTLINE_HOME to a new folder, and start there"
    )
    return (CheckResult("origin", is_emulated, text, "" if is_emulated else advice),)


DAILY = 26 * 3600.0
"""If a daily task was not done for this number of seconds, the check reports the task as missed."""
GIB = 1 << 30
DISK_LOW, DISK_FULL = 2 * GIB, GIB // 2


def check_outside(context: CliContext) -> tuple[CheckResult, ...]:
    """Checks Redis, the disk and the backups. The calling code must not call this function inside a transaction of the
    database, because the function waits for other programs.
    """
    instruments = context.watch.instruments
    return (
        check_result(
            "redis",
            instruments.redis_fault(),
            "answers and can store data",
            "`hotline run` starts the embedded Redis. Without Redis, alerts are sent some seconds later",
        ),
        _disk(instruments.disk_free()),
        _backup(instruments.backup_age()),
    )


def check_second_channel(context: CliContext) -> CheckResult:
    """Checks that the hotline can also send alarms by a second channel, which is a mail or a command. If SMS does not
    work, only this channel reaches the on-call contacts.

    The settings of the second channel are often visible to the process `watch` only. When the process `watch` starts,
    it records if it has the settings of the second channel. The other processes read this record, because they lack the
    settings.
    """
    is_there = context.watch.other.is_there()
    if not is_there:
        with suppress(StoreUnavailable), context.database.reading() as session:
            is_there = tables_canaries.has_second_channel(session)
    if is_there:
        return CheckResult("second channel", True, "alarms are sent by mail or command too")
    return warning(
        "second channel",
        "alarms are sent by SMS only: no one is notified when SMS itself fails",
        "set HOTLINE_ALARM_MAIL or HOTLINE_ALARM_COMMAND for `watch`; then `hotline oncall test`",
    )


def _disk(free: int | None) -> CheckResult:
    if free is None:
        return warning("disk", "cannot be measured", "check that the folder HOTLINE_HOME exists")
    text = f"{free / GIB:.1f} GiB are free"
    if free >= DISK_LOW:
        return CheckResult("disk", True, text)
    level = 1 if free >= DISK_FULL else 2
    return CheckResult("disk", False, text, "make room: with a full disk no one can report", level)


def _backup(age: float | None) -> CheckResult:
    if age is None:
        return warning(
            "backup",
            "no folder of backups is checked (HOTLINE_BACKUPS)",
            "run `hotline backup key`, then `hotline backup` each hour, and set HOTLINE_BACKUPS",
        )
    if age <= DAILY:
        return CheckResult("backup", True, f"the newest is {age / 3600:.0f} hours old")
    text = "there is none" if age == inf else f"the newest is {age / 3600:.0f} hours old"
    return CheckResult("backup", False, text, "run `hotline backup`, then check why none was made")


# The code below makes a test call, checks the balance at the gateway, and compares the traffic with the usual traffic.

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
DIAL = "dial"
SEE_WEB = "check `web`, the proxy in front of it, and HOTLINE_LINE_URL"
_UNDIALLED = warning(
    DIAL,
    "this machine does not call the hotline, and the watch process does not run",
    "check `watch`, then dial the hotline yourself",
)


def traffic_findings(context: CliContext) -> tuple[CheckResult, ...]:
    """Calls the hotline's own address, asks the gateway for the balance, and compares the traffic of this hour with
    earlier hours.
    """
    answers, balance = context.watch.instruments.line_answers(), _balance(context)
    at = context.now()
    try:
        with context.database.reading() as session:
            return (
                _dialled_by_watch(session, at) if answers is None else _dial(answers=answers),
                balance,
                _quiet(session, at),
                _many_sms(session, at),
                _delivery(session, at),
                check_trials(session, at),
            )
    except StoreUnavailable:
        # Another check reports a database that does not answer.
        return _UNDIALLED if answers is None else _dial(answers=answers), balance


def _dial(*, answers: bool) -> CheckResult:
    wrong = None if answers else "the hotline does not answer its own call"
    return check_result(DIAL, wrong, "the hotline answers its own call", SEE_WEB)


def _dialled_by_watch(session: Session, at: datetime) -> CheckResult:
    """Returns the result of the watch process's last test call, for a process that cannot make a test call itself."""
    alarm = tables.raised_alarms(session).get(Alarm.DIAL)
    if alarm is not None and alarm.well_since is None:
        if not alarm.notices and queries_alert_path.is_starting(session, at):
            return CheckResult(DIAL, True, "the hotline is starting, and has a minute for it")
        text = f"the hotline has not answered the watch process since {in_kigali(alarm.since)}"
        return CheckResult(DIAL, False, text, SEE_WEB)
    if queries_alert_path.is_fresh(session, at):
        return CheckResult(DIAL, True, "the hotline answers the watch process")
    return _UNDIALLED


def _balance(context: CliContext) -> CheckResult:
    balance, budget = context.watch.instruments.balance(), context.watch.budget
    if balance is None:
        return CheckResult("balance", True, "the gateway does not report its balance")
    text = f"{balance:.0f} left at the gateway"
    if budget <= 0:
        return CheckResult("balance", balance > 0, text, "buy SMS; then set HOTLINE_SMS_BUDGET", 3)
    level = budget_level(balance, budget)
    return CheckResult("balance", level == 0, f"{text}, of {budget:.0f}", "buy SMS", max(level, 1))


def quiet_hour(context: Context) -> tuple[int, int] | None:
    """Returns the number of sessions in the last hour, and the median number of sessions in the same hour of earlier
    weeks. Returns None unless the last hour had unusually few sessions.
    """
    at = context.now()
    with context.database.reading() as session:
        now, before = queries.recent_sessions(session, at), queries.sessions_of_weeks(session, at)
    return (now, round(median(before))) if is_quiet(now, before) else None


def _many_sms(session: Session, at: datetime) -> CheckResult:
    now, before = queries.recent_sms(session, at), queries.sms_of_days(session, at)
    wrong = None
    if is_flood(now, before):
        usual = round(median(before)) if before else 0
        wrong = f"{now} SMS in an hour; usually {usual} at this time of day"
    advice = "look at the newest tips: a flood of forged reports may hide a real one"
    return check_result("many sms", wrong, f"{now} SMS in an hour", advice)


def _quiet(session: Session, at: datetime) -> CheckResult:
    now, before = queries.recent_sessions(session, at), queries.sessions_of_weeks(session, at)
    text, usual = f"{now} sessions in an hour", ", ".join(map(str, before))
    wrong = f"{text}; in the same hour of earlier weeks {usual}" if is_quiet(now, before) else None
    return check_result(
        "quiet", wrong, text, "dial the hotline on each network, then ask the gateway"
    )


def _delivery(session: Session, at: datetime) -> CheckResult:
    now = queries.arrivals(session, at - HOUR, at)
    usual = queries.arrivals(session, at - WEEK, at - HOUR)
    worse = sorted(network for network, item in now.items() if is_worse(item, usual.get(network)))
    networks = ", ".join(worse)
    return check_result(
        "delivery",
        f"fewer messages than usual arrive on network {networks}" if worse else None,
        "messages arrive as usual",
        "telephone that network's responders, and the gateway",
    )


# The code below checks the watch process and the workers, which regularly record that they run.

MONITOR, ON_CALL_CONTACTS, WORKERS = "watch", "on-call contacts", "workers"
UNTRIED = timedelta(minutes=1)
"""The maximum time between storing a notice and the first attempt to send the notice. Normally, the watch process tries
within ten seconds.
"""
HEARD = 60.0
"""The maximum seconds between two heartbeats of a worker. A worker without work sends a heartbeat every ten seconds."""
START_WATCH = (
    "`hotline run` or `systemctl restart hotline-watch` starts it. Its log shows why it ended"
)
START_WORKERS = (
    "start `hotline process {0}` again (`hotline run` does); if the old one is frozen, end it first"
)


def process_findings(context: CliContext) -> tuple[CheckResult, ...]:
    """Checks that the watch process and the workers run, and that the last notice was sent.

    Returns no results if the database does not answer. Another check reports a database that does not answer.
    """
    at = context.now()
    try:
        with context.database.reading() as session:
            starting = queries_alert_path.is_starting(session, at)
            found = (
                _watch(queries_alert_path.last_look(session), at, starting=starting),
                _on_call_contacts(session, at),
            )
    except StoreUnavailable:
        return ()
    return *found, _workers(context, starting=starting)


def _watch(looked: datetime | None, at: datetime, *, starting: bool) -> CheckResult:
    if looked is not None and at - looked < queries_alert_path.LEASE:
        return CheckResult(MONITOR, True, f"last checked everything {in_kigali(looked)}")
    if starting:
        return CheckResult(MONITOR, True, "has a minute to start")
    state = "has never looked" if looked is None else f"has not looked since {in_kigali(looked)}"
    text = f"{state}: the on-call contacts are notified of nothing"
    return CheckResult(MONITOR, False, text, START_WATCH)


def _on_call_contacts(session: Session, at: datetime) -> CheckResult:
    """Checks that SMS can reach at least one on-call contact, and that the gateway accepted the last notice."""
    if not gateway_queries.can_be_notified(session):
        text = "no one is notified of faults"
        return CheckResult(ON_CALL_CONTACTS, False, text, "`hotline oncall add NAME`")
    notice = gateway_queries.newest_to_contacts(session)
    if notice is None:
        text = "no notice was ever sent, so it is unknown if one arrives"
        return warning(ON_CALL_CONTACTS, text, "`hotline oncall test`")
    written_at = in_kigali(notice.created_at)
    if notice.outcome == Outcome.ACCEPTED:
        text = f"the gateway accepted the last notice, written {written_at}"
        return CheckResult(ON_CALL_CONTACTS, True, text)
    if notice.attempts == 0 and at - notice.created_at < UNTRIED:
        text = f"the last notice, written {written_at}, is on its way"
        return CheckResult(ON_CALL_CONTACTS, True, text)
    cause, step = service_alarms.cause_and_step(notice)
    text = f"the last notice, written {written_at}, did not get through: {cause}"
    return CheckResult(ON_CALL_CONTACTS, False, text, f"{step}; then `hotline oncall test`")


def _workers(context: CliContext, *, starting: bool) -> CheckResult:
    queues = (WORKER_QUEUE, READER_QUEUE)
    ages = {queue: context.watch.instruments.worker_age(queue) for queue in queues}
    if None in ages.values():
        text = "Redis does not show which workers run"
        return warning(WORKERS, text, "fix Redis first: the clock process sends alerts meanwhile")
    silent = [queue for queue, age in ages.items() if age is not None and age >= HEARD]
    if not silent:
        return CheckResult(WORKERS, True, f"a worker runs for each queue: {', '.join(queues)}")
    if starting:
        return CheckResult(WORKERS, True, "have a minute to start")
    texts, steps = [], []
    for queue in silent:
        age = ages[queue]
        texts.append(
            f"no worker runs for the queue {queue}"
            if age == inf
            else f"the workers of the queue {queue} gave their last sign {age:.0f} seconds ago"
        )
        steps.append(START_WORKERS.format(queue))
    return CheckResult(WORKERS, False, "; ".join(texts), "; ".join(steps))
