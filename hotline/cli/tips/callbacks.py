"""`hotline callbacks`: calls that callers asked for, and the two people it takes to see a number."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from hotline.cli.kit import ask_passphrase, console_kit
from hotline.cli.row_ids import CALL_ID
from hotline.cli.signing import signed
from hotline.domain.call_back import CallBackState, CallOutcome, window_from
from hotline.domain.tip import NATIONAL
from hotline.services.desk import call_back_desk
from hotline.store.tips.call_backs import CallBack

CALL_BACK = click.argument("call_back_id", metavar="ID", type=CALL_ID)


@click.group()
def callbacks() -> None:
    """Calls that callers asked for: list, open, approve, end."""


@callbacks.command("list")
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


@callbacks.command("open")
@CALL_BACK
@signed
@click.option(
    "--passphrase-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file whose first line is the national desk's passphrase; asked for on the terminal otherwise.",
)
def open_(call_back_id: int, name: str, reason: str, passphrase_file: Path | None) -> None:
    """Ask to see a number; once a second person approved, and inside its time, show it.

    Each of it leaves a row in the audit log, before anything is shown.
    """
    with console_kit() as kit:
        if not call_back_desk.is_approved(kit, call_back_id, by=name):
            row = call_back_desk.ask_to_open(kit, call_back_id, by=name, reason=reason)
            click.echo(
                f"asked. Now a second person: `hotline callbacks approve {row.id}`;"
                f" then say this again, {row.window} Kigali time",
                err=True,
            )
            return
        call_back_desk.check(kit, call_back_id, by=name)
        opened = call_back_desk.open_call_back(
            kit,
            call_back_id,
            by=name,
            reason=reason,
            passphrase=ask_passphrase(passphrase_file, NATIONAL),
        )
        word = call_back_desk.word_in(kit, opened)
    click.secho("Say the word first. Any other answer: a wrong number, and end.", err=True)
    click.echo(f"number     {opened.number}")
    click.echo(f"word       {word} ({opened.word})")
    click.echo(f"others     {opened.others}")
    click.echo(f"language   {opened.language}")


@callbacks.command()
@CALL_BACK
@signed
def approve(call_back_id: int, name: str, reason: str) -> None:
    """Let the person who asked see the number, in this window alone. Takes a second person."""
    with console_kit() as kit:
        row = call_back_desk.approve(kit, call_back_id, by=name, reason=reason)
    click.echo(f"approved: {row.wanted_by} may open it {row.window}, Kigali time")


@callbacks.command()
@CALL_BACK
@click.option(
    "--outcome",
    required=True,
    type=click.Choice([one.value for one in CallOutcome]),
    help="reached; silent: nobody answered; other: somebody else did; refused: she wants no call.",
)
@signed
def done(call_back_id: int, outcome: str, name: str, reason: str) -> None:
    """Say what came of a call. The number goes, unless nobody answered and a second time was agreed."""
    with console_kit() as kit:
        row = call_back_desk.close(
            kit, call_back_id, by=name, reason=reason, outcome=CallOutcome(outcome)
        )
    if row.state == CallBackState.WAITING:
        click.echo(f"call-back {row.id}: once more, {row.window} Kigali time")
    else:
        click.echo(f"call-back {row.id}: over, its number is gone")


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
