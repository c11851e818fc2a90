"""Writes what happens to a case into its log, in the transaction in which it happens.

Each act has a key of its own, so that what comes twice is written once. Runs inside its caller's transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.cases.entries import (
    PROOF,
    TO,
    WAITS,
    YES,
    EntryKind,
    EntryWay,
    TakeProof,
)
from hotline.domain.cases.persons import COUNTS
from hotline.domain.tips.acts import Act
from hotline.store.cases import case_log
from hotline.store.cases.case_log import CaseLogRow
from hotline.store.database import Session
from hotline.store.outbox.messages import Referral

RESPONDER = "responder"
WAYS = {
    "cli": EntryWay.CLI,
    "desk": EntryWay.CLI,
    "account": EntryWay.CONSOLE,
    RESPONDER: EntryWay.USSD,
}
"""The way of an entry, by the prefix of the audit log's actor; every other actor is the clock."""


@dataclass(frozen=True, slots=True)
class EntryBy:
    """Who did something, as the audit log names her."""

    actor: str
    way: EntryWay | None = None
    """None where the actor says it: a command, a page of the console, the clock."""
    desk: str | None = None
    person: int | None = None
    """A responder who acts by an account of hers."""

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
    """Somebody did something. The entry's id; None where it was written before."""
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
    return case_log.written(session, row)


def took(
    session: Session, tip_id: int, who: int, at: datetime, way: EntryWay, proof: TakeProof
) -> None:
    """She takes it, or it is proved or doubted that she did. What changes nothing is not written."""
    last = case_log.last_of(session, tip_id, who)
    held = case_log.last_of(session, tip_id, who, but_told=True)
    was = held.codes.get(PROOF, "") if held is not None and held.kind == EntryKind.TAKEN else None
    told_since = last is not held
    if proof is TakeProof.DOUBTED and was not in COUNTS:
        return
    if proof is TakeProof.PROVISIONAL and was in COUNTS:
        # What she answered before counts, until that answer is doubted.
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
    """The same, as she did it now. `counts`: it needs no proof any more, or not yet."""
    proof = TakeProof.PROVED if act.proved else TakeProof.UNPROVED
    proof = proof if counts else TakeProof.PROVISIONAL
    took(session, tip_id, act.responder_id, act.at, act.way, proof)


def said(session: Session, known_as: Referral, act: Act, kind: EntryKind) -> None:
    """What she says once of a case, by each name that she knows it by."""
    by = by_responder(act.responder_id, act.way)
    done_by(session, known_as.tip_id, kind, by, act.at, key=str(known_as.id))


def passed(session: Session, tip_id: int, act: Act) -> None:
    """She passes it on, after what she did of it last."""
    who = act.responder_id
    last = case_log.last_of(session, tip_id, who)
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
    """Writes that it is closed; or with `waits`, that closure is requested. `supersedes`: the request it replaces."""
    codes = {**codes, WAITS: YES} if waits else codes
    which = f"wanted:{':'.join(codes.values())}" if waits else "done"
    key = f"{tip_id}:{at.timestamp()}:{which}"
    done_by(session, tip_id, EntryKind.CLOSED, by, at, key=key, codes=codes, supersedes=supersedes)
