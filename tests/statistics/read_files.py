"""Reads a release of statistics back from its files, as any reader of the files can."""

import csv
import io
import json

from hotline.statistics import service_export
from hotline.statistics.rules_definitions import CellName
from hotline.statistics.rules_labels import Labels
from hotline.statistics.rules_periods import Span
from hotline.statistics.rules_release import Release, ReleaseNumber


def read_back(release: Release) -> Release:
    """Writes the files of a release. Returns a release that is read only from its tables and metadata."""
    files = service_export.files(release, Labels("en", str.format))
    metadata = json.loads(files["metadata.json"])
    cells = []
    for name, body in files.items():
        if name.endswith(".csv"):
            for row in csv.DictReader(io.StringIO(body.decode())):
                number = None if row["number"] == "few" else int(row["number"])
                at = CellName(row["indicator"], row["dimension"], row["value"])
                cells.append(ReleaseNumber(at, number))
    spans = {table["name"]: Span(table["shortest_period"]) for table in metadata["tables"]}
    return Release(metadata["period"], release.made_at, cells, spans, metadata["first_month"])
