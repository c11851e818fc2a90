"""`hotline audit`: whether the log of who read what is whole."""

import sys

import click

from hotline.cli.kit import console_kit
from hotline.services.access import verify_audit


@click.group()
def audit() -> None:
    """The log of what was done and read."""


@audit.command()
def verify() -> None:
    """Follow the chain from its beginning; ends with 1 where it is broken.

    Rows cut off its end break nothing: compare the count and the newest digest with those of another day.
    """
    with console_kit() as kit:
        chain = verify_audit(kit)
    if chain.broken_at is not None:
        click.echo(f"BROKEN at row {chain.broken_at}, after {chain.length} good ones", err=True)
        sys.exit(1)
    click.echo(f"whole: {chain.length} rows, the newest {chain.newest}")
