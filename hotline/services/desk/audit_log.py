"""The audit log for people: listed as sentences, and followed from its beginning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.desk.audit_sentences import SENTENCES, AuditFilter, AuditRow, read_row
from hotline.ports import Kit
from hotline.store.desk import audit
from hotline.store.desk.audit import AuditEntry, Chain
from hotline.store.people import responders

ACTIONS = tuple(sorted(SENTENCES))
"""What a row may tell of, by its name."""
ROWS = 50
"""Of one page."""


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
    kit: Kit, *, since: datetime | None = None, who: str = "", tip_id: int | None = None
) -> Sequence[tuple[AuditEntry, AuditRow]]:
    """The rows in their order: of a time, of one person (a part of the name is enough), of one tip."""
    about = None if tip_id is None else f"tip:{tip_id}"
    with kit.database.reading() as session:
        entries = audit.entries(session, since=since, subject=about)
        names = responders.names(session)
    rows = [(one, _read(one, names)) for one in entries]
    return [(one, row) for one, row in rows if who.casefold() in row.who.casefold()]


def newest(kit: Kit, wanted: AuditFilter, *, before: int | None = None) -> AuditPage:
    """The newest rows of a filter, below an id where one is given. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        names = responders.names(session)
        found = audit.newest(session, wanted, names, before=before, limit=ROWS + 1)
        length, digest = audit.end(session)
    older = found[ROWS - 1].id if len(found) > ROWS else None
    return AuditPage([_read(one, names) for one in found[:ROWS]], older, length, digest)


def verify(kit: Kit) -> Chain:
    with kit.database.reading() as session:
        return audit.verify(session)


def _read(one: AuditEntry, names: Mapping[int, str]) -> AuditRow:
    return read_row(one.at, one.actor, one.action, one.subject, one.reason, names)
