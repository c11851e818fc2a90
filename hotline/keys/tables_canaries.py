"""Stores the canaries of lasting keys, and the last start of each process."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row, add_if_new, insert_into

REFUSAL_VALID = timedelta(minutes=10)
"""The time after which a refused start no longer counts. A refused process reports it again within seconds."""


STARTS_KEPT = timedelta(days=30)
"""The age at which starts are deleted. A container has another name at each start."""


class KeyCanary(Row):
    """One text sealed with a lasting key (`key_making.py`). A name has two rows while its key is rotated."""

    __tablename__ = "key_canary"

    name: Mapped[str] = mapped_column(primary_key=True)
    """The key's file, such as `relay.key`. Every role that has the file has the same key."""
    canary: Mapped[bytes] = mapped_column(primary_key=True)


class ProcessStart(Row):
    """The last start of one role's processes on one machine."""

    __tablename__ = "process_start"

    role: Mapped[str] = mapped_column(primary_key=True)
    """A `bootstrap.Role`."""
    host: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    wrong_keys: Mapped[str]
    """The keys that do not decrypt their canaries, separated by commas. Empty if all keys fit."""
    second_channel: Mapped[bool | None]
    """For `watch`: True if it can send alarms by mail or command."""


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
    """Replaces the last start of a role on a machine. Also deletes old starts, since their machines no longer exist."""
    session.execute(delete(ProcessStart).where(ProcessStart.at < start.at - STARTS_KEPT))
    values = {
        "at": start.at,
        "wrong_keys": start.wrong_keys,
        "second_channel": start.second_channel,
    }
    table = ProcessStart.__table__
    written = insert_into(session, ProcessStart).values(role=start.role, host=start.host, **values)
    session.execute(
        written.on_conflict_do_update(index_elements=[table.c.role, table.c.host], set_=values)
    )


def refused_starts(session: Session, at: datetime) -> Sequence[ProcessStart]:
    """Returns the recent starts that a wrong key stopped."""
    asked = select(ProcessStart).where(
        ProcessStart.wrong_keys != "", ProcessStart.at > at - REFUSAL_VALID
    )
    return session.scalars(asked.order_by(ProcessStart.role, ProcessStart.host)).all()


def has_second_channel(session: Session) -> bool:
    """Returns True if the newest start of `watch` reports that it can send alarms by mail or command."""
    asked = select(ProcessStart.second_channel).where(ProcessStart.second_channel.is_not(None))
    return bool(session.scalar(asked.order_by(ProcessStart.at.desc()).limit(1)))
