"""Counting which screens sessions were shown and answered: once each, when it is over.

A session is over when its last screen was shown, when the gateway says so, or after three minutes of silence. Until
then a web process keeps which screens it was shown, and a hop writes nothing. One transaction adds to the counters and
marks in the session's row how much of it is counted: who comes later, with more, adds what is more.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from hotline.domain.reach.counters import ScreenCounter, added, week_of
from hotline.errors import StoreUnavailable
from hotline.ports import DoorKit
from hotline.services.reach.outreach import day_of
from hotline.store.dialogue.ways import LeftSession
from hotline.store.reach import screen_counts

SILENT = 180.0
"""Seconds after which nobody goes on."""
BATCH = 32
"""Sessions in one transaction: a hop that writes waits for its end."""
Counts = Counter[tuple[date, ScreenCounter]]


def _at_once() -> None:
    pass


def count_left(
    kit: DoorKit, *, silent: float = SILENT, pause: Callable[[], object] = _at_once
) -> None:
    """Count all that are over. `pause` is called after each transaction. Raises StoreUnavailable: nothing is lost."""
    longest: dict[str, LeftSession] = {}
    for one in kit.sessions.take_left(silent):
        known = longest.get(one.opening.key)
        if known is None or known.upto < one.upto:
            longest[one.opening.key] = one
    waiting = [longest[key] for key in sorted(longest)]
    try:
        while waiting:
            _count(kit, waiting[:BATCH])
            del waiting[:BATCH]
            pause()
    except StoreUnavailable:
        kit.sessions.put_back(waiting)
        raise


def _count(kit: DoorKit, batch: Sequence[LeftSession]) -> None:
    with kit.database.writing() as session:
        held = screen_counts.hold(session, [one.opening.key for one in batch])
        new = [
            (one, row)
            for one in batch
            if (row := held.get(one.opening.key)) is not None and row.upto < one.upto
        ]
        counts: Counts = Counter()
        for one, row in new:
            opening, week = one.opening, week_of(day_of(row.started_at))
            more = added(one.stands, row.upto, network=opening.network or "")
            counts.update((week, counter) for counter in more)
            row.upto = one.upto
        screen_counts.add(session, counts)
        kit.failpoint("screens.before_mark")
        screen_counts.mark(session, [row for _, row in new])
    kit.failpoint("screens.after_commit")
