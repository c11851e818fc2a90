"""Canaries of lasting keys, and the last start of each process: rows, and the questions asked of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row, add_if_new, insert_into

SAID_AGAIN = timedelta(minutes=10)
"""A process that is refused says so again within seconds: what was not said for so long is over."""

GONE = timedelta(days=30)
"""A container has another name at each start."""


class KeyCanary(Row):
    """A text that a lasting key sealed (`sealing/keys/canaries.py`). Two of a name stand while it is rotated."""

    __tablename__ = "key_canary"

    name: Mapped[str] = mapped_column(primary_key=True)
    """The key's file, such as `relay.key`: every role that holds it holds the same."""
    canary: Mapped[bytes] = mapped_column(primary_key=True)


class ProcessStart(Row):
    """The last start of one role's processes on one machine."""

    __tablename__ = "process_start"

    role: Mapped[str] = mapped_column(primary_key=True)
    """A `bootstrap.Role`."""
    host: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    wrong_keys: Mapped[str]
    """Keys that do not open their canaries, with commas between; empty where all do."""
    second_channel: Mapped[bool | None]
    """Of `watch`: whether it can send alarms by mail or command."""


def canaries(session: Session) -> Mapping[str, Sequence[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    for row in session.scalars(select(KeyCanary)):
        found[row.name].append(row.canary)
    return found


def add(session: Session, name: str, canary: bytes) -> None:
    add_if_new(session, KeyCanary(name=name, canary=canary))


def drop(session: Session, name: str, canary: bytes) -> None:
    session.execute(delete(KeyCanary).where(KeyCanary.name == name, KeyCanary.canary == canary))


def note_start(session: Session, start: ProcessStart) -> None:
    """Writes the last start of a role on a machine in the place of the one before. Machines that are gone go too."""
    session.execute(delete(ProcessStart).where(ProcessStart.at < start.at - GONE))
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


def refused(session: Session, at: datetime) -> Sequence[ProcessStart]:
    """Starts that a wrong key stopped, and that were tried lately."""
    asked = select(ProcessStart).where(
        ProcessStart.wrong_keys != "", ProcessStart.at > at - SAID_AGAIN
    )
    return session.scalars(asked.order_by(ProcessStart.role, ProcessStart.host)).all()


def has_second_channel(session: Session) -> bool:
    """Returns True if the `watch` that started last says that it can send alarms by mail or command."""
    asked = select(ProcessStart.second_channel).where(ProcessStart.second_channel.is_not(None))
    return bool(session.scalar(asked.order_by(ProcessStart.at.desc()).limit(1)))
