"""`hotline reach`: what the line did, in figures that identify nobody."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.domain.places.places import place_name
from hotline.domain.reach.figures import Hidden
from hotline.domain.rolls.quiz import Bound, Gain, Share
from hotline.domain.tip import NATIONAL
from hotline.ports import Kit
from hotline.sealing.keys.people import periods_of
from hotline.services.reach.figures import (
    By,
    Figures,
    Gains,
    Sessions,
    Training,
    gains,
    leader_sessions,
    training,
)
from hotline.services.reach.figures import reach as reach_by
from hotline.services.reach.outreach import Measure

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs what begins so."""
TOTAL = "total"
QUIZ = "quiz"
LEADERS = "leader-sessions"
TRAINING = "training"
EVERY = "all"
BY = (*(by.value for by in By), QUIZ, LEADERS, TRAINING)
NAMES = {one: "people" if one is Measure.PERSON else f"{one.value}s" for one in Measure}
"""Columns. None bears the name of what rows are counted by, or one would hide the other."""
FIRST_COLUMN = 16
COLUMN = 14


@click.command()
@click.option(
    "--by",
    type=click.Choice(BY),
    help="Count by one of these. Without it: a summary of everything.",
)
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
@click.option("--csv", "as_csv", is_flag=True, help="For a spreadsheet.")
def reach(by: str | None, as_json: bool, as_csv: bool) -> None:
    """Count people, sessions, topics read and tips, or what the quiz taught.

    Without --by: one figure a line, of all that was counted; people of this week and this month.

    Cells under 5 are hidden, and whatever would give them away. People are counted by week and by month, to about one
    in a hundred, and without remembering who they were. By quiz: the share of a hundred that was right before a lesson
    and after it, of people who answered both; `>=` and `<=` where fewer than five were wrong, or right; nothing where
    fewer than 20 answered. By leader-sessions: sessions that local leaders held and told of, and the people who came.
    By training: lessons that officers took, the cases answered, and the share of a hundred that was right.
    """
    if as_json and as_csv:
        raise click.UsageError("--json or --csv, not both")
    with console_kit() as kit:
        rows = _found(kit, by) if by else list(_summed(kit))

    if as_json:
        total = {"total": rows.pop()} if by else {}
        click.echo(json.dumps({"by": by, "rows": rows} | total, indent=2, ensure_ascii=False))
    elif as_csv:
        click.echo(as_sheet(rows), nl=False)
    else:
        _print(rows)
        if not by:
            few = f"\n{Hidden.FEWER} is too few to show, zero included"
            click.echo(f"{few}. More: hotline reach --by {', '.join(BY)}", err=True)


def _print(rows: list[Mapping[str, Any]]) -> None:
    table = [[*rows[-1]], *([_shown(value) for value in row.values()] for row in rows)]
    first, *rest = (max(len(cell) for cell in column) for column in zip(*table, strict=True))
    widths = (max(FIRST_COLUMN, first + 1), *(max(COLUMN, width + 2) for width in rest))
    for row in table:
        cells = [f"{row[0]:{widths[0]}}"]
        cells += [f"{value:>{width}}" for value, width in zip(row[1:], widths[1:], strict=True)]
        click.echo("".join(cells))


def _summed(kit: Kit) -> Iterator[Mapping[str, Any]]:
    """One figure a row, of everything that was counted."""
    month, week = periods_of(kit.now())
    months, weeks = (reach_by(kit, by).columns for by in (By.MONTH, By.WEEK))
    taught = _shares(gains(kit).total)
    figures: dict[str, Any] = {
        "people this week": weeks[Measure.PERSON].cells.get(week, Hidden.FEWER),
        "people this month": months[Measure.PERSON].cells.get(month, Hidden.FEWER),
        **{NAMES[one]: months[one].total for one in Measure if one is not Measure.PERSON},
        "quiz: right before": taught["right_before"],
        "quiz: right after": taught["right_after"],
        "leader sessions": leader_sessions(kit).held[By.DISTRICT].total,
        "officers' lessons": training(kit).taken.total,
    }
    for figure, count in figures.items():
        yield {"figure": figure, "count": count}


def _found(kit: Kit, by: str) -> list[Mapping[str, Any]]:
    """Rows alike in their columns; the last is the total."""
    if by == QUIZ:
        return _quiz_rows(gains(kit))
    if by == LEADERS:
        return list(_session_rows(leader_sessions(kit)))
    if by == TRAINING:
        return list(_training_rows(training(kit)))
    return _reach_rows(reach_by(kit, By(by)))


def _session_rows(sessions: Sessions) -> Iterator[Mapping[str, Any]]:
    for by, held in sessions.held.items():
        for row, cell in held.cells.items():
            yield {
                "district": place_name(row, "en") if by is By.DISTRICT else EVERY,
                "occasion": row if by is By.TOPIC else EVERY,
                "sessions": cell,
                "people": sessions.came[by].cells[row],
            }
    held, came = sessions.held[By.DISTRICT], sessions.came[By.DISTRICT]
    yield {"district": TOTAL, "occasion": TOTAL, "sessions": held.total, "people": came.total}


def _training_rows(found: Training) -> Iterator[Mapping[str, Any]]:
    for code, taken in found.taken.cells.items():
        right, asked = found.right.get(code), found.asked.cells[code]
        yield _trained(place_name(code, "en"), taken, right, asked)
    yield _trained(TOTAL, found.taken.total, found.total, found.asked.total)


def _trained(place: str, taken: Any, right: Share | None, asked: Any) -> Mapping[str, Any]:
    return {"district": place, "taken": taken, "right": _share(right), "of": asked}


def as_sheet(rows: list[Mapping[str, Any]]) -> str:
    """CSV in which no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(rows[-1].keys())
    for row in rows:
        writer.writerow([_harmless(value) for value in row.values()])
    return out.getvalue()


def _harmless(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    written = "" if value is None else str(value)
    return f"'{written}" if written.startswith(FORMULA) else written


def _shown(value: object) -> str:
    return "-" if value in (None, "") else str(value)


def _quiz_rows(gains: Gains) -> list[Mapping[str, Any]]:
    rows = [
        {QUIZ: thing, "asked": asked} | _shares(gains.by_thing.get(thing))
        for thing, asked in gains.asked.cells.items()
    ]
    return [*rows, {QUIZ: TOTAL, "asked": gains.asked.total} | _shares(gains.total)]


def _shares(gain: Gain | None) -> dict[str, Any]:
    shares = (gain.before, gain.after, gain.points) if gain else (None, None, None)
    return dict(zip(("right_before", "right_after", "gain"), map(_share, shares), strict=True))


def _share(share: Share | None) -> int | str | None:
    """A number for a program to reckon with, where it is exact."""
    if share is None or share.bound is Bound.EXACT:
        return None if share is None else share.percent
    return str(share)


def _reach_rows(figures: Figures) -> list[Mapping[str, Any]]:
    return [*_rows(figures), _total(figures)]


def _place(code: str) -> str:
    """Tips in which an official is or may be involved have one row, whatever district they are of."""
    return "told nationally" if code == NATIONAL else place_name(code, "en")


def _rows(figures: Figures) -> Iterator[Mapping[str, Any]]:
    for row in figures.rows:
        named = _place(row) if figures.by is By.DISTRICT else row
        cells = {measure: column.cells[row] for measure, column in figures.columns.items()}
        answers = {answer: column.cells[row] for answer, column in figures.answers.items()}
        called = {"name": figures.names.get(row)} if figures.names else {}
        yield {figures.by.value: named} | called | _every_measure(cells) | answers


def _total(figures: Figures) -> Mapping[str, Any]:
    cells = {measure: column.total for measure, column in figures.columns.items()}
    answers = {answer: column.total for answer, column in figures.answers.items()}
    called = {"name": None} if figures.names else {}
    return {figures.by.value: TOTAL} | called | _every_measure(cells) | answers


def _every_measure(cells: Mapping[Measure, Any]) -> dict[str, Any]:
    """None where the measure knows nothing of what is counted by."""
    return {NAMES[measure]: cells.get(measure) for measure in Measure}
