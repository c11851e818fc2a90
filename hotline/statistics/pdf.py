"""Makes an A4 PDF of a document with typst, tagged for screen readers. All its text is data to the template.

It uses only the fonts of typst and the document's own time, so one document always gives the same file.
"""

from collections.abc import Mapping
from datetime import datetime
from types import ModuleType

from hotline.errors import ProgramMissing

UNIVERSAL = "ua-1"
"""PDF/UA-1: a screen reader learns the order, the tables and the meaning of the pictures."""


def pdf(template: bytes, data: Mapping[str, str], made_at: datetime) -> bytes:
    """Returns the document as a PDF. Raises ProgramMissing if typst is not installed."""
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
    """Imports typst when a report is requested, because a line without PDF reports does not need it. Raises
    ProgramMissing if it is not installed."""
    try:
        import typst
    except ImportError:
        raise ProgramMissing(
            "typst sets the report, and is not installed: `uv pip install 'hotline[paper]'`, or the line of typst in"
            " requirements.lock"
        ) from None
    return typst
