"""Stores the canaries of keys, and the last start of each process."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row, add_if_new, insert_into

REFUSAL_VALID = timedelta(minutes=10)
"""The time after which checks ignore the record that a process refused to start. A process that refuses to start tries
again within seconds, and records each refusal.
"""


STARTS_KEPT = timedelta(days=30)
"""The time after which the hotline deletes the record of a process's start. A container has a new machine name at each
start, so its record does not replace the record of an earlier start.
"""


class KeyCanary(Row):
    """One canary: a short text that was encrypted with a key (`key_making.py`). While a key is rotated, the table has
    two rows for the key.
    """

    __tablename__ = "key_canary"

    name: Mapped[str] = mapped_column(primary_key=True)
    """The name of the key's file, such as `relay.key`. All roles that have this file have the same key."""
    canary: Mapped[bytes] = mapped_column(primary_key=True)


class ProcessStart(Row):
    """The last start of a role's process on one machine."""

    __tablename__ = "process_start"

    role: Mapped[str] = mapped_column(primary_key=True)
    """One value of the enum `contexts.Role`."""
    host: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    wrong_keys: Mapped[str]
    """The names of the keys that do not decrypt their canaries, separated by commas. The text is empty if all keys
    decrypt their canaries."""
    second_channel: Mapped[bool | None]
    """Only for the process `watch`: True if this process can send alarms by mail or by a command."""
    line_key: Mapped[str | None]
    """A digest of the hotline's public key that the process had in its key folder. The text is empty if the folder did
    not contain the public key. The value is None if a wrong key stopped the start of the process.
    """


def canaries(session: Session) -> Mapping[str, Sequence[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    for row in session.scalars(select(KeyCanary)):
        found[row.name].append(row.canary)
    return found


def add_canary(session: Session, name: str, canary: bytes) -> None:
    add_if_new(session, KeyCanary(name=name, canary=canary))


def drop_canary(session: Session, name: str, canary: bytes) -> None:
    session.execute(delete(KeyCanary).where(KeyCanary.name == name, KeyCanary.canary == canary))


def note_start(session: Session, start: ProcessStart) -> None:
    """Replaces the record of the last start of a role's process on a machine. Also deletes records that are older than
    `STARTS_KEPT`.
    """
    session.execute(delete(ProcessStart).where(ProcessStart.at < start.at - STARTS_KEPT))
    values = {
        "at": start.at,
        "wrong_keys": start.wrong_keys,
        "second_channel": start.second_channel,
        "line_key": start.line_key,
    }
    written = insert_into(session, ProcessStart).values(role=start.role, host=start.host, **values)
    session.execute(written.on_conflict_do_update(index_elements=["role", "host"], set_=values))


def refused_starts(session: Session, at: datetime) -> Sequence[ProcessStart]:
    """Returns the records of recent starts that a wrong key stopped."""
    query = select(ProcessStart).where(
        ProcessStart.wrong_keys != "", ProcessStart.at > at - REFUSAL_VALID
    )
    return session.scalars(query.order_by(ProcessStart.role, ProcessStart.host)).all()


def processes_with_other_key(session: Session, line_key: str) -> Sequence[str]:
    """Returns the processes that, at their last start, had no public key of the hotline or a key that differs from
    `line_key`."""
    rows = session.scalars(select(ProcessStart).where(ProcessStart.line_key != line_key))
    return sorted(f"{start.role} on {start.host}" for start in rows)


def has_second_channel(session: Session) -> bool:
    """Returns True if the process `watch` could send alarms by mail or by a command at its last start."""
    query = select(ProcessStart.second_channel).where(ProcessStart.second_channel.is_not(None))
    return bool(session.scalar(query.order_by(ProcessStart.at.desc()).limit(1)))
