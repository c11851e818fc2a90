"""`hotline flows import`, `diff` and `export`: flow files into a change, beside what is live, and out."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.signing import checked
from hotline.domain.changes.change import ChangeAuthor, part_of, parts_of
from hotline.services.changes import versions
from hotline.services.flows import reviewing, signing
from hotline.services.flows.authoring import live_document, read_folder, write_folder

ABSENT = "(nothing)"

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
    """A line for each value that differs."""
    for part in dict.fromkeys((*parts_of(live), *parts_of(other))):
        yield from _differing(part, part_of(live, part), part_of(other, part))


def _differing(place: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from _differing(f"{place}.{key}", before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differing(f"{place}.{number}", one, other)
    else:
        yield f"{place}: {_said(before)} -> {_said(after)}"


def _said(value: Any) -> str:
    if value is None:
        return ABSENT
    if isinstance(value, Mapping | list):
        return f"({len(value)} more)"
    return repr(value)
