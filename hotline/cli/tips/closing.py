"""`hotline tips close`, `judge`, `reopen` and `helped`: how a case ends, who agrees, and the way back."""

import click

from hotline.cli.kit import console_kit
from hotline.cli.signing import signed
from hotline.domain.tip import TipOutcome
from hotline.services.referrals import endings
from hotline.services.tips import retention
from hotline.store.referrals.retention import Kept

TIP = click.argument("tip_id", metavar="ID", type=int)
OUTCOME = click.Choice([one.value for one in TipOutcome])


@click.command()
@TIP
@signed
@click.option(
    "--outcome", type=OUTCOME, help="What came of it. Danger, a child or an official: must be said."
)
def close(tip_id: int, name: str, reason: str, outcome: str | None) -> None:
    """Say that a tip is over: it rings for nobody any more, and in 90 days its words go.

    Where it is of danger, of a child or of an official, a second person judges first: `hotline tips judge`.
    """
    with console_kit() as kit:
        if outcome is None:
            retention.check_outcome(kit, tip_id)
        came = TipOutcome(outcome) if outcome else None
        kept = retention.close_tip(kit, tip_id, by=name, reason=reason, outcome=came)
    _say(kept)


@click.command()
@TIP
@signed
@click.option(
    "--agree/--refuse",
    "agrees",
    default=None,
    help="Whether it is over. Refused, it goes on.",
)
def judge(tip_id: int, name: str, reason: str, agrees: bool | None) -> None:
    """Decide whether a tip is over that somebody else wants closed. Another person than the first."""
    if agrees is None:
        raise click.UsageError("say --agree, and it is closed, or --refuse, and it goes on")
    with console_kit() as kit:
        kept = retention.judge_end(kit, tip_id, agrees=agrees, by=name, reason=reason)
    _say(kept)


@click.command()
@TIP
@signed
def reopen(tip_id: int, name: str, reason: str) -> None:
    """Undo the end of a tip that was closed wrongly: it rings again, from now on."""
    with console_kit() as kit:
        retention.reopen_tip(kit, tip_id, by=name, reason=reason)
    click.echo(f"tip {tip_id}: open again; the next who can is told at once")


@click.command()
@TIP
@signed
def helped(tip_id: int, name: str, reason: str) -> None:
    """Say that a helper is there: whoever asks by receipt reads it as one word."""
    with console_kit() as kit:
        retention.helped(kit, tip_id, by=name, reason=reason)
    click.echo(f"tip {tip_id}: with a helper")


COMMANDS = (close, judge, reopen, helped)


def _say(kept: Kept) -> None:
    """How it stands, and the command that comes next."""
    tip = kept.tip
    if tip.erased_at is not None:
        click.echo(f"tip {tip.id}: closed; its words were erased, as somebody had asked")
    elif tip.closed_at is not None:
        click.echo(f"tip {tip.id}: closed; its words go {kept.term.goes_at:%Y-%m-%d}")
    elif tip.end_wanted_by is not None:
        who = endings.said(tip.end_wanted_by)
        click.echo(
            f"tip {tip.id}: not closed yet. {who} says {tip.end_wanted}; a second person judges:"
        )
        click.echo(f"  hotline tips judge {tip.id} --agree (or --refuse) --name NAME --reason TEXT")
    else:
        click.echo(f"tip {tip.id}: goes on, as if nobody had wanted it closed")
