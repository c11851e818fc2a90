"""`hotline cases log`: what happened to a case, without a word of what was told."""

import json

import click

from hotline.cli.kit import console_kit
from hotline.cli.tips.reader import language_option
from hotline.domain.call_back import KIGALI
from hotline.ports import Kit
from hotline.services.cases import line_of_time
from hotline.services.cases.line_of_time import CaseMoment


@click.group()
def cases() -> None:
    """What happened to each case."""


@cases.command("log")
@click.argument("name", metavar="REF")
@language_option
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def log(name: str, language: str, as_json: bool) -> None:
    """Print the line of time of one case, the first first: REF is a reference, or a tip's id."""
    with console_kit() as kit:
        tip_id, moments = line_of_time.by_name(kit, name.upper())
        lines = [_line(kit, one, language) for one in moments]
    if as_json:
        entries = [_document(one) for one in moments]
        click.echo(json.dumps({"tip": tip_id, "entries": entries}, indent=2))
        return
    click.echo(f"tip {tip_id}")
    for line in lines:
        click.echo(line)


def _line(kit: Kit, one: CaseMoment, language: str) -> str:
    said = one.kind.value if one.template is None else kit.phrases.say(language, one.template)
    codes = ", ".join(f"{name} {code}" for name, code in one.codes.items())
    details = " ".join((one.way, one.who or one.desk, f"({codes})" if codes else "")).split()
    return "  ".join((f"{one.at.astimezone(KIGALI):%Y-%m-%d %H:%M}", said, " ".join(details)))


def _document(one: CaseMoment) -> dict[str, object]:
    return {
        "id": one.entry_id,
        "at": one.at.isoformat(),
        "kind": one.kind,
        "way": one.way,
        "who": one.who,
        "desk": one.desk,
        "codes": dict(one.codes),
        "supersedes": one.supersedes,
    }
