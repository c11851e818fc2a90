"""`hotline flows`: check them, play them, describe their format, write the live ones out."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from hotline.adapters.console_words import load_console_words
from hotline.cli.kit import console_kit
from hotline.cli.signing import checked
from hotline.cli.tips.reader import language_option
from hotline.cli.words.pretending import FOUND, Pretence
from hotline.cli.words.publishing import drafts, history, publish
from hotline.domain.changes.change import ChangeAuthor
from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.sizes.narrow import narrow
from hotline.engine.document import document as documents
from hotline.engine.document.document import bind, read
from hotline.engine.editing.difference import FieldChanged, ScreenState, difference
from hotline.engine.flow import Book
from hotline.engine.numbers.numbers import flags
from hotline.engine.run import Facts
from hotline.engine.screen import DEFAULT_LIMIT, Screen
from hotline.engine.transcripts.transcript import told
from hotline.engine.turn import Turn, resume, start
from hotline.environment import CHECKOUT
from hotline.services.changes import versions
from hotline.services.flows import checking, reviewing, signing
from hotline.services.flows import numbers as number_service
from hotline.services.flows.authoring import live_document, parse_folder, read_folder, write_folder
from hotline.services.flows.places import place_lists
from hotline.text.languages import LANGUAGES
from hotline.text.remark import remark

WIDTH = 32


def narrow_rows(folder: Path, limit: int) -> Iterator[str]:
    """A row for each screen: its place, and its lines in each language."""
    book = bind(read(read_folder(folder)), place_lists())
    for place, measured in groupby(narrow(book, limit), key=lambda each: each.place):
        counted = [
            f"{each.language} {each.lines:>2} {f'({each.question})' if each.question else '':4}"
            for each in measured
        ]
        yield f"{f'{place.flow}.{place.node}':{WIDTH}}  {'  '.join(counted)}".rstrip()


NOTHING = "(nothing)"

existing_folder = click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path)
)


@click.command("import")
@existing_folder
@click.option("--by", prompt="Your name", callback=checked, help="Who brings it.")
@click.option("--title", help="What the change is called.")
def import_(folder: Path, by: str, title: str | None) -> None:
    """Make a change of what FOLDER says otherwise than callers hear: it is read and published in the console.

    Signatures in its reviews.csv are taken over.
    """
    document, signed = read_folder(folder), reviewing.read_signatures(folder)
    title = title or f"Out of {folder.name}"
    with console_kit() as kit:
        author = ChangeAuthor(by)
        change = versions.import_folder(kit, author, document, title=title, signed=signed)
    if change is None:
        click.echo("Nothing differs from what callers hear.")
        return
    click.echo(f"change {change}: {title}. Read it in the console: /changes/{change}")


@click.command()
@existing_folder
def diff(folder: Path) -> None:
    """Say what FOLDER says otherwise than callers hear, place by place. Ends with 1 where anything differs."""
    document = read_folder(folder)
    with console_kit() as kit:
        live = live_document(kit.database)
    found = list(differences(live, document))
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo("Nothing differs from what callers hear.")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write the flows that callers hear now to FOLDER, as YAML, with who signed which text."""
    with console_kit() as kit:
        document, signed = live_document(kit.database), signing.everyone(kit)
    try:
        written = [*write_folder(document, folder)]
        if signed:
            written.append(reviewing.write_signatures(folder, signed))
    except OSError as broken:
        raise click.ClickException(f"{folder}: {broken.strerror}") from None
    for path in written:
        click.echo(path)


def differences(live: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """A line for each value that differs: screens in the order in which callers meet them, then the lists."""
    found = difference(live, other)
    for screen in found.screens:
        place = f"{screen.flow}.{screen.node}".rstrip(".")
        if screen.state is not ScreenState.CHANGED:
            yield f"{place}: {screen.state}"
        for words in screen.words:
            yield f"{place} {words.field} {words.language}: {words.before!r} -> {words.after!r}"
        for changed in (*screen.arrows, *screen.marks, *screen.others):
            yield f"{place} {_said(changed)}"
    for name, rows in (("entries", found.entries), ("numbers", found.numbers), ("", found.others)):
        for changed in rows:
            yield f"{name}.{_said(changed)}".lstrip(".")


def _said(changed: FieldChanged) -> str:
    return f"{changed.field}: {changed.before or NOTHING} -> {changed.after or NOTHING}"


FLOWS = CHECKOUT / "flows"
SERVICE_CODE = "*384*777#"

folder_argument = click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=FLOWS
)
folder_option = click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=FLOWS,
    help="Another folder of flows.",
)
limit_option = click.option(
    "--limit",
    type=click.IntRange(60, 182),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="Septets that a screen may hold.",
)


@click.group()
def flows() -> None:
    """Check, play, describe and export the flows."""


for each in (publish, history, drafts, import_, diff, export):
    flows.add_command(each)


@flows.command()
@folder_argument
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON.")
@limit_option
@language_option
def check(folder: Path, as_json: bool, limit: int, language: str) -> None:
    """Find what is wrong with the flows in FOLDER, and say it as the console does. Ends with 1 where anything is.

    First it says how many lines each screen takes on a phone of 16 letters a line; in brackets, those of its question
    with the choices.
    """
    findings = _findings(folder, limit)
    if as_json:
        click.echo(json.dumps([finding.to_dict() for finding in findings], indent=2))
    else:
        for row in narrow_rows(folder, limit) if not _shapeless(findings) else ():
            click.echo(row)
        said = load_console_words()[language]

        def say(words: str) -> str:
            return said.get(words, words)

        for finding in findings:
            click.echo(finding.told.said(say))
        count = remark("{count} findings", count=len(findings))
        click.echo((count if findings else remark("Nothing to mend.")).said(say))
    sys.exit(1 if findings else 0)


@flows.command()
@folder_option
@click.option("--lang", type=click.Choice([each.code for each in LANGUAGES]), help="Begin in it.")
@click.option("--dial", default=SERVICE_CODE, show_default=True, help="What is dialled.")
@click.option("--no-report", is_flag=True, help="As where nobody can receive a report.")
@click.option(
    "--receipt", type=click.Choice(FOUND), help="Pretend receipts, and what each of them finds."
)
@click.option("--call-back", is_flag=True, help="Pretend that a call may be asked for.")
@limit_option
def play(
    folder: Path,
    lang: str | None,
    dial: str,
    no_report: bool,
    receipt: str | None,
    call_back: bool,
    limit: int,
) -> None:
    """Play the flows of a folder here. Nothing is sent, nothing is stored. An empty line hangs up.

    Whatever is pretended is said under every screen.
    """
    pretence = Pretence(receipt, call_back)
    book = documents.compile(read_folder(folder), place_lists())
    numbers = flags(book.numbers, datetime.now(UTC).date())
    facts = pretence.facts(Facts(flags={**numbers, "reporting": not no_report}))
    turn = _dialled(book, facts, dial, limit)
    if lang is not None:
        turn = _in_language(book, facts, turn, lang, limit)

    while True:
        click.echo(_picture(turn, limit))
        if str(pretence):
            click.secho(f"  {pretence}", fg="yellow")
        if turn.screen.ends:
            return
        keyed = click.prompt("", prompt_suffix="> ", default="", show_default=False)
        if not keyed:
            return
        turn = resume(book, turn.run, keyed, facts, limit=limit)


@flows.command()
@folder_argument
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def numbers(folder: Path, as_json: bool) -> None:
    """How each phone number of FOLDER stands: who signed it, and until when it shows."""
    book = documents.compile(read_folder(folder), place_lists())
    shown = number_service.look(book, datetime.now(UTC).date())
    if as_json:
        rows = [asdict(one.number) | {"named": one.named, "shows": one.shows} for one in shown]
        click.echo(json.dumps(rows, indent=2, default=str, ensure_ascii=False))
        return
    for one in shown:
        until = f"signed until {one.number.until}" if one.number.until else "signed by nobody"
        state = "shows" if one.shows and one.named else "no screen names it" if one.shows else "-"
        click.echo(f"{one.number.digits:>10}  {one.number.evidence:10}  {state:18}  {until}")


@flows.command()
def schema() -> None:
    """Print the JSON Schema of a flow file, for editors."""
    click.echo(json.dumps(documents.schema(), indent=2))


def _findings(folder: Path, limit: int) -> Sequence[Finding]:
    document, faults = parse_folder(folder)
    found = checking.findings(document, limit)
    if not faults:
        return found
    fix = remark("mend the file first")
    of_files = [Finding("", "", Code.SHAPE, remark("{says}", says=one), fix) for one in faults]
    return [*of_files, *(one for one in found if one.code is Code.SHAPE)]


def _shapeless(findings: Sequence[Finding]) -> bool:
    return any(finding.code is Code.SHAPE for finding in findings)


def _dialled(book: Book, facts: Facts, dialled: str, limit: int) -> Turn:
    base = SERVICE_CODE.removesuffix("#")
    if not dialled.startswith(base):
        raise click.BadParameter(f"begins with {base}", param_hint="--dial")
    parts = [part for part in dialled.removeprefix(base).removesuffix("#").split("*") if part]
    entry = parts[0] if parts and parts[0] in book.entries else ""
    return start(book, facts, entry=entry, ahead=parts[1:] if entry else parts, limit=limit)


def _in_language(book: Book, facts: Facts, turn: Turn, lang: str, limit: int) -> Turn:
    """The same screen after choosing the language as a caller does."""
    if lang == turn.run.language:
        return turn
    for key in "12345678":
        chosen = resume(book, turn.run, key, facts, limit=limit)
        if chosen.run.language == lang:
            return chosen
    return turn


def _picture(turn: Turn, limit: int) -> str:
    """The events, and the screen in a frame with what it costs."""
    screen: Screen = turn.screen
    lines = screen.text.split("\n")
    width = min(max(map(len, lines)), 60)
    pieces = [line[at : at + width] for line in lines for at in range(0, max(len(line), 1), width)]
    edge = f"+{'-' * (width + 2)}+"
    frame = [edge, *(f"| {piece:<{width}} |" for piece in pieces), edge]
    foot = f"{screen.septets} of {limit} septets" + (", the end" if screen.ends else "")
    return "\n".join([*(f"  {told(event)}" for event in turn.events), *frame, f"  {foot}"])
