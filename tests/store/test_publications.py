"""Which flows were live, and when."""

from datetime import UTC, datetime

from hotline.store.database import Database, Session
from hotline.store.flows import flows, publications
from hotline.store.flows.publications import Publication, Publishing

BEGINS, ENDS = (datetime(2026, month, 1, tzinfo=UTC) for month in (11, 12))


def at(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


def add(session: Session, digest: str, since: datetime, until: datetime | None = None) -> int:
    revision = flows.add(session, digest=digest, document={}, at=since, live_from=since)
    told = {"published_by": "line", "kind": Publishing.VERSION, "reason": "a test"}
    session.add(Publication(revision_id=revision.id, published_at=since, until=until, **told))
    session.flush()
    return revision.id


def test_what_was_live_in_a_month_and_before_anybody_kept_a_history(database: Database) -> None:
    with database.writing() as session:
        assert publications.live_periods(session, BEGINS, ENDS) == []
        alone = flows.add(session, digest="0", document={}, at=at(20), live_from=at(20)).id
        assert publications.live_periods(session, BEGINS, ENDS) == [(alone, BEGINS, ENDS)]

        first = add(session, "1", at(5), at(12))
        second = add(session, "2", at(12), at(3, month=12))
        add(session, "3", at(3, month=12))
        assert publications.live_periods(session, BEGINS, ENDS) == [
            (first, BEGINS, at(12)),
            (second, at(12), ENDS),
        ]
        october = publications.live_periods(session, at(1, month=10), BEGINS)
        assert october == [(first, at(1, month=10), BEGINS)]
