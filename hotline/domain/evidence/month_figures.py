"""What is told of one month that is over: its figures, and which cells are kept back. Pure.

One month is one publication, made once and never anew. So nobody subtracts one day's print from the next, and nothing
is added up beyond a month. Inside it every table has the nation's number as its total, tables share nothing but that
number, weeks begin and end inside the month, and the days of a week are protected with that week as their total.

What is kept back is kept back so: every cell under `SMALL`, zero included, and then the smallest others of the table
until those hidden come to `SMALL` at least, and are two. Whoever knows the total knows what they come to together, and
each of them may be anything from nothing to that. All have one sign: nobody learns which is which.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from hotline.domain.places.places import districts
from hotline.domain.reach.answers import column_of
from hotline.domain.reach.counters import CHANNELS, COUNTED, EVENTS, By, Measure
from hotline.domain.reach.figures import SMALL
from hotline.domain.rolls.gathering import CAME, HELD, Occasion
from hotline.domain.rolls.quiz import Pairs, QuizOutcome, Share, gain, score
from hotline.domain.rolls.training import GOOD, OTHER, TAKEN
from hotline.domain.tip import ABROAD, NATIONAL, UNSURE
from hotline.text.languages import CODES

KEPT_BACK = ".."
"""In place of every number that is hidden: fewer than `SMALL`, or it would give such a one away."""
ALL = "all"
NOWHERE = ""
"""The row of lessons that are of no one district: of responders who belong to several."""
WEEK_BEGINS = (1, 8, 15, 22)
"""Days of a month. Its last week ends with it, so that no week is of two months."""
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


def hidden_rows(
    columns: Sequence[Mapping[str, int]], *, listed_for: Collection[str] = ()
) -> set[str]:
    """What is hidden of columns with the same rows, in all of them alike: each has its total beside it.

    `listed_for` are rows that are listed because something was counted: each of them is one at least.
    """
    rows = {*columns[0]} if columns else set()
    hidden = {row for row in rows if any(column[row] < SMALL for column in columns)}
    spare = sorted(rows - hidden, key=lambda row: (columns[0][row], row))
    while spare and hidden and not _wide(columns, hidden, len(hidden & {*listed_for})):
        hidden.add(spare.pop(0))
    return hidden


def _wide(columns: Sequence[Mapping[str, int]], hidden: set[str], known: int) -> bool:
    """Whether each of them may be so little, or `SMALL` more."""
    enough = all(sum(column[row] for row in hidden) - known >= SMALL for column in columns)
    return enough and len(hidden) > 1


def month_cells(counts: MonthCounts) -> Sequence[MonthCell]:
    """Everything that is told of a month, in the order in which it is read."""
    return [
        *_nation(counts),
        *_breakdowns(counts),
        *_weeks(counts),
        *_answers(counts),
        *_quiz(counts),
        *_gatherings(counts),
        *_lessons(counts),
    ]


def _shown(number: int) -> int | None:
    return number if number >= SMALL else None


def _nation(counts: MonthCounts) -> Iterator[MonthCell]:
    for figure in Measure:
        yield MonthCell(figure, ALL, ALL, _shown(counts.total(figure)))
    answered = counts.total(GOOD) + counts.total(OTHER)
    yield from _table(ALL, {one: {ALL: counts.total(one)} for one in (HELD, CAME)})
    yield from _table(ALL, {TAKEN: {ALL: counts.total(TAKEN)}, ANSWERED: {ALL: answered}})


def _table(
    by: str, columns: Mapping[str, Mapping[str, int]], *, listed_for: Collection[str] = ()
) -> Iterator[MonthCell]:
    """One table: what is hidden of one column is hidden of all."""
    hidden = hidden_rows([*columns.values()], listed_for=listed_for)
    for figure, column in columns.items():
        for row, number in column.items():
            yield MonthCell(figure, by, row, None if row in hidden else number)


def _breakdowns(counts: MonthCounts) -> Iterator[MonthCell]:
    for by in (By.DISTRICT, By.LANGUAGE, By.CHANNEL, By.ENTRY, By.TOPIC):
        for measure in COUNTED[by]:
            known, others = _listed(counts, by, counts.values(by, measure))
            column = counts.of(by, measure, [*known, *others])
            yield from _table(by, {measure: column}, listed_for=others)


def _listed(
    counts: MonthCounts, by: str, counted: Sequence[str]
) -> tuple[Sequence[str], Sequence[str]]:
    """The rows that are there whatever happened, and those besides in which something was counted."""
    known = sorted(counts.live.get(by, ())) or _rows(by)
    return known, [row for row in counted if row not in known]


def _rows(by: str) -> Sequence[str]:
    if by == By.DISTRICT:
        return [*(district.code for district in districts()), ABROAD, UNSURE, NATIONAL]
    return {By.LANGUAGE: CODES, By.CHANNEL: CHANNELS}.get(By(by), ()) if by in {*By} else ()


def _weeks(counts: MonthCounts) -> Iterator[MonthCell]:
    days: dict[str, list[str]] = {}
    for day in counts.days():
        begins = max(first for first in WEEK_BEGINS if first <= day.day)
        days.setdefault(day.replace(day=begins).isoformat(), []).append(day.isoformat())
    for measure in EVENTS:
        of_days = {week: counts.of(By.DAY, measure, inside) for week, inside in days.items()}
        weeks = {week: sum(inside.values()) for week, inside in of_days.items()}
        hidden = hidden_rows([weeks])
        yield from _table(By.WEEK, {measure: weeks})
        for week, inside in of_days.items():
            if week in hidden:
                yield from (MonthCell(measure, By.DAY, day, None) for day in inside)
            else:
                yield from _table(By.DAY, {measure: inside})


def _answers(counts: MonthCounts) -> Iterator[MonthCell]:
    """How many gave each answer that is counted by district. Such a counter has no other figure."""
    for measure in counts.measures():
        if column_of(measure) is not None:
            column = counts.of(By.DISTRICT, measure, _rows(By.DISTRICT))
            yield from _table(By.DISTRICT, {measure: column})
            yield MonthCell(measure, ALL, ALL, _shown(sum(column.values())))


def _quiz(counts: MonthCounts) -> Iterator[MonthCell]:
    names = {outcome: f"quiz_{outcome}" for outcome in QuizOutcome}
    seen = sorted({thing for name in names.values() for thing in counts.values(By.TOPIC, name)})
    known, others = _listed(counts, QUIZ, seen)
    things = [*known, *others]
    found = {
        thing: Pairs.of(
            {one: counts.of(By.TOPIC, name, [thing])[thing] for one, name in names.items()}
        )
        for thing in things
    }
    asked = {thing: pairs.asked for thing, pairs in found.items()}
    yield MonthCell(ASKED, ALL, ALL, _shown(sum(asked.values())))
    for cell in _table(QUIZ, {ASKED: asked}, listed_for=others):
        yield cell
        taught = gain(found[cell.row]) if cell.number is not None else None
        if taught is not None:
            yield _share(RIGHT_BEFORE, QUIZ, cell.row, taught.before)
            yield _share(RIGHT_AFTER, QUIZ, cell.row, taught.after)


def _share(figure: str, by: str, row: str, share: Share) -> MonthCell:
    return MonthCell(figure, by, row, share.percent, share.bound)


def _gatherings(counts: MonthCounts) -> Iterator[MonthCell]:
    """Nobody comes to a session that is not held: where one is hidden, so is the other."""
    rows = {
        By.DISTRICT: [district.code for district in districts()],
        By.TOPIC: [occasion.value for occasion in Occasion],
    }
    for by, known in rows.items():
        yield from _table(by, {figure: counts.of(by, figure, known) for figure in (HELD, CAME)})


def _lessons(counts: MonthCounts) -> Iterator[MonthCell]:
    codes = [*(district.code for district in districts()), NOWHERE]
    right = counts.of(By.DISTRICT, GOOD, codes)
    other = counts.of(By.DISTRICT, OTHER, codes)
    answered = {code: right[code] + other[code] for code in codes}
    taken = counts.of(By.DISTRICT, TAKEN, codes)
    for cell in _table(By.DISTRICT, {TAKEN: taken, ANSWERED: answered}):
        yield cell
        if cell.figure == ANSWERED and cell.number is not None:
            share = score(right[cell.row], cell.number)
            if share is not None:
                yield _share(SCORE, By.DISTRICT, cell.row, share)
