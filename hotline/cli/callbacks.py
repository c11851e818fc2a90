"""Runs `hotline callbacks list`, which lists the call-backs that callers asked for, without their phone numbers."""

from collections.abc import Mapping
from typing import Any

import click

from hotline.alerts import decrypt_call_backs
from hotline.cli.command_context import cli_context
from hotline.cli.options import as_json_option, attributes_of, print_rows
from hotline.tips.rules_receipts import window_from

FIELDS = ("id", "state", "asked_by", "approved_by", "outcome", "opens_at", "closes_at")


@click.command("list")
@as_json_option
def list_(as_json: bool) -> None:
    """List every call-back without its phone number, pending ones first, in Kigali time.

    Example: hotline callbacks list
    """
    with cli_context() as context:
        rows = [
            {
                **attributes_of(row, *FIELDS),
                "tip": row.tip_id,
                "window": str(row.window),
                "again": str(window_from(row.again_at)) if row.again_at else None,
            }
            for row in decrypt_call_backs.list_call_backs(context)
        ]
    print_rows(rows, _line, as_json=as_json, none="no call-backs are pending")


def _line(row: Mapping[str, Any]) -> str:
    names = f"  asked by {row['asked_by']}" if row["asked_by"] else ""
    names += f", approved by {row['approved_by']}" if row["approved_by"] else ""
    again = f", then {row['again']}" if row["again"] else ""
    state = f"{row['state']} ({row['outcome']})" if row["outcome"] else row["state"]
    return f"C{row['id']:<5} tip {row['tip']:<6} {state:20} {row['window']}{again}{names}"
