"""Pauses and resumes the outgoing queue. Each pause and each release leaves a row in the audit log.

After a restore, it is unknown which messages were sent since the backup was made. The person who resumes the queue
decides for each kind of doubtful message. They are sent, perhaps a second time, or dropped. None is sent before that
decision.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.core.context import Kit
from hotline.core.database import Session, add_if_new
from hotline.errors import NotFound, Undecided
from hotline.gateway import queries_health, tables
from hotline.gateway.queries_health import GivenUp, WaitingMessages
from hotline.gateway.rules_message import DoubtDecision, Kind
from hotline.gateway.tables import LaneHold
from hotline.people import tables_audit
from hotline.people.tables_audit import Signer


@dataclass(frozen=True, slots=True)
class LaneState:
    """The state of the outgoing queue."""

    hold: LaneHold | None
    fault: str | None
    """The reason for which the gateway refuses messages, if it does. It ends without any command."""
    waiting: Sequence[WaitingMessages]

    @property
    def undecided(self) -> Collection[Kind]:
        """Returns the kinds of messages for which a person must decide about the doubtful ones."""
        return [one.kind for one in self.waiting if one.doubtful]


@dataclass(frozen=True, slots=True)
class Released:
    going: int
    dropped: int


def look(kit: Kit) -> LaneState:
    with kit.database.reading() as session:
        return _lane(session)


def held(kit: Kit) -> LaneHold | None:
    """Returns the pause of the queue, or None.

    It counts no messages, unlike `look`, because every console page calls it.
    """
    with kit.database.reading() as session:
        return queries_health.pause(session)


def hold(kit: Kit, *, by: Signer, reason: str) -> bool:
    """Pauses the queue. Returns False if it was paused already. A send that has begun still ends."""
    with kit.database.writing() as session:
        return place(session, by=by, reason=reason, at=kit.now())


def hold_restored(session: Session, *, by: str, reason: str, at: datetime) -> int:
    """Pauses a restored database's queue. Returns the number of waiting messages, which are all doubtful.

    It replaces a pause that existed when the backup was made.
    """
    standing = queries_health.pause(session)
    if standing is not None:
        session.delete(standing)
    place(session, by=by, reason=reason, at=at, doubtful_until=at)
    tables_audit.append(
        session, at=at, actor=tables_audit.by_command(by), action="restored", reason=reason
    )
    return sum(one.count for one in queries_health.waiting(session, at))


def place(
    session: Session,
    *,
    by: Signer,
    reason: str,
    at: datetime,
    doubtful_until: datetime | None = None,
) -> bool:
    """Writes a pause. Returns False if the queue is paused already."""
    row = LaneHold(
        lane=tables.SMS,
        held_by=tables_audit.named(by),
        reason=reason,
        since=at,
        doubtful_until=doubtful_until,
    )
    if not add_if_new(session, row):
        return False
    tables_audit.sign(session, by, at=at, action="lane_held", subject=tables.SMS, reason=reason)
    return True


def release(kit: Kit, *, by: Signer, reason: str, fates: Mapping[Kind, DoubtDecision]) -> Released:
    """Resumes the queue. Raises NotFound without a pause, or Undecided if a kind's decision is missing."""
    at = kit.now()
    with kit.database.writing() as session:
        row = queries_health.pause_for_writing(session)
        if row is None:
            raise NotFound("no one paused the outgoing queue")

        lane = _lane(session)
        missing = [kind for kind in lane.undecided if kind not in fates]
        if missing:
            raise Undecided(_choices(missing))

        dropped = 0
        if row.doubtful_until is not None:
            kinds = [kind for kind, fate in fates.items() if fate is DoubtDecision.DROP]
            dropped = queries_health.drop(session, kinds, row.doubtful_until)
        session.delete(row)
        going = sum(one.count for one in lane.waiting) - dropped
        tables_audit.sign(
            session,
            by,
            at=at,
            action="lane_released",
            subject=f"{tables.SMS}: {going} to go, {dropped} dropped",
            reason=reason,
        )
    return Released(going, dropped)


def given_up(kit: Kit) -> Sequence[GivenUp]:
    """Returns the undeliverable messages that no one has reviewed."""
    with kit.database.reading() as session:
        return queries_health.unanswered(session)


def answer(kit: Kit, message_ids: Collection[int], *, by: Signer, reason: str) -> Sequence[int]:
    """Marks undeliverable messages as reviewed by a person.

    Raises NotFound if one of them is not undeliverable, or was reviewed already.
    """
    at = kit.now()
    with kit.database.writing() as session:
        answered = queries_health.answer(session, message_ids, at)
        if missing := sorted(set(message_ids) - set(answered)):
            named = ", ".join(map(str, missing))
            raise NotFound(f"{named}: not undeliverable, or reviewed already")
        for message_id in answered:
            tables_audit.sign(
                session,
                by,
                at=at,
                action="given_up_answered",
                subject=f"message:{message_id}",
                reason=reason,
            )
    return answered


def _lane(session: Session) -> LaneState:
    hold = queries_health.pause(session)
    return LaneState(
        hold=hold,
        fault=tables.lane_of(session).reason,
        waiting=queries_health.waiting(session, hold.doubtful_until if hold else None),
    )


def _choices(kinds: Sequence[Kind]) -> str:
    words = " ".join(f"--{kind}s send|drop" for kind in kinds)
    return f"some may have gone out before the restore: say what becomes of them with {words}"
