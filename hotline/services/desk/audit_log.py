"""The audit log for people: listed as sentences, and followed from its beginning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hotline.domain.call_back import KIGALI
from hotline.domain.desk.audit_sentences import (
    SENTENCES,
    AuditLine,
    actor,
    sentence,
    subject,
    template,
)
from hotline.ports import Kit
from hotline.store.desk import audit
from hotline.store.desk.audit import AuditEntry, AuditQuery, Chain
from hotline.store.people import responders

ACTIONS = tuple(sorted(SENTENCES))
"""What a row may tell of, by its name."""
ROWS = 50
"""Of one page."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A row of the log, and how a person reads it."""

    entry: AuditEntry
    desk: str
    who: str
    sentence: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows of the log are wanted; whatever is empty asks for all."""

    who: str = ""
    """A part of a name."""
    action: str = ""
    tip_id: int | None = None
    day: date | None = None
    """In Kigali."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A row in parts, so that each is said in the reader's language."""

    at: datetime
    desk: str
    who: str
    phrase: str
    """What was done, in English, with its `{subject}` and `{outcome}`."""
    subject: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    rows: Sequence[AuditRow]
    before: int | None
    """The older rows lie below this id; None where these are the oldest."""
    length: int
    """Of the whole log."""
    newest: str
    """The digest at its end."""


def listed(
    kit: Kit,
    *,
    since: datetime | None = None,
    who: str | None = None,
    tip_id: int | None = None,
) -> Sequence[Logged]:
    """The rows in their order: of a time, of one person (a part of the name is enough), of one tip."""
    about = None if tip_id is None else f"tip:{tip_id}"
    with kit.database.reading() as session:
        entries = audit.entries(session, since=since, subject=about)
        names = {one.id: one.name for one in responders.everybody(session)}

    rows = []
    for one in entries:
        line = AuditLine(one.at, one.actor, one.action, one.subject, one.reason)
        rows.append(Logged(one, *actor(one.actor, names), sentence(line, names)))
    return [row for row in rows if who is None or who.casefold() in row.who.casefold()]


def newest(kit: Kit, wanted: AuditFilter, *, before: int | None = None) -> AuditPage:
    """The newest rows of a filter, below an id where one is given. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        names = {one.id: one.name for one in responders.everybody(session)}
        rows = audit.newest(session, _query(wanted, names), before=before, limit=ROWS + 1)
        length, digest = audit.end(session)

    shown = []
    for row in rows[:ROWS]:
        desk, who = actor(row.actor, names)
        phrase, outcome = template(row.action)
        about = subject(row.subject, names)
        shown.append(AuditRow(row.at, desk, who, phrase, about, outcome, row.reason))
    return AuditPage(shown, rows[ROWS - 1].id if len(rows) > ROWS else None, length, digest)


def _query(wanted: AuditFilter, names: Mapping[int, str]) -> AuditQuery:
    """A responder's row has an id in place of the name; a day goes from midnight to midnight in Kigali."""
    part = wanted.who.casefold()
    begins = None if wanted.day is None else datetime.combine(wanted.day, time(), KIGALI)
    return AuditQuery(
        who=wanted.who,
        actors=[f"responder:{one}" for one, name in names.items() if part in name.casefold()],
        action=wanted.action,
        subject="" if wanted.tip_id is None else f"tip:{wanted.tip_id}",
        since=begins,
        until=None if begins is None else begins + timedelta(days=1),
    )


def verify(kit: Kit) -> Chain:
    with kit.database.reading() as session:
        return audit.verify(session)
