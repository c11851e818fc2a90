"""`hotline flows import`, `diff` and `export`: flow files into a change, beside what is live, and out."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.signing import checked
from hotline.domain.changes.change import ChangeAuthor
from hotline.engine.editing.difference import FieldChanged, ScreenState, difference
from hotline.services.changes import versions
from hotline.services.flows import reviewing, signing
from hotline.services.flows.authoring import live_document, read_folder, write_folder

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
