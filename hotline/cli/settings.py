"""Runs `hotline settings`, which writes all settings to a TOML file. The module also writes docs/settings.md from the
same texts."""

import json
from dataclasses import fields
from textwrap import wrap
from typing import NamedTuple

import click

from hotline.core.settings import Settings, variable_of

WITHOUT = "If not set: "
"""In the docstring of a setting, the text after these words says what happens if the setting is not set."""
HEAD_OF_FILE = """\
# Settings of the hotline. It reads this file only if HOTLINE_SETTINGS names it.
# Remove the # before a setting to set it. An environment variable, such as HOTLINE_PORT, replaces its value here.
"""
HEAD_OF_PAGE = """\
# Settings

This page is the output of `hotline settings --markdown`. `hotline settings > settings.toml` writes a file with all
settings. Fill in this file, and set `HOTLINE_SETTINGS` to its path. Without `HOTLINE_SETTINGS`, the hotline reads no
settings file. Each setting is also an environment variable: for `port`, it is `HOTLINE_PORT`. If a setting is in the
file and in a variable, the hotline uses the variable. If settings are wrong, the hotline names the wrong settings,
without their values, and does not start. `hotline doctor --settings` shows the values of all settings.

If each process has its own account, set `HOTLINE_ALARM_MAIL` and `HOTLINE_ALARM_COMMAND` in `watch.env`, which only
the watch process reads.

| setting | what it is | value | if not set |
|---|---|---|---|
"""


class SettingHelp(NamedTuple):
    """The help text of one setting, its kind of value, and what happens if the setting is not set."""

    name: str
    description: str
    value: str
    """The kind of value, such as `a number from 1 to 65535`."""
    otherwise: str
    """The effect on the hotline if the setting is not set."""
    example: object


def helps() -> list[SettingHelp]:
    """Returns the help texts of all settings in order, from their docstrings and declarations."""
    found, texts = [], Settings.descriptions()
    for field in fields(Settings):
        description, _, otherwise = " ".join(texts[field.name].split()).partition(WITHOUT)
        default, example = field.metadata["default"], field.metadata["example"]
        default_text = ("no", "yes")[default] if isinstance(default, bool) else default
        row = SettingHelp(
            name=field.name,
            description=description.strip(),
            value=field.metadata["kind"].meaning,
            otherwise=otherwise or f"`{default_text}`",
            example=default if example is None else example,
        )
        found.append(row)
    return found


def as_toml() -> str:
    """Returns a TOML file that sets no value. Each setting is a comment below its help text."""
    lines = [HEAD_OF_FILE]
    for row in helps():
        text = f"{row.description} Value: {row.value}. If not set: {row.otherwise}."
        lines += [f"# {line}" for line in wrap(text, 100, break_long_words=False)]
        lines.append(f"#{row.name} = {json.dumps(row.example)}\n")
    return "\n".join(lines)


def as_markdown() -> str:
    """Returns the page docs/settings.md: a table of all settings."""
    rows = (
        f"| `{variable_of(row.name)}` | {row.description} | {row.value} | {row.otherwise} |\n"
        for row in helps()
    )
    return HEAD_OF_PAGE + "".join(rows)


@click.command()
@click.option(
    "--markdown",
    is_flag=True,
    help="Print the settings as the page docs/settings.md, not as a TOML file.",
)
def settings(*, markdown: bool) -> None:
    """Print a TOML file of all settings to fill in, for HOTLINE_SETTINGS.

    Example: hotline settings
    """
    click.echo(as_markdown() if markdown else as_toml(), nl=False)
