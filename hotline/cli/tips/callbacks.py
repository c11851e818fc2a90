"""`hotline callbacks list`: the calls that callers asked for, without their numbers."""

import json
from collections.abc import Mapping
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.domain.call_back import window_from
from hotline.services.desk import call_back_desk
from hotline.store.tips.call_backs import CallBack


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def list_(as_json: bool) -> None:
    """Every call-back without its number; those that wait first, by their time in Kigali."""
    with console_kit() as kit:
        rows = [_row(row) for row in call_back_desk.listed(kit)]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not rows:
        click.echo("nobody has asked to be called", err=True)
    for row in rows:
        names = f"  asked by {row['wanted_by']}" if row["wanted_by"] else ""
        names += f", approved by {row['approved_by']}" if row["approved_by"] else ""
        again = f", then {row['again']}" if row["again"] else ""
        came = f" ({row['outcome']})" if row["outcome"] else ""
        click.echo(
            f"C{row['id']:<5} tip {row['tip']:<6} {row['state'] + came:20}"
            f" {row['window']}{again}{names}"
        )


def _row(row: CallBack) -> Mapping[str, Any]:
    return {
        "id": row.id,
        "tip": row.tip_id,
        "state": row.state,
        "window": str(row.window),
        "opens_at": row.opens_at.isoformat(timespec="seconds"),
        "closes_at": row.closes_at.isoformat(timespec="seconds"),
        "again": str(window_from(row.again_at)) if row.again_at else None,
        "wanted_by": row.wanted_by,
        "approved_by": row.approved_by,
        "outcome": row.outcome,
    }
