"""`hotline reach`: what the line did in a month, in figures that identify nobody."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.reach_rolls import quiz_rows, session_rows, shares, training_rows
from hotline.cli.reach_screens import (
    COLUMNS,
    CROSSED,
    TOTAL,
    crossed_head,
    crossed_rows,
    report_lines,
    shown_flows,
    walked_rows,
    walked_total,
)
from hotline.domain.cases import months
from hotline.domain.evidence.month_figures import KEPT_BACK, QUIZ
from hotline.domain.evidence.screens.screen_figures import SCREEN
from hotline.domain.places.places import place_name
from hotline.domain.reach.answers import column_of
from hotline.domain.reach.counters import COUNTED, By, Measure
from hotline.domain.rolls.gathering import HELD
from hotline.domain.rolls.training import TAKEN
from hotline.domain.tip import NATIONAL
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.services.evidence import origin
from hotline.services.reach.figures import MonthEdition, edition, every_month
from hotline.text.csv_sheet import as_sheet

LEADERS = "leader-sessions"
TRAINING = "training"
BY = (*(by.value for by in By), QUIZ, LEADERS, TRAINING, *COLUMNS)
NAMES = {one: "people" if one is Measure.PERSON else f"{one.value}s" for one in Measure}
"""Columns. None bears the name of what rows are counted by, or one would hide the other."""
FIRST_COLUMN = 16
COLUMN_WIDTH = 14
SIGNS = (
    f"{KEPT_BACK} is kept back: too few to show, zero included, or it would give such a number away"
)
Rows = Sequence[Mapping[str, Any]]
MonthRows = tuple[str | None, Rows, Mapping[str, Any] | None]
"""The month they are of, rows that are alike in their columns, and their total where they have one."""


@click.command()
@click.option(
    "--by",
    type=click.Choice(BY),
    help="Count by one of these. Without it: a summary.",
)
@click.option("--and", "also", type=click.Choice(CROSSED), help="With --by screen: by this, too.")
@click.option("--flow", help="With --by screen: the screens of this flow alone.")
@click.option("--month", help="As in 2026-11. Without it: the last that is made.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
@click.option("--csv", "as_csv", is_flag=True, help="For a spreadsheet.")
def reach(
    by: str | None,
    also: str | None,
    flow: str | None,
    month: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Count people, sessions, topics read and tips of one month, or what the quiz taught.

    Without --by: one figure a line. A month's figures are published five days after it ended and, revised, 75 days
    after it; the newest are printed. Nothing is told of the month that runs, and nothing is added up over months:
    quarters and years are read by `hotline evidence show`. By month: every month that is made.

    `..` is kept back: under 5, zero included, or it would give such a number away. Weeks are of the month: from its
    1st, 8th, 15th and 22nd day. People are counted by month alone, to about one in a hundred, and without remembering
    who they were. By quiz: the share of a hundred that was right before a lesson and after it, of people who answered
    both; `>=` and `<=` where fewer than five were wrong, or right; nothing where fewer than 20 answered. By
    leader-sessions: sessions that local leaders held and told of, and the people who came. By training: lessons that
    officers took, the cases answered, and the share of a hundred that was right. By screen: sessions that were shown
    it, and in which an answer on it led on; nothing where it asks nothing. With --and: the same by language, revision
    or week, and how many of a hundred went on; a week in which another revision became live is told in pieces, as
    2026-11-08/12. By flow: sessions that began it, and that broke off there. By network: sessions; those broken off.
    """
    _check(by, also, flow, month, is_twice=as_json and as_csv)
    with console_kit() as kit:
        told, rows, total = _asked(kit, by, month, also, flow)
        is_invented = origin.is_invented(kit)

    every = [*rows, *([total] if total else [])]
    if as_json:
        document: dict[str, Any] = {"by": by} | ({"and": also} if also else {})
        document |= {"month": told, "rows": rows} | ({"total": total} if total else {})
        document |= {"is_invented": True} if is_invented else {}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    elif as_csv:
        click.echo(as_sheet(every, is_invented=is_invented), nl=False)
    else:
        _print(every, told, by, also)


def _check(
    by: str | None, also: str | None, flow: str | None, month: str | None, *, is_twice: bool
) -> None:
    if is_twice:
        raise click.UsageError("--json or --csv, not both")
    if by == By.MONTH and month:
        raise click.UsageError("--by month lists every month: name none")
    if (also or flow) and by != SCREEN:
        raise click.UsageError("--and and --flow are for --by screen")
    if month is not None and not months.is_month(month):
        raise click.UsageError("--month is written as in 2026-11")


def _check_flow(found: MonthEdition, flow: str) -> None:
    flows = shown_flows(found)
    if flow not in flows:
        known = f"{found.month} has {', '.join(flows) or 'none'}"
        raise click.BadParameter(f"no such flow: {known}", param_hint="--flow")


def _explain(by: str | None, month: str | None) -> None:
    click.echo(f"\n{f'Of {month}. ' if month else ''}{SIGNS}", err=True)
    if not by:
        click.echo(f"More: hotline reach --by {', '.join(BY)}", err=True)


def _asked(
    kit: Kit, by: str | None, month: str | None, also: str | None, flow: str | None
) -> MonthRows:
    """No rows while no month is made, and why."""
    try:
        if flow is not None:
            _check_flow(edition(kit, month), flow)
        if also is not None:
            found = edition(kit, month)
            rows = [*crossed_rows(found, also, flow)]
            if not rows:
                click.echo("too few to show", err=True)
            return found.month, rows, None
        return month_rows(kit, by, month, flow)
    except NotFound as reason:
        if month is not None:
            raise
        click.echo(str(reason), err=True)
        return None, [], None


def month_rows(kit: Kit, by: str | None, month: str | None, flow: str | None = None) -> MonthRows:
    """Raises NotFound where that month is not made, or none is. Raises StoreUnavailable."""
    if by == By.MONTH:
        rows: list[Mapping[str, Any]] = [
            {"month": one, **{name: cells[measure] for measure, name in NAMES.items()}}
            for one, cells in every_month(kit).items()
        ]
        if not rows:
            edition(kit)
        return None, rows, None
    found = edition(kit, month)
    made = {QUIZ: quiz_rows, LEADERS: session_rows, TRAINING: training_rows}
    if by is None:
        return found.month, [*_summed(found)], None
    if by in made:
        *several, total = made[by](found)
        return found.month, several, total
    if by in COLUMNS:
        return found.month, [*walked_rows(found, by, flow)], walked_total(found, by)
    return found.month, [*_rows(found, By(by))], _total(found, By(by))


def _print(rows: Rows, month: str | None, by: str | None, also: str | None) -> None:
    """The head alone where all is hidden, nothing where no month is made."""
    if rows:
        _print_table([[*rows[-1]], *([_shown(value) for value in row.values()] for row in rows)])
        _explain(by, month)
    elif month and also:
        _print_table([crossed_head(also)])


def _print_table(table: Sequence[Sequence[str]]) -> None:
    first, *rest = (max(len(cell) for cell in column) for column in zip(*table, strict=True))
    widths = (max(FIRST_COLUMN, first + 1), *(max(COLUMN_WIDTH, width + 2) for width in rest))
    for row in table:
        cells = [f"{row[0]:{widths[0]}}"]
        cells += [f"{value:>{width}}" for value, width in zip(row[1:], widths[1:], strict=True)]
        click.echo("".join(cells))


def _summed(found: MonthEdition) -> Iterator[Mapping[str, Any]]:
    """One figure a row."""
    taught = shares(found.gains())
    figures: dict[str, Any] = {
        **{name: found.number(measure) for measure, name in NAMES.items()},
        "quiz: right before": taught["right_before"],
        "quiz: right after": taught["right_after"],
        "leader sessions": found.number(HELD),
        "officers' lessons": found.number(TAKEN),
        **report_lines(found),
    }
    for figure, count in figures.items():
        yield {"figure": figure, "count": count}


def _shown(value: object) -> str:
    return "-" if value in (None, "") else str(value)


def _rows(found: MonthEdition, by: By) -> Iterator[Mapping[str, Any]]:
    columns = {measure: found.column(measure, by) for measure in COUNTED[by]}
    answers = {column: found.column(figure, by) for figure, column in _answers(found, by).items()}
    for row in found.rows(COUNTED[by], by):
        called = {"name": found.names.get(row)} if by is By.ENTRY else {}
        cells = {one: column.get(row, KEPT_BACK) for one, column in columns.items()}
        given = {name: column.get(row, KEPT_BACK) for name, column in answers.items()}
        yield {by.value: _named(by, row)} | called | _every_measure(cells) | given


def _total(found: MonthEdition, by: By) -> Mapping[str, Any]:
    cells = {measure: found.number(measure) for measure in COUNTED[by]}
    answers = {column: found.number(figure) for figure, column in _answers(found, by).items()}
    called = {"name": None} if by is By.ENTRY else {}
    return {by.value: TOTAL} | called | _every_measure(cells) | answers


def _answers(found: MonthEdition, by: By) -> Mapping[str, str]:
    """Counters of answers, and what each is called."""
    named = ((figure, column_of(figure)) for figure in found.figures(by))
    return {figure: column for figure, column in named if column is not None}


def _named(by: By, row: str) -> str:
    """Tips in which an official is or may be involved have one row, whatever district they are of."""
    if by is not By.DISTRICT:
        return row
    return "told nationally" if row == NATIONAL else place_name(row, "en")


def _every_measure(cells: Mapping[Measure, Any]) -> dict[str, Any]:
    """None where the measure knows nothing of what is counted by."""
    return {NAMES[measure]: cells.get(measure) for measure in Measure}
