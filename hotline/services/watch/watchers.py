"""Who is woken, what stands, and whose name is put to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.accounts.account import SignedIn
from hotline.domain.msisdn import sendable
from hotline.domain.outbox.delivery import Outcome
from hotline.domain.referrals.clocks import TIMES
from hotline.domain.watch.alarms import Alarm, Notice, acknowledged
from hotline.errors import ImportRefused, NotFound
from hotline.ports import ConsoleKit, Kit, LookingKit
from hotline.services.tips.desk_viewer import viewer_of
from hotline.services.watch import notice_causes
from hotline.services.watch.checks_database import LATE
from hotline.services.watch.watch import notice
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.desk.audit import Signer
from hotline.store.dialogue import contacts
from hotline.store.outbox import health
from hotline.store.outbox.health import LateTip
from hotline.store.tips.visible import THE_LINE, Viewer
from hotline.store.watch import alarms
from hotline.store.watch.alarms import AlarmNotice, RaisedAlarm, Watcher
from hotline.text.languages import CODES
from hotline.text.names import name_fault, tidy
from hotline.text.remark import remark

NAME_LETTERS = 80


def add(kit: LookingKit, name: str, number: str, language: str, *, by: Signer) -> None:
    """Notifies a person of alarms from now on. Raises ImportRefused, NumberInvalid; KeyMissing before `init`."""
    msisdn, name = sendable(number), tidy(name)
    if not 1 <= len(name) <= NAME_LETTERS or not name.isprintable():
        raise ImportRefused(
            [remark("the name must have 1 to {most} printable letters", most=NAME_LETTERS)]
        )
    if name_fault(name) is not None:
        raise ImportRefused([remark("the name needs letters of one script, without loose marks")])
    if language not in CODES:
        raise ImportRefused([remark("there is no such language")])
    watcher = Watcher(
        name=name,
        language=language,
        number_key=kit.pseudonyms.enrolled(msisdn),
        sealed_number=kit.watch.sealer.number(msisdn),
        active=True,
        unreachable=None,
        created_at=kit.now(),
    )
    stop_key = kit.pseudonyms.stopped(msisdn)
    with kit.database.writing() as session:
        if contacts.stopped_among(session, [stop_key]):
            raise ImportRefused([remark("that number asked for no more messages (STOP)")])
        if not alarms.enrol(session, watcher):
            raise ImportRefused([remark("that number is notified already")])
        audit.sign(session, by, at=kit.now(), action="watcher_added", subject=name)


def remove(kit: LookingKit, watcher_id: int, *, by: Signer) -> str:
    """Notifies this contact no more, and returns the name. Raises NotFound."""
    with kit.database.writing() as session:
        row = alarms.watcher_for_writing(session, watcher_id)
        row.active = False
        audit.sign(session, by, at=kit.now(), action="watcher_removed", subject=row.name)
        return row.name


def everybody(kit: LookingKit) -> Sequence[Watcher]:
    with kit.database.reading() as session:
        return alarms.watchers(session)


def standing(kit: Kit) -> Sequence[RaisedAlarm]:
    """What somebody was told of and is not over yet, the oldest first."""
    with kit.database.reading() as session:
        return alarms.raised(session)


@dataclass(frozen=True, slots=True)
class AlarmTip:
    """The tip that an alarm is about."""

    tip_id: int | None
    """None where this account may not know of it."""
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class NoticesSent:
    """How far the notices of one alarm came: the newest for each contact, and for the other channel."""

    alarm: RaisedAlarm
    written: int
    sent: int
    """Notices that the gateway, the mail or the command took."""
    causes: Sequence[str]
    """Why the others did not go out, each cause once."""


def notices_sent(kit: Kit) -> Sequence[NoticesSent]:
    """Returns each alarm that stands, with what its notices came to. The oldest alarm comes first."""
    with kit.database.reading() as session:
        return [_sent(one, alarms.notices_of(session, one)) for one in alarms.raised(session)]


def _sent(alarm: RaisedAlarm, rows: Sequence[AlarmNotice]) -> NoticesSent:
    failed = [row for row in rows if row.outcome != Outcome.ACCEPTED]
    causes = dict.fromkeys(notice_causes.cause_and_step(row)[0] for row in failed)
    return NoticesSent(alarm, len(rows), len(rows) - len(failed), [*causes])


def tip_of(kit: ConsoleKit, by: SignedIn, alarm: str) -> AlarmTip | None:
    """Returns the oldest late tip that this account may know of; else when the oldest of all was filed."""
    if alarm not in (Alarm.TIPS, Alarm.UNANSWERED):
        return None
    with kit.database.reading() as session:
        viewer = viewer_of(session, by)
        seen = _late(session, kit, alarm, viewer) if viewer.desks else None
        if seen is not None:
            return AlarmTip(seen.id, seen.filed_at)
        late = _late(session, kit, alarm, THE_LINE)
    return None if late is None else AlarmTip(None, late.filed_at)


def _late(session: Session, kit: Kit, alarm: str, viewer: Viewer | None) -> LateTip | None:
    at = kit.now()
    look = health.unreferred_tips if alarm == Alarm.TIPS else health.untaken_tips
    found = look(session, viewer)
    late = (one for one in found if at - one.filed_at >= _within(alarm, one.urgency))
    return next(late, None)


def _within(alarm: str, urgency: int) -> timedelta:
    return LATE if alarm == Alarm.TIPS else TIMES[urgency].alarm


def acknowledge(kit: LookingKit, alarm: str, by: Signer) -> None:
    """Put a name to an alarm: nobody is told again for a day, unless it grows worse. Raises NotFound."""
    at = kit.now()
    with kit.database.writing() as session:
        alarms.take_turns(session)
        before = {row.name: row.says for row in alarms.raised(session)}
        if alarm not in before:
            raise NotFound(f"no alarm {alarm} stands")
        now = acknowledged(alarms.standing(session)[Alarm(alarm)], audit.named(by), at)
        alarms.keep(session, Alarm(alarm), now, before[alarm])
        audit.sign(session, by, at=at, action="alarm_acknowledged", subject=alarm)


def try_waking(kit: LookingKit) -> Sequence[int]:
    """Have everybody told that this is a trial; what was written down for it, by id."""
    at = kit.now()
    with kit.database.writing() as session:
        rows = [notice("trial", Notice.TRIAL, one.id, at, at) for one in alarms.watchers(session)]
        if kit.watch.other.is_there():
            rows.append(notice("trial", Notice.TRIAL, None, at, at))
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def told(kit: LookingKit, ids: Sequence[int]) -> Sequence[tuple[str, AlarmNotice]]:
    """How far the watchman has come with what was written down: whom it is for, and its row."""
    with kit.database.reading() as session:
        names = {one.id: one.name for one in alarms.watchers(session)}
        return [
            ("the other channel" if row.watcher_id is None else names[row.watcher_id], row)
            for row in alarms.notices(session, ids)
        ]
