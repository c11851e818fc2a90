"""Makes an A4 PDF from a document with the program typst, with tags for screen readers. The template gets all text as
data.

It uses only typst's own fonts and the document's own time, so a document always gives the same file.
"""

import json


def pdf_here(given: bytes) -> bytes:
    """Makes the PDF in a child process. It takes the template, its data, and the document's Unix time as JSON."""
    import typst

    template, data, made_at = json.loads(given)
    return typst.compile(
        template.encode(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs=data,
        timestamp=made_at,
        # The standard PDF/UA-1 tells a screen reader the order, the tables and the meaning of the pictures.
        pdf_standards="ua-1",
    )
