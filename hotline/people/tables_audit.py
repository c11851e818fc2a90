"""Writes and checks the audit log of the hotline. The log records that a person read a tip, but never what the tip
contains.

The hotline adds rows to the log, but never changes or deletes rows of the log. Each row contains the digest of the
previous row. A check of the digests shows if a row was changed, removed or inserted. An attacker who can write to the
table could compute all digests again and replace them. So each process also numbers its rows, and seals them with its
own key, which is not in the database. The check of digests and seals cannot notice that rows at the end are missing. So
the monitor stores and sends the digest of the newest row each day (monitoring/service_audit_digest.py).
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
from hotline.core.database import AUDIT_KEY, protect_rows
from hotline.people.rules_audit import AuditFilter
from hotline.text.time import KIGALI

CommandActor: TypeAlias = str | Actor
"""The person who gives a command: an account, or the name that the person gave on the command line."""
RESTORED = ("lane_held", "restored")
"""The actions whose rows may have no seal, because a restored machine has no keys yet. `hotline audit verify` lists
these rows.
"""
BEGINNING = "0" * 64
"""The first row of the log has no previous row, so its field `previous` contains this value."""
LOCK = 4_114_110_001
"""The number of the PostgreSQL advisory lock for adding a row. SQLite needs no lock, because it has only one writer at
a time.
"""


OWN_PROCESS = (
    "CREATE FUNCTION audit_own_process() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ DECLARE own text := substr(current_user, length(current_database()) + 2);"
    " none text := repeat('0', 64); BEGIN"
    " IF current_user <> current_database() || '_' || own"
    " OR own NOT IN ('hooks', 'workers', 'watch', 'reader', 'pages') THEN RETURN NEW; END IF;"
    f" PERFORM pg_advisory_xact_lock({LOCK});"
    " IF NEW.process <> own OR NEW.digest !~ '^[0-9a-f]{64}$' OR NEW.digest = none"
    " OR NEW.previous <> coalesce((SELECT digest FROM audit ORDER BY id DESC LIMIT 1), none)"
    " OR EXISTS (SELECT FROM audit WHERE previous = NEW.digest)"
    " OR NEW.number <> 1 + coalesce((SELECT max(number) FROM audit WHERE process = own), 0)"
    " THEN RAISE EXCEPTION 'an account adds rows of its own process only, after the newest row'"
    " USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER audit_own_process BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_own_process()",
)
"""A trigger of PostgreSQL. The trigger refuses a row in the name of another process, and a row that does not follow
the newest row. If the database contained such a row, no process could add a correct row after it. The trigger knows
the process from its database account, which is named after the database and the process.
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

    `people/rules_audit.py` makes a readable name from this text.
    """
    action: Mapped[str]
    """The name of the action in the past tense, such as "tip_read" or "responders_imported"."""
    subject: Mapped[str]
    reason: Mapped[str]
    previous: Mapped[str] = mapped_column(unique=True)
    """The digest of the previous row. The column is unique, so two rows cannot follow the same row."""
    digest: Mapped[str] = mapped_column(unique=True)
    """The SHA-256 digest of `previous` and the fields of this row."""
    process: Mapped[str | None]
    """The role of the process whose key sealed the row. The value is None if the process had no key. The process then
    still adds the row, because a missing key must not stop a tip.
    """
    number: Mapped[int | None]
    """The number of this row among the rows of its process, beginning with 1 and without gaps."""
    seal: Mapped[str | None]
    """The HMAC-SHA-256 of process, number and digest, made with the key of the process."""


protect_rows(AuditEntry, *OWN_PROCESS)


class Chain(NamedTuple):
    """The result of a check of the whole audit log."""

    length: int
    newest: str
    """The digest of the last row of the log."""
    broken_at: int | None
    """The id of the first row that is wrong. The value is None if no row is wrong."""
    reason: str = ""
    unchecked: Collection[str] = ()
    """The processes and rows whose seals the check could not verify, because the key is on another machine, or because
    the rows come from a restore without keys.
    """


@dataclass(frozen=True, slots=True)
class Proofs:
    """The keys and digests from outside of the database, with which the code checks the audit log."""

    keys: Mapping[str, bytes | None]
    """The audit key of each process of this hotline. The value is None if the key is on another machine."""
    digests: Mapping[int, str] = field(default_factory=dict)
    """The digests that were stored outside of the database, by the id of their row."""
    since: int = 0
    """The id of the first row whose seal is checked. An operator can start at a later row, for example after a key was
    lost.
    """


def by_command(name: str) -> str:
    """Returns the text that the audit log stores as actor, for a person who gave this name on the command line."""
    return f"cli:{name}"


def by_actor(actor: Actor) -> str:
    """Returns the text that the audit log stores as actor, for an account or for a person without an account."""
    if actor.account_id is None:
        return by_command(actor.name)
    return f"account:{actor.account_id}:{actor.name}"


def actor_of(by: CommandActor) -> str:
    """Returns the text that the audit log stores as actor, for a person who gives a command."""
    return by_actor(by) if isinstance(by, Actor) else by_command(by)


def name_of(by: CommandActor) -> str:
    """Returns only the name of a person who gives a command, and not the account."""
    return by.name if isinstance(by, Actor) else by


def name_in(actor: str) -> str:
    """Returns the person's name from the text that the audit log stores as actor."""
    return actor.rpartition(":")[2]


def account_of(actor: str) -> int | None:
    """Returns the account id from the text that the audit log stores as actor.

    Returns None if the actor is a process, or a person without an account.
    """
    kind, _, rest = actor.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "account" and number.isdecimal() else None


def append_row(
    session: Session, at: datetime, actor: str, action: str, subject: str = "", reason: str = ""
) -> AuditEntry:
    """Adds a row to the audit log, in the transaction of the calling function.

    While another process adds a row, waits until that process has committed.
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
    """Returns how often an actor has done one of these actions since the time `since`.

    If `subject` is given, counts only actions about this subject.
    """
    done = select(func.count()).where(
        AuditEntry.actor == actor, AuditEntry.action.in_(actions), AuditEntry.at > since
    )
    return session.scalar(done.where(AuditEntry.subject == subject) if subject else done) or 0


def entries(
    session: Session, *, since: datetime | None = None, subject: str | None = None
) -> Sequence[AuditEntry]:
    """Returns rows of the log, oldest first. If `since` is given, returns only rows since this time. If `subject` is
    given, returns only rows about this subject.
    """
    found = select(AuditEntry).order_by(AuditEntry.id)
    if since is not None:
        found = found.where(AuditEntry.at >= since)
    if subject is not None:
        found = found.where(AuditEntry.subject == subject)
    return session.scalars(found).all()


def rows_after(session: Session, digest: str) -> Sequence[AuditEntry] | None:
    """Returns the rows after the row with this digest, the oldest first. Returns None if no row of the log has this
    digest."""
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
    """Returns the newest rows that match a filter, the newest first. If `before` is given, returns only rows with a
    lower id.

    A row about a responder contains only the responder's id, so `names` gives the names of responders by id. If the
    filter names a day, this day lasts from midnight to midnight in Kigali.
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
    """Returns the action of the newest row that has one of these actions. Returns None if there is no such row."""
    found = select(AuditEntry.action).where(AuditEntry.action.in_(actions))
    return session.scalar(found.order_by(AuditEntry.id.desc()).limit(1))


def chain_end(session: Session) -> tuple[int, str]:
    """Returns the number of rows, and the digest of the newest row."""
    count = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    return count, _newest_digest(session)


def newest_id(session: Session) -> int:
    return session.scalar(select(func.max(AuditEntry.id))) or 0


def digest_of(session: Session, row: int) -> str | None:
    """Computes the digest of a row. Returns None if the row is missing, or if its stored digest differs from the
    computed digest.
    """
    entry = session.get(AuditEntry, row)
    return None if entry is None or entry.digest != _digest(entry) else entry.digest


def break_after(session: Session, digest: str) -> int | None:
    """Checks the rows after the row with this digest. Returns the id of the first row that does not match the row
    before it, or None.
    """
    for entry in rows_after(session, digest) or ():
        if entry.previous != digest or entry.digest != _digest(entry):
            return entry.id
        digest = entry.digest
    return None


def begun_at(session: Session) -> datetime | None:
    """Returns the time of the first row of the log."""
    return session.scalar(select(AuditEntry.at).order_by(AuditEntry.id).limit(1))


def _newest_digest(session: Session) -> str:
    found = select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)
    return session.scalar(found) or BEGINNING


def verify_chain(session: Session, proofs: Proofs | None = None) -> Chain:
    """Checks the log from its beginning to the first wrong row. Without proofs, checks only the chain of digests."""
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
    """Compares each row of the log, in order, with the proofs that are stored outside of the database."""

    def __init__(self, proofs: Proofs) -> None:
        self._proofs = proofs
        self._numbers: dict[str, int] = {}
        self.digests = dict(sorted(proofs.digests.items()))
        """The digests that are stored outside of the database, and whose rows this object has not checked yet."""
        self.unchecked: set[str] = set()

    def fault(self, entry: AuditEntry) -> str:
        """Checks one row of the log. Returns a description of the fault in this row, or an empty text."""
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
