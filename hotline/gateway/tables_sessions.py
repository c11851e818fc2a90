"""Stores how sessions began. Uses plain SQL, because this is faster. Before the first screen is shown, writes the row
of the session and counts the session.

With SQLite, this takes three statements in one transaction. With PostgreSQL, it takes one statement. Every function
raises StoreUnavailable. A hop that changes the session locks its row, reads it, and writes only the changed columns.
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

# Stores sessions, and the phone numbers whose owners want no messages. Phone numbers are stored only as keyed digests.

CALL = "ussd"
"""The channel of a USSD session."""


class Dialogue(Row):
    """A session: the flows that it uses, the length of its committed text, and the counters to which it has added."""

    __tablename__ = "dialogue"
    __table_args__ = (Index("dialogue_started", "started_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    """A keyed digest of the session id from the gateway."""
    channel: Mapped[str]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """The flows that were live when the session began. The whole session uses these flows."""
    entry: Mapped[str]
    """The digits that the caller dialled after the service code. Empty if the caller dialled only the service code."""
    dialled: Mapped[int]
    """The length in letters of the digits that the caller dialled before the first screen."""
    reporting: Mapped[bool]
    """True if the caller could make a report when the session began."""
    alerts_blocked: Mapped[bool] = mapped_column(default=False)
    """True if alerts could not be sent when the session began. In this case, the screens promise no alert."""
    oversight: Mapped[bool] = mapped_column(default=False)
    """True if an oversight desk could get a complaint about the national desk when the session began."""
    responder_id: Mapped[int | None]
    """Only set if an enrolled phone dialled the responders' short code."""
    network: Mapped[str | None]
    language: Mapped[str]
    counted: Mapped[list[str]]
    """The names of the counters to which this session has added."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    committed: Mapped[int] = mapped_column(default=0)
    """The length in letters of the text whose effects are committed. If a hop repeats this text, early or late, nothing
    changes."""
    text_key: Mapped[str | None]
    """The length of the committed text, and the keyed digest of this text, such as `12:9f...`. None before the first
    commit."""
    starred: Mapped[list[str] | None]
    """The free texts that contain a `*`. Each is stored as its beginning and end in the session's text, such as
    `12-30`.
    """
    caller_key: Mapped[str | None]
    """A keyed digest of the session and the caller's phone number. It is deleted some time after the session. None for
    a session by SMS."""
    pinned: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """A value of `core.ussd.CallerFacts`."""
    screens_counted: Mapped[int | None]
    """The length in letters of the text whose screens were counted. None before the screens were first counted."""


class Stopped(Row):
    """A phone number that must never get a message again. It is stored as a keyed digest that never changes."""

    __tablename__ = "stopped"

    number_key: Mapped[str] = mapped_column(primary_key=True)
    stopped_at: Mapped[datetime]


class InboundSeen(Row):
    """An SMS that the hotline has received and handled. The gateway repeats an SMS until it gets the status 200. The
    text of the SMS is never stored.

    The queries are in `alerts/tables_inbound.py`.
    """

    __tablename__ = "inbound_seen"
    __table_args__ = (Index("inbound_seen_sms", "sms_key", unique=True),)

    provider_id: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    received_at: Mapped[datetime]
    sms_key: Mapped[str | None]
    """A keyed digest of the sender, the short code, the text and the time in seconds. It is needed because callbacks
    and the inbox use different ids for the same SMS."""
    assignment_id: Mapped[int | None]
    """The assignment that the SMS is about, if it acknowledges a case."""
    more_assignments: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    """Further assignments, if the SMS named several."""
    queued: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """Commands that wait until the inbox lists the SMS: the values of `alerts.rules_replies.Verb`, by assignment id."""
    proved_at: Mapped[datetime | None]
    """The time when the hotline found the SMS in the gateway's own inbox."""
    vouched_at: Mapped[datetime | None]
    """The time when a callback from one of the gateway's own addresses reported the SMS."""
    unproven_at: Mapped[datetime | None]
    """The time when a page of the inbox should have listed the SMS but did not."""


def assignments_of(seen: InboundSeen) -> tuple[int, ...]:
    """Returns every assignment that a received SMS was about."""
    first = () if seen.assignment_id is None else (seen.assignment_id,)
    return (*first, *(seen.more_assignments or ()))


def find_dialogue(session: Session, key: str) -> Dialogue | None:
    return session.get(Dialogue, key)


def running_calls(session: Session, since: datetime) -> int:
    """Returns the number of USSD sessions that began after `since` and have not ended."""
    here = select(func.count()).select_from(Dialogue)
    talking = here.where(
        Dialogue.started_at >= since, Dialogue.ended_at.is_(None), Dialogue.channel == CALL
    )
    return session.scalar(talking) or 0


def add_stop(session: Session, number_key: str, at: datetime) -> None:
    """Adds a phone number to the stop list. Does nothing if the number is already on the list."""
    add_if_new(session, Stopped(number_key=number_key, stopped_at=at))


def remove_stop(session: Session, number_key: str) -> None:
    """Removes a phone number from the stop list.

    The owner of the number must have asked for this, and the command must record a reason.
    """
    session.execute(delete(Stopped).where(Stopped.number_key == number_key))


def stopped(session: Session, number_keys: Collection[str]) -> set[str]:
    """Returns which of the given digests are on the stop list."""
    return set(
        session.scalars(select(Stopped.number_key).where(Stopped.number_key.in_(number_keys)))
    )


def try_writing(session: Session, at: datetime) -> None:
    """Writes a row and deletes it again, to find out if the disk is full or the database is read-only. Raises
    StoreUnavailable.
    """
    add_if_new(session, Stopped(number_key=PROBE, stopped_at=at))
    session.execute(delete(Stopped).where(Stopped.number_key == PROBE))


PROBE = "probe"
"""The key of the row that this test writes. The key is not a digest, so it cannot be the key of a phone number."""

START_COLUMNS = (
    "revision_id",
    "entry",
    "dialled",
    "reporting",
    "alerts_blocked",
    "oversight",
    "responder_id",
    "network",
    "started_at",
    "caller_key",
    "pinned",
)
"""The columns for the fields of `SessionStart`, except its key."""
ROW = ("key", "channel", "language", "counted", "committed", "text_key", *START_COLUMNS)
READ = f"SELECT {', '.join(START_COLUMNS)}, committed, starred FROM dialogue WHERE key = "
TALLY = ("day", "measure", "language", "channel", "entry", "district", "topic", "count")
"""The columns of a counter: the columns of `counters.tables.CounterKey`, and the count."""
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
    """The length of the session's text in letters, if no effect of the text must be committed. -1 otherwise."""
    text_key: str | None = field(repr=False)
    measure: str
    """The name of the counter to which the session adds. Empty if the session is not counted."""
    day: date
    people: Mapping[str, int] = field(default_factory=dict, repr=False)
    """The digest of the caller for each period. With these digests, the number of callers is estimated."""


def write_first_hop(database: Database, first: FirstHop) -> bool:
    """Writes the row of a session at its first hop, and counts the session.

    If another hop of the session was faster, returns False and changes nothing.
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
        "oversight": bool(given["oversight"]),
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
    """Returns the SQLite statements for the row of a session and for its count."""
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
    """Returns the single PostgreSQL statement for the row of a session and its counts.

    It writes the counts only if it also writes the row.
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
    """Returns the values for the registers that estimate the number of callers, in the order of the periods.

    Because of this order, two hops that write the same registers never block each other.
    """
    return tuple(
        value
        for period, digest in sorted(first.people.items())
        for value in (period, *register_and_rank(digest))
    )


def ends_of(starred: object) -> dict[int, int]:
    """Returns the end of each free text that contains a `*`, by its beginning. Reads stored positions such as
    `12-30`.
    """
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
    """The row of a session that this transaction has locked. The class `Dialogue` explains the fields.

    The code replaces a list in the row, and never changes it.
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
    """Returns a prepared statement that writes these columns. It is made only once for each set of columns. There are
    few such sets.
    """
    here = update(_DIALOGUE).where(_DIALOGUE.c.key == bindparam("held"))
    return driver.PreparedStatement(here.values(driver.new_values(names)))
