"""Writes the hotline's audit log, and checks that no one changed it. The log records that a person read a tip, but
never what the tip contains.

The hotline adds rows to the log, but never changes or deletes rows. Each row contains the digest of the previous row. A
check of the digests shows if someone changed, removed or inserted a row. An attacker who can write to the table could
compute all digests again. So each process also numbers its rows, and seals them with its own key, which is not in the
database. The digests and seals do not show if rows at the end of the log are missing. So each day, the monitor stores
and sends the digest of the newest row (monitoring/service_audit_digest.py).
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple, TypeAlias

from sqlalchemy import BigInteger, Integer, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core import database
from hotline.core.actors import Actor
from hotline.core.database import AUDIT_KEY
from hotline.people.rules_audit import AuditFilter
from hotline.text.time import KIGALI

CommandActor: TypeAlias = str | Actor
"""The person who gives a command: an account, or a name that the person typed on the command line."""
RESTORED = ("lane_held", "restored")
"""The actions whose rows may have no seal, because a machine has no keys yet after a restore. The command `hotline
audit verify` lists these rows.
"""
BEGINNING = "0" * 64
"""The value of `previous` in the first row of the log, which has no previous row."""
LOCK = 4_114_110_001
"""The number of the PostgreSQL lock (advisory lock) that a process needs to add a row. SQLite needs no lock, because it
has only one writer at a time.
"""


class AuditEntry(database.Row):
    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("process", "number"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    """The id of the row. The id has 64 bits, so that no process can use up all ids."""
    at: Mapped[datetime]
    actor: Mapped[str]
    """The name of a process, such as "line" or "clock", or one of "cli:<name>", "account:<id>:<name>",
    "desk:<code>:<name>", "responder:<id>".

    `people/rules_audit.py` turns the text into a readable name.
    """
    action: Mapped[str]
    """The name of the action in the past tense, such as "tip_read" or "responders_imported"."""
    subject: Mapped[str]
    reason: Mapped[str]
    previous: Mapped[str] = mapped_column(unique=True)
    """The digest of the row before this row. The column is unique, so that two rows cannot follow the same row."""
    digest: Mapped[str] = mapped_column(unique=True)
    """The SHA-256 digest of `previous` and this row's fields."""
    process: Mapped[str | None]
    """The role of the process that sealed the row, or None if the process had no key for a seal. A process without a
    key still adds rows, because a missing key must not stop a tip.
    """
    number: Mapped[int | None]
    """The row's number among the rows of its process, counted from 1 without gaps."""
    seal: Mapped[str | None]
    """The HMAC-SHA-256 of the row's process, number and digest, computed with the process's key."""


class Chain(NamedTuple):
    """The result of a check of the whole audit log."""

    length: int
    newest: str
    """The digest of the last row of the log."""
    broken_at: int | None
    """The id of the first wrong row, or None if no row is wrong."""
    reason: str = ""
    unchecked: Collection[str] = ()
    """The processes and rows whose seals could not be checked. The keys are on another machine, or were missing after a
    restore.
    """


@dataclass(frozen=True, slots=True)
class Proofs:
    """The keys and digests from outside the database with which the code checks the audit log."""

    keys: Mapping[str, bytes | None]
    """The audit key of each process of this hotline, or None if the key is on another machine."""
    digests: Mapping[int, str] = field(default_factory=dict)
    """The digests that were stored outside the database, by the id of the row."""
    since: int = 0
    """The id of the first row whose seal the code checks. If a key was lost, an operator can start at a later row."""


def by_command(name: str) -> str:
    """Returns the text by which the audit log names a person who typed this name on the command line."""
    return f"cli:{name}"


def by_actor(actor: Actor) -> str:
    """Returns the text by which the audit log names an account, or a person without an account."""
    if actor.account_id is None:
        return by_command(actor.name)
    return f"account:{actor.account_id}:{actor.name}"


def actor_of(by: CommandActor) -> str:
    """Returns the text by which the audit log names the person who gives a command."""
    return by_actor(by) if isinstance(by, Actor) else by_command(by)


def name_of(by: CommandActor) -> str:
    """Returns the name of a person who gives a command, without the account."""
    return by.name if isinstance(by, Actor) else by


def name_in(actor: str) -> str:
    """Returns a person's name from the text by which the audit log names the person."""
    return actor.rpartition(":")[2]


def append_row(
    session: Session, at: datetime, actor: str, action: str, subject: str = "", reason: str = ""
) -> AuditEntry:
    """Adds a row to the audit log, in the calling function's transaction.

    Waits while another process adds a row and has not yet committed.
    """
    database.take_lock(session, LOCK)
    entry = AuditEntry(
        at=at.astimezone(UTC),
        actor=actor,
        action=action,
        subject=subject,
        reason=reason,
        previous=_newest_digest(session),
    )
    entry.digest = _digest(entry)
    if held := session.info.get(AUDIT_KEY):
        entry.process, key = held
        numbers = select(func.max(AuditEntry.number)).where(AuditEntry.process == entry.process)
        entry.number = (session.scalar(numbers) or 0) + 1
        entry.seal = _seal(key, entry)
    session.add(entry)
    session.flush()
    return entry


def append_about_tip(
    session: Session, tip_id: int, action: str, actor: str, at: datetime, reason: str = ""
) -> None:
    """Adds a row about a tip to the audit log."""
    append_row(session, at, actor, action, f"tip:{tip_id}", reason)


def append_command(
    session: Session, by: CommandActor, at: datetime, action: str, subject: str, reason: str = ""
) -> None:
    """Adds a row about a person's command to the audit log."""
    append_row(session, at, actor_of(by), action, subject, reason)


def count_actions(
    session: Session, actor: str, actions: Collection[str], since: datetime, subject: str = ""
) -> int:
    """Returns how often an actor did one of `actions` since the time `since`.

    If `subject` is given, counts only actions about this subject.
    """
    done = select(func.count()).where(
        AuditEntry.actor == actor, AuditEntry.action.in_(actions), AuditEntry.at > since
    )
    return session.scalar(done.where(AuditEntry.subject == subject) if subject else done) or 0


def entries(
    session: Session, *, since: datetime | None = None, subject: str | None = None
) -> Sequence[AuditEntry]:
    """Returns rows of the audit log, oldest first. If `since` is given, returns only rows that were written at this
    time or later. If `subject` is given, returns only rows about this subject.
    """
    found = select(AuditEntry).order_by(AuditEntry.id)
    if since is not None:
        found = found.where(AuditEntry.at >= since)
    if subject is not None:
        found = found.where(AuditEntry.subject == subject)
    return session.scalars(found).all()


def rows_after(session: Session, digest: str) -> Sequence[AuditEntry] | None:
    """Returns the rows that come after the row with the digest `digest`, oldest first. Returns None if the log has no
    row with this digest."""
    known = session.scalar(select(AuditEntry.id).where(AuditEntry.digest == digest))
    if known is None:
        return None
    found = select(AuditEntry).where(AuditEntry.id > known).order_by(AuditEntry.id)
    return session.scalars(found).all()


def newest_rows(
    session: Session,
    wanted: AuditFilter,
    names: Mapping[int, str],
    *,
    before: int | None,
    limit: int,
) -> Sequence[AuditEntry]:
    """Returns the newest rows of the log that match the filter `wanted`, newest first. If `before` is given, returns
    only rows whose id is lower than `before`.

    Rows contain responders' ids instead of names, so `names` maps these ids to names. If the filter has a day, the day
    lasts from midnight to midnight in Kigali.
    """
    found = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        found = found.where(AuditEntry.id < before)
    if wanted.name:
        part = wanted.name.casefold()
        called = [f"responder:{one}" for one, name in names.items() if part in name.casefold()]
        named = AuditEntry.actor.icontains(wanted.name, autoescape=True)
        found = found.where(or_(named, AuditEntry.actor.in_(called)))
    if wanted.action:
        found = found.where(AuditEntry.action == wanted.action)
    if wanted.tip_id is not None:
        found = found.where(AuditEntry.subject == f"tip:{wanted.tip_id}")
    if wanted.hidden:
        found = found.where(AuditEntry.subject.not_in(wanted.hidden))
    if wanted.day is not None:
        begins = datetime.combine(wanted.day, time(), KIGALI)
        day = AuditEntry.at >= begins, AuditEntry.at < begins + timedelta(days=1)
        found = found.where(*day)
    return session.scalars(found).all()


def newest_of(session: Session, actions: Collection[str]) -> str | None:
    """Returns the action of the newest row whose action is in `actions`. Returns None if the log has no such row."""
    found = select(AuditEntry.action).where(AuditEntry.action.in_(actions))
    return session.scalar(found.order_by(AuditEntry.id.desc()).limit(1))


def chain_end(session: Session) -> tuple[int, str]:
    """Returns the number of rows in the log, and the digest of the newest row."""
    count = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    return count, _newest_digest(session)


def newest_id(session: Session) -> int:
    return session.scalar(select(func.max(AuditEntry.id))) or 0


def digest_of(session: Session, row: int) -> str | None:
    """Computes the digest of the row with the id `row`. Returns None if the row is missing, or if the stored digest
    differs.
    """
    entry = session.get(AuditEntry, row)
    return None if entry is None or entry.digest != _digest(entry) else entry.digest


def break_after(session: Session, digest: str) -> int | None:
    """Checks the rows that come after the row with the digest `digest`. Returns the id of the first row that does not
    match the row before it, or None if all rows match.
    """
    for entry in rows_after(session, digest) or ():
        if entry.previous != digest or entry.digest != _digest(entry):
            return entry.id
        digest = entry.digest
    return None


def begun_at(session: Session) -> datetime | None:
    """Returns the time of the first row in the audit log."""
    return session.scalar(select(AuditEntry.at).order_by(AuditEntry.id).limit(1))


def _newest_digest(session: Session) -> str:
    found = select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)
    return session.scalar(found) or BEGINNING


def verify_chain(session: Session, proofs: Proofs | None = None) -> Chain:
    """Checks the audit log from its beginning to the first wrong row. If `proofs` is None, checks only the digests."""
    newest, length = BEGINNING, 0
    check = None if proofs is None else _ProofCheck(proofs)
    every = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=500)
    with closing(session.scalars(every)) as rows:
        for entry in rows:
            if entry.previous != newest or entry.digest != _digest(entry):
                return Chain(length, newest, entry.id, "it does not follow from the row before")
            if check is not None and (reason := check.fault(entry)):
                return Chain(length, newest, entry.id, reason)
            newest, length = entry.digest, length + 1
    if check is None:
        return Chain(length, newest, broken_at=None)
    cut = next(iter(check.digests), None)
    reason = "" if cut is None else "it was kept elsewhere, and is not in the log"
    return Chain(length, newest, cut, reason, sorted(check.unchecked))


class _ProofCheck:
    """Compares the log's rows, in their order, with proofs from outside the database."""

    def __init__(self, proofs: Proofs) -> None:
        self._proofs = proofs
        self._numbers: dict[str, int] = {}
        self.digests = dict(sorted(proofs.digests.items()))
        """Digests from outside the database. Each stays here until the code has compared it with its row."""
        self.unchecked: set[str] = set()

    def fault(self, entry: AuditEntry) -> str:
        """Checks the next row of the log. Returns a description of the row's fault, or an empty text."""
        kept = self.digests.pop(entry.id, entry.digest)
        if kept != entry.digest:
            return "another digest of this row was kept elsewhere"
        name, expected = entry.process or "", self._numbers.get(entry.process or "", 0) + 1
        self._numbers[name] = entry.number or 0
        if entry.id < self._proofs.since:
            return ""
        if not name and entry.action in RESTORED:
            self.unchecked.add(f"row {entry.id}, a restore")
            return ""
        if not name:
            return "no process sealed it"
        if entry.number != expected:
            return f"it is number {entry.number} of {name}, and {expected} was due"
        if name not in self._proofs.keys:
            return "no process of this hotline has its name"
        key = self._proofs.keys[name]
        if key is None:
            self.unchecked.add(name)
            return ""
        fits = hmac.compare_digest(entry.seal or "", _seal(key, entry))
        return "" if fits else f"the key of {name} did not seal it"


def _seal(key: bytes, entry: AuditEntry) -> str:
    sealed = json.dumps((entry.process, entry.number, entry.digest)).encode()
    return hmac.digest(key, sealed, "sha256").hex()


def _digest(entry: AuditEntry) -> str:
    fields = (
        entry.previous,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.reason,
    )
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()
