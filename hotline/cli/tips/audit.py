"""`hotline audit`: who did and read what, and whether the log of it is whole."""

import json
import sys
from datetime import datetime

import click

from hotline.cli.kit import console_kit
from hotline.cli.moments import MOMENT, at_kigali
from hotline.cli.row_ids import TIP_ID
from hotline.services.desk import audit_log


@click.command("list")
@click.option(
    "--since",
    type=MOMENT,
    metavar="MOMENT",
    help='From then on: 2026-12-01, or "2026-12-01 18:00", Kigali time.',
)
@click.option("--who", metavar="NAME", help="What this person did; a part of the name is enough.")
@click.option("--tip", "tip_id", type=TIP_ID, metavar="ID", help="What was done with this tip.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def list_(since: datetime | None, who: str | None, tip_id: int | None, *, as_json: bool) -> None:
    """Print the log as sentences, the oldest first, Kigali time."""
    with console_kit() as kit:
        rows = audit_log.listed(kit, since=at_kigali(since), who=who, tip_id=tip_id)
    if as_json:
        click.echo(
            json.dumps(
                [
                    {
                        "id": row.entry.id,
                        "at": row.entry.at.isoformat(timespec="seconds"),
                        "desk": row.desk,
                        "who": row.who,
                        "action": row.entry.action,
                        "subject": row.entry.subject,
                        "reason": row.entry.reason,
                        "sentence": row.sentence,
                    }
                    for row in rows
                ],
                indent=2,
                ensure_ascii=False,
            )
        )
        return
    if not rows:
        click.echo(
            "the log holds nothing of that: ask for less, as in `hotline audit list`", err=True
        )
    for row in rows:
        click.echo(row.sentence)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def verify(*, as_json: bool) -> None:
    """Follow the chain from its beginning; ends with 1 where it is broken.

    Rows cut off its end break nothing: compare the count and the newest digest with those of another day.
    """
    with console_kit() as kit:
        chain = audit_log.verify(kit)
    if as_json:
        row = {"length": chain.length, "newest": chain.newest, "broken_at": chain.broken_at}
        click.echo(json.dumps(row, indent=2))
    elif chain.broken_at is not None:
        click.echo(f"BROKEN at row {chain.broken_at}, after {chain.length} good ones", err=True)
    else:
        click.echo(f"whole: {chain.length} rows, the newest {chain.newest}")
    if chain.broken_at is not None:
        sys.exit(1)
