"""Stores how sessions began, without the mapper. A row and its count are written before the first screen is shown.

SQLite gets three statements in one transaction, PostgreSQL one. Every function raises StoreUnavailable. A hop that
changes something locks the session's row, reads it, and writes the changed columns.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from hotline.core.database import Database
from hotline.core.driver import (
    PlainConnection,
    PreparedStatement,
    document_of,
    moment_of,
    new_values,
)
from hotline.core.ussd import Heard, Opening, Pinned
from hotline.gateway.tables_contacts import Dialogue
from hotline.text.sketch import place

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
"""The columns that an `Opening` has, except its key."""
ROW = ("key", "channel", "language", "counted", "heard", "heard_key", *OPENED)
READ = f"SELECT {', '.join(OPENED)}, heard, starred FROM dialogue WHERE key = "
TALLY = ("day", "measure", "language", "channel", "entry", "district", "topic", "count")
"""The columns of a tally: those of a `store.reach.outreach.Cell`, and the count."""
_RAISED = (
    "ON CONFLICT (period, register) DO UPDATE SET rank = excluded.rank"
    " WHERE people_register.rank < excluded.rank"
)


@dataclass(frozen=True, slots=True)
class FirstHop:
    """The data that is written when a session's first hop arrives."""

    opening: Opening
    channel: str
    language: str
    heard: int
    """Letters of its text, if nothing else of it must be committed. Otherwise -1."""
    heard_key: str | None = field(repr=False)
    measure: str
    """The counter of sessions. Empty if this session is not counted."""
    day: date
    people: Mapping[str, int] = field(default_factory=dict, repr=False)
    """The caller's digest in each period, for the estimate of callers."""


def write(database: Database, first: FirstHop) -> bool:
    """Writes the first hop. Returns False and changes nothing if another hop of the session was first."""
    if database.is_sqlite:
        return database.jointly(lambda connection: _write_by_one(connection, first))
    with database.looking() as connection:
        said = _whole(bool(first.measure), len(first.people))
        given = (*_row(first, connection), *_tally(first), *_seen(first))
        return connection.first(said, given) is not None


def find(database: Database, key: str) -> tuple[Opening, Heard] | None:
    """Returns how a session began and how much of its text is committed. Returns None for an unknown session."""
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
    """Returns SQLite's statements for the row and for its count."""
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
    """Returns PostgreSQL's single statement. It writes the counts only if it wrote the session's row."""
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
    """Returns the register values in the order of the periods. So hops that share registers never deadlock."""
    return tuple(
        value
        for period, digest in sorted(first.people.items())
        for value in (period, *place(digest))
    )


def ends_of(starred: object) -> dict[int, int]:
    """Returns by its begin the end of each typed text that contains a `*`, from marks such as `12-30`."""
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
    """A session's row that this transaction has locked. Its columns are explained at `Dialogue`.

    A list in it is replaced, never extended.
    """

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
    """Returns the committed row and locks it until this transaction ends. Returns None if there is none."""
    row = _HELD.first(session, held=key)
    return None if row is None else HeldDialogue(*row)


def keep(session: Session, dialogue: HeldDialogue) -> None:
    """Writes the columns that were changed."""
    new = {name: getattr(dialogue, name) for name in CHANGES}
    changed = tuple(name for name in CHANGES if new[name] != dialogue.read[name])
    if changed:
        given = {f"new_{name}": new[name] for name in changed}
        _writing(changed).rows(session, held=dialogue.key, **given)
        dialogue.read = new


@cache
def _writing(names: tuple[str, ...]) -> PreparedStatement:
    """Returns a prepared statement, made once for each set of columns. There are few sets."""
    here = update(_DIALOGUE).where(_DIALOGUE.c.key == bindparam("held"))
    return PreparedStatement(here.values(new_values(names)))
