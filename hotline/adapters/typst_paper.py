"""typst: a report as an A4 PDF, tagged for who hears it read.

Its template lies beside this file, and every word is data to it.

It knows no font but those that it brings itself, and no time but the edition's: one report is one file, byte by byte.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from types import ModuleType

from hotline.domain.evidence.telling.printed import PrintedReport
from hotline.errors import ProgramMissing

TEMPLATE = "report.typ"
UNIVERSAL = "ua-1"
"""PDF/UA-1: read aloud in its order, with its tables and what its pictures show."""


def pdf(report: PrintedReport) -> bytes:
    """Raises ProgramMissing where typst is not installed."""
    made: bytes = _typst().compile(
        _template(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs=_data(report),
        timestamp=int(report.made_at.timestamp()),
        pdf_standards=UNIVERSAL,
    )
    return made


def pictures(report: PrintedReport, dots: int) -> Sequence[bytes]:
    """Its pages as PNG, so many dots an inch. Raises ProgramMissing."""
    made: Sequence[bytes] = _typst().compile(
        _template(),
        format="png",
        ppi=float(dots),
        ignore_system_fonts=True,
        sys_inputs=_data(report),
    )
    return made


def _typst() -> ModuleType:
    """A line without paper needs no such program, and says so by its extra."""
    try:
        import typst
    except ImportError:
        raise ProgramMissing(
            "typst sets the report, and is not installed: `uv pip install 'hotline[paper]'`, or the line of typst in"
            " requirements.lock"
        ) from None
    return typst


def _template() -> bytes:
    return files(__package__).joinpath(TEMPLATE).read_bytes()


def _data(report: PrintedReport) -> dict[str, str]:
    return {"report": json.dumps(asdict(report), default=str)}
