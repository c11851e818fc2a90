"""`hotline outgoing`: pauses and resumes the outgoing queue, and says what waits in it."""

from collections.abc import Sequence
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.options import as_json_option, print_json, signed
from hotline.domain.outbox.message import DoubtDecision, Kind
from hotline.services.outbox import lane as service
from hotline.services.outbox.lane import LaneState
from hotline.services.people.leaves import shown
from hotline.store.outbox.holds import WaitingMessages

FATE = click.Choice([fate.value for fate in DoubtDecision])


@click.command()
@as_json_option
def status(as_json: bool) -> None:
    """Say whether messages go out, who paused them, and what waits."""
    with console_kit() as kit:
        found = service.look(kit)
    if as_json:
        print_json(_row(found))
        return
    if found.hold is not None:
        since = shown(found.hold.since)
        click.echo(f"PAUSED by {found.hold.held_by} since {since}: {found.hold.reason}")
    elif found.fault is not None:
        click.echo(
            f"stopped by the gateway's answer ({found.fault}): it is tried again each minute"
        )
    else:
        click.echo("messages go out")
    _show(found.waiting)


@click.command()
@signed
def pause(by: str, reason: str) -> None:
    """Send nothing until a person resumes. Callers are still answered, and tips stored."""
    with console_kit() as kit:
        placed = service.hold(kit, by=by, reason=reason)
    click.echo(
        "paused: nothing goes out" if placed else "was paused already: `hotline outgoing status`"
    )


@click.command()
@signed
@click.option("--alerts", type=FATE, help="After a restore: of alerts that may have gone out.")
@click.option("--confirmations", type=FATE, help="After a restore: of confirmations likewise.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
def resume(by: str, reason: str, alerts: str | None, confirmations: str | None, yes: bool) -> None:
    """Show what waits, ask, and send it."""
    given = {Kind.ALERT: alerts, Kind.CONFIRMATION: confirmations}
    fates = {kind: DoubtDecision(fate) for kind, fate in given.items() if fate is not None}
    with console_kit() as kit:
        _show(service.look(kit).waiting)
        if not yes:
            click.confirm("Send them?", abort=True, err=True)
        done = service.release(kit, by=by, reason=reason, fates=fates)
    click.echo(f"resumed: {done.going} go out, {done.dropped} were dropped")


def _show(waiting: Sequence[WaitingMessages]) -> None:
    if not waiting:
        click.echo("nothing waits to go out", err=True)
    for one in waiting:
        doubt = "  MAY HAVE GONE OUT ALREADY" if one.doubtful else ""
        click.echo(f"{one.count:6} {one.kind}s, the oldest of {shown(one.oldest)}{doubt}")


def _row(found: LaneState) -> dict[str, Any]:
    held = found.hold
    return {
        "paused": held is not None or found.fault is not None,
        "by": held.held_by if held else None,
        "reason": held.reason if held else found.fault,
        "since": held.since.isoformat() if held else None,
        "waiting": [
            {
                "kind": one.kind,
                "count": one.count,
                "oldest": one.oldest.isoformat(),
                "may_have_gone_out": one.doubtful,
            }
            for one in found.waiting
        ],
    }
