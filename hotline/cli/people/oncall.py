"""`hotline oncall`: adds a contact that is notified when something is wrong, and tests all of them."""

import time
from collections.abc import Sequence

import click

from hotline.cli.kit import console_kit
from hotline.cli.options import by_option
from hotline.domain.outbox.delivery import Outcome
from hotline.ports import LookingKit
from hotline.services.watch import watchers
from hotline.store.outbox.messages import Message
from hotline.text.languages import CODES

TRIAL_SECONDS = 60.0
"""A trial waits so long for its alert. The watchman looks every ten seconds."""


@click.command()
@click.argument("name")
@click.argument("number", required=False)
@click.option("--language", type=click.Choice(CODES), default="rw", show_default=True)
@by_option
def add(name: str, number: str | None, language: str, by: str) -> None:
    """Notify NAME by SMS when something is wrong. The number is asked for where it is not given."""
    number = number or str(click.prompt("Number", hide_input=True, err=True))
    with console_kit() as kit:
        watchers.add(kit, name, number, language, by=by)
    click.echo(f"{name} is notified from now on: try it with `hotline oncall test`")


@click.command()
@click.option("--seconds", default=TRIAL_SECONDS, show_default=True, help="How long to wait.")
def test(seconds: float) -> None:
    """Send everyone a test, and say whom the gateway took it for; ends with 1 unless all."""
    with console_kit() as kit:
        ids = watchers.try_waking(kit)
        if not ids:
            raise click.ClickException("no one is notified yet: `hotline oncall add NAME`")
        click.echo(f"sending {len(ids)}, by the watch process ...", err=True)
        waiting = _told(kit, ids, seconds)
    for name, row in waiting:
        if row.outcome == Outcome.ACCEPTED:
            click.echo(f"{name}: accepted")
            continue
        cause, step = watchers.cause_and_step(row)
        click.echo(f"{name}: {cause}\n        -> {step}")
    if any(row.outcome != Outcome.ACCEPTED for _, row in waiting):
        raise SystemExit(1)


def _told(kit: LookingKit, ids: Sequence[int], seconds: float) -> Sequence[tuple[str, Message]]:
    end = time.monotonic() + seconds
    while True:
        rows = watchers.told(kit, ids)
        if all(row.has_ended for _, row in rows) or time.monotonic() > end:
            return rows
        time.sleep(0.5)
