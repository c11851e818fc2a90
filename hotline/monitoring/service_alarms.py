"""Runs all checks of the watch process once, and starts, repeats or ends alarms. Also adds and removes on-call
contacts, and sends them test notices.

The watch process stores and sends each notice itself, without the workers. So notices do not depend on the parts that
the watch process checks: the workers, the clock process and the outgoing queue. If the system clock is set back,
notices still leave on time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from hotline.alarms import service, tables
from hotline.alarms.rules import (
    EVENT_ALARMS,
    Alarm,
    AlarmChange,
    CheckResult,
    Notice,
    after_acknowledgement,
    next_state,
)
from hotline.alarms.tables import RaisedAlarm
from hotline.alerts import service_alarm_notices
from hotline.alerts.service_alarm_notices import new_notice
from hotline.cases.service_viewer import viewer_of
from hotline.core.actors import SignedIn
from hotline.core.contexts import CliContext, ConsoleContext, Context, MonitorContext, reads
from hotline.core.database import Session
from hotline.gateway import queries as gateway_queries
from hotline.gateway import queries_alert_path
from hotline.gateway import tables as gateway_tables
from hotline.gateway.rules import Outcome
from hotline.gateway.tables import Message, OnCallContact
from hotline.monitoring import (
    queries,
    service_audit_digest,
    service_checks_database,
    service_checks_outside,
)
from hotline.people import tables as people_tables
from hotline.people import tables_accounts, tables_audit
from hotline.people.tables_audit import CommandActor
from hotline.text.characters import name_fault, tidy_name
from hotline.text.errors import ImportRefused, NotFound
from hotline.text.identifiers import parse_sendable
from hotline.text.languages import CODES, message_text
from hotline.tips.queries_visible import THE_LINE, Viewer
from hotline.tips.rules import TIMES


def check_all(context: MonitorContext, *, around: bool = True) -> None:
    """Runs all checks once, and stores the notices about changed alarms. Raises StoreUnavailable if the database cannot
    commit.

    If `around` is True, also runs the slow checks: a test call, the balance at the gateway, and this hour's traffic.
    """
    at = context.now()
    with context.database.writing() as session:
        gateway_tables.try_writing(session, at)
        queries_alert_path.note_look(session, at)
    found = readings(context, around=around)
    line, events = service_audit_digest.look(context)

    with context.database.reading() as session:
        changes = _moves(session, found, at)
    if changes or events:
        with context.database.writing() as session:
            tables.take_lock(session)
            for alarm in events:
                service.record_each(session, alarm, at)
            before = tables.alarm_texts(session)
            for one in _moves(session, found, at):
                tables.save(session, one.alarm, one.now, _fault_text(one.alarm, found, before))
                if one.notice is not None:
                    write_notices(session, context, one, at)
    service_audit_digest.remember(context, line)


def _fault_text(alarm: Alarm, found: Mapping[Alarm, CheckResult], before: Mapping[str, str]) -> str:
    """Returns the text that describes the fault behind an alarm. If the fault is over but the alarm has not ended yet,
    returns the text of the last fault.
    """
    if alarm in EVENT_ALARMS:
        return EVENT_ALARMS[alarm]
    now = found[alarm]
    return before.get(alarm, "") if alarm_level(now) == 0 else now.message


def readings(context: MonitorContext, *, around: bool = True) -> Mapping[Alarm, CheckResult]:
    """Returns the results of the checks that can raise an alarm. Leaves out the database, because `check_all` checks
    it.
    """
    found = (
        *service_checks_outside.check_outside(context),
        *service_checks_database.check_database(context),
        service_audit_digest.check_log(context),
    )
    found += service_checks_outside.traffic_findings(context) if around else ()
    wakes = set(Alarm) - {Alarm.DATABASE, *EVENT_ALARMS}
    return {Alarm(result.name): result for result in found if result.name in wakes}


def notify_wrong_keys(context: CliContext) -> None:
    """Sends an alarm by the second channel: the keys of the watch process are wrong. No other process reports wrong
    keys of the watch process.

    Also stores the alarm in the database. So if the watch process starts again with the same wrong keys, the function
    sends no second alarm. Raises StoreUnavailable.
    """
    at = context.now()
    with context.database.writing() as session:
        tables.take_lock(session)
        change = next_state(tables.raised_alarms(session).get(Alarm.KEYS), Alarm.KEYS, 1, at)
        tables.save(session, change.alarm, change.now, "the watch process has wrong keys")
    if change.notice is not None and context.watch.other.is_there():
        since = change.now.since if change.now is not None else at
        context.watch.other.tell(
            service_alarm_notices.alarm_text(context, change.alarm, change.notice, since)
        )


def alarm_level(finding: CheckResult) -> int:
    return 0 if finding.ok else finding.level


def _moves(
    session: Session, found: Mapping[Alarm, CheckResult], at: datetime
) -> Sequence[AlarmChange]:
    """Compares the newest results of all checks with the stored alarms. Returns each alarm that starts, ends or changes
    its level, with its old and its new state."""
    before = tables.raised_alarms(session)
    levels = {alarm: alarm_level(result) for alarm, result in found.items()}
    levels |= {alarm: 1 for alarm in EVENT_ALARMS if alarm in before}
    changes = [next_state(before.get(alarm), alarm, wrong, at) for alarm, wrong in levels.items()]
    return [change for change in changes if change.now != before.get(change.alarm)]


def write_notices(
    session: Session, context: MonitorContext, change: AlarmChange, at: datetime
) -> None:
    """Stores a notice for each on-call contact that SMS can reach, and for the second channel if the settings contain
    one."""
    assert change.notice is not None
    since = change.now.since if change.now is not None else at
    recipients = service_audit_digest.recipients(session, context)
    session.add_all(new_notice(change.alarm, change.notice, one, since, at) for one in recipients)


def bring_forward(context: Context, by: timedelta) -> None:
    """Subtracts `by` from all stored waiting times, because the system clock was set back by the duration `by`. Without
    this change, deadlines and messages would wait longer than intended.

    If the database is unavailable, raises StoreUnavailable and changes no waiting time.
    """
    with context.database.writing() as session:
        queries.bring_forward(session, by)


UNTRIED = "not tried yet", "see whether `watch` runs: `hotline doctor` says when it looked last"
CAUSES: Mapping[str, tuple[str, str]] = {
    Outcome.NOT_SENT: (
        "not sent (the gateway could not be reached)",
        "see `gateway` in `hotline doctor`, and the network",
    ),
    Outcome.UNKNOWN: (
        "not known (the gateway gave no answer that can be read)",
        "see `gateway` in `hotline doctor`",
    ),
    Outcome.CONFIG_FAULT: (
        "not sent (the gateway refused our key or account, or the key of the numbers is missing)",
        "see `keys of watch` in `hotline doctor`; `hotline keys gateway` writes the gateway's key",
    ),
    Outcome.MONEY_FAULT: ("not sent (the balance at the gateway is spent)", "buy SMS"),
    Outcome.PERMANENT: (
        "not sent (the gateway says that the number can never be reached)",
        "remove the contact on the page On-call contacts, and add it with a number that can",
    ),
    Outcome.TRANSIENT: (
        "not sent (the gateway refused it for now)",
        "wait a minute: it is tried again",
    ),
    **dict.fromkeys(
        (Outcome.STOPPED, Outcome.WITHDRAWN),
        (
            "not sent (the owner of that number stopped all SMS)",
            "remove the contact on the page On-call contacts, and add it with another number",
        ),
    ),
    Outcome.UNREADABLE: (
        "not sent (the stored number does not open)",
        "see `keys of watch` in `hotline doctor`; then add the contact again",
    ),
}
OTHER_STEP = (
    "see HOTLINE_ALARM_COMMAND and HOTLINE_ALARM_MAIL: the command or the mail server refused it"
)


def cause_and_step(notice: Message) -> tuple[str, str]:
    """Returns the reason why a notice did not arrive, and the next step for the operator."""
    if notice.outcome is None:
        return UNTRIED
    if notice.on_call_id is None:
        return "not sent (the mail or command did not take it)", OTHER_STEP
    return CAUSES.get(notice.outcome, (notice.outcome, "`hotline doctor`"))


NAME_LETTERS = 80


def add_contact(
    context: CliContext, name: str, number: str, language: str, *, by: CommandActor
) -> None:
    """Adds an on-call contact. The contact belongs to the person named `name`, or to a new person.

    Raises NumberInvalid for a wrong number. Raises ImportRefused for a wrong name, a wrong language or a number that is
    already known. Raises KeyMissing if `hotline init` has not made the keys.
    """
    msisdn, name = parse_sendable(number), tidy_name(name)
    if not 1 <= len(name) <= NAME_LETTERS or not name.isprintable():
        raise ImportRefused(
            [message_text("enter a name of 1 to {most} letters", most=NAME_LETTERS)]
        )
    if name_fault(name) is not None:
        raise ImportRefused(
            [
                message_text(
                    "enter the name in letters of one alphabet, without separate accent marks"
                )
            ]
        )
    if language not in CODES:
        raise ImportRefused([message_text("choose one of the languages")])
    contact = OnCallContact(
        number_key=context.pseudonyms.enrolled(msisdn),
        encrypted_number=context.watch.encrypter.number(msisdn),
        active=True,
        unreachable=None,
        created_at=context.now(),
    )
    stop_key = context.pseudonyms.stopped(msisdn)
    with context.database.writing() as session:
        if gateway_tables.stopped(session, [stop_key]):
            raise ImportRefused([message_text("the owner of this number stopped all SMS (STOP)")])
        contact.person_id = _person(session, name, language)
        if not gateway_queries.add_contact(session, contact):
            raise ImportRefused([message_text("an on-call contact already has this phone number")])
        tables_audit.append_command(session, by, context.now(), "watcher_added", name)


def _person(session: Session, name: str, language: str) -> int:
    """Returns the id of the person with this name. Creates the person if necessary. If the person has no enrolled
    phone, sets the person's language to `language`.
    """
    ids = tables_accounts.named(session, name)
    row = (
        people_tables.person(session, min(ids))
        if ids
        else people_tables.Person(name=name, languages=[])
    )
    session.add(row)
    if not ids or not people_tables.phones_of(session, row.id):
        row.languages = [language]
    session.flush()
    return row.id


def remove_contact(context: CliContext, on_call_id: int, *, by: CommandActor) -> str:
    """Removes an on-call contact, and returns the contact's name. Raises NotFound if the contact does not exist, and
    ImportRefused if the contact is the last one.

    Every contact gets a notice about the removal, including the removed contact. So no one can secretly stop the
    notices about alarms.
    """
    at = context.now()
    with context.database.writing() as session:
        tables.take_lock(session)
        row = gateway_queries.contact_for_writing(session, on_call_id)
        if not service_alarm_notices.end_contact(session, row, by, at):
            raise ImportRefused(
                [message_text("add another on-call contact before you remove the last contact")]
            )
        return row.name


on_call_contacts = reads(gateway_queries.on_call_contacts)
raised_alarms = reads(tables.notified_alarms)


class NoticesSent(NamedTuple):
    """The results of an alarm's newest notices: one to each contact, and one to the second channel."""

    alarm: RaisedAlarm
    written: int
    sent: int
    """The number of notices that the gateway, the mail server or the command accepted."""
    causes: Sequence[str]
    """The reasons why notices failed, without duplicates."""


def notices_sent(context: Context) -> Sequence[NoticesSent]:
    """Returns each raised alarm with the results of its notices, oldest first."""
    found = []
    with context.database.reading() as session:
        for alarm in tables.notified_alarms(session):
            rows = gateway_queries.notices_of(session, alarm)
            failed = [row for row in rows if row.outcome != Outcome.ACCEPTED]
            causes = [*dict.fromkeys(cause_and_step(row)[0] for row in failed)]
            found.append(NoticesSent(alarm, len(rows), len(rows) - len(failed), causes))
    return found


def alarm_tip(
    context: ConsoleContext, by: SignedIn, alarm: str
) -> tuple[int | None, datetime] | None:
    """Returns the id and the filing time of the oldest late tip that this account may see. Returns None if the alarm is
    not about tips, or if no tip is late.

    If the account may see none of the late tips, returns None and the time of the oldest late tip.
    """
    if alarm not in (Alarm.TIPS, Alarm.UNANSWERED):
        return None
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        visible = _late(session, context, alarm, viewer) if viewer.desks else None
        if visible is not None:
            return visible.id, visible.filed_at
        tip = _late(session, context, alarm, THE_LINE)
    return None if tip is None else (None, tip.filed_at)


def _late(
    session: Session, context: Context, alarm: str, viewer: Viewer | None
) -> gateway_queries.LateTip | None:
    at, is_pending = context.now(), alarm == Alarm.TIPS
    look = gateway_queries.unassigned_tips if is_pending else gateway_queries.untaken_tips
    for tip in look(session, viewer):
        limit = service_checks_database.LATE if is_pending else TIMES[tip.urgency].alarm
        if at - tip.filed_at >= limit:
            return tip
    return None


def acknowledge(context: CliContext, alarm: str, by: CommandActor) -> None:
    """Records that a person acknowledges an alarm. For a day, the monitor repeats no notice about this alarm, unless
    the fault gets worse.

    Raises NotFound if the alarm does not exist.
    """
    at = context.now()
    with context.database.writing() as session:
        tables.take_lock(session)
        before = {row.name: row.message for row in tables.notified_alarms(session)}
        if alarm not in before:
            raise NotFound(f"there is no active alarm {alarm}: reload the page")
        now = after_acknowledgement(
            tables.raised_alarms(session)[Alarm(alarm)], tables_audit.name_of(by), at
        )
        tables.save(session, Alarm(alarm), now, before[alarm])
        tables_audit.append_command(session, by, at, "alarm_acknowledged", alarm)


def send_test_notices(context: CliContext) -> Sequence[int]:
    """Stores a test notice for every on-call contact and for the second channel. Returns the ids of the notices."""
    at = context.now()
    with context.database.writing() as session:
        to = [*gateway_queries.on_call_contacts(session), *[None] * context.watch.other.is_there()]
        rows = [new_notice("trial", Notice.TRIAL, recipient, at, at) for recipient in to]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def notice_recipients(context: CliContext, ids: Sequence[int]) -> Sequence[tuple[str, Message]]:
    """Returns a pair for each notice with one of the given ids: the recipient's name, and the notice's row with its
    result.

    Leaves out notices to contacts who were removed after the notice was stored.
    """
    with context.database.reading() as session:
        names = {contact.id: contact.name for contact in gateway_queries.on_call_contacts(session)}
        return [
            ("the other channel" if row.on_call_id is None else names[row.on_call_id], row)
            for row in gateway_queries.notices(session, ids)
            if row.on_call_id is None or row.on_call_id in names
        ]
