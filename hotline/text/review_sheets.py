"""Writes and reads the texts that translators edit, as a spreadsheet or as a PO file. Pure.

A native reader fills in the spreadsheet. The first row has the names of the columns, and each further row has one text.
The reader corrects the texts of one language, and writes `yes` in the column `agreed`. The spreadsheet is a CSV file or
a workbook (`text/spreadsheets.py`).

Poedit and Weblate edit PO files. In an entry, the context says where the text belongs, and the source is the English
text. An entry has the mark "fuzzy" while its text still needs a review. The program with which the translator edits the
file removes this mark.

Each row and each entry has a digest of its source text, so that a late file never replaces a newer text.
"""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser, write_po

from hotline.text.characters import SUBSTITUTES
from hotline.text.errors import ImportRefused
from hotline.text.export_sheets import original_text
from hotline.text.languages import CODES, NAMES, message_text

COLUMNS = (
    "place",
    "en",
    "fr",
    "rw",
    "letters left",
    "doubts",
    "question",
    "state",
    "agreed",
    "digest",
)
REASON_COLUMN = "why"
"""The name of a column in the spreadsheet of refused rows. The column says why the hotline refused each row."""
NEEDED = ("place", "agreed", "digest")
WIDTHS = {
    **dict.fromkeys(("en", "fr", "rw", REASON_COLUMN), 46),
    "place": 34,
    "letters left": 9,
    "doubts": 30,
    "state": 10,
    "agreed": 9,
    "digest": 18,
}
"""The width of each column in a workbook, as a number of letters."""
TRANSLATED = "translated"
"""The value of `agreed` in a row that comes from a PO file. The text of a row from a PO file enters the draft, but no
person has reviewed the text."""
AGREED = frozenset({TRANSLATED, "yes", "yego", "oui", "y", "ok", "x", "1"})


@dataclass(frozen=True, slots=True)
class SheetRow:
    line: int
    place: str
    words: str
    agreed: str
    digest: str


class SheetRowFault(StrEnum):
    """The reason why the hotline refuses a row of a spreadsheet without checking the row's text."""

    GONE = "no such text: it was moved or taken out since the sheet was made"
    NOT_YES = "write yes into `agreed`, or leave it empty"
    TWICE = "is there twice in the sheet"
    CHANGED = "the text or its English changed since the sheet was made: export it again"
    EMPTY = "has no words"


def sheet_table(
    rows: Iterable[Mapping[str, str]], columns: Sequence[str] = COLUMNS
) -> Sequence[Sequence[str]]:
    return [columns, *([row[name] for name in columns] for row in rows)]


def read_sheet(sheet: str, language: str) -> Sequence[SheetRow]:
    """Returns the rows of a CSV file. In some countries, spreadsheet programs separate cells by semicolons instead of
    commas. The function accepts both signs.

    Raises ImportRefused if the file is not CSV, or if a column is missing.
    """
    head = sheet.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(sheet), delimiter=";" if head.count(";") > head.count(",") else ","
    )
    try:
        table = [[original_text(text) for text in row] for row in reader]
    except csv.Error as broken:
        raise ImportRefused(
            [message_text("cannot read this sheet: {why}", why=str(broken))]
        ) from None
    names, *rows = table or [[]]
    names = [name.strip() for name in names]
    missing = [name for name in (*NEEDED, language) if name not in names]
    if missing:
        columns = ", ".join(missing)
        raise ImportRefused(
            [message_text("line 1: add the missing columns: {columns}", columns=columns)]
        )
    found = []
    for line, row in enumerate(rows, start=2):
        if any(text.strip() for text in row):
            cells = defaultdict(str, zip(names, row, strict=False))
            place, digest = cells["place"].strip(), cells["digest"].strip()
            agreed = cells["agreed"].strip().casefold()
            found.append(SheetRow(line, place, plain_text(cells[language]), agreed, digest))
    return found


def plain_text(words: str) -> str:
    """Returns the text with plain quotes and spaces instead of a word processor's quotes and spaces. Keeps letters with
    accents. The reviewer must decide how to replace these letters."""
    composed = unicodedata.normalize("NFC", words.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(SUBSTITUTES.get(letter, letter) for letter in composed).strip()


DIGEST = "digest: "
REMARKS = ("state", "letters left", "doubts", "question")
FUZZY = "fuzzy"
FORMATS = {"python-format", "python-brace-format"}
"""Marks such as `python-format`, which Babel adds to a PO entry if the entry's text seems to contain placeholders. If
Babel guesses wrong, the programs of translators may refuse the file."""
_IS_PO = re.compile(r"^msgid ", re.MULTILINE)
_LANGUAGE = re.compile(r"^Language:[ \t]*([A-Za-z]+)", re.MULTILINE)


class _Entries(Catalog):
    """The entries of a PO file (a file with translations) in the file's order. The entries include the header and
    duplicate entries."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Message] = []

    def __setitem__(self, id: object, message: Message) -> None:
        self.found.append(message)


def write_file(rows: Iterable[Mapping[str, str]], language: str, at: datetime) -> bytes:
    """Returns the rows of a spreadsheet as a PO file."""
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
        codes = [code for code in CODES if code not in (language, "en")]
        remarks = [
            f"{name}: {' '.join(row[name].split())}" for name in (*codes, *REMARKS) if row[name]
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
    file = io.BytesIO()
    write_po(file, catalogue)
    return file.getvalue()


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
    ):  # Babel raises one of these three errors if the keywords in a PO file have a wrong order.
        raise _refused(len(entries.found) + 1) from None
    heads = [entry.string for entry in entries.found if not (entry.id or entry.context)]
    for code in _LANGUAGE.findall("\n".join(head for head in heads if isinstance(head, str))):
        if code.lower() != language:
            found = NAMES.get(code.lower(), code)
            raise ImportRefused(
                [
                    message_text(
                        "the texts of this file are in {found}, but you chose {chosen}",
                        found=found,
                        chosen=NAMES[language],
                    )
                ]
            )
    return [_po_row(entry) for entry in entries.found if entry.id or entry.context]


def _refused(line: int) -> ImportRefused:
    return ImportRefused([message_text("line {number}: this is not a PO file", number=line)])


def _po_row(entry: Message) -> SheetRow:
    string = entry.string if isinstance(entry.string, str) else "".join((entry.string or ())[:1])
    words = plain_text(string)
    digests = [
        note.removeprefix(DIGEST).strip() for note in entry.auto_comments if note.startswith(DIGEST)
    ]
    agreed = TRANSLATED if words and FUZZY not in entry.flags else ""
    place = plain_text(entry.context or "")
    return SheetRow(entry.lineno or 0, place, words, agreed, "".join(digests[:1]))
