"""Runs `hotline law`, which shows what Rwanda's law 058/2021 requires of the data controller."""

import os
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import click

from hotline.cli.options import as_json_option, print_json
from hotline.core.check_result import CheckResult, warning
from hotline.core.settings import Settings
from hotline.errors import SettingsInvalid
from hotline.operations.data_protection import RECORD, TEMPLATE, LawDuty, LawFacts, facts_of

NOT_YET = "not yet"
NAME = "data protection"


@click.command()
@as_json_option
def record(as_json: bool) -> None:
    """Print the record of processing (article 17): purposes, data, terms, recipients, processors, hosting.

    The storage periods are those of this version. The file of HOTLINE_LAW contains what the ministry fills in.

    Example: hotline law record
    """
    settings = Settings.read(os.environ)
    facts = facts_in(settings.law)
    if as_json:
        print_json(
            {
                "controller": asdict(facts),
                "owed": [asdict(one) for one in facts.owed],
                "kept_at": _kept_at(settings),
                "processing": [asdict(one) for one in RECORD],
            }
        )
        return
    click.echo("\n".join((*_head(settings, facts), *_body())))


@click.command()
def facts() -> None:
    """Print a file to fill in for HOTLINE_LAW.

    It asks for controller, registration, officer, assessment, hosting and processors.

    Example: hotline law facts
    """
    click.echo(TEMPLATE, nl=False)


def facts_in(file: Path | None) -> LawFacts:
    """Returns the facts that the controller filled in. The result is empty if no file is named. Raises
    SettingsInvalid."""
    if file is None:
        return LawFacts()
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SettingsInvalid([f"HOTLINE_LAW: {file} cannot be read as TOML"]) from None
    return facts_of(document)


def check_law(settings: Settings) -> CheckResult:
    """Checks that the ministry filled in everything that the law requires. With the emulator as gateway, a gap is
    only a warning."""
    try:
        owed = facts_in(settings.law).owed
    except SettingsInvalid as broken:
        return CheckResult(NAME, False, "; ".join(broken.problems), "fix the file of HOTLINE_LAW")
    if not owed:
        return CheckResult(NAME, True, "everything that law 058/2021 requires is filled in")
    text = f"law 058/2021 still requires {_named(owed)}"
    if settings.is_emulated:
        text = f"{text}: fill this in before the line answers real callers"
        return warning(NAME, text, "`hotline law facts > FILE`, and HOTLINE_LAW")
    todo = "; ".join(one.todo for one in owed)
    return CheckResult(NAME, False, text, f"{todo}. `hotline law facts > FILE`, and HOTLINE_LAW")


def _named(owed: Sequence[LawDuty]) -> str:
    return ", ".join(f"{one.name} (article {one.article})" for one in owed)


def _head(settings: Settings, facts: LawFacts) -> Iterator[str]:
    yield "# Record of processing, law 058/2021, article 17\n"
    filled_in = {
        "Controller": facts.controller,
        "Registration": facts.registration,
        "Data protection officer": facts.contact,
        "Impact assessment": facts.assessed,
        "Hosting": facts.hosting,
    }
    for name, said in (filled_in | _kept_at(settings)).items():
        yield f"{name}: {said or NOT_YET}"
    yield f"Processors: {'; '.join(facts.processors) or NOT_YET}"
    yield "Transfers abroad: none that identifies a person; statistics with small numbers hidden"
    if facts.owed:
        yield f"\nStill owed: {_named(facts.owed)}"


def _kept_at(settings: Settings) -> dict[str, str]:
    """Returns the places of the database, the gateway and the backups from the settings, without secrets."""
    database = urlsplit(settings.database_url).hostname or "this machine"
    gateway = urlsplit(settings.gateway_url).hostname or ""
    return {
        "Database": database,
        "Gateway": f"{gateway} (pretended)" if settings.is_emulated else gateway,
        "Backups": "sealed, in the folder of HOTLINE_BACKUPS" if settings.backups else NOT_YET,
    }


def _body() -> Iterator[str]:
    for one in RECORD:
        yield f"\n## {one.name.capitalize()}\n"
        yield f"- Purpose: {one.purpose}"
        yield f"- Basis, for the controller to confirm: {one.basis}"
        yield f"- About: {one.people}"
        yield f"- Kept: {one.held}"
        yield f"- Until: {one.until}"
        yield f"- Recipients: {one.recipients}"
