"""Runs `hotline callbacks list`, which lists the call-backs that callers asked for, without their phone numbers."""

import click

from hotline.alerts import decrypt_call_backs
from hotline.cli.command_context import cli_context
from hotline.cli.options import as_json_option, attributes_of, iso_seconds, print_json
from hotline.tips.rules_receipts import window_from


@click.command("list")
@as_json_option
def list_(as_json: bool) -> None:
    """List every call-back without its phone number, pending ones first, in Kigali time.

    Example: hotline callbacks list
    """
    with cli_context() as context:
        rows = [
            {
                **attributes_of(row, "id", "state", "asked_by", "approved_by", "outcome"),
                "tip": row.tip_id,
                "window": str(row.window),
                "opens_at": iso_seconds(row.opens_at),
                "closes_at": iso_seconds(row.closes_at),
                "again": str(window_from(row.again_at)) if row.again_at else None,
            }
            for row in decrypt_call_backs.list_call_backs(context)
        ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("no call-backs are pending", err=True)
    for row in rows:
        names = f"  asked by {row['asked_by']}" if row["asked_by"] else ""
        names += f", approved by {row['approved_by']}" if row["approved_by"] else ""
        again = f", then {row['again']}" if row["again"] else ""
        state = f"{row['state']} ({row['outcome']})" if row["outcome"] else row["state"]
        click.echo(f"C{row['id']:<5} tip {row['tip']:<6} {state:20} {row['window']}{again}{names}")
