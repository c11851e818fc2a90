"""Screens: of a hundred calls that came to a screen, how many went on, by language, by revision and by week."""

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from hotline.domain.evidence.edition import FigureCell, PublishedFigures, value_of
from hotline.domain.evidence.screens.rates import farthest_apart, flows, rate, screens
from hotline.domain.evidence.screens.revision_weeks import OF, REVISION, WEEK
from hotline.domain.evidence.tables import ALL
from hotline.domain.evidence.telling.labels import plain, revision_label
from hotline.domain.evidence.telling.numbers import PERCENT
from hotline.domain.evidence.telling.words import line
from hotline.text.charts.shares import FILLS, SharesRow, shares
from hotline.web.console.evidence.dashboard_block import BlockDrawing, DashboardBlock
from hotline.web.console.evidence.dashboard_teller import (
    MOST_BARS,
    MOST_HIDDEN,
    DashboardTeller,
    amount_there,
)
from hotline.web.console.evidence.figure_tables import FigureColumn, FigureRow, FigureTable
from hotline.web.console.who import phrase

REPORT = "report"
LANGUAGE = "language"
APART = phrase('At "{screen}", {more} of 100 went on ({one}), and {fewer} of 100 ({other}).')
NOTHING = phrase("Too few calls came to these screens to compare two of these columns.")
CHANCE = phrase("Of a screen that fewer than 100 calls came to, a difference of 10 may be chance.")
Columns = dict[str, str]
"""Their heads, by what they are of; that of the month before by `ALL`."""


def chosen(published: PublishedFigures, flow: str) -> str:
    """The flow that is asked for, where it has such figures; else the report, or the first that has."""
    found = flows(published)
    return next((one for one in (flow, REPORT, *found) if one in found), "")


def choices(told: DashboardTeller) -> Sequence[tuple[str, str]]:
    found = flows(told.teller.published)
    return sorted(
        ((one, told.teller.named(f"flow:{one}")) for one in found), key=lambda one: one[1]
    )


def blocks(told: DashboardTeller) -> Iterator[DashboardBlock]:
    published = told.teller.published
    rows = screens(published, chosen(published, told.flow))
    by = {name: _columns(told, rows, name) for name in (LANGUAGE, REVISION, WEEK)}
    if by[LANGUAGE]:
        title = told.phrase(phrase("Went on, by language"))
        yield _block(told, LANGUAGE, title, rows, by[LANGUAGE], drawn=list(by[LANGUAGE]))
    if by[REVISION]:
        title = told.phrase(phrase("Went on, by revision of the words"))
        before = {ALL: told.period_before()} if told.teller.before is not None else {}
        newest = [*reversed(by[REVISION])][:2] + list(before)
        yield _block(told, REVISION, title, rows, before | by[REVISION], drawn=newest)
    if by[WEEK]:
        title = told.phrase(phrase("Went on, by week from the day of the month"))
        yield _block(told, WEEK, title, rows, by[WEEK], drawn=())


def _columns(told: DashboardTeller, rows: Sequence[str], by: str) -> Columns:
    cells = told.teller.published.cells
    found = dict.fromkeys(
        one.column for one in cells if one.row in rows and one.column.startswith(f"{by}:")
    )
    return {one: _head(told, one) for one in found}


def _head(told: DashboardTeller, column: str) -> str:
    if not column.startswith(f"{WEEK}:"):
        return told.teller.named(column)
    day, _, revision = value_of(column).partition(OF)
    said = str(int(day[-2:]))
    return f"{said} ({revision_label(revision, told.language)})" if revision else said


def _block(
    told: DashboardTeller,
    by: str,
    title: str,
    rows: Sequence[str],
    columns: Columns,
    drawn: Sequence[str],
) -> DashboardBlock:
    rates = {row: {one: _rate(told, row, one) for one in columns} for row in rows}
    first = told.teller.words(line.SCREEN)
    if by == LANGUAGE:
        heads = [
            FigureColumn(told.teller.label("screen_shown")),
            FigureColumn(told.phrase(phrase("All calls")), PERCENT),
        ]
    else:
        heads = []
    heads += [FigureColumn(head, PERCENT) for head in columns.values()]
    lines = [
        FigureRow(_named(told, row), [*_of_all(told, row, by), *rates[row].values()])
        for row in rows
    ]
    return DashboardBlock(
        FigureTable(by, title, first, heads, lines),
        _sentences(
            told, rates, columns if by != REVISION else {one: columns[one] for one in drawn[:2]}
        ),
        _drawn(told, title, rates, {one: columns[one] for one in drawn}) if drawn else None,
        told.meanings("screen_shown", "screen_answered"),
    )


def _rate(told: DashboardTeller, row: str, column: str) -> FigureCell | None:
    """By `ALL`, of the month before."""
    if column != ALL:
        return rate(told.teller.published, row, column)
    return rate(told.teller.before, row) if told.teller.before is not None else None


def _of_all(told: DashboardTeller, row: str, by: str) -> Sequence[FigureCell | None]:
    published = told.teller.published
    return [published.cell("screen_shown", row), rate(published, row)] if by == LANGUAGE else []


def _sentences(
    told: DashboardTeller,
    rates: Mapping[str, Mapping[str, FigureCell | None]],
    columns: Columns,
) -> Sequence[str]:
    """Of the screen whose columns differ most."""
    found = farthest_apart([(row, [cells[one] for one in columns]) for row, cells in rates.items()])
    if found is None:
        return [told.phrase(NOTHING)]
    said = told.phrase(
        APART,
        screen=_named(told, found.screen),
        more=found.higher.number,
        one=columns[found.higher.column],
        fewer=found.lower.number,
        other=columns[found.lower.column],
    )
    return [said, told.phrase(CHANCE)]


def _drawn(
    told: DashboardTeller,
    title: str,
    rates: Mapping[str, Mapping[str, FigureCell | None]],
    columns: Columns,
) -> BlockDrawing:
    """The first of the flow's screens, and a few of those of which nothing is told."""
    drawn: list[SharesRow] = []
    hidden = 0
    for row, cells in rates.items():
        hidden += (is_hidden := not any(one and one.number is not None for one in cells.values()))
        if not is_hidden or hidden <= MOST_HIDDEN:
            amounts = [amount_there(cells[one], PERCENT) for one in columns]
            drawn.append(SharesRow(_named(told, row), amounts))
    drawn = drawn[:MOST_BARS]
    names = [*columns.values()][: len(FILLS)]
    return BlockDrawing(Markup(shares(title, drawn, names, told.hidden())), len(drawn))


def _named(told: DashboardTeller, row: str) -> str:
    """A screen that has no name of its own is called as its node is: the page is of one flow."""
    named = told.teller.named(row)
    return named if named != plain(value_of(row)) else plain(value_of(row).partition("/")[2])
