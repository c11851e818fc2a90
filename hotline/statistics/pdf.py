"""Makes an A4 PDF with the program typst. Tags in the PDF help screen readers. The typst template gets all text as
data, so no text can run as code.

The PDF uses only typst's own fonts, and the calling function gives the document's time. So the same text and data
always give the same PDF.
"""

import io
import json


def pdf_here(given: bytes) -> bytes:
    """Makes a PDF in the present process. `core.long_work` runs this function in a child process. `given` is a JSON
    list: the template, its data, the document's Unix time, and optionally a passphrase that opens the PDF.
    """
    import typst

    template, data, made_at, *passphrase = json.loads(given)
    made: bytes = typst.compile(
        template.encode(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs=data,
        timestamp=made_at,
        # The standard PDF/UA-1 makes typst write tags into the PDF. With tags, a screen reader can read the text in the
        # right order, the tables, and the descriptions of pictures.
        pdf_standards="ua-1",
    )
    if not passphrase:
        return made
    from pypdf import PdfReader, PdfWriter

    writer, locked = PdfWriter(clone_from=PdfReader(io.BytesIO(made))), io.BytesIO()
    writer.encrypt(passphrase[0], algorithm="AES-256")
    writer.write(locked)
    return locked.getvalue()
