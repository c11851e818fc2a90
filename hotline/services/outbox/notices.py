"""Sends the monitor's notices of alarms: its own queue, its own key, and no pause; from memory without a database."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta

from hotline.domain.outbox.delivery import MessageState, Outcome, Priority, SendResult
from hotline.domain.outbox.message import Kind, Wording, render
from hotline.domain.watch.alarms import Alarm, AlarmState, Notice, move
from hotline.domain.wording import Template
from hotline.ports import Kit, SendingKit, WatchKit
from hotline.services.outbox import delivery
from hotline.services.outbox.delivery import Outgoing
from hotline.store.outbox import outbox
from hotline.store.outbox.messages import Message, Watcher
from hotline.store.outbox.outbox import Claim
from hotline.store.people.enrolments import Addressed
from hotline.store.watch import alarms

TEMPLATES = {
    Notice.RAISED: Template.ALARM_RAISED,
    Notice.AGAIN: Template.ALARM_AGAIN,
    Notice.OVER: Template.ALARM_OVER,
    Notice.TRIAL: Template.ALARM_TRIAL,
}
OTHERS_LANGUAGE = "en"
STALE = timedelta(hours=6)
"""What could not be told by then is told by its repetition, if it still stands."""


def notice(alarm: str, kind: Notice, to: Watcher | None, since: datetime, at: datetime) -> Message:
    """Returns a notice that is due now, to a contact or by the other channel."""
    return Message(
        kind=Kind.NOTICE,
        watcher_id=None if to is None else to.id,
        template=TEMPLATES[kind].name,
        parameters=alarms.notice_parameters(alarm, since),
        language=OTHERS_LANGUAGE if to is None else to.language,
        priority=Priority.MONITOR,
        state=MessageState.PENDING,
        attempts=0,
        next_at=at,
        created_at=at,
    )


def send_due(kit: WatchKit) -> None:
    """Tries each notice that is due, once. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        waiting = outbox.due_notices(session, kit.now(), oldest=STALE)
    for message_id in waiting:
        at = kit.now()
        with kit.database.writing() as session:
            # A gateway that answers slowly holds up the next look.
            alarms.note(session, at)
            claim = outbox.claim_notice(session, message_id, at, str(os.getpid()))
        if claim is not None:
            delivery.record(kit, claim, _send(kit, claim))


def contacts(kit: WatchKit) -> Sequence[tuple[str, bytes]]:
    """Returns language and sealed number of whom to tell should the database end. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return [
            (one.language, one.sealed_number)
            for one in alarms.watchers(session)
            if one.unreachable is None
        ]


def tell_of_database(
    kit: WatchKit, known: Sequence[tuple[str, bytes]], before: AlarmState | None, *, well: bool
) -> AlarmState | None:
    """The alarm that no row can hold: kept in memory, and told to those who were known before."""
    at = kit.now()
    change = move(before, Alarm.DATABASE, 0 if well else 1, at)
    if change.notice is None:
        return change.now
    said = (
        TEMPLATES[change.notice].name,
        alarms.notice_parameters(Alarm.DATABASE, before.since if before is not None else at),
    )
    for language, number in known:
        _send(kit, Claim(0, 1, Priority.MONITOR, *said, language, Addressed(number)))
    if kit.watch.other.is_there():
        _send(kit, Claim(0, 1, Priority.MONITOR, *said, OTHERS_LANGUAGE, None))
    return change.now


def _send(kit: WatchKit, claim: Claim) -> SendResult:
    if claim.to is None:
        taken = kit.watch.other.tell(render(claim.wording, kit.phrases))
        return SendResult(Outcome.ACCEPTED if taken else Outcome.NOT_SENT)
    return delivery.send(kit, claim, _to_contact)[0]


def _to_contact(kit: SendingKit, claim: Claim) -> Outgoing:
    """Opens a contact's number. The stop list is not asked: who is on it is no contact that can be reached."""
    assert claim.to is not None
    return Outgoing(kit.numbers.open_number(claim.to.number), render(claim.wording, kit.phrases))


def words(kit: Kit, alarm: str, kind: Notice, since: datetime) -> str:
    """Returns what the other channel is told of an alarm: its name, since when, and its page of the runbook."""
    said = alarms.notice_parameters(alarm, since)
    return render(Wording(TEMPLATES[kind], said, OTHERS_LANGUAGE), kit.phrases)
