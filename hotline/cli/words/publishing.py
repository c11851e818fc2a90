"""`hotline flows publish`, `history` and `drafts`: what callers hear, since when, and who decided it."""

from pathlib import Path

import click

from hotline.cli.kit import console_kit
from hotline.cli.signing import signed_by
from hotline.domain.call_back import KIGALI
from hotline.environment import CHECKOUT
from hotline.services.flows import authoring, checking, publishing
from hotline.store.flows import publications
from hotline.store.flows.publications import Publishing

SHIPPED = CHECKOUT / "flows"


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@signed_by
def publish(folder: Path, by: str, reason: str) -> None:
    """Make the flows of FOLDER live: what `init` and `release` bring later waits as a change.

    The flows that this version ships end that: the next version's then follow them.
    """
    document = authoring.read_folder(folder)
    for finding in checking.bearable(document):
        click.echo(finding.sentence, err=True)
    of_version = authoring.are_same(document, authoring.read_folder(SHIPPED))
    with console_kit() as kit:
        revision = publishing.publish(kit, document, by=by, reason=reason, of_version=of_version)
    click.echo(f"flows: revision {revision} is live")


@click.command()
def history() -> None:
    """List what was live, the newest first: since when, who published it, and why."""
    with console_kit() as kit, kit.database.reading() as session:
        for one in publications.history(session):
            until = f"{one.until.astimezone(KIGALI):%Y-%m-%d %H:%M}" if one.until else "now"
            since = f"{one.published_at.astimezone(KIGALI):%Y-%m-%d %H:%M}"
            is_alone = one.kind == Publishing.EMERGENCY and not one.approved_by
            alone = ", read by nobody else" if is_alone else ""
            second = f" and {one.approved_by}" if one.approved_by else alone
            who = f"{one.kind}, {one.published_by}{second}: {one.reason}"
            click.echo(f"revision {one.revision_id}  {since} to {until}  {who}")


@click.command()
def drafts() -> None:
    """List the revisions that wait: brought by a version, and never live."""
    with console_kit() as kit, kit.database.reading() as session:
        waiting = publications.drafts(session)
        for revision, at in waiting:
            click.echo(f"revision {revision}  since {at.astimezone(KIGALI):%Y-%m-%d %H:%M}")
    if not waiting:
        click.echo("No draft waits.")
