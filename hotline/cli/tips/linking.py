"""`hotline tips link`, `unlink` and `like`: which tips are probably about one situation."""

import click

from hotline.cli.kit import console_kit
from hotline.cli.row_ids import TIP_ID
from hotline.cli.signing import signed_by
from hotline.services.tips import linking
from hotline.store.desk import audit
from hotline.store.tips.visible import THE_LINE

ONE = click.argument("one", metavar="ID", type=TIP_ID)
OTHER = click.argument("other", metavar="OTHER", type=TIP_ID)


@click.command()
@ONE
@OTHER
@signed_by
def link(one: int, other: int, by: str, reason: str) -> None:
    """Say that two tips are about one situation: whoever is told of both reads so. Nothing is merged."""
    with console_kit() as kit:
        linking.link(kit, one, other, viewer=THE_LINE, actor=audit.by_command(by), reason=reason)
    click.echo(f"tips {one} and {other}: linked")


@click.command()
@ONE
@OTHER
@signed_by
def unlink(one: int, other: int, by: str, reason: str) -> None:
    """Say that two tips are not about one situation. Nothing links them again but a person."""
    with console_kit() as kit:
        linking.unlink(kit, one, other, viewer=THE_LINE, actor=audit.by_command(by), reason=reason)
    click.echo(f"tips {one} and {other}: linked no more")


@click.command()
@ONE
def like(one: int) -> None:
    """List the tips that a tip is linked to, and why."""
    with console_kit() as kit:
        for found in linking.of_tip(kit, one, THE_LINE):
            click.echo(f"{found.tip_id:5}  {found.why:10} by {found.by}")


COMMANDS = (link, unlink, like)
