"""Runs `hotline roster`, which shows and imports the roster of a week, and lists its gaps."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from hotline.cli.command_context import cli_context
from hotline.cli.options import FILE, as_json_option, by_option, csv_in, print_rows
from hotline.core.contexts import Context
from hotline.duty import service_roster
from hotline.duty.service_leaves import format_time
from hotline.people.rules_roster import WEEKDAYS, monday_of, week_of
from hotline.text.places import is_district, place_name

week_option = click.option(
    "--week",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Any day of the week whose roster you want to see. By default, the command shows the current week.",
)


@click.command()
@week_option
@as_json_option
def show(week: datetime | None, as_json: bool) -> None:
    """Show who is on duty in a week, by desk and half-day, without phone numbers.

    Example: hotline roster show --week 2026-12-07
    """
    with cli_context() as context:
        found = service_roster.week_roster(context, None, _monday(context, week))
    rows = [
        {
            "desk": desk,
            "day": WEEKDAYS[half // 2],
            "part": "night" if half % 2 else "day",
            "people": [found.names[person_id] for person_id in people],
        }
        for (desk, half), people in found.cells.items()
    ]
    none = "no desk has a roster in this week: everyone is on duty"
    print_rows(rows, _shift_line, as_json=as_json, none=none)


def _shift_line(row: Mapping[str, Any]) -> str:
    names = ", ".join(row["people"]) or click.style("NO ONE", fg="red")
    return f"{_name(row['desk']):12} {row['day']} {row['part']:5} {names}"


@click.command("import")
@click.argument("file", type=FILE)
@week_option
@by_option
def import_(file: Path, week: datetime | None, by: str) -> None:
    """Replace the roster of all desks in a CSV file for a week, or change nothing.

    Columns: desk, name, weekday (Mon to Sun), from, to (like 18:00), rank (1 or 2).

    Example: hotline roster import roster.csv --week 2026-12-07 --by "Admin 1"
    """
    text = csv_in(file)
    with cli_context() as context:
        count = service_roster.import_roster(context, by, text, _monday(context, week))
    click.echo(f"shifts on the roster: {count}")


@click.command()
@click.option("--days", type=click.IntRange(1, 90), default=14, show_default=True)
@as_json_option
def gaps(days: int, as_json: bool) -> None:
    """List the hours in which no one on duty can answer, with the reason.

    Example: hotline roster gaps --days 14 --json
    """
    with cli_context() as context:
        found = service_roster.gaps_ahead(context, timedelta(days=days))
    rows = [
        {"desk": gap.desk, "from": gap.starts_at, "to": gap.ends_at, "reasons": [*gap.reasons]}
        for gap in found
    ]
    print_rows(rows, _gap_line, as_json=as_json)


def _gap_line(row: Mapping[str, Any]) -> str:
    until = f"{format_time(row['from'])} to {format_time(row['to'])}"
    return f"{_name(row['desk']):12} {until}  {', '.join(row['reasons'])}"


def _monday(context: Context, week: datetime | None) -> date:
    return week_of(context.now()) if week is None else monday_of(week.date())


def _name(desk: str) -> str:
    return place_name(desk, "en") if is_district(desk) else desk
