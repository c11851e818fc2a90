"""Shows the list of case files, requests one, and hands it out as a PDF under a passphrase, or to print."""

from functools import partial

from flask import Response, url_for

from hotline.cases import decrypt_case_file, pages, service_case_files
from hotline.cases.pages import decrypted_page
from hotline.cases.pages_commands import NOT_READABLE
from hotline.cases.rules_case_file import FileBasis
from hotline.console.form import number_of
from hotline.console.role_groups import table
from hotline.console.visit import Visit, attachment, form_view, page, redirect_to
from hotline.errors import DecryptionFailed, EndRefused, KeyMissing, NotFound, WorkEnded
from hotline.text.languages import CODES
from hotline.text.phrases import phrase

STOPS = table("file_stops")
BASES = table("file_bases")
NO_FILE = phrase("The PDF could not be made. Try again, or print the file.")
GONE = phrase(
    "This request is not approved or has expired, or the hotline already made its case file."
)
CLOSED = {KeyMissing: NOT_READABLE, DecryptionFailed: NOT_READABLE, NotFound: GONE}


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
    """Shows six words. The PDF will open with them, and they are never shown again."""
    said, locked = decrypt_case_file.new_passphrase(visit.token)
    return page(visit, "case_file.html", file_id=file_id, words=said, locked=locked)


@form_view(listed, "file", text={**CLOSED, WorkEnded: NO_FILE})
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
