"""Texts as a sheet: out by a filter, back in judged, then taken."""

import secrets
from contextlib import closing

from flask import Response, abort, make_response, request

from hotline.domain.flows import sheet
from hotline.domain.flows.sheet import SheetRowFault
from hotline.errors import ImportRefused
from hotline.services.words import word_sheets
from hotline.services.words.word_sheets import JudgedSheet, RefusedRow
from hotline.web.console.form import faults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.who import phrase
from hotline.web.console.writing.wording import sheet_files
from hotline.web.console.writing.wording.words import (
    address_of,
    fault_words,
    filter_of,
    known_language,
)

MOST_BYTES = 3 * 2**20
WHYS = {
    SheetRowFault.GONE: phrase("There is no such text: it was moved or taken out since."),
    SheetRowFault.NOT_YES: phrase("Write yes into the column agreed, or leave it empty."),
    SheetRowFault.TWICE: phrase("It stands twice in the sheet."),
    SheetRowFault.CHANGED: phrase("The text or its English changed since the sheet was made."),
    SheetRowFault.EMPTY: phrase("It has no words."),
}


def ask(visit: Visit, language: str) -> Response:
    return _ask(visit, known_language(language))


def file(visit: Visit, language: str, kind: str) -> Response:
    if kind not in sheet_files.KINDS:
        abort(404)
    wanted = filter_of(visit)
    rows = word_sheets.sheet_rows(visit.kit, visit.by.name, known_language(language), wanted)
    flow = f"-{wanted.flow}" if wanted.flow.isidentifier() else ""
    return _sent(f"words-{language}{flow}", kind, sheet_files.written(kind, rows, language))


def judge(visit: Visit, language: str) -> Response:
    """Nothing is stored: the page says what would be taken."""
    known_language(language)
    upload = request.files.get("sheet")
    if upload is None or not upload.filename:
        return _ask(visit, language, visit.say("Choose a file first."))
    with closing(upload):
        raw = upload.read(sheet_files.LIMITS.size + 1)
    try:
        rows = sheet_files.opened(raw, language)
    except ImportRefused as refused:
        return _ask(visit, language, sheet_files.not_taken(visit, refused))
    return _judged(visit, language, word_sheets.judged(visit.kit, language, rows))


def take(visit: Visit, language: str) -> Response:
    known_language(language)
    try:
        rows = [row for row, _ in sheet_files.unpacked(visit.form.text("rows", most=MOST_BYTES))]
    except ImportRefused as refused:
        return _ask(visit, language, sheet_files.not_taken(visit, refused))
    once = visit.form.text("once", most=32)
    done = word_sheets.take_sheet(visit.kit, visit.by, language, rows, once)
    if done.refused:
        return _judged(visit, language, done, is_taken=True)
    return see("word_sheets.ask", language=language, taken=len(done.taken))


def refused(visit: Visit, language: str) -> Response:
    """The refused rows as a sheet, with a column why: to be mended, and sent again."""
    known_language(language)
    try:
        rows = sheet_files.unpacked(visit.form.text("rows", most=MOST_BYTES))
    except ImportRefused as broken:
        return _ask(visit, language, sheet_files.not_taken(visit, broken))
    found = word_sheets.refused_rows(visit.kit, language, rows)
    columns = (*sheet.COLUMNS, sheet.WHY)
    kind = "csv" if visit.form.text("kind") == "csv" else "xlsx"
    return _sent(
        f"words-{language}-refused", kind, sheet_files.written(kind, found, language, columns)
    )


def _ask(visit: Visit, language: str, wrong: str = "") -> Response:
    taken = visit.query.get("taken", "")
    wanted = filter_of(visit)
    return page(
        visit,
        "word_sheet.html",
        status=422 if wrong else 200,
        faults=faults(sheet=wrong),
        code=language,
        taken=taken if taken.isdecimal() and len(taken) < 6 else "",
        wanted=wanted,
        here=address_of(wanted),
    )


def _judged(
    visit: Visit, language: str, judged: JudgedSheet, *, is_taken: bool = False
) -> Response:
    whys = [_why(visit, one) for one in judged.refused]
    rows = [one.refused.row for one in judged.refused]
    return page(
        visit,
        "word_sheet_judged.html",
        code=language,
        judged=judged,
        is_taken=is_taken,
        refused=list(zip(judged.refused, whys, strict=True)),
        taken_rows=sheet_files.packed(judged.taken),
        refused_rows=sheet_files.packed(rows, whys),
        once=secrets.token_hex(8),
    )


def _why(visit: Visit, one: RefusedRow) -> str:
    if one.refused.fault is not None:
        return visit.say(WHYS[one.refused.fault])
    return fault_words(visit, one.fault) if one.fault else one.refused.says


def _sent(name: str, kind: str, body: bytes) -> Response:
    response = make_response(body)
    response.headers["Content-Type"] = sheet_files.KINDS[kind]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
