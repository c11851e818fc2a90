"""Writes a release of statistics as files: a CSV for each table, one workbook, and the definitions as metadata.json."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence

from hotline.statistics.rules_definitions import TABLES, Indicator
from hotline.statistics.rules_labels import FEW, ROUNDED, CodeStandard, Labels, code_table
from hotline.statistics.rules_release import Release
from hotline.text import spreadsheets
from hotline.text.export_sheets import ExportCell, ExportSheet, as_csv
from hotline.text.languages import SAMPLE

HEAD = ("period", "indicator", "label", "dimension", "value", "value_label", "number", "unit")
FACTS = ["name", "label", "sentence", "unit", "protection", "dimensions", "htcds", "is_collected"]
"""The facts about an indicator that the file metadata.json contains."""
CODE_COLUMNS = ("list", "code", "field", "value", "note")
QUESTION_COLUMNS = ("question", "table", "column")
OLDEST = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the zip file. The date never changes, so the same files always give the same zip file."""
QUESTIONS: Sequence[tuple[str, str, str]] = (
    ("SDG 16.2.2: victims by sex, age and form", "T7, T8", "persons_by_who, persons_by_form"),
    ("GLOTIP: persons identified", "T9", "identified"),
    ("GLOTIP: victims by sex and age", "T7", "persons_by_who"),
    ("GLOTIP: victims by form of exploitation", "T8", "persons_by_form"),
    ("GLOTIP: victims by citizenship", "T13", "persons_by_nationality"),
    ("GLOTIP: place of exploitation", "T13", "persons_by_where"),
    ("GLOTIP: means", "T13", "persons_by_means"),
    ("GLOTIP: victims who were helped", "T9", "accepted"),
    ("GLOTIP: cases passed to police", "T14", "to_police"),
    ("GLOTIP: cases prosecuted", "T14", "to_prosecution (not yet collected)"),
    ("GLOTIP: persons convicted", "-", "the hotline does not know this"),
    ("GLOTIP: sentences", "-", "the hotline does not know this"),
    ("GLOTIP: sex of suspects", "-", "the hotline does not know this"),
    ("US TIP report: victims identified", "T9", "identified"),
    ("US TIP report: victims referred to services", "T9", "accepted"),
    ("US TIP report: services refused for lack of room", "T9", "no_room"),
    ("US TIP report: official decisions", "T13", "persons_by_decision"),
    ("US TIP report: hotline calls", "T1", "calls"),
    ("US TIP report: tips that led to action", "T3", "acted"),
    ("US TIP report: officers trained", "T15", "trainees_certified"),
    ("US TIP report: awareness sessions", "T15", "sessions_held"),
    ("US TIP report: residence permits", "-", "the hotline does not know this"),
    ("US TIP report: budgets", "-", "the hotline does not know this"),
    ("US TIP report: compensation", "-", "the hotline does not know this"),
    ("Palermo protocol: assistance at 30 days", "T9", "known_at_30, safe_at_30"),
    ("Programme plan: O1 knowledge", "T12", "on_time, cells_shown"),
    ("Programme plan: O2 officers", "T12, T15", "trainees_certified, site_share, danger_share"),
    ("Programme plan: O3 public", "T1, T15", "calls, topics_read, quiz, sessions_held"),
    ("Programme plan: O4 victims", "T12", "offer_share, no_room_share, follow_share"),
    ("Promise to callers: time until a tip is read", "T3", "minutes_to_read"),
)
"""Numbers that organisations such as the United Nations ask for. Each row names the hotline's tables and indicators
with this number."""


def archive(release: Release, labels: Labels) -> bytes:
    """Returns a zip file with a CSV for each table, a workbook, and metadata.json."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as found:
        for name, body in files(release, labels).items():
            found.writestr(zipfile.ZipInfo(name, OLDEST), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def archive_name(release: Release) -> str:
    """Returns the archive's name without its extension. For sample data, the name has the prefix `SAMPLE-`."""
    marked = "SAMPLE-" if release.is_sample else ""
    return f"{marked}statistics-{release.period}"


def files(release: Release, labels: Labels) -> Mapping[str, bytes]:
    """Returns every file of a release, by file name."""
    sheets = _sheets(release, labels)
    found = {f"{sheet.name}.csv": as_csv([sheet.head, *sheet.rows]).encode() for sheet in sheets}
    found["statistics.xlsx"] = spreadsheets.write_workbook(sheets, release.made_at)
    tables = [code_table(standard) for standard in CodeStandard]
    metadata = {
        "period": release.period,
        "made_at": release.made_at.isoformat(),
        "digest": release.digest,
        "is_sample": release.is_sample,
        "first_month": release.first_month,
        "rounding": ROUNDED,
        "tables": [
            {name: getattr(table, name) for name in ("name", "title", "counted", "left_out")}
            | {"shortest_period": release.spans[table.name]}
            | {
                "indicators": [
                    {name: getattr(one, name) for name in FACTS} for one in table.indicators
                ]
            }
            for table in TABLES
        ],
        "codes": [
            {"standard": table.standard, **dict(zip(CODE_COLUMNS, one, strict=True))}
            for table in tables
            for one in table.rows
        ],
        "questions": [dict(zip(QUESTION_COLUMNS, one, strict=True)) for one in QUESTIONS],
    }
    text = json.dumps(metadata, ensure_ascii=False, indent=1, sort_keys=True)
    found["metadata.json"] = text.encode()
    return found


def _sheets(release: Release, labels: Labels) -> Sequence[ExportSheet]:
    """Returns one sheet for each table that has rows in this release."""
    marks = f" {labels.say(SAMPLE)}" if release.is_sample else ""
    found = []
    for table in TABLES:
        rows = [row for indicator in table.indicators for row in _rows(release, indicator, labels)]
        if rows:
            says = f"{labels.say(table.title)}. {labels.say(ROUNDED)}{marks}"
            found.append(ExportSheet(table.name, says, HEAD, rows))
    return found


def _rows(release: Release, indicator: Indicator, labels: Labels) -> Sequence[Sequence[ExportCell]]:
    return [
        (
            release.period,
            indicator.name,
            labels.say(indicator.label),
            cell.name.dimension,
            cell.name.value,
            labels.value(cell.name.dimension, cell.name.value),
            FEW if cell.number is None else cell.number,
            indicator.unit.value,
        )
        for dimension in indicator.dimensions
        for cell in release.rows(indicator.name, dimension)
    ]
