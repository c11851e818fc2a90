"""Reach: counting what the line did, without remembering for whom. And the stop list, the end of all outreach.

The `log_` functions run inside their caller's transaction: what is counted happened, and once.

Once an hour the relay notes which districts have nobody who can be told: reachable, and not on leave.

Counts which screens sessions were shown and answered: once each, when it is over. A session is over when its last
screen was shown, when the gateway says so, or after three minutes of silence. Until then a web process keeps which
screens it was shown, and a hop writes nothing. One transaction adds to the counters and marks in the session's row how
much of it is counted: who comes later, with more, adds what is more.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TypeAlias

from hotline.domain import trial
from hotline.domain.dialogue.ussd import is_number
from hotline.domain.people.recipients import Member
from hotline.domain.places.places import districts
from hotline.domain.reach.counters import Measure, ScreenCounter, added, week_of
from hotline.domain.rolls.quiz import QuizOutcome
from hotline.errors import KeyMissing, StoreUnavailable
from hotline.ports import DoorKit, Kit
from hotline.sealing.keys.people import KIGALI, periods_of
from hotline.store.database import Session
from hotline.store.dialogue.openings import HeldDialogue
from hotline.store.dialogue.ways import LeftSession
from hotline.store.reach import outreach, screen_counts
from hotline.store.reach.outreach import Cell
from hotline.store.reach.screen_counts import SessionCounts, Tallies
from hotline.store.referrals import personnel

SILENT = 180.0
"""Seconds after which nobody goes on."""
BATCH = 32
"""Sessions in one transaction: a hop that writes waits for its end."""
ScreenCounts = Counter[tuple[date, ScreenCounter]]


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
        counts: ScreenCounts = Counter()
        for one, row in new:
            opening, week = one.opening, week_of(day_of(row.started_at))
            more = added(one.stands, row.upto, network=opening.network or "")
            counts.update((week, counter) for counter in more)
            row.upto = one.upto
        screen_counts.add(session, counts)
        kit.failpoint("screens.before_mark")
        screen_counts.mark(session, [row for _, row in new])
    kit.failpoint("screens.after_commit")


FOLDED = 1000
"""Tallies in one transaction of the relay."""
OVER = timedelta(days=2)
"""So long after a period its sketch becomes a number: nobody counts in it any more, whatever her clock says."""
UNANSWERABLE = "unanswerable"
"""The counter of those who wrote from a number that no SMS of ours goes to."""
STRANGE_CALLER = "strange_caller"
"""The counter of hops of another phone in somebody's session."""


Counts: TypeAlias = HeldDialogue | SessionCounts
"""A session's row, held by a hop that does more or that only counts."""


def day_of(at: datetime) -> date:
    """The day in Kigali."""
    return at.astimezone(KIGALI).date()


def log_session(session: Session, dialogue: HeldDialogue) -> None:
    outreach.count(session, _session_cell(dialogue))


def log_person(session: Session, kit: Kit, msisdn: str, at: datetime) -> None:
    """Count a person; nobody whose number is hidden. Without a key nobody is: no session waits for it."""
    if msisdn == trial.CALLER or not is_number(msisdn):
        return
    with suppress(KeyMissing):
        outreach.see(session, kit.pseudonyms.person(msisdn, at))


def log(session: Session, tallies: Tallies) -> None:
    for cell, number in tallies:
        outreach.count(session, cell, by=number)


def in_language(counts: Counts, language: str) -> Tallies:
    """A session counts in the language it was last read in, once."""
    if counts.language == language:
        return ()
    before = _session_cell(counts)
    counts.language = language
    return (before, -1), (_session_cell(counts), 1)


def on_topic(counts: Counts, topic: str, at: datetime) -> Tallies:
    """A topic counts once in a session, however often it is read."""
    if not first_time(counts, f"{Measure.TOPIC}:{topic}"):
        return ()
    return ((_cell_of(counts, Measure.TOPIC, topic, at), 1),)


def log_pair(
    session: Session, dialogue: HeldDialogue, thing: str, outcome: QuizOutcome, at: datetime
) -> None:
    """How the two answers to one thing of the quiz compare: the first two of a session, however often it is asked."""
    if first_time(dialogue, f"quiz:{thing}"):
        outreach.count(session, _cell_of(dialogue, pair_measure(outcome), thing, at))


def pair_measure(outcome: QuizOutcome) -> str:
    """The counter's name of an outcome of the quiz."""
    return f"quiz_{outcome}"


def log_alone(session: Session, measure: str, channel: str, at: datetime) -> None:
    """Counts what belongs to no session."""
    cell = Cell(day=day_of(at), measure=measure, language="", channel=channel, entry="")
    outreach.count(session, cell)


def counted_today(session: Session, measure: str, at: datetime) -> int:
    """How often that was on the day of `at`."""
    return outreach.counted_on(session, day_of(at), measure)


def fold(kit: Kit) -> None:
    """Add what was tallied to its counters: a batch each tick of the relay. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        if not outreach.any_tally(session):
            return
    with kit.database.writing() as session:
        outreach.fold(session, FOLDED)


def close_periods(session: Session, at: datetime) -> None:
    """Make numbers of the sketches whose month or week is over."""
    live = {period for moment in (at - OVER, at, at + OVER) for period in periods_of(moment)}
    for period in sorted(outreach.running(session) - live):
        outreach.close(session, period)


def first_time(counts: Counts, name: str) -> bool:
    """Whether the session did not count it yet; from now on it has."""
    if name in counts.counted:
        return False
    counts.counted = [*counts.counted, name]
    return True


def _cell_of(dialogue: Counts, measure: str, topic: str, at: datetime) -> Cell:
    return Cell(
        day=day_of(at),
        measure=measure,
        language=dialogue.language,
        channel=dialogue.channel,
        entry=dialogue.entry,
        topic=topic,
    )


def _session_cell(dialogue: Counts) -> Cell:
    return Cell(
        day=day_of(dialogue.started_at),
        measure=Measure.SESSION,
        language=dialogue.language,
        channel=dialogue.channel,
        entry=dialogue.entry,
    )


def sample(kit: Kit) -> None:
    """Writes down this hour, unless it is written. Raises StoreUnavailable."""
    at = kit.now()
    hour = at.replace(minute=0, second=0, microsecond=0)
    with kit.database.reading() as session:
        if outreach.is_written(session, hour):
            return
        people = [one for one in personnel.members(session) if one.lives(at)]
    with kit.database.writing() as session:
        outreach.write(session, hour, _missing(people))


def _missing(living: list[Member]) -> list[str]:
    codes = (district.code for district in districts())
    return [code for code in codes if not any(one.covers(code) for one in living)]
