"""Writes an event of a case, in the transaction of the change that it describes.

Each event has a unique key, so a repeated command writes it only once. The functions run inside the transaction of the
calling function.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline.alerts import tables_case_events
from hotline.alerts.rules_replies import Command
from hotline.core.database import Session
from hotline.gateway.tables import Assignment
from hotline.tips.rules_events import PROOF, TO, WAITS, YES, EventChannel, LoggedEvent, TakeProof
from hotline.tips.rules_persons import COUNTING_PROOFS

RESPONDER = "responder"
WAYS = {
    "cli": EventChannel.CLI,
    "desk": EventChannel.CLI,
    "account": EventChannel.CONSOLE,
    RESPONDER: EventChannel.USSD,
}
"""The channel of an event, by the prefix of the actor's name in the audit log. All other actors are jobs that run at a
given time.
"""


@dataclass(frozen=True, slots=True)
class EventActor:
    """The person or process that caused an event, with its name in the audit log."""

    actor: str
    channel: EventChannel | None = None
    """None if the channel follows from the actor's name: a command, a page of the console, or a timed job."""
    desk: str | None = None
    person: int | None = None
    """The id of a responder who used a console account."""

    @property
    def by_way(self) -> EventChannel:
        return self.channel or WAYS.get(self.actor.partition(":")[0], EventChannel.CLOCK)

    @property
    def responder_id(self) -> int | None:
        kind, _, number = self.actor.partition(":")
        return int(number) if kind == RESPONDER else self.person


def by_responder(responder_id: int, channel: EventChannel) -> EventActor:
    return EventActor(f"{RESPONDER}:{responder_id}", channel)


def write_event(
    session: Session,
    tip_id: int,
    kind: LoggedEvent,
    by: EventActor,
    at: datetime,
    *,
    key: str,
    codes: Mapping[str, str] | None = None,
    supersedes: int | None = None,
) -> int | None:
    """Writes an event of a case. Returns the id of the event. Returns None if it was written before."""
    row = tables_case_events.CaseEventRow(
        tip_id=tip_id,
        at=at,
        responder_id=by.responder_id,
        desk=by.desk,
        channel=by.by_way,
        kind=kind,
        codes=dict(codes or {}),
        key=f"{kind}:{key}",
        supersedes=supersedes,
    )
    return tables_case_events.write_event(session, row)


def write_taken(
    session: Session, tip_id: int, taker: int, at: datetime, channel: EventChannel, proof: TakeProof
) -> None:
    """Writes an event: a responder acknowledged the case, or the acknowledgement was proved or doubted.

    If the last event already says the same, writes nothing.
    """
    last = tables_case_events.last_event_of(session, tip_id, taker)
    held = tables_case_events.last_event_of(session, tip_id, taker, but_alerts=True)
    is_taken = held is not None and held.kind == LoggedEvent.ACKNOWLEDGED
    was = held.codes.get(PROOF, "") if held is not None and is_taken else None
    told_since = last is not held
    if proof is TakeProof.DOUBTED and was not in COUNTING_PROOFS:
        return
    if proof is TakeProof.PROVISIONAL and was in COUNTING_PROOFS:
        # An earlier acknowledgement of this responder counts until it is doubted.
        return
    same = was == proof or (was in COUNTING_PROOFS and proof in COUNTING_PROOFS)
    if same and not (told_since and proof in COUNTING_PROOFS):
        return
    corrected = held.id if held is not None and was is not None and not same else None
    write_event(
        session,
        tip_id,
        LoggedEvent.ACKNOWLEDGED,
        by_responder(taker, channel),
        at,
        key=f"{tip_id}:{taker}:{last.id if last is not None else 0}",
        codes={PROOF: proof.value},
        supersedes=corrected,
    )


def write_taken_by(session: Session, tip_id: int, command: Command, *, counts: bool) -> None:
    """Writes the event that a responder acknowledges the case now.

    `counts` is True if the acknowledgement already counts, even if it is not proved yet.
    """
    proof = TakeProof.PROVED if command.proved else TakeProof.UNPROVED
    proof = proof if counts else TakeProof.PROVISIONAL
    write_taken(session, tip_id, command.responder_id, command.at, command.channel, proof)


def write_report(session: Session, row: Assignment, command: Command, kind: LoggedEvent) -> None:
    """Writes an event that a responder can cause once with each of their references."""
    by = by_responder(command.responder_id, command.channel)
    write_event(session, row.tip_id, kind, by, command.at, key=str(row.id))


def write_passed(session: Session, tip_id: int, command: Command) -> None:
    """Writes the event that a responder passes the case on. Its key contains the id of the responder's last event in
    this case.
    """
    who = command.responder_id
    last = tables_case_events.last_event_of(session, tip_id, who)
    key = f"{tip_id}:{who}:{last.id if last is not None else 0}"
    by, codes = by_responder(who, command.channel), {TO: command.to.value}
    write_event(session, tip_id, LoggedEvent.PASSED, by, command.at, key=key, codes=codes)


def write_closed(
    session: Session,
    tip_id: int,
    by: EventActor,
    at: datetime,
    codes: Mapping[str, str],
    *,
    waits: bool = False,
    supersedes: int | None = None,
) -> None:
    """Writes the event that a case was closed. If `waits` is True, writes instead that its closure was requested.

    `supersedes` is the id of an earlier request that this request replaces.
    """
    codes = {**codes, WAITS: YES} if waits else codes
    which = f"wanted:{':'.join(codes.values())}" if waits else "done"
    key = f"{tip_id}:{at.timestamp()}:{which}"
    write_event(
        session, tip_id, LoggedEvent.CLOSED, by, at, key=key, codes=codes, supersedes=supersedes
    )
