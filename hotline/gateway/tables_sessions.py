"""Stores how sessions began, without the mapper. A row and its count are written before the first screen is shown.

SQLite gets three statements in one transaction, PostgreSQL one. Every function raises StoreUnavailable. A hop that
changes something locks the session's row, reads it, and writes the changed columns.
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

# Stores sessions and the stop list. Phones are known only by keyed digests.

CALL = "ussd"
"""The channel of a session that a network holds open."""


class Dialogue(Row):
    """One session: the flows that it runs on, how much of its text is committed, and which counts it has made."""

    __tablename__ = "dialogue"
    __table_args__ = (Index("dialogue_started", "started_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    """Keyed digest of the gateway's session id."""
    channel: Mapped[str]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """The flows that were published when the session began. The whole session runs on these."""
    entry: Mapped[str]
    """The digits after the bare service code that were dialled. Empty for the bare code."""
    dialled: Mapped[int]
    """Letters of `text` that the caller dialled ahead, before the first screen."""
    reporting: Mapped[bool]
    """True if the report was on offer when the session began."""
    alerts_blocked: Mapped[bool] = mapped_column(default=False)
    """True if no alert could be sent when the session began. The screens then promise no alert."""
    responder_id: Mapped[int | None]
    """Set if an enrolled phone dialled the responders' short code."""
    network: Mapped[str | None]
    language: Mapped[str]
    counted: Mapped[list[str]]
    """Names of the counters that this session has already added to."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    committed: Mapped[int] = mapped_column(default=0)
    """Letters of `text` whose effects are committed. A hop that repeats them, early or late, changes nothing."""
    text_key: Mapped[str | None]
    """The number of committed letters and their keyed digest: `12:9f...`. None before the first."""
    starred: Mapped[list[str] | None]
    """Typed texts that contain a `*`, each by its begin and end in `text`: `12-30`."""
    caller_key: Mapped[str | None]
    """Keyed digest of session and MSISDN. Empty once the session is long over. None for SMS."""
    pinned: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """A `core.ussd.CallerFacts`."""
    screens_counted: Mapped[int | None]
    """Letters of `text` whose screens are counted. None before the first count."""


class Stopped(Row):
    """A number that never gets a message again, by its lasting keyed digest."""

    __tablename__ = "stopped"

    number_key: Mapped[str] = mapped_column(primary_key=True)
    stopped_at: Mapped[datetime]


class InboundSeen(Row):
    """One MO that was handled. The gateway repeats an MO until it gets a 200. The text is never stored.

    The queries are in `alerts/tables_inbound.py`.
    """

    __tablename__ = "inbound_seen"
    __table_args__ = (Index("inbound_seen_sms", "sms_key", unique=True),)

    provider_id: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    received_at: Mapped[datetime]
    sms_key: Mapped[str | None]
    """Keyed digest of sender, shortcode, text and second. The id in a callback differs from the id in the inbox."""
    assignment_id: Mapped[int | None]
    """The assignment that the MO was about, if it acknowledges one."""
    more_assignments: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    """The other assignments, if the MO named several."""
    queued: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """Commands that wait until the inbox lists the MO: a `alerts.rules_replies.Verb` by assignment id."""
    proved_at: Mapped[datetime | None]
    """The time when the gateway's own inbox was seen to list it."""
    vouched_at: Mapped[datetime | None]
    """The time when a callback from one of the gateway's own addresses brought it."""
    unproven_at: Mapped[datetime | None]
    """The time when a page of the inbox that should list it did not."""


def assignments_of(seen: InboundSeen) -> tuple[int, ...]:
    """Returns every assignment that an MO was about."""
    first = () if seen.assignment_id is None else (seen.assignment_id,)
    return (*first, *(seen.more_assignments or ()))


def find_dialogue(session: Session, key: str) -> Dialogue | None:
    return session.get(Dialogue, key)


def running_calls(session: Session, since: datetime) -> int:
    """Returns the number of calls that began after a moment and have not ended."""
    here = select(func.count()).select_from(Dialogue)
    talking = here.where(
        Dialogue.started_at >= since, Dialogue.ended_at.is_(None), Dialogue.channel == CALL
    )
    return session.scalar(talking) or 0


def add_stop(session: Session, number_key: str, at: datetime) -> None:
    """Adds a number to the stop list. Does nothing if it is there already."""
    add_if_new(session, Stopped(number_key=number_key, stopped_at=at))


def remove_stop(session: Session, number_key: str) -> None:
    """Removes a number from the stop list. Its owner asked for messages again, and a person recorded who said so."""
    session.execute(delete(Stopped).where(Stopped.number_key == number_key))


def stopped(session: Session, number_keys: Collection[str]) -> set[str]:
    """Returns those of these digests that are on the stop list."""
    return set(
        session.scalars(select(Stopped.number_key).where(Stopped.number_key.in_(number_keys)))
    )


def try_writing(session: Session, at: datetime) -> None:
    """Writes a row and deletes it, so that a full disk or a read-only database shows. Raises StoreUnavailable."""
    add_if_new(session, Stopped(number_key=PROBE, stopped_at=at))
    session.execute(delete(Stopped).where(Stopped.number_key == PROBE))


PROBE = "probe"
"""The key of the test row. It is not a digest, so no number has it."""

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
"""The columns that an `SessionStart` has, except its key."""
ROW = ("key", "channel", "language", "counted", "committed", "text_key", *START_COLUMNS)
READ = f"SELECT {', '.join(START_COLUMNS)}, committed, starred FROM dialogue WHERE key = "
TALLY = ("day", "measure", "language", "channel", "entry", "district", "topic", "count")
"""The columns of a tally: those of a `counters.tables.CounterKey`, and the count."""
_RAISED = (
    "ON CONFLICT (period, register) DO UPDATE SET rank = excluded.rank"
    " WHERE people_register.rank < excluded.rank"
)


@dataclass(frozen=True, slots=True)
class FirstHop:
    """The data that is written when a session's first hop arrives."""

    start: SessionStart
    channel: str
    language: str
    committed: int
    """Letters of its text, if nothing else of it must be committed. Otherwise -1."""
    text_key: str | None = field(repr=False)
    measure: str
    """The counter of sessions. Empty if this session is not counted."""
    day: date
    people: Mapping[str, int] = field(default_factory=dict, repr=False)
    """The caller's digest in each period, for the estimate of callers."""


def write_first_hop(database: Database, first: FirstHop) -> bool:
    """Writes the first hop. Returns False and changes nothing if another hop of the session was first."""
    if database.is_sqlite:
        return database.jointly(lambda connection: _write_by_one(connection, first))
    with database.looking() as connection:
        said = _whole(bool(first.measure), len(first.people))
        given = (*_row(first, connection), *_tally(first), *_seen(first))
        return connection.first(said, given) is not None


def find_start(database: Database, key: str) -> tuple[SessionStart, CommittedText] | None:
    """Returns how a session began and how much of its text is committed. Returns None for an unknown session."""
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
    """Returns the register values in the order of the periods. So hops that share registers never deadlock."""
    return tuple(
        value
        for period, digest in sorted(first.people.items())
        for value in (period, *register_and_rank(digest))
    )


def ends_of(starred: object) -> dict[int, int]:
    """Returns by its begin the end of each typed text that contains a `*`, from marks such as `12-30`."""
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
    committed: int
    text_key: str | None = field(repr=False)
    starred: list[str] | None
    read: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self.read = {name: getattr(self, name) for name in CHANGING_COLUMNS}


def lock_dialogue(session: Session, key: str) -> LockedDialogue | None:
    """Returns the committed row and locks it until this transaction ends. Returns None if there is none."""
    row = _HELD.first(session, held=key)
    return None if row is None else LockedDialogue(*row)


def save_dialogue(session: Session, dialogue: LockedDialogue) -> None:
    """Writes the columns that were changed."""
    new = {name: getattr(dialogue, name) for name in CHANGING_COLUMNS}
    changed = tuple(name for name in CHANGING_COLUMNS if new[name] != dialogue.read[name])
    if changed:
        given = {f"new_{name}": new[name] for name in changed}
        _writing(changed).rows(session, held=dialogue.key, **given)
        dialogue.read = new


@cache
def _writing(names: tuple[str, ...]) -> driver.PreparedStatement:
    """Returns a prepared statement, made once for each set of columns. There are few sets."""
    here = update(_DIALOGUE).where(_DIALOGUE.c.key == bindparam("held"))
    return driver.PreparedStatement(here.values(driver.new_values(names)))
