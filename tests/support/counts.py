"""Reads the counters of a test's hotline exactly, including counts that are not added up yet."""

from collections import Counter

from hotline.core.database import Database
from hotline.counters.tables import DailyCount, Tally


def counts(database: Database, by: str = "topic") -> Counter[tuple[str, str]]:
    """Returns the sum of the counts for each measure and each value of the column `by`."""
    found: Counter[tuple[str, str]] = Counter()
    with database.reading() as session:
        rows: list[DailyCount | Tally] = [*session.query(DailyCount), *session.query(Tally)]
        for row in rows:
            found[getattr(row, by), row.measure] += row.count
    return found


def number(database: Database, measure: str) -> int:
    """Returns the total count of one measure."""
    return sum(count for (_, of), count in counts(database).items() if of == measure)
