"""What the line did in one month that is over, as tables to be published. Pure.

One month is one publication, made once and never anew. So nobody subtracts one day's print from the next. Every table
has the nation's number as its whole, and shares nothing but that number; weeks begin and end inside the month, and the
days lie within them; districts lie within provinces. What is hidden, `publishing` decides, for this as for all figures.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from hotline.domain.evidence.publishing.case_counts import in_provinces
from hotline.domain.evidence.publishing.protecting import TOLD_NATIONALLY
from hotline.domain.evidence.raw import Raw, RawShare, RawTable, by_row, in_two, nation, share
from hotline.domain.evidence.tables import CountTable
from hotline.domain.places.places import districts
from hotline.domain.reach.answers import column_of
from hotline.domain.reach.counters import CHANNELS, COUNTED, EVENTS, By, Measure
from hotline.domain.reach.screens import week_of
from hotline.domain.rolls.gathering import CAME, HELD, Occasion
from hotline.domain.rolls.quiz import LEAST_ASKED, Pairs, QuizOutcome
from hotline.domain.rolls.training import GOOD, OTHER, TAKEN
from hotline.domain.tip import ABROAD, NATIONAL, UNSURE
from hotline.text.languages import CODES

KEPT_BACK = ".."
"""In place of every number that is hidden: it is small, or it would give a small one away."""
ALL = "all"
NOWHERE = ""
"""The row of lessons that are of no one district: of responders who belong to several."""
OTHERS = "other"
"""The row of entries, topics and things of the quiz that callers come to no more. Always listed: it tells nothing."""
ASKED, RIGHT_BEFORE, RIGHT_AFTER = "quiz_asked", "quiz_right_before", "quiz_right_after"
ANSWERED, SCORE = "lesson_answered", "lesson_score"
QUIZ = "quiz"
"""What the figures of the quiz are by."""


@dataclass(frozen=True, slots=True)
class MonthCell:
    """One number of a month: which figure, by what, and of which row. None is kept back."""

    figure: str
    by: str
    row: str
    number: int | None
    bound: str = ""
    """Of a share: what it says of the true one."""


@dataclass(frozen=True, slots=True)
class MonthCounts:
    """What was counted in one month. Raw: nothing of it is shown."""

    begins: date
    people: int
    counts: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """By what (a column of the counters), value and measure."""
    live: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Entries, topics and things of the quiz that callers can come to: each has a row."""

    def of(self, by: str, measure: str, rows: Collection[str]) -> dict[str, int]:
        return {row: max(0, self.counts.get((by, row, measure), 0)) for row in rows}

    def values(self, by: str, measure: str) -> list[str]:
        return sorted(
            value for column, value, what in self.counts if (column, what) == (by, measure)
        )

    def measures(self) -> list[str]:
        return sorted({what for _, _, what in self.counts})

    def total(self, measure: str) -> int:
        if measure == Measure.PERSON:
            return self.people
        return sum(self.of(By.DAY, measure, self.values(By.DAY, measure)).values())

    def days(self) -> list[date]:
        following = (self.begins + timedelta(days=31)).replace(day=1)
        return [self.begins + timedelta(days=n) for n in range((following - self.begins).days)]


def month_tables(counts: MonthCounts) -> list[Raw]:
    """Everything that was counted of a month, raw."""
    return [
        *(nation(figure, counts.total(figure)) for figure in Measure if figure not in EVENTS),
        *(_event(counts, measure) for measure in EVENTS),
        *_answers(counts),
        *_quiz(counts),
        *_gatherings(counts),
        *_lessons(counts),
    ]


def _event(counts: MonthCounts, measure: Measure) -> RawTable:
    tables = [
        _by(counts, by, measure)
        for by in (By.DISTRICT, By.LANGUAGE, By.CHANNEL, By.ENTRY, By.TOPIC)
        if measure in COUNTED[by]
    ]
    return RawTable(measure, [*tables, _days(counts, measure)])


def _by(counts: MonthCounts, by: By, measure: str) -> CountTable:
    """Every row that can be there, whatever happened. What came to no such row is of the others."""
    found = counts.of(by, measure, _listed(counts, by, counts.values(by, measure)))
    rest = counts.total(measure) - sum(found.values())
    if rest > 0 or by in (By.ENTRY, By.TOPIC):
        found[OTHERS] = max(0, rest)
    if rest < 0:
        found[max(found, key=lambda row: found[row])] += rest
    return _named(by, found)


def _named(by: str, found: Mapping[str, int]) -> CountTable:
    rows = {f"{by}:{row}": number for row, number in found.items()}
    return by_row(rows, _within(rows) if by == By.DISTRICT else {})


def _within(rows: Collection[str]) -> Mapping[str, str]:
    """The province of a district; and what the nation alone is told of, together."""
    nations = {f"{By.DISTRICT}:{row}" for row in (ABROAD, UNSURE, NATIONAL)}
    return {**in_provinces(rows), **dict.fromkeys(nations & {*rows}, TOLD_NATIONALLY)}


def _listed(counts: MonthCounts, by: str, counted: Sequence[str]) -> Sequence[str]:
    """The rows that are there whatever happened; where nobody knows these, those in which something was counted."""
    return sorted(counts.live.get(by, ())) or _rows(by) or counted


def _rows(by: str) -> Sequence[str]:
    if by == By.DISTRICT:
        return [*(district.code for district in districts()), ABROAD, UNSURE, NATIONAL]
    return {By.LANGUAGE: CODES, By.CHANNEL: CHANNELS}.get(By(by), ()) if by in {*By} else ()


def _days(counts: MonthCounts, measure: str) -> CountTable:
    """The days of a month, each within its week."""
    days = {day.isoformat(): week_of(day).isoformat() for day in counts.days()}
    found = counts.of(By.DAY, measure, days)
    return by_row(
        {f"{By.DAY}:{day}": number for day, number in found.items()},
        {f"{By.DAY}:{day}": f"{By.WEEK}:{week}" for day, week in days.items()},
    )


def _answers(counts: MonthCounts) -> Iterator[RawTable]:
    """How many gave each answer that is counted by district. Such a counter has no other figure."""
    for measure in counts.measures():
        if column_of(measure) is not None:
            found = counts.of(By.DISTRICT, measure, _rows(By.DISTRICT))
            yield RawTable(measure, [_named(By.DISTRICT, found)])


def _quiz(counts: MonthCounts) -> Iterator[RawTable]:
    """How the answers before a lesson and after it compare: of the same people, so both are of one count."""
    names = {outcome: f"quiz_{outcome}" for outcome in QuizOutcome}
    seen = sorted({thing for name in names.values() for thing in counts.values(By.TOPIC, name)})
    known = _listed(counts, QUIZ, seen)
    pairs = dict.fromkeys((*known, OTHERS), Pairs(0, 0, 0))
    for thing in {*known, *seen}:
        found = Pairs.of(
            {one: counts.of(By.TOPIC, name, [thing])[thing] for one, name in names.items()}
        )
        row = thing if thing in known else OTHERS
        pairs[row] = pairs[row] + found
    before, after = (
        RawShare(f"{figure} yes", f"{figure} no", LEAST_ASKED)
        for figure in (RIGHT_BEFORE, RIGHT_AFTER)
    )
    rows = {f"{QUIZ}:{thing}": one for thing, one in pairs.items()}
    tables = [
        by_row({row: one.asked for row, one in rows.items()}),
        in_two({row: (one.before, one.asked) for row, one in rows.items()}, before),
        in_two({row: (one.after, one.asked) for row, one in rows.items()}, after),
    ]
    yield RawTable(ASKED, tables, shares={RIGHT_BEFORE: before, RIGHT_AFTER: after})


def _gatherings(counts: MonthCounts) -> Iterator[RawTable]:
    """Nobody comes to a session that is not held: where one is hidden, so is the other."""
    codes, occasions = [one.code for one in districts()], [one.value for one in Occasion]
    for figure in (HELD, CAME):
        tables = [
            _named(by, counts.of(by, figure, rows))
            for by, rows in ((By.DISTRICT, codes), (By.TOPIC, occasions))
        ]
        yield RawTable(figure, tables, alike=HELD)


def _lessons(counts: MonthCounts) -> Iterator[RawTable]:
    """No case is answered but in a lesson: where one is hidden, so is the other."""
    codes = [*(district.code for district in districts()), NOWHERE]
    right, other = (counts.of(By.DISTRICT, figure, codes) for figure in (GOOD, OTHER))
    taken = counts.of(By.DISTRICT, TAKEN, codes)
    yield RawTable(TAKEN, [_named(By.DISTRICT, taken)], alike=TAKEN)
    answered = {f"{By.DISTRICT}:{code}": (right[code], right[code] + other[code]) for code in codes}
    within = _within([*answered])
    yield share(SCORE, ANSWERED, answered, within, least=LEAST_ASKED, alike=TAKEN)
