"""`hotline statistics`: published releases at the command line, their files, and what callers are told."""

import json
from pathlib import Path

import click

from hotline.adapters import spreadsheet
from hotline.cli.kit import console_kit
from hotline.statistics import service_export, service_releases, service_report
from hotline.statistics.rules_definitions import TABLES
from hotline.statistics.rules_labels import ROUNDED, number_label, value_label
from hotline.statistics.rules_periods import Span, span_of
from hotline.text.languages import CODES

LABEL = 46
as_json_option = click.option("--json", "as_json", is_flag=True, help="For a program to read.")
new_file = click.Path(dir_okay=False, path_type=Path)
folder = click.Path(file_okay=False, path_type=Path)


@click.group()
def statistics() -> None:
    """Published statistics: list, show, write files, tell callers."""


@statistics.command()
@as_json_option
def releases(*, as_json: bool) -> None:
    """List the published releases, the newest first, with their digests."""
    with console_kit() as kit:
        found = service_releases.published(kit)
    if as_json:
        rows = [
            {"period": one.period, "made_at": one.made_at.isoformat(), "digest": one.digest}
            for one in found
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    for one in found:
        click.echo(f"{one.period:10}{one.made_at:%Y-%m-%d}  {one.digest}")
    if not found:
        click.echo("No release is published yet.", err=True)


@statistics.command()
@click.argument("period")
@as_json_option
def show(period: str, *, as_json: bool) -> None:
    """Print the tables of a published release. PERIOD is written like 2026-11, 2026-Q4 or 2026."""
    _check(period)
    with console_kit() as kit:
        found = service_releases.one_release(kit, period, is_published=True)
    if as_json:
        rows = [
            {
                "indicator": cell.name.indicator,
                "dimension": cell.name.dimension,
                "value": cell.name.value,
                "number": cell.number,
            }
            for cell in found.cells
        ]
        document = {"period": period, "digest": found.digest, "is_sample": found.is_sample}
        click.echo(json.dumps({**document, "cells": rows}, indent=2, ensure_ascii=False))
        return
    for table in TABLES:
        rows_of = [
            (one, dimension, cell)
            for one in table.indicators
            for dimension in one.dimensions
            for cell in found.rows(one.name, dimension)
        ]
        if rows_of:
            click.echo(f"\n{table.name}. {table.title}")
        for one, dimension, cell in rows_of:
            label = value_label(dimension, cell.name.value, "en", str.format)
            says = number_label(cell.number, one.unit, "en", str.format)
            click.echo(f"  {f'{one.label}: {label}':{LABEL}}{says:>10}")
    click.echo(f"\n{ROUNDED}")


@statistics.command()
@click.argument("period")
@click.option("--out", required=True, type=folder, help="An empty or a new folder.")
def files(period: str, out: Path) -> None:
    """Write a published release: a CSV for each table, a workbook, metadata.json, and the report in PDF."""
    _check(period)
    if out.exists() and any(out.iterdir()):
        raise click.ClickException(f"{out} is not empty: name a new folder")
    with console_kit() as kit:
        found = service_releases.one_release(kit, period, is_published=True)
        made = dict(service_export.files(found, "en", str.format, spreadsheet.book))
        if span_of(period) is not Span.MONTH:
            for language in CODES:
                body = service_report.minister_pdf(kit, period, language)
                made[f"report-{language}.pdf"] = body
    out.mkdir(parents=True, exist_ok=True)
    for name, body in made.items():
        (out / name).write_bytes(body)
    click.echo(f"written: {len(made)} files in {out}")


@statistics.command()
@click.option("--out", type=new_file, help="Write the page there, for a site of your own.")
@click.option("--sms", "as_sms", is_flag=True, help="Print one SMS a language instead.")
def results(out: Path | None, *, as_sms: bool) -> None:
    """Print what callers are told of tips: the page that the line shows at `/results`, or one SMS."""
    with console_kit() as kit:
        if as_sms:
            for language in CODES:
                click.echo(f"{language}: {service_report.results_sms(kit, language)}")
            return
        page = service_report.results_page(kit)
    if out is None:
        click.echo(page)
        return
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as broken:
        raise click.ClickException(f"{out}: {broken.strerror}") from None
    click.echo(f"written: {out}")


def _check(period: str) -> None:
    """Refuses what is no period."""
    try:
        span_of(period)
    except ValueError as reason:
        raise click.BadParameter(str(reason), param_hint="PERIOD") from None
