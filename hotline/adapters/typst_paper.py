"""typst: a document as an A4 PDF, tagged for who hears it read. Every word is data to its template.

It knows no font but those that it brings itself, and no time but the document's: one document is one file.
"""

from collections.abc import Mapping
from datetime import datetime
from types import ModuleType

from hotline.errors import ProgramMissing

UNIVERSAL = "ua-1"
"""PDF/UA-1: read aloud in its order, with its tables and what its pictures show."""


def pdf(template: bytes, data: Mapping[str, str], made_at: datetime) -> bytes:
    """Returns the document as a PDF. Raises ProgramMissing where typst is not installed."""
    made: bytes = _typst().compile(
        template,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs=dict(data),
        timestamp=int(made_at.timestamp()),
        pdf_standards=UNIVERSAL,
    )
    return made


def _typst() -> ModuleType:
    """Imports it where a report is wanted: a line without paper needs no such program, and says so by its extra."""
    try:
        import typst
    except ImportError:
        raise ProgramMissing(
            "typst sets the report, and is not installed: `uv pip install 'hotline[paper]'`, or the line of typst in"
            " requirements.lock"
        ) from None
    return typst
