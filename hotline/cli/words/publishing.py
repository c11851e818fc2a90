"""`hotline flows publish`: makes the flows of a folder live."""

from pathlib import Path

import click

from hotline.cli.kit import console_kit
from hotline.cli.signing import signed
from hotline.environment import CHECKOUT
from hotline.services.flows import authoring, publishing

SHIPPED = CHECKOUT / "flows"


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@signed
def publish(folder: Path, by: str, reason: str) -> None:
    """Make the flows of FOLDER live: what `init` and `release` bring later waits as a change.

    The flows that this version ships end that: the next version's then follow them.
    """
    document = authoring.read_folder(folder)
    for finding in publishing.bearable(document):
        click.echo(finding.sentence, err=True)
    of_version = authoring.are_same(document, authoring.read_folder(SHIPPED))
    with console_kit() as kit:
        revision = publishing.publish(kit, document, by=by, reason=reason, of_version=of_version)
    click.echo(f"flows: revision {revision} is live")
