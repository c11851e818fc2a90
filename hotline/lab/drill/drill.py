"""`hotline drill`: losing the machine, rehearsed. On a pretended line, or with a backup of the real one."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline.cli.keys.backup import FILE, private_key
from hotline.environment import settings_in
from hotline.errors import RealLine
from hotline.lab.chaos.stand.ground import Pair
from hotline.lab.drill.rehearsal import rehearse
from hotline.lab.drill.report import DrillReport
from hotline.services.copies.restore import restore


@click.command()
@click.option("--tips", default=40, show_default=True, type=click.IntRange(2, 10_000))
@click.option(
    "--pair",
    type=click.Choice([pair.value for pair in Pair]),
    default=Pair.SQLITE.value,
    show_default=True,
)
@click.option("--backup", "file", type=FILE, help="Rehearse with this backup of a real line.")
@click.option("--key", type=FILE, help="The backup key's file, with --backup.")
@click.option("--passphrase-file", type=FILE, help="A file whose first line is its passphrase.")
@click.option("--database", metavar="URL", help="An empty PostgreSQL database, with --backup.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def drill(
    tips: int,
    pair: str,
    file: Path | None,
    key: Path | None,
    passphrase_file: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Back a line up under callers, bring it back in an empty place, and compare.

    Without --backup everything is pretended, in a temporary folder and on loopback. With it, a backup of a real line is
    proved the only way there is: by restoring it, into a temporary folder that is removed. Nothing is sent. Ends with 1
    where anything differs.
    """
    with tempfile.TemporaryDirectory(prefix="hotline-drill-") as name:
        if file is not None:
            report = _with_backup(file, key, passphrase_file, database, Path(name))
        else:
            _refuse_settings()
            report = rehearse(Path(name), tips, Pair(pair), _say)
    click.echo(report.document() if as_json else _told(report))
    if not report.clean:
        raise SystemExit(1)


def _with_backup(
    file: Path, key: Path | None, passphrase_file: Path | None, database: str | None, folder: Path
) -> DrillReport:
    if key is None:
        raise click.UsageError("--backup needs --key, the backup key's file")
    url = database or f"sqlite:///{folder / 'hotline.db'}"
    opener = private_key(key, passphrase_file)
    report = DrillReport(Pair.POSTGRES if database else Pair.SQLITE)
    with report.step("restore", _say), file.open("rb") as stream:
        done = restore(stream, opener, url, by="Drill", at=datetime.now(UTC), say=_say)
    report.rows = sum(done.contents.rows.values())
    report.restored = done.contents.rows.get("tip", 0)
    report.waiting, report.kilobytes = done.waiting, file.stat().st_size >> 10
    return report


def _told(report: DrillReport) -> str:
    lines = [f"{step.seconds:8.2f} s  {step.name}" for step in report.steps]
    lines.append(
        f"{report.restored} tips and {report.rows} rows came back out of {report.kilobytes} kB,"
        f" {report.promised} of them promised before; {report.waiting} messages were held"
    )
    return "\n".join([*lines, *report.breaches, "all is well" if report.clean else "NOT WELL"])


def _refuse_settings() -> None:
    if given := settings_in(os.environ):
        raise RealLine(
            f"a pretended drill takes no settings and touches no line of yours: unset {' '.join(given)};"
            " or give --backup, to rehearse with a real one"
        )


def _say(words: str) -> None:
    click.echo(f"drill: {words}", err=True)
