"""`hotline evidence report`: a month as a PDF for the programme."""

from pathlib import Path

import click

from hotline.adapters import typst_paper
from hotline.cli.evidence.published import edition_option, period_of
from hotline.cli.kit import console_kit
from hotline.domain.evidence.dictionary import REVIEW
from hotline.domain.evidence.edition import Edition
from hotline.services.evidence import printing
from hotline.text.languages import CODES


@click.command()
@click.option(
    "--month",
    required=True,
    callback=period_of,
    help="A month that is published (2026-11), or a quarter (2026-Q4), or a year.",
)
@click.option("--language", type=click.Choice(CODES), default=CODES[0], show_default=True)
@edition_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF; by default report-MONTH-EDITION-VERSION-LANGUAGE.pdf in this folder.",
)
def report(month: str, language: str, edition: str, out: Path | None) -> None:
    """Write the report of a month as an A4 PDF: what was counted, in sentences, charts and tables.

    It holds what `hotline evidence show` prints of that month, and nothing else. The same edition gives the same file.
    Typst sets it: `uv pip install 'hotline[paper]'`.
    """
    with console_kit() as kit:
        made = printing.printed(kit, month, Edition(edition), language, typst_paper.pdf)
    file = out or Path(made.name)
    try:
        file.write_bytes(made.content)
    except OSError as broken:
        raise click.ClickException(f"{file}: {broken.strerror}") from None
    click.echo(f"written: {file}")
    if REVIEW[language]:
        click.echo(f"Its sentences in {language} are a {REVIEW[language]}.", err=True)
