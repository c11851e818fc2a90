"""The audit log for people: listed as sentences, and followed from its beginning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.desk.audit_sentences import AuditLine, actor, sentence
from hotline.ports import Kit
from hotline.store.desk import audit
from hotline.store.desk.audit import AuditEntry, Chain
from hotline.store.people import responders


@dataclass(frozen=True, slots=True)
class Logged:
    """A row of the log, and how a person reads it."""

    entry: AuditEntry
    desk: str
    who: str
    sentence: str


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

    rows = [
        Logged(
            entry,
            *actor(entry.actor, names),
            sentence(
                AuditLine(entry.at, entry.actor, entry.action, entry.subject, entry.reason), names
            ),
        )
        for entry in entries
    ]
    if who is None:
        return rows
    return [row for row in rows if who.casefold() in row.who.casefold()]


def verify(kit: Kit) -> Chain:
    with kit.database.reading() as session:
        return audit.verify(session)
