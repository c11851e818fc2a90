"""The last chapters: the districts, what was learnt, and how everything was counted. Pure."""

from collections.abc import Iterator

from hotline.domain.cases.months import MonthVersion, due_at
from hotline.domain.evidence.edition import Edition, Span, span_of
from hotline.domain.evidence.suppression import INSIDE, OUTSIDE
from hotline.domain.evidence.telling.chapter import Chapter, ChapterName, ChartKind, ToldTable
from hotline.domain.evidence.telling.labels import day_label
from hotline.domain.evidence.telling.numbers import PERCENT, grouped
from hotline.domain.evidence.telling.teller import CellAt, Teller, told_of
from hotline.domain.evidence.telling.words import method as words
from hotline.domain.evidence.telling.words import places as of_places
from hotline.domain.evidence.telling.words.chapters import TITLES
from hotline.domain.places.places import districts

OF_DISTRICT = ("tip", "identified", "hours_uncovered")
SMALLEST = {Edition.INSIDE: INSIDE, Edition.OUTSIDE: OUTSIDE}


def places(teller: Teller) -> Chapter:
    rows = [f"district:{one.code}" for one in districts()]
    tiles = {row: (CellAt("tip", row), None) for row in rows}
    return Chapter(
        ChapterName.PLACES,
        teller.words(TITLES[ChapterName.PLACES]),
        told_of(
            teller.sentence(of_places.MOST) if teller.published.rows("tip", "district") else None,
            teller.words(of_places.NOT_MORE),
        ),
        charts=told_of(
            teller.chart(ChartKind.TILES, of_places.TILES, of_places.TILES_SHOWN, tiles)
        ),
        tables=told_of(_by_district(teller)),
    )


def _by_district(teller: Teller) -> ToldTable | None:
    """By name. A figure that this edition has of no district has no column."""
    columns = [(one, "") for one in OF_DISTRICT if teller.published.rows(one, "district")]
    table = (
        teller.table(of_places.TABLE, "district", columns, of_places.DISTRICT) if columns else None
    )
    if table is None:
        return None
    return ToldTable(table.title, table.head, sorted(table.rows, key=lambda row: row[0]))


def learning(teller: Teller) -> Chapter:
    quiz = [("quiz_asked", ""), ("quiz_right_before", PERCENT), ("quiz_right_after", PERCENT)]
    sessions = [("gathering", ""), ("gathered", "")]
    lessons = [("lesson", ""), ("lesson_answered", ""), ("lesson_score", PERCENT)]
    return Chapter(
        ChapterName.LEARNING,
        teller.words(TITLES[ChapterName.LEARNING]),
        told_of(
            teller.sentence(of_places.QUIZ),
            teller.sentence(of_places.GATHERINGS),
            teller.sentence(of_places.LESSONS),
        ),
        tables=told_of(
            teller.table(of_places.QUIZ_TITLE, "quiz", quiz, of_places.THING),
            teller.table(of_places.SESSIONS_TITLE, "topic", sessions, of_places.OCCASION),
            teller.table(of_places.LESSONS_TITLE, "district", lessons, of_places.DISTRICT),
        ),
    )


def method(teller: Teller) -> Chapter:
    return Chapter(
        ChapterName.METHOD,
        teller.words(TITLES[ChapterName.METHOD]),
        [*_method(teller)],
    )


def _method(teller: Teller) -> Iterator[str]:
    published = teller.published
    if published.is_invented:
        yield teller.words(words.INVENTED)
    hidden = sum(cell.number is None for cell in published.cells)
    smallest = str(SMALLEST[published.edition])
    yield teller.words(words.CONTACTS)
    yield teller.words(words.APART)
    yield teller.words(words.POSSIBLE)
    yield teller.words(words.BELONGS)
    yield _counted(teller)
    yield teller.words(words.NEVER)
    yield teller.words(
        words.HIDDEN,
        smallest=smallest,
        hidden=grouped(hidden),
        all=grouped(len(published.cells)),
    )
    yield teller.words(words.TOGETHER)
    yield teller.words(words.BOUNDS)
    if published.edition is Edition.OUTSIDE:
        yield teller.words(words.BY_QUARTER)


def _counted(teller: Teller) -> str:
    """Whether it will be counted again, and when."""
    published = teller.published
    made = day_label(published.made_at, teller.language)
    if span_of(published.period) is Span.MONTH and published.version is MonthVersion.FIRST:
        again = due_at(published.period, MonthVersion.REVISED)
        return teller.words(words.FIRST, made=made, again=day_label(again, teller.language))
    return teller.words(words.REVISED, made=made)
