"""How sessions began: a row each, written with the session's count before its first screen is shown. No mapper.

SQLite is told three statements in one transaction, PostgreSQL one. Every function raises StoreUnavailable.

A session's row, held by a hop that changes something: read, and written where it changed, without the mapper.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from hotline.domain.dialogue.ussd import Heard, Opening, Pinned
from hotline.domain.sketch import place
from hotline.store.database import Database
from hotline.store.dialogue.contacts import Dialogue
from hotline.store.driver import (
    PlainConnection,
    PreparedStatement,
    document_of,
    moment_of,
    new_values,
)

OPENED = (
    "revision_id",
    "entry",
    "dialled",
    "reporting",
    "alerts_blocked",
    "responder_id",
    "network",
    "started_at",
    "caller_key",
    "pinned",
)
"""What an `Opening` has beside its key."""
ROW = ("key", "channel", "language", "counted", "heard", "heard_key", *OPENED)
READ = f"SELECT {', '.join(OPENED)}, heard, starred FROM dialogue WHERE key = "
TALLY = ("day", "measure", "language", "channel", "entry", "district", "topic", "count")
"""A tally's columns, as a `store.reach.outreach.Cell` lists them, and how often."""
_RAISED = (
    "ON CONFLICT (period, register) DO UPDATE SET rank = excluded.rank"
    " WHERE people_register.rank < excluded.rank"
)


@dataclass(frozen=True, slots=True)
class FirstHop:
    """What is written of it."""

    opening: Opening
    channel: str
    language: str
    heard: int
    """Letters of its text, where nothing else is to be committed of it; else -1."""
    heard_key: str | None = field(repr=False)
    measure: str
    """The counter of sessions; empty where this one is not counted."""
    day: date
    people: Mapping[str, int] = field(default_factory=dict, repr=False)
    """Her digest in each period, for the sketches."""


def write(database: Database, first: FirstHop) -> bool:
    """False where another hop of the session was quicker: then nothing is changed."""
    if database.is_sqlite:
        return database.jointly(lambda connection: _write_by_one(connection, first))
    with database.looking() as connection:
        said = _whole(bool(first.measure), len(first.people))
        given = (*_row(first, connection), *_tally(first), *_seen(first))
        return connection.first(said, given) is not None


def find(database: Database, key: str) -> tuple[Opening, Heard] | None:
    """How a session began, and what of its text is committed; None where nobody knows it."""
    with database.looking() as connection:
        row = connection.first(f"{READ}{connection.mark}", (key,))
    if row is None:
        return None
    *opened, heard, starred = row
    given: dict[str, Any] = dict(zip(OPENED, opened, strict=True))
    said = document_of(given["pinned"])
    given |= {
        "reporting": bool(given["reporting"]),
        "alerts_blocked": bool(given["alerts_blocked"]),
        "started_at": moment_of(given["started_at"]),
        "pinned": Pinned.from_dict(said) if isinstance(said, dict) else None,
    }
    return Opening(key=key, **given), Heard(heard, ends_of(document_of(starred) or ()))


def _write_by_one(connection: PlainConnection, first: FirstHop) -> bool:
    opened, counted = _apart()
    if connection.change(opened, _row(first, connection)) != 1:
        return False
    if first.measure:
        connection.change(counted, _tally(first))
    if first.people:
        connection.change(_people(len(first.people)), _seen(first))
    return True


@cache
def _apart() -> tuple[str, str]:
    """SQLite's statements for the row and for its count."""
    marks, counts = ", ".join("?" * len(ROW)), ", ".join("?" * len(TALLY))
    return (
        f"INSERT INTO dialogue ({', '.join(ROW)}) VALUES ({marks}) ON CONFLICT DO NOTHING",
        f"INSERT INTO tally ({', '.join(TALLY)}) VALUES ({counts})",
    )


@cache
def _people(number: int) -> str:
    rows = ", ".join(["(?, ?, ?)"] * number)
    return f"INSERT INTO people_register (period, register, rank) VALUES {rows} {_RAISED}"


@cache
def _whole(counted: bool, people: int) -> str:
    """PostgreSQL's one statement: what follows the row is written where the row was."""
    marks = ", ".join(["%s"] * len(ROW))
    parts = [
        f"opened AS (INSERT INTO dialogue ({', '.join(ROW)}) VALUES ({marks})"
        " ON CONFLICT (key) DO NOTHING RETURNING key)"
    ]
    if counted:
        given = "%s::date, %s, %s, %s, %s, %s, %s, %s::int"
        parts.append(
            f"counted AS (INSERT INTO tally ({', '.join(TALLY)}) SELECT {given} FROM opened)"
        )
    if people:
        rows = ", ".join(["(%s, %s::int, %s::int)"] * people)
        parts.append(
            "seen AS (INSERT INTO people_register (period, register, rank)"
            f" SELECT p, r, k FROM opened, (VALUES {rows}) AS given (p, r, k) {_RAISED})"
        )
    return f"WITH {', '.join(parts)} SELECT key FROM opened"


def _row(first: FirstHop, connection: PlainConnection) -> tuple[object, ...]:
    o = first.opening
    changed = {
        "started_at": connection.moment(o.started_at),
        "pinned": json.dumps(o.pinned.to_dict()) if o.pinned is not None else None,
    }
    opened = [changed[name] if name in changed else getattr(o, name) for name in OPENED]
    return (o.key, first.channel, first.language, "[]", first.heard, first.heard_key, *opened)


def _tally(first: FirstHop) -> tuple[object, ...]:
    if not first.measure:
        return ()
    day = first.day.isoformat()
    return (day, first.measure, first.language, first.channel, first.opening.entry, "", "", 1)


def _seen(first: FirstHop) -> tuple[object, ...]:
    """In the order of the periods, so that two who share registers never wait for each other in a ring."""
    return tuple(
        value
        for period, digest in sorted(first.people.items())
        for value in (period, *place(digest))
    )


def ends_of(starred: object) -> dict[int, int]:
    """Of words that hold a `*`, where they begin and end: out of `12-30`."""
    assert isinstance(starred, list | tuple)
    pairs = (mark.split("-") for mark in starred)
    return {int(begins): int(ends) for begins, ends in pairs}


STAYS = ("key", "channel", "entry", "responder_id", "started_at")
CHANGES = ("language", "counted", "ended_at", "heard", "heard_key", "starred")
_DIALOGUE = Dialogue.metadata.tables[Dialogue.__tablename__]
_COLUMNS = tuple(_DIALOGUE.c[name] for name in (*STAYS, *CHANGES))
_HELD = PreparedStatement(
    select(*_COLUMNS).where(_DIALOGUE.c.key == bindparam("held")).with_for_update(),
    *(column.type for column in _COLUMNS),
)


@dataclass(slots=True)
class HeldDialogue:
    """What the columns mean stands at `Dialogue`. A list in it is replaced, never added to."""

    key: str
    channel: str
    entry: str
    responder_id: int | None
    started_at: datetime
    language: str
    counted: list[str]
    ended_at: datetime | None
    heard: int
    heard_key: str | None = field(repr=False)
    starred: list[str] | None
    read: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self.read = {name: getattr(self, name) for name in CHANGES}


def hold(session: Session, key: str) -> HeldDialogue | None:
    """Returns the row as it is committed, held until this transaction ends."""
    row = _HELD.first(session, held=key)
    return None if row is None else HeldDialogue(*row)


def keep(session: Session, dialogue: HeldDialogue) -> None:
    """Writes what was changed of it."""
    new = {name: getattr(dialogue, name) for name in CHANGES}
    changed = tuple(name for name in CHANGES if new[name] != dialogue.read[name])
    if changed:
        given = {f"new_{name}": new[name] for name in changed}
        _writing(changed).rows(session, held=dialogue.key, **given)
        dialogue.read = new


@cache
def _writing(names: tuple[str, ...]) -> PreparedStatement:
    """Returns a prepared statement, made once for each set of columns: there are few."""
    here = update(_DIALOGUE).where(_DIALOGUE.c.key == bindparam("held"))
    return PreparedStatement(here.values(new_values(names)))
