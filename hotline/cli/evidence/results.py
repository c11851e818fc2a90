"""`hotline evidence results`: what everybody may read of what became of tips."""

from pathlib import Path

import click

from hotline.cli.kit import console_kit
from hotline.domain.evidence.dictionary import REVIEW
from hotline.services.evidence import public_results
from hotline.text.languages import CODES


@click.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the page there: one HTML file in three languages, for your own site.",
)
@click.option("--sms", "as_sms", is_flag=True, help="Print one SMS a language instead.")
def results(out: Path | None, as_sms: bool) -> None:
    """Print the public page of results: of 100 tips, on how many somebody acted, and how fast they were taken.

    For each quarter, three months later, for the whole country: the numbers of `hotline evidence show 2026-Q4 --for
    outside`. The line's web process shows the same page at `/results`. Neither page nor SMS says how the line is
    reached.
    """
    with console_kit() as kit:
        if as_sms:
            for language in CODES:
                mark = f" ({REVIEW[language]})" if REVIEW[language] else ""
                click.echo(f"{language}{mark}: {public_results.one_sms(kit, language)}")
            return
        page = public_results.page(kit)
    if out is None:
        click.echo(page, nl=False)
        return
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as broken:
        raise click.ClickException(f"{out}: {broken.strerror}") from None
    click.echo(f"written: {out}")
