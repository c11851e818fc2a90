"""`hotline tips erasure`: the national desk decides on a wish to erase."""

import click

from hotline.cli.kit import console_kit
from hotline.cli.row_ids import TIP_ID
from hotline.cli.signing import signed
from hotline.domain.referrals.erasure import KEPT_FOR
from hotline.services.referrals import erasures


@click.command()
@click.argument("tip_id", metavar="ID", type=TIP_ID)
@signed
@click.option(
    "--erase/--keep", "erases", default=None, help="Whether the words go now, or stay 30 days more."
)
def erasure(tip_id: int, name: str, reason: str, erases: bool | None) -> None:
    """Decide on a wish to erase, where nobody has taken the tip or somebody is in danger.

    Whoever asked held the receipt and its PIN: it may be the one whom the tip is about. No clock erases such a tip.
    """
    if erases is None:
        raise click.UsageError("say --erase, and its words go now, or --keep, and they stay")
    with console_kit() as kit:
        erasures.decide(kit, tip_id, erases=erases, by=name, reason=reason)
        others = erasures.undecided_others(kit, tip_id)
    if erases:
        click.echo(f"tip {tip_id}: its words are erased; the case goes on until it is closed")
    else:
        click.echo(f"tip {tip_id}: kept; the desk decides again in {KEPT_FOR.days} days")
    if others:
        named = ", ".join(f"tip {one}" for one in others)
        click.echo(f"the same wish waits for a decision on others: {named}")
