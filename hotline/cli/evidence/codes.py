"""`hotline evidence codes`: what each code of ours is in the standards."""

import json
from collections.abc import Iterator

import click

from hotline.domain.evidence.codes.code_tables import (
    COLUMNS,
    CodeStandard,
    CodeTable,
    MappedCode,
    code_table,
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def codes(as_json: bool) -> None:
    """Print what each code of ours is in HTCDS 2.0, by its exact names, and to which element of IC-TIP it belongs.

    A code that goes to nothing says why. IC-TIP is mapped to its elements alone: nobody has laid its list of codes
    beside this table yet.
    """
    tables = {one: code_table(one) for one in CodeStandard}
    if as_json:
        document = {one.value: _document(one, table) for one, table in tables.items()}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for table in tables.values():
        click.echo("\n".join(_lines(table)))


def _document(standard: CodeStandard, table: CodeTable) -> dict[str, object]:
    rows = [dict(zip(COLUMNS[standard], row.row, strict=True)) for row in table.rows]
    return {"standard": table.standard, "table": table.version, "how": table.how, "codes": rows}


def _lines(table: CodeTable) -> Iterator[str]:
    yield f"{table.standard}, table {table.version}: {table.how}"
    name = ""
    for row in table.rows:
        if row.of != name:
            name = row.of
            yield name
        yield f"  {row.code:16} {_says(row)}"


def _says(row: MappedCode) -> str:
    if not row.is_mapped:
        return f"none: {row.note}"
    to = " = ".join(part for part in (row.field, row.value) if part)
    return f"{to} ({row.note})" if row.note else to
