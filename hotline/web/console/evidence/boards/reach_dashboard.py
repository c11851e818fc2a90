"""Reach: whom the line reached, what people read, and where they stop."""

from collections.abc import Iterator

from hotline.domain.evidence.telling.teller import Teller, told_of
from hotline.domain.evidence.telling.words import line
from hotline.web.console.evidence.dashboard_block import BlockRow, DashboardBlock
from hotline.web.console.evidence.dashboard_teller import DashboardTeller
from hotline.web.console.who import phrase

EVENTS = ("session", "topic", "tip")


def blocks(told: DashboardTeller) -> Iterator[DashboardBlock]:
    yield from _weeks(told)
    yield from _languages(told)
    yield from _entries(told)
    yield from _topics(told)
    yield from _screens(told)
    yield from _flows(told)


def _weeks(told: DashboardTeller) -> Iterator[DashboardBlock]:
    """Of a month alone."""
    rows = week_rows(told)
    if rows:
        title = told.phrase(phrase("Calls by week"))
        first = told.phrase(phrase("Week from the"))
        teller = told.teller
        yield DashboardBlock(
            told.table("week", title, first, rows, told.columns(*EVENTS, beside=True)),
            told_of(teller.sentence(line.DIALLED) or teller.sentence(line.DIALLED_ALONE)),
            told.bars(title, rows, "session"),
            told.meanings(*EVENTS),
        )


def week_rows(told: DashboardTeller) -> list[BlockRow]:
    """By the day of the month on which each begins: so it is called in the month before, too."""
    before = _weeks_of(told.teller, before=True)
    return [
        BlockRow(str(day), row, before.get(day, ""))
        for day, row in _weeks_of(told.teller, before=False).items()
    ]


def _weeks_of(teller: Teller, *, before: bool) -> dict[int, str]:
    published = teller.before if before else teller.published
    rows = published.rows("session", "week") if published is not None else ()
    return {int(row[-2:]): row for row in sorted(rows)}


def _languages(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows, words = told.rows(["session"], "language"), told.teller.words
    if rows:
        title = words(line.BY_LANGUAGE_TITLE)
        yield DashboardBlock(
            told.table(
                "language", title, words(line.LANGUAGE), rows, told.columns(*EVENTS, beside=True)
            ),
            [told.phrase(phrase("How often the line was dialled in each language."))],
            told.bars(title, rows, "session"),
        )


def _entries(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows = told.rows(["session"], "entry")
    if rows:
        title, first = told.phrase(phrase("By entry")), told.phrase(phrase("Entry"))
        says = phrase("By which code people came: the front, or one that stands on a poster.")
        yield DashboardBlock(
            told.table("entry", title, first, rows, told.columns(*EVENTS, beside=True)),
            [told.phrase(says)],
            told.bars(title, rows, "session"),
        )


def _topics(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows, words = told.rows(["topic"], "topic"), told.teller.words
    if rows:
        title = words(line.TOPICS)
        yield DashboardBlock(
            told.table("topic", title, words(line.TOPIC), rows, told.columns("topic", beside=True)),
            told_of(told.teller.sentence(line.READ)),
            told.bars(title, rows, "topic"),
            told.meanings("topic"),
        )


def _screens(told: DashboardTeller) -> Iterator[DashboardBlock]:
    """Of the report: in the order in which it asks."""
    found = told.rows(["screen_shown"], "screen", most_first=False)
    rows = [row for row in found if row.row.startswith("screen:report/")]
    if rows:
        words, columns = told.teller.words, told.columns("screen_shown", "screen_answered")
        title = words(line.SCREENS)
        yield DashboardBlock(
            told.table("screens", title, words(line.SCREEN), rows, columns),
            told_of(told.teller.sentence(line.REPORTS), told.teller.sentence(line.TIME_TO_FILE)),
            told.falling(title, rows, *columns),
            told.meanings("screen_shown", "screen_answered", "report_entered", "report_filed"),
        )


def _flows(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows = told.rows(["flow_begun"], "flow")
    if rows:
        columns = told.columns("flow_begun", "flow_left")
        title, first = told.phrase(phrase("Left before the end")), told.phrase(phrase("Flow"))
        says = phrase("In how many calls a flow was the last thing on the screen, before its end.")
        yield DashboardBlock(
            told.table("flows", title, first, rows, columns),
            [told.phrase(says)],
            told.falling(title, rows, *columns),
            told.meanings("flow_begun", "flow_left"),
        )
