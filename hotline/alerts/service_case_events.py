"""Writes case events to the case's log, in the transaction in which they happen.

Each event has its own key, so that a repeated command is written once. Runs inside the caller's transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline.alerts import tables_case_events
from hotline.alerts.rules_replies import Act
from hotline.alerts.tables_case_events import CaseLogRow
from hotline.core.database import Session
from hotline.gateway.tables import Referral
from hotline.tips.rules_events import PROOF, TO, WAITS, YES, EntryKind, EntryWay, TakeProof
from hotline.tips.rules_persons import COUNTS

RESPONDER = "responder"
WAYS = {
    "cli": EntryWay.CLI,
    "desk": EntryWay.CLI,
    "account": EntryWay.CONSOLE,
    RESPONDER: EntryWay.USSD,
}
"""The channel of a case event, by the prefix of its actor in the audit log. All other actors are timed jobs."""


@dataclass(frozen=True, slots=True)
class EntryBy:
    """The person or process that acted, as the audit log names it."""

    actor: str
    way: EntryWay | None = None
    """None if the actor already implies it: a command, a console page or a timed job."""
    desk: str | None = None
    person: int | None = None
    """A responder who acts through their console account."""

    @property
    def by_way(self) -> EntryWay:
        return self.way or WAYS.get(self.actor.partition(":")[0], EntryWay.CLOCK)

    @property
    def responder_id(self) -> int | None:
        kind, _, number = self.actor.partition(":")
        return int(number) if kind == RESPONDER else self.person


def by_responder(responder_id: int, way: EntryWay) -> EntryBy:
    return EntryBy(f"{RESPONDER}:{responder_id}", way)


def done_by(
    session: Session,
    tip_id: int,
    kind: EntryKind,
    by: EntryBy,
    at: datetime,
    *,
    key: str,
    codes: Mapping[str, str] | None = None,
    supersedes: int | None = None,
) -> int | None:
    """Writes a case event. Returns its id, or None if it was written before."""
    row = CaseLogRow(
        tip_id=tip_id,
        at=at,
        responder_id=by.responder_id,
        desk=by.desk,
        way=by.by_way,
        kind=kind,
        codes=dict(codes or {}),
        key=f"{kind}:{key}",
        supersedes=supersedes,
    )
    return tables_case_events.written(session, row)


def took(
    session: Session, tip_id: int, who: int, at: datetime, way: EntryWay, proof: TakeProof
) -> None:
    """Writes that a responder acknowledged the case, or that this was proved or doubted. Writes only changes."""
    last = tables_case_events.last_of(session, tip_id, who)
    held = tables_case_events.last_of(session, tip_id, who, but_told=True)
    was = held.codes.get(PROOF, "") if held is not None and held.kind == EntryKind.TAKEN else None
    told_since = last is not held
    if proof is TakeProof.DOUBTED and was not in COUNTS:
        return
    if proof is TakeProof.PROVISIONAL and was in COUNTS:
        # The responder's earlier acknowledgement counts until it is doubted.
        return
    same = was == proof or (was in COUNTS and proof in COUNTS)
    if same and not (told_since and proof in COUNTS):
        return
    corrected = held.id if held is not None and was is not None and not same else None
    done_by(
        session,
        tip_id,
        EntryKind.TAKEN,
        by_responder(who, way),
        at,
        key=f"{tip_id}:{who}:{last.id if last is not None else 0}",
        codes={PROOF: proof.value},
        supersedes=corrected,
    )


def took_by(session: Session, tip_id: int, act: Act, *, counts: bool) -> None:
    """Writes that a responder acknowledges the case now. With `counts`, it needs no proof any more, or not yet."""
    proof = TakeProof.PROVED if act.proved else TakeProof.UNPROVED
    proof = proof if counts else TakeProof.PROVISIONAL
    took(session, tip_id, act.responder_id, act.at, act.way, proof)


def said(session: Session, known_as: Referral, act: Act, kind: EntryKind) -> None:
    """Writes an event that a responder can report once for each of their references to a case."""
    by = by_responder(act.responder_id, act.way)
    done_by(session, known_as.tip_id, kind, by, act.at, key=str(known_as.id))


def passed(session: Session, tip_id: int, act: Act) -> None:
    """Writes that a responder passes the case on, after their last event in it."""
    who = act.responder_id
    last = tables_case_events.last_of(session, tip_id, who)
    key = f"{tip_id}:{who}:{last.id if last is not None else 0}"
    by = by_responder(who, act.way)
    done_by(session, tip_id, EntryKind.PASSED, by, act.at, key=key, codes={TO: act.to.value})


def closed(
    session: Session,
    tip_id: int,
    by: EntryBy,
    at: datetime,
    codes: Mapping[str, str],
    *,
    waits: bool = False,
    supersedes: int | None = None,
) -> None:
    """Writes that a case is closed, or with `waits`, that its closure is requested.

    `supersedes` is the replaced request.
    """
    codes = {**codes, WAITS: YES} if waits else codes
    which = f"wanted:{':'.join(codes.values())}" if waits else "done"
    key = f"{tip_id}:{at.timestamp()}:{which}"
    done_by(session, tip_id, EntryKind.CLOSED, by, at, key=key, codes=codes, supersedes=supersedes)
