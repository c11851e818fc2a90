"""`hotline guide`: the papers that a responder keeps, to print, with what this line is dialled by."""

import os
from pathlib import Path

import click

from hotline.cli.options import NEW_FILE
from hotline.config import Settings
from hotline.domain.outbox.message import responders_entry
from hotline.environment import CHECKOUT
from hotline.text import paper
from hotline.text.languages import CODES

DOCS = CHECKOUT / "docs"
PAPERS = {"responder": "responder-guide", "first-ten-minutes": "first-ten-minutes"}
WRITTEN = "*384*777*90#"
"""As the pages of docs/ write what a responder dials."""
FIRST = "en"
"""Whose page has no language in its name."""


@click.command()
@click.argument("paper_name", metavar="PAPER", type=click.Choice([*PAPERS]))
@click.option("--language", type=click.Choice(CODES), default=CODES[0], show_default=True)
@click.option(
    "--out",
    type=NEW_FILE,
    required=True,
    help="The HTML file: open it in a browser, and print it.",
)
def guide(paper_name: str, language: str, out: Path) -> None:
    """Write a PAPER for responders, to print: `responder` is the guide, `first-ten-minutes` one card.

    It says what this line is dialled by.
    """
    settings = Settings.read(os.environ)
    name = PAPERS[paper_name] + ("" if language == FIRST else f".{language}")
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    printed = paper.sheet(page, language, lambda one: (DOCS / one).read_text(encoding="utf-8"))
    printed = printed.replace(WRITTEN, responders_entry(settings.service_code))
    try:
        out.write_text(printed, encoding="utf-8")
    except OSError as broken:
        raise click.ClickException(f"{out}: {broken.strerror}") from None
