"""Shows two kinds of documents: case files, and records of harm by the hotline.

A desk can request a case file. After the approval, an officer prints the file, or gets it as a PDF that a passphrase
protects. The national desk and oversight desks can read the records of harm.
"""

from functools import partial

from flask import Response, url_for

from hotline.cases import decrypt_case_file, decrypt_harms, pages, service_case_files, service_harms
from hotline.cases.pages import CLOSED, decrypted_page
from hotline.cases.pages_commands import NOT_READABLE
from hotline.cases.rules_case_file import FileBasis
from hotline.console.routes import table
from hotline.console.templating import number_of
from hotline.console.visit import Visit, attachment, form_view, page, redirect_to
from hotline.text.errors import (
    DecryptionFailed,
    EndRefused,
    FormRefused,
    KeyMissing,
    NotFound,
    WorkEnded,
)
from hotline.text.languages import CODES, phrase

STOPS = table("file_stops")
BASES = table("file_bases")
NO_FILE = phrase("No PDF of the case file was made. Try again, or print the case file.")
GONE = phrase(
    "This request is not approved or has expired, or the hotline already made the case file for this request."
)
ENDED = {KeyMissing: NOT_READABLE, DecryptionFailed: NOT_READABLE, NotFound: GONE}


def listed(visit: Visit) -> Response:
    files = service_case_files.case_files(visit.context, visit.by)
    return page(visit, "case_files.html", files=files, bases=BASES)


@form_view(
    pages.tip, "reason-file", text={KeyMissing: NOT_READABLE, DecryptionFailed: NOT_READABLE}
)
def ask(visit: Visit, tip_id: int) -> Response:
    form = visit.form
    basis = form.text("basis", most=20)
    if basis not in {*FileBasis}:
        raise visit.wrong("basis", "Choose a legal basis.")
    reason = visit.reason("reason-file", "Enter a reason.", is_printable=True)
    try:
        service_case_files.request(
            visit.context,
            visit.by,
            visit.token,
            tip_id,
            basis=FileBasis(basis),
            order=form.text("order", most=40).upper(),
            n=number_of(form.text("n", most=3)),
            reason=reason,
        )
    except EndRefused as refused:
        name = "order" if refused.stop == "no_order" else "basis"
        raise visit.wrong(name, STOPS[refused.stop]) from None
    return redirect_to("tips.one", tip_id=tip_id, file="yes", _anchor="file")


@form_view(listed, "file")
def words(visit: Visit, file_id: int) -> Response:
    """Shows the passphrase of a case file, which has six words. The officer needs the passphrase to open the PDF that
    the console makes next."""
    said, locked = decrypt_case_file.new_passphrase(visit.token)
    return page(visit, "case_file.html", file_id=file_id, words=said, locked=locked)


@form_view(listed, "file", text={**ENDED, WorkEnded: NO_FILE})
def make(visit: Visit, file_id: int) -> Response:
    language, form = visit.form.text("language", most=2), visit.form
    language = language if language in CODES else visit.language
    passphrase = None
    if not (is_printed := form.text("do") == "print"):
        passphrase = decrypt_case_file.read_passphrase(visit.token, form.text("locked", most=400))
        if passphrase is None:
            raise visit.wrong("file", GONE)
    try:
        made = decrypt_case_file.make(
            visit.context,
            visit.by,
            visit.token,
            file_id,
            say=partial(visit.templates.say, language),
            language=language,
            words=passphrase,
        )
    except EndRefused as refused:
        raise visit.wrong("file", STOPS[refused.stop]) from None
    if is_printed:
        back = url_for("case_files.listed")
        return decrypted_page(visit, "case_file_print.html", back, made=made.document)
    return attachment(made.pdf, f"case-file-{file_id}.pdf", "application/pdf")


WRONG = phrase("Write 1 to 480 letters, without phone numbers, mail addresses and case codes.")


def show(visit: Visit) -> Response:
    """Lists the records of harm without their texts. Shows no records to an account that may not read them."""
    try:
        rows = service_harms.list_records(visit.context, visit.by)
    except NotFound:
        return page(visit, "harms.html", rows=(), may_read=False)
    return page(visit, "harms.html", rows=rows, may_read=True)


@form_view(show)
def write(visit: Visit) -> None:
    said = {name: visit.form.text(name, most=2000) for name in service_harms.FIELDS}
    try:
        service_harms.write_record(visit.context, visit.by, said)
    except FormRefused as refused:
        raise FormRefused({name: visit.say(WRONG) for name in refused.faults}) from None


@form_view(show, "read", text={KeyMissing: CLOSED, DecryptionFailed: CLOSED})
def read(visit: Visit) -> Response:
    """Shows the texts of the records of harm for five minutes. Each record has a button, with which a second person
    confirms that they have read the record."""
    rows = {one.record.id: one for one in service_harms.list_records(visit.context, visit.by)}
    texts = decrypt_harms.read_records(visit.context, visit.by, visit.token)
    shown = [(rows[record_id], said) for record_id, said in texts]
    return decrypted_page(visit, "harms_read.html", "/harms", shown=shown)


@form_view(show)
def confirm(visit: Visit, record_id: int) -> None:
    service_harms.confirm(visit.context, visit.by, record_id)
