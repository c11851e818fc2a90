"""Runs `hotline outgoing`, which pauses, resumes and shows the outgoing queue. Also runs `hotline oncall`, for
on-call contacts."""

import time
from collections.abc import Sequence

import click

from hotline.alerts import service_partial_pause
from hotline.cli.command_context import cli_context
from hotline.cli.options import as_json_option, by_and_reason, by_option, print_json, yes_option
from hotline.core.contexts import CliContext
from hotline.duty.service_leaves import format_time
from hotline.gateway import service_pause as service
from hotline.gateway.queries import WaitingMessages
from hotline.gateway.rules import DoubtDecision, MessageKind, Outcome, OutgoingPart
from hotline.gateway.tables import Message
from hotline.monitoring import service_alarms
from hotline.text.languages import CODES

only_option = click.option(
    "--only",
    type=click.Choice([part.value for part in OutgoingPart]),
    help="Pause or resume only messages of this kind, not the whole outgoing queue.",
)
DECISION = click.Choice([fate.value for fate in DoubtDecision])


@click.command()
@as_json_option
def status(as_json: bool) -> None:
    """Show if messages go out, which person paused them, and which messages wait.

    Example: hotline outgoing status
    """
    with cli_context() as context:
        found = service.queue_view(context)
    pause = found.pause
    if as_json:
        print_json(
            {
                "paused": pause is not None or found.fault is not None,
                "by": pause.paused_by if pause else None,
                "reason": pause.reason if pause else found.fault,
                "since": pause.since if pause else None,
                "paused_parts": [part.queue for part in found.parts],
                "waiting": [
                    {
                        "kind": group.kind,
                        "count": group.count,
                        "oldest": group.oldest,
                        "may_have_gone_out": group.doubtful,
                    }
                    for group in found.waiting
                ],
            }
        )
        return
    if pause is not None:
        click.echo(f"PAUSED by {pause.paused_by} since {format_time(pause.since)}: {pause.reason}")
    elif found.fault is not None:
        click.echo(
            f"stopped by the gateway's answer ({found.fault}): the hotline tries again each minute"
        )
    else:
        click.echo("messages are being sent")
    for part in found.parts:
        since = format_time(part.since)
        click.echo(f"PAUSED {part.queue} by {part.paused_by} since {since}: {part.reason}")
    _show(found.waiting)


@click.command()
@by_and_reason
@only_option
def pause(by: str, reason: str, only: str | None) -> None:
    """Pause all sending, or one part of it, until a person resumes it.

    The hotline still answers callers and stores tips. With --only, the hotline still sends all alerts. Answers that
    have waited for more than 10 minutes are not sent to callers. Call-backs that become due during the pause move to a
    later day.

    Example: hotline outgoing pause --by "Operator 1" --reason "gateway fault"
    """
    with cli_context() as context:
        if only is not None:
            part = OutgoingPart(only)
            placed = service_partial_pause.pause(context, part, by=by, reason=reason)
        else:
            placed = service.pause(context, by=by, reason=reason)
    what = "no message is sent" if only is None else f"{only}. All alerts are still sent"
    click.echo(f"paused: {what}" if placed else "was paused already: `hotline outgoing status`")


@click.command()
@by_and_reason
@click.option(
    "--alerts",
    type=DECISION,
    help="Decision about alerts that responders may already have got: send them again, or drop them.",
)
@click.option(
    "--confirmations",
    type=DECISION,
    help="Decision about the hotline's answers that responders may already have got: send them again, or drop them.",
)
@yes_option
@only_option
def resume(
    by: str, reason: str, alerts: str | None, confirmations: str | None, yes: bool, only: str | None
) -> None:
    """Show the waiting messages, ask for confirmation, and send them.

    With --only, the command resumes only messages of one kind.

    Example: hotline outgoing resume --by "Operator 1" --reason "fault fixed"
    """
    options = {MessageKind.ALERT: alerts, MessageKind.CONFIRMATION: confirmations}
    fates = {kind: DoubtDecision(fate) for kind, fate in options.items() if fate is not None}
    with cli_context() as context:
        if only is not None:
            service_partial_pause.resume(context, OutgoingPart(only), by=by, reason=reason)
            click.echo(f"resumed: {only}")
            return
        _show(service.queue_view(context).waiting)
        if not yes:
            click.confirm("Send them?", abort=True, err=True)
        going, dropped = service.resume(context, by=by, reason=reason, doubts=fates)
    click.echo(f"resumed: {going} go out, {dropped} were dropped")


def _show(waiting: Sequence[WaitingMessages]) -> None:
    if not waiting:
        click.echo("no message waits to be sent", err=True)
    for one in waiting:
        doubt = "  MAY HAVE BEEN SENT ALREADY" if one.doubtful else ""
        click.echo(f"{one.count:6} {one.kind}s, the oldest of {format_time(one.oldest)}{doubt}")


WAIT = 60.0
"""The maximum number of seconds for which `hotline oncall test` waits for its test alarm. The monitor checks for new
alarms every ten seconds."""


@click.command()
@click.argument("name")
@click.argument("number", required=False)
@click.option("--language", type=click.Choice(CODES), default="rw", show_default=True)
@by_option
def add(name: str, number: str | None, language: str, by: str) -> None:
    """Add NAME as an on-call contact, who gets an SMS about faults.

    The command asks for the number if it is not given.

    Example: hotline oncall add "Operator 1" --by "Admin 1"
    """
    number = number or str(click.prompt("Number", hide_input=True, err=True))
    with cli_context() as context:
        service_alarms.add_contact(context, name, number, language, by=by)
    click.echo(f"{name} is notified from now on: try it with `hotline oncall test`")


@click.command()
@click.option(
    "--seconds",
    default=WAIT,
    show_default=True,
    help="Longest time in seconds that the command waits for the results of the test messages.",
)
def test(seconds: float) -> None:
    """Send a test to every on-call contact, and exit with 1 unless the gateway accepts every test.

    Example: hotline oncall test
    """
    with cli_context() as context:
        ids = service_alarms.send_test_notices(context)
        if not ids:
            raise click.ClickException("there is no on-call contact: run `hotline oncall add NAME`")
        click.echo(f"sending {len(ids)}, by the watch process ...", err=True)
        waiting = _sent(context, ids, seconds)
    for name, row in waiting:
        if row.outcome == Outcome.ACCEPTED:
            click.echo(f"{name}: accepted")
            continue
        cause, step = service_alarms.cause_and_step(row)
        click.echo(f"{name}: {cause}\n        -> {step}")
    if any(row.outcome != Outcome.ACCEPTED for _, row in waiting):
        raise SystemExit(1)


def _sent(context: CliContext, ids: Sequence[int], seconds: float) -> Sequence[tuple[str, Message]]:
    end = time.monotonic() + seconds
    while True:
        rows = service_alarms.notice_recipients(context, ids)
        if all(row.has_ended for _, row in rows) or time.monotonic() > end:
            return rows
        time.sleep(0.5)
