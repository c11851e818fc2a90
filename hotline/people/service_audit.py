"""Lists rows of the audit log as sentences, and checks the digests that connect the rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.core.contexts import Context
from hotline.core.database import Database
from hotline.people import tables, tables_audit
from hotline.people.rules_audit import ROSTER, SENTENCES, AuditFilter, AuditRow, read_row
from hotline.people.tables_audit import AuditEntry, Chain, Proofs

ACTIONS = tuple(sorted(SENTENCES))
"""The names of all actions in the audit log."""
ROWS = 50
"""The number of rows of the audit log on one page."""


class AuditPage(NamedTuple):
    rows: Sequence[AuditRow]
    before: int | None
    """The id of the oldest row on this page, or None if the log has no older rows. The next page shows the rows with
    lower ids.
    """
    length: int
    """The number of rows in the whole audit log."""
    newest: str
    """The digest of the newest row of the log."""


def list_rows(
    context: Context, *, since: datetime | None = None, who: str = "", tip_id: int | None = None
) -> Sequence[tuple[AuditEntry, AuditRow]]:
    """Returns rows of the audit log, oldest first, filtered by time, person or tip.

    `who` is a name of the person who acted, or a part of this name.
    """
    about = None if tip_id is None else f"tip:{tip_id}"
    with context.database.reading() as session:
        entries = tables_audit.entries(session, since=since, subject=about)
        names = tables.responder_names(session)
    rows = [(one, _read(one, names)) for one in entries]
    return [(one, row) for one, row in rows if who.casefold() in row.name.casefold()]


def roster_changes(database: Database, since: str) -> Sequence[str] | None:
    """Returns rows of the audit log about new, removed or changed persons, roles and desks, as sentences. The result
    starts after the row with the digest `since`.

    Returns None if no row has the digest `since`. Raises StoreUnavailable.
    """
    with database.reading() as session:
        names = tables.responder_names(session)
        found = tables_audit.rows_after(session, since)
    changes = [one for one in found or () if ROSTER.match(one.action)]
    return None if found is None else [_read(one, names).sentence for one in changes]


def newest_rows(context: Context, wanted: AuditFilter, *, before: int | None = None) -> AuditPage:
    """Returns the newest rows of the audit log that match the filter `wanted`. If `before` is given, returns only rows
    whose id is lower than `before`.

    Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        names = tables.responder_names(session)
        found = tables_audit.newest_rows(session, wanted, names, before=before, limit=ROWS + 1)
        length, digest = tables_audit.chain_end(session)
    older = found[ROWS - 1].id if len(found) > ROWS else None
    return AuditPage([_read(one, names) for one in found[:ROWS]], older, length, digest)


def verify_chain(context: Context, proofs: Proofs | None = None) -> Chain:
    with context.database.reading() as session:
        return tables_audit.verify_chain(session, proofs)


def _read(one: AuditEntry, names: Mapping[int, str]) -> AuditRow:
    return read_row(one.at, one.actor, one.action, one.subject, one.reason, names)
