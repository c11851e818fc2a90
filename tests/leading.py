"""Which relay leads: a test says so where no relay runs."""

from hotline.store.outbox import lanes
from tests.callers import Line

OLDER = "a relay of the release before"


def lead(line: Line, name: str) -> None:
    """A relay of this name leads, or led last."""
    with line.database.writing() as session:
        lanes.write_leader(session, name, line.clock.at)
