"""Stores how sessions began, without the mapper. The row of a session and its count are written before the first screen
is shown.

On SQLite this takes three statements in one transaction. On PostgreSQL it takes one. Every function raises
StoreUnavailable. If a hop changes the session, it locks the row, reads it, and writes the changed columns.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, bindparam, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core import driver
from hotline.core.database import Database, Row, add_if_new
from hotline.core.ussd import CallerFacts, CommittedText, SessionStart
from hotline.text.sketch import register_and_rank

# Stores sessions, and the numbers that want no messages. Phones are stored only as keyed digests.

CALL = "ussd"
"""The channel of a session that the mobile network keeps open."""


class Dialogue(Row):
    """A session: the flows that it uses, how much of its text is committed, and what it has already counted."""

    __tablename__ = "dialogue"
    __table_args__ = (Index("dialogue_started", "started_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    """A keyed digest of the gateway's session id."""
    channel: Mapped[str]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """The flows that were live when the session began. The whole session uses these flows."""
    entry: Mapped[str]
    """The digits that the caller dialled after the service code. Empty if the caller dialled only the service code."""
    dialled: Mapped[int]
    """The number of letters of `text` that the caller dialled before the first screen."""
    reporting: Mapped[bool]
    """True if the caller could make a report when the session began."""
    alerts_blocked: Mapped[bool] = mapped_column(default=False)
    """True if no alert could be sent when the session began. Then the screens promise no alert."""
    responder_id: Mapped[int | None]
    """Set if an enrolled phone dialled the responders' short code."""
    network: Mapped[str | None]
    language: Mapped[str]
    counted: Mapped[list[str]]
    """The names of the counters to which this session has already added."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    committed: Mapped[int] = mapped_column(default=0)
    """The number of letters of `text` whose effects are committed. If a hop repeats these letters, early or late,
    nothing changes."""
    text_key: Mapped[str | None]
    """The number of committed letters and the keyed digest of these letters: `12:9f...`. None before the first
    commit."""
    starred: Mapped[list[str] | None]
    """Typed texts that contain a `*`. Each is stored as its beginning and end in `text`, such as `12-30`."""
    caller_key: Mapped[str | None]
    """A keyed digest of the session and the MSISDN. It is emptied some time after the session. None for a session by
    SMS."""
    pinned: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """A value of `core.ussd.CallerFacts`."""
    screens_counted: Mapped[int | None]
    """The number of letters of `text` whose screens were counted. None before the first count."""


class Stopped(Row):
    """A number that must never get a message again, as a keyed digest that never changes."""

    __tablename__ = "stopped"

    number_key: Mapped[str] = mapped_column(primary_key=True)
    stopped_at: Mapped[datetime]


class InboundSeen(Row):
    """A received SMS that was handled. The gateway repeats an SMS until it gets the status 200. The text of the SMS is
    never stored.

    The queries are in `alerts/tables_inbound.py`.
    """

    __tablename__ = "inbound_seen"
    __table_args__ = (Index("inbound_seen_sms", "sms_key", unique=True),)

    provider_id: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    received_at: Mapped[datetime]
    sms_key: Mapped[str | None]
    """A keyed digest of sender, short code, text and second. It is needed because the ids in callbacks and in the inbox
    differ."""
    assignment_id: Mapped[int | None]
    """The assignment that the SMS is about, if it acknowledges a case."""
    more_assignments: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    """The other assignments, if the SMS named several."""
    queued: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """Commands that wait until the inbox lists the SMS: values of `alerts.rules_replies.Verb`, by assignment id."""
    proved_at: Mapped[datetime | None]
    """The time when the gateway's own inbox was found to list the SMS."""
    vouched_at: Mapped[datetime | None]
    """The time when a callback from one of the gateway's own addresses brought the SMS."""
    unproven_at: Mapped[datetime | None]
    """The time when a page of the inbox should have listed the SMS but did not."""


def assignments_of(seen: InboundSeen) -> tuple[int, ...]:
    """Returns every assignment that a received SMS was about."""
    first = () if seen.assignment_id is None else (seen.assignment_id,)
    return (*first, *(seen.more_assignments or ()))


def find_dialogue(session: Session, key: str) -> Dialogue | None:
    return session.get(Dialogue, key)


def running_calls(session: Session, since: datetime) -> int:
    """Returns the number of calls that began after `since` and have not ended."""
    here = select(func.count()).select_from(Dialogue)
    talking = here.where(
        Dialogue.started_at >= since, Dialogue.ended_at.is_(None), Dialogue.channel == CALL
    )
    return session.scalar(talking) or 0


def add_stop(session: Session, number_key: str, at: datetime) -> None:
    """Adds a number to the stop list. Does nothing if the number is already on the list."""
    add_if_new(session, Stopped(number_key=number_key, stopped_at=at))


def remove_stop(session: Session, number_key: str) -> None:
    """Removes a number from the stop list.

    The owner of the number asked for messages again, and a command recorded this with a reason.
    """
    session.execute(delete(Stopped).where(Stopped.number_key == number_key))


def stopped(session: Session, number_keys: Collection[str]) -> set[str]:
    """Returns those of the given digests that are on the stop list."""
    return set(
        session.scalars(select(Stopped.number_key).where(Stopped.number_key.in_(number_keys)))
    )


def try_writing(session: Session, at: datetime) -> None:
    """Writes a row and deletes it again, to find a full disk or a read-only database. Raises StoreUnavailable."""
    add_if_new(session, Stopped(number_key=PROBE, stopped_at=at))
    session.execute(delete(Stopped).where(Stopped.number_key == PROBE))


PROBE = "probe"
"""The key of the row that is written for the test. It is not a digest, so it is the key of no number."""

START_COLUMNS = (
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
"""The columns for the fields of `SessionStart`, without its key."""
ROW = ("key", "channel", "language", "counted", "committed", "text_key", *START_COLUMNS)
READ = f"SELECT {', '.join(START_COLUMNS)}, committed, starred FROM dialogue WHERE key = "
TALLY = ("day", "measure", "language", "channel", "entry", "district", "topic", "count")
"""The columns of a counter: those of `counters.tables.CounterKey`, and the count."""
_RAISED = (
    "ON CONFLICT (period, register) DO UPDATE SET rank = excluded.rank"
    " WHERE people_register.rank < excluded.rank"
)


@dataclass(frozen=True, slots=True)
class FirstHop:
    """The data that is written for the first hop of a session."""

    start: SessionStart
    channel: str
    language: str
    committed: int
    """The number of letters of its text, if nothing in the text must be committed. Otherwise -1."""
    text_key: str | None = field(repr=False)
    measure: str
    """The counter of sessions. Empty if this session is not counted."""
    day: date
    people: Mapping[str, int] = field(default_factory=dict, repr=False)
    """The digest of the caller in each period, with which the number of callers is estimated."""


def write_first_hop(database: Database, first: FirstHop) -> bool:
    """Writes the row of a session at its first hop, and counts the session.

    Returns False and changes nothing if another hop of the session was first.
    """
    if database.is_sqlite:
        return database.jointly(lambda connection: _write_by_one(connection, first))
    with database.looking() as connection:
        said = _whole(bool(first.measure), len(first.people))
        given = (*_row(first, connection), *_tally(first), *_seen(first))
        return connection.first(said, given) is not None


def find_start(database: Database, key: str) -> tuple[SessionStart, CommittedText] | None:
    """Returns how a session began, and how much of its text is committed. Returns None for an unknown session."""
    with database.looking() as connection:
        row = connection.first(f"{READ}{connection.mark}", (key,))
    if row is None:
        return None
    *opened, committed, starred = row
    given: dict[str, Any] = dict(zip(START_COLUMNS, opened, strict=True))
    said = driver.read_json(given["pinned"])
    given |= {
        "reporting": bool(given["reporting"]),
        "alerts_blocked": bool(given["alerts_blocked"]),
        "started_at": driver.read_time(given["started_at"]),
        "pinned": CallerFacts.from_dict(said) if isinstance(said, dict) else None,
    }
    return SessionStart(key=key, **given), CommittedText(
        committed, ends_of(driver.read_json(starred) or ())
    )


def _write_by_one(connection: driver.PlainConnection, first: FirstHop) -> bool:
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
    """Returns the statements of SQLite for the row and for its count."""
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
    """Returns the single statement of PostgreSQL.

    It writes the counts only if it also writes the row of the session.
    """
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


def _row(first: FirstHop, connection: driver.PlainConnection) -> tuple[object, ...]:
    o = first.start
    changed = {
        "started_at": connection.moment(o.started_at),
        "pinned": json.dumps(o.pinned.to_dict()) if o.pinned is not None else None,
    }
    opened = [changed[name] if name in changed else getattr(o, name) for name in START_COLUMNS]
    return (o.key, first.channel, first.language, "[]", first.committed, first.text_key, *opened)


def _tally(first: FirstHop) -> tuple[object, ...]:
    if not first.measure:
        return ()
    day = first.day.isoformat()
    return (day, first.measure, first.language, first.channel, first.start.entry, "", "", 1)


def _seen(first: FirstHop) -> tuple[object, ...]:
    """Returns the values of the registers, in the order of the periods.

    So two hops that write the same registers never block each other.
    """
    return tuple(
        value
        for period, digest in sorted(first.people.items())
        for value in (period, *register_and_rank(digest))
    )


def ends_of(starred: object) -> dict[int, int]:
    """Returns, by its beginning, the end of each typed text that contains a `*`. Reads marks such as `12-30`."""
    assert isinstance(starred, list | tuple)
    pairs = (mark.split("-") for mark in starred)
    return {int(begins): int(ends) for begins, ends in pairs}


FIXED_COLUMNS = ("key", "channel", "entry", "responder_id", "started_at")
CHANGING_COLUMNS = ("language", "counted", "ended_at", "committed", "text_key", "starred")
_DIALOGUE = Dialogue.metadata.tables[Dialogue.__tablename__]
_COLUMNS = tuple(_DIALOGUE.c[name] for name in (*FIXED_COLUMNS, *CHANGING_COLUMNS))
_HELD = driver.PreparedStatement(
    select(*_COLUMNS).where(_DIALOGUE.c.key == bindparam("held")).with_for_update(),
    *(column.type for column in _COLUMNS),
)


@dataclass(slots=True)
class LockedDialogue:
    """The row of a session that this transaction has locked. The class `Dialogue` explains the columns.

    A list in the row is replaced and never changed.
    """

    key: str
    channel: str
    entry: str
    responder_id: int | None
    started_at: datetime
    language: str
    counted: list[str]
    ended_at: datetime | None
    committed: int
    text_key: str | None = field(repr=False)
    starred: list[str] | None
    read: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self.read = {name: getattr(self, name) for name in CHANGING_COLUMNS}


def lock_dialogue(session: Session, key: str) -> LockedDialogue | None:
    """Returns the committed row of a session, and locks it until the transaction ends.

    Returns None if the session has no row.
    """
    row = _HELD.first(session, held=key)
    return None if row is None else LockedDialogue(*row)


def save_dialogue(session: Session, dialogue: LockedDialogue) -> None:
    """Writes the columns of the session that changed."""
    new = {name: getattr(dialogue, name) for name in CHANGING_COLUMNS}
    changed = tuple(name for name in CHANGING_COLUMNS if new[name] != dialogue.read[name])
    if changed:
        given = {f"new_{name}": new[name] for name in changed}
        _writing(changed).rows(session, held=dialogue.key, **given)
        dialogue.read = new


@cache
def _writing(names: tuple[str, ...]) -> driver.PreparedStatement:
    """Returns a prepared statement, which is made only once for each set of columns. There are few such sets."""
    here = update(_DIALOGUE).where(_DIALOGUE.c.key == bindparam("held"))
    return driver.PreparedStatement(here.values(driver.new_values(names)))
