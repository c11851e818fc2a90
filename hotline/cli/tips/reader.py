"""The language of whoever reads on this terminal."""

import os
from collections.abc import Mapping

import click

from hotline.text.languages import CODES

PLAIN = "en"
"""That of the commands themselves."""


def locale_language(environ: Mapping[str, str] = os.environ) -> str:
    """The language of the terminal's locale, where the line speaks it."""
    named = next(
        (environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), ""
    )
    code = named[:2].casefold()
    return code if code in CODES else PLAIN


language_option = click.option(
    "--language",
    type=click.Choice(CODES),
    default=locale_language,
    help="In which language; by default that of the terminal (LANG), else English.",
)
