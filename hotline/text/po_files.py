"""Writes and reads texts as a PO file, which Poedit and Weblate edit. Pure.

A text's place is the entry's context, and its English is the entry's source. A comment has the digest, so that a late
file never replaces a newer text. A text that still needs a review is marked as fuzzy. A translator's program removes
this mark.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser, write_po

from hotline.errors import ImportRefused
from hotline.text.languages import CODES, NAMES
from hotline.text.phrases import message_text
from hotline.text.review_sheets import TRANSLATED, SheetRow, plain_text

DIGEST = "digest: "
REMARKS = ("state", "letters left", "doubts", "question")
FUZZY = "fuzzy"
FORMATS = {"python-format", "python-brace-format"}
"""Marks that Babel guesses from the text. A wrong guess makes other programs refuse the file."""
_IS_PO = re.compile(r"^msgid ", re.MULTILINE)
_LANGUAGE = re.compile(r"^Language:[ \t]*([A-Za-z]+)", re.MULTILINE)


class _Entries(Catalog):
    """Keeps every entry of a file in order, with duplicates and the header."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Message] = []

    def __setitem__(self, id: object, message: Message) -> None:
        self.found.append(message)


def write_file(rows: Iterable[Mapping[str, str]], language: str, at: datetime) -> bytes:
    """Returns the PO file of a spreadsheet's rows."""
    catalogue = Catalog(
        language,
        project="Hotline",
        version="1",
        creation_date=at,
        revision_date=at,
        last_translator="Hotline <hotline@localhost>",
        language_team=f"{NAMES[language]} <hotline@localhost>",
        fuzzy=False,
    )
    for row in rows:
        others = [code for code in CODES if code not in (language, "en")]
        remarks = [
            f"{name}: {' '.join(row[name].split())}" for name in (*others, *REMARKS) if row[name]
        ]
        words = row[language]
        message = catalogue.add(
            row["en"] or row["place"],
            words,
            context=row["place"],
            auto_comments=[f"{DIGEST}{row['digest']}", *remarks],
            flags={FUZZY} if words and row["state"] != "reviewed" else (),
        )
        message.flags -= FORMATS
    written = io.BytesIO()
    write_po(written, catalogue)
    return written.getvalue()


def is_po(text: str) -> bool:
    return bool(_IS_PO.search(text))


def read_file(text: str, language: str) -> Sequence[SheetRow]:
    """Returns the entries of a PO file as rows of a spreadsheet. Leaves out the header and obsolete entries.

    A row is translated if the entry has a text and is not fuzzy. Raises ImportRefused if the file is not PO,
    or if its header names another language.
    """
    entries = _Entries()
    try:
        PoFileParser(entries, abort_invalid=True).parse(text.split("\n"))
    except PoFileError as broken:
        raise _refused(broken.lineno + 1) from None
    except (
        ValueError,
        LookupError,
        AttributeError,
    ):  # Babel raises these errors for keywords in a wrong order.
        raise _refused(len(entries.found) + 1) from None
    heads = [one.string for one in entries.found if not (one.id or one.context)]
    for named in _LANGUAGE.findall("\n".join(one for one in heads if isinstance(one, str))):
        if named.lower() != language:
            found = NAMES.get(named.lower(), named)
            raise ImportRefused(
                [
                    message_text(
                        "the texts of this file are in {found}, but you chose {chosen}",
                        found=found,
                        chosen=NAMES[language],
                    )
                ]
            )
    return [_row(one) for one in entries.found if one.id or one.context]


def _refused(line: int) -> ImportRefused:
    return ImportRefused([message_text("line {number}: this is not a PO file", number=line)])


def _row(entry: Message) -> SheetRow:
    said = entry.string if isinstance(entry.string, str) else "".join((entry.string or ())[:1])
    words = plain_text(said)
    digests = [
        one.removeprefix(DIGEST).strip() for one in entry.auto_comments if one.startswith(DIGEST)
    ]
    agreed = TRANSLATED if words and FUZZY not in entry.flags else ""
    place = plain_text(entry.context or "")
    return SheetRow(entry.lineno or 0, place, words, agreed, "".join(digests[:1]))
