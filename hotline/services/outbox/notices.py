"""Telling whoever is woken: what was written down, until the gateway took it; and the database's own end, unwritten."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hotline.domain.outbox.delivery import NEVER, Outcome
from hotline.domain.outbox.message import Wording, render
from hotline.domain.watch.alarms import Alarm, AlarmState, Notice, move
from hotline.domain.wording import Template
from hotline.errors import KeyMissing, SealBroken
from hotline.ports import Kit, WatchKit
from hotline.sealing.keys.people import KIGALI
from hotline.store.watch import alarms
from hotline.store.watch.alarms import STOPPED, AlarmNotice, Watcher

TEMPLATES = {
    Notice.RAISED: Template.ALARM_RAISED,
    Notice.AGAIN: Template.ALARM_AGAIN,
    Notice.OVER: Template.ALARM_OVER,
    Notice.TRIAL: Template.ALARM_TRIAL,
}
OTHERS_LANGUAGE = "en"
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=5)
"""Between two tries at one telling."""
STALE = timedelta(hours=6)
"""What could not be told by then is told by its repetition, if it still stands."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to tell. The number stays out of `repr`."""

    language: str
    sealed_number: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoticeDelivery:
    """One telling that is ours until its next time."""

    id: int
    words: Notice
    alarm: str
    since: datetime
    watcher: Person | None
    """None: the other channel."""


def send_due(kit: WatchKit) -> None:
    """Try whatever has not been told yet. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        waiting = [row.id for row in alarms.due(session, kit.now(), oldest=STALE)]
    for notice_id in waiting:
        told = _claim(kit, notice_id)
        if told is not None:
            _record(kit, told, _tell(kit, told))


def people(kit: WatchKit) -> Sequence[Person]:
    """Whom to tell should the database end. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return [_person(row) for row in alarms.watchers(session) if row.unreachable is None]


def tell_of_database(
    kit: WatchKit, known: Sequence[Person], before: AlarmState | None, *, well: bool
) -> AlarmState | None:
    """The alarm that no row can hold: kept in memory, and told to those who were known before."""
    at = kit.now()
    change = move(before, Alarm.DATABASE, 0 if well else 1, at)
    if change.notice is not None:
        since = before.since if before is not None else at
        for watcher in (*known, None):
            told = NoticeDelivery(0, change.notice, Alarm.DATABASE, since, watcher)
            if watcher is not None or kit.watch.other.is_there():
                _tell(kit, told)
    return change.now


def _claim(kit: WatchKit, notice_id: int) -> NoticeDelivery | None:
    """None where another watchman was quicker, or where she asked to hear no more."""
    at = kit.now()
    with kit.database.writing() as session:
        # A gateway that answers slowly holds up the next look.
        alarms.note(session, at)
        row = alarms.claim(session, notice_id, at)
        if row is None:
            return None
        row.next_at = at + min(FIRST_WAIT * 2 ** min(row.attempts, 10), LONGEST_WAIT)
        row.attempts += 1
        watcher = session.get(Watcher, row.watcher_id) if row.watcher_id is not None else None
        if watcher is not None and watcher.unreachable == STOPPED:
            row.done_at, row.outcome = at, Outcome.PERMANENT
            return None
        person = None if watcher is None else _person(watcher)
        return NoticeDelivery(row.id, Notice(row.notice), row.alarm, row.since, person)


def _tell(kit: WatchKit, told: NoticeDelivery) -> Outcome:
    """No transaction is open here."""
    if told.watcher is None:
        taken = kit.watch.other.tell(_words(kit, told, OTHERS_LANGUAGE))
        return Outcome.ACCEPTED if taken else Outcome.NOT_SENT
    try:
        msisdn = kit.numbers.open_number(told.watcher.sealed_number)
    except KeyMissing:
        return Outcome.CONFIG_FAULT
    except SealBroken:
        return Outcome.UNREADABLE
    return kit.sms.send(msisdn, _words(kit, told, told.watcher.language)).outcome


def words(kit: Kit, alarm: str, kind: Notice, since: datetime, language: str) -> str:
    """What one person or the second channel is told of an alarm: its name, since when, and its page of the runbook."""
    parameters = {"name": alarm, "time": f"{since.astimezone(KIGALI):%d/%m %H:%M}"}
    return render(Wording(TEMPLATES[kind], parameters, language), kit.phrases)


def _words(kit: Kit, told: NoticeDelivery, language: str) -> str:
    return words(kit, told.alarm, told.words, told.since, language)


def _record(kit: WatchKit, told: NoticeDelivery, outcome: Outcome) -> None:
    at = kit.now()
    with kit.database.writing() as session:
        row = session.get_one(AlarmNotice, told.id)
        row.outcome = outcome
        if outcome in (Outcome.ACCEPTED, *NEVER):
            row.done_at = at
        if outcome in NEVER and row.watcher_id is not None:
            session.get_one(Watcher, row.watcher_id).unreachable = outcome


def _person(watcher: Watcher) -> Person:
    return Person(watcher.language, watcher.sealed_number)
