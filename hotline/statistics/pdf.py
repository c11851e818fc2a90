"""Makes an A4 PDF from a document with the program typst, with tags for screen readers. The template gets all text as
data.

It uses only typst's own fonts and the document's own time, so a document always gives the same file.
"""

import io
import json


def pdf_here(given: bytes) -> bytes:
    """Makes the PDF in a child process. It takes the template, its data, and the document's Unix time as JSON.

    A fourth value is the passphrase that opens the PDF.
    """
    import typst

    template, data, made_at, *passphrase = json.loads(given)
    made: bytes = typst.compile(
        template.encode(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs=data,
        timestamp=made_at,
        # The standard PDF/UA-1 tells a screen reader the order, the tables and the meaning of the pictures.
        pdf_standards="ua-1",
    )
    return _locked(made, *passphrase) if passphrase else made


def _locked(made: bytes, passphrase: str) -> bytes:
    """Encrypts a PDF with AES-256 under a passphrase."""
    from pypdf import PdfReader, PdfWriter

    writer, locked = PdfWriter(clone_from=PdfReader(io.BytesIO(made))), io.BytesIO()
    writer.encrypt(passphrase, algorithm="AES-256")
    writer.write(locked)
    return locked.getvalue()
