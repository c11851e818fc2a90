"""Makes an A4 PDF of a document with typst, tagged for screen readers. All its text is data to the template.

It uses only the fonts of typst and the document's own time, so one document always gives the same file.
"""

import json


def pdf_here(given: bytes) -> bytes:
    """Makes the PDF in a child process. Takes the template, its data and the Unix time of the document as JSON."""
    import typst

    template, data, made_at = json.loads(given)
    return typst.compile(
        template.encode(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs=data,
        timestamp=made_at,
        # PDF/UA-1: a screen reader learns the order, the tables and the meaning of the pictures.
        pdf_standards="ua-1",
    )
