"""Counts how the hotline is used, without storing who used it.

Each event is counted inside the transaction of the calling code. So an event and its count are stored together, or
neither of the two is stored.

Once an hour, the clock process records the districts in which no responder can be alerted.

The hotline counts the screens of a session once, when the session is over. A session is over after its last screen,
when the gateway reports its end, or after three minutes without input. Until the session is over, a web process keeps
the session's screens in memory. The requests of the session do not write these screens to the database. One transaction
increases the counters, and records in the session's row how much of the session is counted. Another process can later
add only the part of the session that is not counted yet.
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
from hotline.counters import tables
from hotline.counters.rules import (
    QUIZ_MEASURES,
    LeftSession,
    Measure,
    ScreenCounter,
    new_counters,
    week_of,
)
from hotline.counters.tables import CounterKey, SessionCounts, Tallies
from hotline.gateway.tables import LockedDialogue
from hotline.keys.pseudonyms import periods_of
from hotline.people import tables_roster
from hotline.text.errors import KeyMissing, StoreUnavailable
from hotline.text.places import districts
from hotline.text.quiz import QuizOutcome
from hotline.text.time import KIGALI

SILENT = 180.0
"""The number of seconds without input after which a session counts as over."""
BATCH = 32
"""The number of sessions that one transaction counts. During the transaction, callers' requests that write to the
database must wait, so the number is small."""
ScreenCounts = Counter[tuple[date, ScreenCounter]]


def count_ended_sessions(
    context: WebContext, *, silent: float = SILENT, pause: Callable[[], object] = lambda: None
) -> None:
    """Counts all sessions that are over, and calls `pause` after each transaction.

    Raises StoreUnavailable. If the database fails, the function keeps the uncounted sessions in the memory of the
    process, so that none is lost.
    """
    longest: dict[str, LeftSession] = {}
    for call in context.sessions.take_left(silent):
        before = longest.get(call.start.key)
        if before is None or before.upto < call.upto:
            longest[call.start.key] = call
    sessions = [longest[key] for key in sorted(longest)]
    try:
        while sessions:
            _count(context, sessions[:BATCH])
            del sessions[:BATCH]
            pause()
    except StoreUnavailable:
        context.sessions.put_back(sessions)
        raise


def _count(context: WebContext, batch: Sequence[LeftSession]) -> None:
    with context.database.writing() as session:
        rows = tables.lock_sessions(session, [call.start.key for call in batch])
        new = [
            (call, row)
            for call in batch
            if (row := rows.get(call.start.key)) is not None and row.upto < call.upto
        ]
        counts: ScreenCounts = Counter()
        for call, row in new:
            start, week = call.start, week_of(day_of(row.started_at))
            counters = new_counters(call.steps, row.upto, network=start.network or "")
            counts.update((week, counter) for counter in counters)
            row.upto = call.upto
        tables.add(session, counts)
        context.failpoint("screens.before_mark")
        tables.mark_counted(session, [row for _, row in new])
    context.failpoint("screens.after_commit")


FOLDED = 1000
"""The number of tallies (single counts) that the clock process adds up in one transaction."""
OVER = timedelta(days=2)
"""The time from the end of a period until its number of people is final. A sketch (a small table of numbers) estimates
this number of people. After the time `OVER`, no process adds a person to the sketch. The hotline then stores a number
instead of the sketch.
"""
UNANSWERABLE = "unanswerable"
"""The counter of people who wrote from a number to which no SMS can be sent."""
STRANGE_CALLER = "strange_caller"
"""The counter of requests in a caller's session that came from a different phone than the first request."""


Counts: TypeAlias = LockedDialogue | SessionCounts
"""The row of a session in the database. The code has locked this row before it counts an event of the session."""


def day_of(at: datetime) -> date:
    """Returns the date in Kigali at the given time."""
    return at.astimezone(KIGALI).date()


def count_session(session: Session, dialogue: LockedDialogue) -> None:
    tables.count(session, _session_cell(dialogue))


def count_person(session: Session, context: Context, msisdn: str, at: datetime) -> None:
    """Adds a caller to the number of people who used the hotline. Does not count hidden phone numbers and the phone
    number of the test calls.

    If the key for the pseudonyms is missing, counts no one, because a caller's session must not wait until a new key
    exists.
    """
    if msisdn == rules_trial.CALLER or not is_number(msisdn):
        return
    with suppress(KeyMissing):
        tables.note_person(session, context.pseudonyms.person(msisdn, at))


def add_tallies(session: Session, tallies: Tallies) -> None:
    for cell, number in tallies:
        tables.count(session, cell, by=number)


def in_language(counts: Counts, language: str) -> Tallies:
    """Returns the tallies (changes of counters by one) that move a session from the counter of its earlier language to
    another. A session counts only in its last language."""
    if counts.language == language:
        return ()
    before = _session_cell(counts)
    counts.language = language
    return (before, -1), (_session_cell(counts), 1)


def on_topic(counts: Counts, topic: str, at: datetime) -> Tallies:
    """Returns the tally (a change of a counter by one) for a topic that a caller reads. A topic counts once in a
    session, even if the caller reads it several times."""
    if not is_first_time(counts, f"{Measure.TOPIC}:{topic}"):
        return ()
    return ((_cell_of(counts, Measure.TOPIC, topic, at), 1),)


def count_quiz_pair(
    session: Session, dialogue: LockedDialogue, statement: str, outcome: QuizOutcome, at: datetime
) -> None:
    """Counts the result `outcome` of a caller's answers to one quiz question before and after the lesson. Each session
    counts a question only once."""
    if is_first_time(dialogue, f"quiz:{statement}"):
        tables.count(session, _cell_of(dialogue, QUIZ_MEASURES[outcome], statement, at))


def count_event(session: Session, measure: str, channel: str, at: datetime) -> None:
    """Adds one to the counter of an event that belongs to no session."""
    cell = CounterKey(day=day_of(at), measure=measure, language="", channel=channel, entry="")
    tables.count(session, cell)


def counted_today(session: Session, measure: str, at: datetime) -> int:
    """Returns how often this measure was counted on the day of the time `at`."""
    return tables.counted_on(session, day_of(at), measure)


def fold_tallies(context: Context) -> None:
    """Adds one group of waiting tallies (single counts) to their counters. The clock process calls this function once a
    second. Raises StoreUnavailable."""
    with context.database.reading() as session:
        if not tables.has_tallies(session):
            return
    with context.database.writing() as session:
        tables.fold(session, FOLDED)


def close_periods(session: Session, at: datetime) -> None:
    """Converts the sketches of completed months and weeks into numbers."""
    live = {period for moment in (at - OVER, at, at + OVER) for period in periods_of(moment)}
    for period in sorted(tables.running_periods(session) - live):
        tables.close_period(session, period)


def is_first_time(counts: Counts, name: str) -> bool:
    """Returns True if the session has not counted an event with the name `name` yet. Also marks the name as counted, so
    that a second call returns False.
    """
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
    return _cell_of(dialogue, Measure.SESSION, "", dialogue.started_at)


def record_coverage(context: Context) -> None:
    """Records once an hour the districts that have no active responder on duty. Raises StoreUnavailable."""
    at = context.now()
    hour = at.replace(minute=0, second=0, microsecond=0)
    with context.database.reading() as session:
        if tables.has_coverage(session, hour):
            return
        people = [member for member in queries_people.members(session) if member.is_active(at)]
        on_duty = tables_roster.roster(session, at, at).ranks(at)
    missing = [
        code
        for code in (district.code for district in districts())
        if not any(
            one.covers(code) and (code not in on_duty or one.id in on_duty[code]) for one in people
        )
    ]
    with context.database.writing() as session:
        tables.write_coverages(session, {hour: missing})
