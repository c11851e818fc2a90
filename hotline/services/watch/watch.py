"""The watchman's look: how everything stands, what that raises, repeats or ends, and who is told.

What is told is written down before anything is sent, and goes out by the watchman itself: neither the workers nor the
clock nor a held lane, which it watches, stand in between.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hotline.domain.watch.alarms import HAPPENINGS, Alarm, Move, Notice, move
from hotline.ports import LookingKit, WatchKit
from hotline.services.check_result import CheckResult
from hotline.services.outbox import notices
from hotline.services.watch import checks_database, checks_outside, checks_traffic
from hotline.store.database import Session
from hotline.store.dialogue import contacts
from hotline.store.watch import alarms, looks
from hotline.store.watch.alarms import AlarmNotice


def look(kit: WatchKit, *, around: bool = True) -> None:
    """Look once, and write down who is told of what. Raises StoreUnavailable where the database cannot commit.

    `around`: also at what is slow to change and dear to ask.
    """
    at = kit.now()
    with kit.database.writing() as session:
        contacts.try_writing(session, at)
        looks.note(session, at)
    found = readings(kit, around=around)

    with kit.database.reading() as session:
        moves = _moves(session, found, at)
    if not moves:
        return
    with kit.database.writing() as session:
        alarms.take_turns(session)
        before = alarms.texts(session)
        for one in _moves(session, found, at):
            alarms.keep(session, one.alarm, one.now, _says(one.alarm, found, before))
            if one.notice is not None:
                write_notices(session, kit, one, at)


def _says(alarm: Alarm, found: Mapping[Alarm, CheckResult], before: Mapping[str, str]) -> str:
    """Returns what an alarm says: while it settles, what was wrong, and never what a healthy check says."""
    if alarm in HAPPENINGS:
        return HAPPENINGS[alarm]
    now = found[alarm]
    return before.get(alarm, "") if level(now) == 0 else now.says


def readings(kit: WatchKit, *, around: bool = True) -> Mapping[Alarm, CheckResult]:
    """Of all that the doctor looks at, what wakes somebody. That the database is well, `look` has found out."""
    found = (*checks_outside.findings(kit), *checks_database.findings(kit))
    found += checks_traffic.findings(kit) if around else ()
    wakes = set(Alarm) - {Alarm.DATABASE, *HAPPENINGS}
    return {Alarm(one.name): one for one in found if one.name in wakes}


def tell_other_of_keys(kit: LookingKit) -> None:
    """Tells the second channel alone that the watchman's own keys are wrong: nobody else tells of it.

    What is told is remembered as for any alarm, so that each start which is refused does not tell it again. Raises
    StoreUnavailable.
    """
    at = kit.now()
    with kit.database.writing() as session:
        alarms.take_turns(session)
        one = move(alarms.standing(session).get(Alarm.KEYS), Alarm.KEYS, 1, at)
        alarms.keep(session, one.alarm, one.now, "the watchman does not start: its keys are wrong")
    if one.notice is not None and kit.watch.other.is_there():
        since = one.now.since if one.now is not None else at
        kit.watch.other.tell(
            notices.words(kit, one.alarm, one.notice, since, notices.OTHERS_LANGUAGE)
        )


def level(finding: CheckResult) -> int:
    return 0 if finding.ok else finding.level


def _moves(session: Session, found: Mapping[Alarm, CheckResult], at: datetime) -> Sequence[Move]:
    """What this look changes."""
    before = alarms.standing(session)
    levels = {alarm: level(one) for alarm, one in found.items()}
    levels |= {alarm: 1 for alarm in HAPPENINGS if alarm in before}
    moves = [move(before.get(alarm), alarm, wrong, at) for alarm, wrong in levels.items()]
    return [one for one in moves if one.now != before.get(one.alarm)]


def write_notices(session: Session, kit: WatchKit, told: Move, at: datetime) -> None:
    """One for everybody who can be woken, and one for the other channel where there is one."""
    assert told.notice is not None
    since = told.now.since if told.now is not None else at
    people: list[int | None] = [
        one.id for one in alarms.watchers(session) if one.unreachable is None
    ]
    people += [None] if kit.watch.other.is_there() else []
    session.add_all(notice(told.alarm, told.notice, watcher, since, at) for watcher in people)


def notice(
    alarm: str, kind: Notice, watcher_id: int | None, since: datetime, at: datetime
) -> AlarmNotice:
    """Something to tell, due now."""
    return AlarmNotice(
        alarm=alarm,
        notice=kind,
        since=since,
        watcher_id=watcher_id,
        created_at=at,
        next_at=at,
        attempts=0,
        done_at=None,
        outcome=None,
    )
