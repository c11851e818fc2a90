"""Counts how the line is used, without remembering who used it.

The `log_` functions run inside their caller's transaction. So a count is written once, and only if the event was.

Once an hour the relay records the districts where no responder can be alerted.

Counts the screens that each session showed and that callers answered, once, when the session is over. It is over after
its last screen, when the gateway says so, or after three minutes of silence. Until then a web process remembers the
screens, and a hop writes nothing. One transaction adds to the counters and marks in the session's row how much of it is
counted. A later process adds only what is new.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TypeAlias

from hotline.alerts import queries_people
from hotline.core import rules_trial
from hotline.core.contexts import Context, WebContext
from hotline.core.database import Session
from hotline.core.ussd import is_number
from hotline.counters import tables, tables_screens
from hotline.counters.rules import LeftSession, Measure, ScreenCounter, new_counters, week_of
from hotline.counters.tables import CounterKey
from hotline.counters.tables_screens import SessionCounts, Tallies
from hotline.errors import KeyMissing, StoreUnavailable
from hotline.gateway.tables_sessions import LockedDialogue
from hotline.keys.key_folder import KIGALI, periods_of
from hotline.people.rules import Member
from hotline.text.places import districts
from hotline.text.quiz import QuizOutcome

SILENT = 180.0
"""Seconds of silence after which a session is over."""
BATCH = 32
"""Sessions in one transaction. A hop that writes must wait until the transaction ends."""
ScreenCounts = Counter[tuple[date, ScreenCounter]]


def _at_once() -> None:
    pass


def count_ended_sessions(
    context: WebContext, *, silent: float = SILENT, pause: Callable[[], object] = _at_once
) -> None:
    """Counts all sessions that are over, and calls `pause` after each transaction.

    Raises StoreUnavailable. The sessions that are not counted yet are then put back, so nothing is lost.
    """
    longest: dict[str, LeftSession] = {}
    for one in context.sessions.take_left(silent):
        known = longest.get(one.start.key)
        if known is None or known.upto < one.upto:
            longest[one.start.key] = one
    waiting = [longest[key] for key in sorted(longest)]
    try:
        while waiting:
            _count(context, waiting[:BATCH])
            del waiting[:BATCH]
            pause()
    except StoreUnavailable:
        context.sessions.put_back(waiting)
        raise


def _count(context: WebContext, batch: Sequence[LeftSession]) -> None:
    with context.database.writing() as session:
        held = tables_screens.lock_sessions(session, [one.start.key for one in batch])
        new = [
            (one, row)
            for one in batch
            if (row := held.get(one.start.key)) is not None and row.upto < one.upto
        ]
        counts: ScreenCounts = Counter()
        for one, row in new:
            start, week = one.start, week_of(day_of(row.started_at))
            more = new_counters(one.steps, row.upto, network=start.network or "")
            counts.update((week, counter) for counter in more)
            row.upto = one.upto
        tables_screens.add(session, counts)
        context.failpoint("screens.before_mark")
        tables_screens.mark_counted(session, [row for _, row in new])
    context.failpoint("screens.after_commit")


FOLDED = 1000
"""Tallies that the relay adds in one transaction."""
OVER = timedelta(days=2)
"""Time after the end of a period until its sketch becomes a number. By then no process counts into it any more."""
UNANSWERABLE = "unanswerable"
"""Counter of people who wrote from a number to which we cannot send an SMS."""
STRANGE_CALLER = "strange_caller"
"""Counter of hops that another phone sent in a caller's session."""


Counts: TypeAlias = LockedDialogue | SessionCounts
"""A session's row, as locked by a hop that does more or by a hop that only counts."""


def day_of(at: datetime) -> date:
    """Returns the date of this moment in Kigali."""
    return at.astimezone(KIGALI).date()


def count_session(session: Session, dialogue: LockedDialogue) -> None:
    tables.count(session, _session_cell(dialogue))


def count_person(session: Session, context: Context, msisdn: str, at: datetime) -> None:
    """Counts a person. Leaves out hidden numbers and the trial caller.

    Without the key it counts no one, because a session must not wait for a key.
    """
    if msisdn == rules_trial.CALLER or not is_number(msisdn):
        return
    with suppress(KeyMissing):
        tables.note_person(session, context.pseudonyms.person(msisdn, at))


def add_tallies(session: Session, tallies: Tallies) -> None:
    for cell, number in tallies:
        tables.count(session, cell, by=number)


def in_language(counts: Counts, language: str) -> Tallies:
    """Returns the tallies that move a session to another language. Each session counts in its last language only."""
    if counts.language == language:
        return ()
    before = _session_cell(counts)
    counts.language = language
    return (before, -1), (_session_cell(counts), 1)


def on_topic(counts: Counts, topic: str, at: datetime) -> Tallies:
    """Returns the tallies for a topic. A topic counts once in a session, however often the caller reads it."""
    if not is_first_time(counts, f"{Measure.TOPIC}:{topic}"):
        return ()
    return ((_cell_of(counts, Measure.TOPIC, topic, at), 1),)


def count_quiz_pair(
    session: Session, dialogue: LockedDialogue, thing: str, outcome: QuizOutcome, at: datetime
) -> None:
    """Counts how the two answers to one thing of the quiz compare. Only the first two of a session count."""
    if is_first_time(dialogue, f"quiz:{thing}"):
        tables.count(session, _cell_of(dialogue, pair_measure(outcome), thing, at))


def pair_measure(outcome: QuizOutcome) -> str:
    """Returns the counter's name for an outcome of the quiz."""
    return f"quiz_{outcome}"


def count_event(session: Session, measure: str, channel: str, at: datetime) -> None:
    """Counts an event that belongs to no session."""
    cell = CounterKey(day=day_of(at), measure=measure, language="", channel=channel, entry="")
    tables.count(session, cell)


def counted_today(session: Session, measure: str, at: datetime) -> int:
    """Returns how often this measure was counted on the day of `at`."""
    return tables.counted_on(session, day_of(at), measure)


def fold_tallies(context: Context) -> None:
    """Adds waiting tallies to their counters, one batch at each tick of the relay. Raises StoreUnavailable."""
    with context.database.reading() as session:
        if not tables.has_tallies(session):
            return
    with context.database.writing() as session:
        tables.fold(session, FOLDED)


def close_periods(session: Session, at: datetime) -> None:
    """Turns the sketches of months and weeks that are over into numbers."""
    live = {period for moment in (at - OVER, at, at + OVER) for period in periods_of(moment)}
    for period in sorted(tables.running_periods(session) - live):
        tables.close_period(session, period)


def is_first_time(counts: Counts, name: str) -> bool:
    """Returns True if the session did not count this name yet, and marks it as counted."""
    if name in counts.counted:
        return False
    counts.counted = [*counts.counted, name]
    return True


def _cell_of(dialogue: Counts, measure: str, topic: str, at: datetime) -> CounterKey:
    return CounterKey(
        day=day_of(at),
        measure=measure,
        language=dialogue.language,
        channel=dialogue.channel,
        entry=dialogue.entry,
        topic=topic,
    )


def _session_cell(dialogue: Counts) -> CounterKey:
    return CounterKey(
        day=day_of(dialogue.started_at),
        measure=Measure.SESSION,
        language=dialogue.language,
        channel=dialogue.channel,
        entry=dialogue.entry,
    )


def record_coverage(context: Context) -> None:
    """Records the districts without an active responder for this hour, once. Raises StoreUnavailable."""
    at = context.now()
    hour = at.replace(minute=0, second=0, microsecond=0)
    with context.database.reading() as session:
        if tables.has_coverage(session, hour):
            return
        people = [one for one in queries_people.members(session) if one.is_active(at)]
    with context.database.writing() as session:
        tables.write_coverage(session, hour, _missing(people))


def _missing(active: list[Member]) -> list[str]:
    codes = (district.code for district in districts())
    return [code for code in codes if not any(one.covers(code) for one in active)]
