"""The description of an export for programs: a Data Package of Frictionless, with Table Schemas. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.codes.code_tables import COLUMNS, CodeStandard, code_table
from hotline.domain.evidence.dictionary import NEVER_COUNTED
from hotline.domain.evidence.edition import Edition, PublishedFigures, months_in
from hotline.domain.evidence.exporting import figure_rows
from hotline.domain.evidence.exporting.export_sheets import ExportCell, as_csv
from hotline.domain.evidence.suppression import INSIDE, OUTSIDE, SIGN
from hotline.text.csv_sheet import INVENTED, ORIGIN

Field = Mapping[str, object]
ORIGIN_FIELD: Field = {
    "name": ORIGIN,
    "type": "string",
    "constraints": {"required": True, "enum": [INVENTED]},
    "description": "Of no real line.",
}
BOUNDS = ("", "<=", ">=")
PERIOD = r"\d{4}(-(0[1-9]|1[0-2])|-Q[1-4])?"
FOR: Mapping[Edition, str] = {
    Edition.INSIDE: "for those who work with the line",
    Edition.OUTSIDE: "for everybody",
}
SMALLEST = {Edition.INSIDE: INSIDE, Edition.OUTSIDE: OUTSIDE}
LICENCES: Mapping[Edition, Mapping[str, str]] = {
    Edition.INSIDE: {
        "name": "other-closed",
        "title": "For those who work with the line: not to be passed on or published",
    },
    Edition.OUTSIDE: {
        "name": "notspecified",
        "title": "The ministry that runs the line says under which licence it may be passed on",
    },
}
SOURCES: Sequence[Mapping[str, str]] = (
    {"title": "The line's own counters and cases, as its dictionary of figures says"},
    {
        "title": "Human Trafficking Case Data Standards (HTCDS) 2.0, January 2023, of IOM: mapped by name",
        "path": "https://github.com/UNMigration/HTCDS",
    },
    {
        "title": "International Classification for Administrative Data on Trafficking in Persons (IC-TIP),"
        " of IOM and UNODC: mapped to its elements, since its list of codes could not be had",
        "path": "https://unstats.un.org/unsd/classifications/Family/Detail/2099",
    },
)


@dataclass(frozen=True, slots=True)
class PackagedTable:
    """A CSV of the package and its schema."""

    name: str
    path: str
    says: str
    head: Sequence[str]
    rows: Sequence[Sequence[ExportCell]]
    fields: Sequence[Field]
    key: Sequence[str]
    points: Sequence[tuple[Sequence[str], str, Sequence[str]]] = ()
    """Columns, the table that they point into, and its columns."""

    @property
    def bytes(self) -> bytes:
        return as_csv(self.head, self.rows)

    @property
    def document(self) -> Mapping[str, object]:
        written = self.bytes
        pointed = [
            {"fields": [*ours], "reference": {"resource": to, "fields": [*theirs]}}
            for ours, to, theirs in self.points
        ]
        schema: dict[str, object] = {
            "fields": [*self.fields],
            "missingValues": [SIGN],
            "primaryKey": [*self.key],
        }
        return {
            "name": self.name,
            "path": self.path,
            "profile": "tabular-data-resource",
            "description": self.says,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(written),
            "hash": f"sha256:{sha256(written).hexdigest()}",
            "schema": schema | ({"foreignKeys": pointed} if pointed else {}),
        }


def package_name(published: PublishedFigures) -> str:
    """Of a folder, a file and a package: small letters alone."""
    name = f"hotline-figures-{published.period.lower()}-{published.edition}-{published.version}"
    return f"{INVENTED.lower()}-{name}" if published.is_invented else name


def package_title(published: PublishedFigures) -> str:
    title = f"Figures of {period_said(published)}, {FOR[published.edition]}, {published.version} version"
    return f"{INVENTED}, of no real line: {title}" if published.is_invented else title


def period_said(published: PublishedFigures) -> str:
    """As in 2025 (2025-11, 2025-12 only), where it does not hold all of its months."""
    held = ", ".join(published.of_months)
    return f"{published.period} ({held} only)" if held else published.period


def marked(published: PublishedFigures, file: str) -> str:
    """A file that leaves its folder says of itself that it is invented."""
    return f"{INVENTED}-{file}" if published.is_invented else file


def with_origin(
    published: PublishedFigures, head: Sequence[str], rows: Sequence[Sequence[ExportCell]]
) -> tuple[Sequence[str], Sequence[Sequence[ExportCell]]]:
    """A row that leaves its file says of itself that it is invented."""
    if not published.is_invented:
        return head, rows
    return (*head, ORIGIN), [(*row, INVENTED) for row in rows]


def tables(published: PublishedFigures) -> Sequence[PackagedTable]:
    return [
        _figures(published),
        _entries(published),
        _values(published),
        *map(_codes, CodeStandard),
    ]


def descriptor(
    published: PublishedFigures, packed: Iterable[PackagedTable]
) -> Mapping[str, object]:
    least = SMALLEST[published.edition]
    return {
        "profile": "data-package",
        "name": package_name(published),
        "title": package_title(published),
        "description": (
            f"{SIGN} stands for a hidden number: fewer than {least}, zero included, or kept back so that no such"
            f" number can be computed. Never counted: {NEVER_COUNTED['en']}. A month is Kigali's. These numbers count"
            " contacts with a line, and do not say how much trafficking there is."
        ),
        "created": published.made_at.isoformat(timespec="seconds"),
        "licenses": [LICENCES[published.edition]],
        "sources": [*SOURCES],
        "edition": published.edition.value,
        "period": published.period,
        "months": [*(published.of_months or months_in(published.period))],
        "figures_version": published.version.value,
        "made_by": published.made_by,
        "invented": published.is_invented,
        "resources": [one.document for one in packed],
    }


def _figures(published: PublishedFigures) -> PackagedTable:
    rows = figure_rows.figure_rows(published)
    dimensions = sorted({str(row[at]) for row in rows for at in (3, 5)})
    needed = {"required": True}
    text = {"type": "string", "constraints": needed}
    by = {"type": "string", "constraints": {**needed, "enum": dimensions}}
    versions = [one.value for one in MonthVersion]
    fields: Mapping[str, Field] = {
        "figure": text,
        "period": {"type": "string", "constraints": {**needed, "pattern": PERIOD}},
        "version": {"type": "string", "constraints": {**needed, "enum": versions}},
        "dimension_1": by,
        "value_1": {"type": "string"},
        "dimension_2": by,
        "value_2": {"type": "string"},
        "number": {"type": "integer", "description": "Empty where it is hidden."},
        "hidden": {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
        "bound": {
            "type": "string",
            "constraints": {"enum": [*BOUNDS]},
            "description": "Empty: the number is exact. `>=`: so much at least. `<=`: at most.",
        },
    }
    head = figure_rows.FIGURE_HEAD
    marks = [ORIGIN_FIELD] if published.is_invented else []
    said, said_rows = with_origin(published, head, rows)
    return PackagedTable(
        name="figures",
        path=marked(published, "figures.csv"),
        says="A row a number: a figure, by no dimension or by one or two.",
        head=said,
        rows=said_rows,
        fields=[*({"name": name} | dict(fields[name]) for name in head), *marks],
        key=("figure", "period", "version", *head[3:7]),
        points=(
            (["figure"], "codes-figures", ["figure"]),
            (["dimension_1", "value_1"], "codes-values", ["dimension", "value"]),
            (["dimension_2", "value_2"], "codes-values", ["dimension", "value"]),
        ),
    )


def _entries(published: PublishedFigures) -> PackagedTable:
    return _of_text(
        "codes-figures",
        "codes/figures.csv",
        "What each figure is, of what it is a part, and what it leaves out. Words of rw and fr are drafts.",
        figure_rows.ENTRY_HEAD,
        figure_rows.entry_rows(published),
        ("figure",),
    )


def _values(published: PublishedFigures) -> PackagedTable:
    return _of_text(
        "codes-values",
        "codes/values.csv",
        "Each value that a number is by, and what it is in HTCDS and in IC-TIP, where it is anything there.",
        figure_rows.VALUE_HEAD,
        figure_rows.value_rows(published),
        ("dimension", "value"),
    )


def _codes(standard: CodeStandard) -> PackagedTable:
    table, head = code_table(standard), COLUMNS[standard]
    says = f"{table.standard}, table {table.version}: {table.how}. A note says why a code has none."
    rows = [one.row for one in table.rows]
    return _of_text(
        f"codes-{standard}", f"codes/{standard}.csv", says, head, rows, ("list", "code", head[2])
    )


def _of_text(
    name: str,
    path: str,
    says: str,
    head: Sequence[str],
    rows: Sequence[Sequence[ExportCell]],
    key: Sequence[str],
) -> PackagedTable:
    fields = [{"name": column, "type": "string"} for column in head]
    return PackagedTable(name, path, says, head, rows, fields, key)
