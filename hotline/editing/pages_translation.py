"""Shows the pages for translators: the progress of each language, ten texts to translate, spreadsheets, and
questions."""

import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Response, abort, url_for

from hotline.console import routes, uploads
from hotline.console.templating import FormFaults, PostedForm, number_of
from hotline.console.visit import (
    Visit,
    attachment,
    form_view,
    page,
    part_of_list,
    redirect_to,
    redirect_to_address,
)
from hotline.editing import pages_difference, service_review_document, service_translation
from hotline.editing.pages_editor_drawing import STATES
from hotline.editing.service_review_document import (
    ALL,
    TODO,
    PageText,
    TextFault,
    TextFaults,
    TextFilter,
    TextRefusal,
)
from hotline.editing.service_translation import CheckedSheet, TypedText
from hotline.flows.rules_reviews import ReviewState
from hotline.text import review_sheets
from hotline.text.languages import CODES, MessageText, phrase

MAX_TEXT = 1000
FILTERS: Mapping[str, str] = {
    TODO: phrase("Texts for your review"),
    ALL: phrase("All texts"),
    **{state: words for state, (words, _) in STATES.items()},
}


def matrix(visit: Visit) -> Response:
    words = service_review_document.review_matrix(visit.context)
    part = part_of_list(words.chapters, visit.asked("part"))
    rows = [(chapter, words.row(chapter)) for chapter in part.rows]
    progress = {
        one.language: {
            "all": len(one.texts),
            "reviewed": sum(one.state(text) is ReviewState.REVIEWED for text in one.texts.values()),
        }
        for one in words.reviews
    }
    return page(visit, "words.html", part=part, rows=rows, progress=progress)


def language_texts(visit: Visit, language: str) -> Response:
    return _page(visit, known_language(language))


def save_texts(visit: Visit, language: str) -> Response:
    """Saves every typed text before the command of the pressed button, so that no text is lost."""
    does, _, number = visit.form.text("do").partition(":")
    typed = typed_words(visit.form)
    if does == "use":
        return _page(visit, known_language(language), used=number)
    agreed = typed.get(number)
    faults = service_translation.save_typed(
        visit.context,
        visit.by,
        known_language(language),
        [*typed.values()],
        agreed=agreed.place if agreed and does in ("agree", "both") else "",
        saving=does == "both",
        once=visit.form.text("once", most=32),
    )
    if faults:
        return _page(visit, language, faults)
    if agreed and does == "ask":
        note = visit.form.text(f"note.{number}")
        if not service_translation.ask_question(
            visit.context, visit.by, language, agreed.place, note
        ):
            return _page(visit, language, {agreed.place: TextFault(TextRefusal.NOTHING_ASKED)})
    here = url_for("words.one", language=language, **address_of(filter_of(visit)))
    return redirect_to_address(f"{here}#t-{number}" if number.isdecimal() else here)


def meters_part(visit: Visit, language: str) -> Response:
    """Renders only the meters, which show how much room the typed texts need."""
    typed = typed_words(visit.form)
    words = {one.place: one.words for one in typed.values()}
    filled = service_review_document.text_meters(visit.context, known_language(language), words)
    meters = {number: filled.get(one.place) for number, one in typed.items()}
    return page(visit, "words_part.html", meters=meters)


def known_language(language: str) -> str:
    if language not in CODES:
        abort(404)
    return language


def filter_of(visit: Visit) -> TextFilter:
    asked = visit.query
    state = asked.get("state", TODO)
    return TextFilter(
        state if state in FILTERS else TODO, asked.get("flow", ""), asked.get("at", "")
    )


def address_of(wanted: TextFilter) -> dict[str, Any]:
    """Returns the chosen filter as fields for the address of a page. Leaves out fields with default values."""
    state = "" if wanted.state == TODO else wanted.state
    said = {"state": state, "flow": wanted.flow, "at": wanted.at}
    return {name: value for name, value in said.items() if value}


def typed_words(form: PostedForm) -> Mapping[str, TypedText]:
    """Returns the typed texts of the form, by the number of the text on the page."""
    found = {}
    for number in map(str, range(1, service_review_document.PAGE + 1)):
        if place := form.text(f"place.{number}"):
            words = form.text(f"words.{number}", most=MAX_TEXT)
            digests = form.text(f"digest.{number}"), form.text(f"english.{number}")
            found[number] = TypedText(place, words, *digests)
    return found


def _page(visit: Visit, language: str, wrong: TextFaults | None = None, used: str = "") -> Response:
    """Renders the page with ten texts to translate. `used` names a translation that the translator wants to use, such
    as `3:0`. The first number is the number of a text on the page. The second number is the position in the list of
    translations of other texts with the same English wording. The page shows this translation in the field of the text.
    The server has not saved the shown translation yet.
    """
    wanted = filter_of(visit)
    shown = service_review_document.text_page(
        visit.context, visit.by.name, visit.by.account_id, language, wanted
    )
    rows = typed_words(visit.form)
    typed = {one.place: one.words for one in rows.values()}
    number, _, choice = used.partition(":")
    for text in shown.texts:
        if number in rows and rows[number].place == text.place and choice.isdecimal():
            typed[text.place] = (*text.memory[int(choice) : int(choice) + 1], typed[text.place])[0]
    return page(
        visit.with_faults(_faults(visit, shown.texts, wrong or {})),
        "words_of.html",
        code=language,
        shown=shown,
        typed=typed,
        meters=service_review_document.text_meters(visit.context, language, typed) if typed else {},
        notes={one.place: visit.form.text(f"note.{number}") for number, one in rows.items()},
        wanted=wanted,
        here=address_of(wanted),
        filters=FILTERS,
        others=[other for other in ("en", "fr", "rw") if other != language],
        once=secrets.token_hex(8),
        asked=service_translation.questions_by_place(visit.context, language),
    )


def _faults(visit: Visit, texts: Sequence[PageText], wrong: TextFaults) -> FormFaults:
    """Returns the error of each text, by the text's field on the page. If the page no longer shows the text, the error
    appears above the list of texts."""
    numbers = {text.place: number for number, text in enumerate(texts, start=1)}
    says = {}
    for at, one in wrong.items():
        field = "note" if one.refusal is TextRefusal.NOTHING_ASKED else "words"
        says[f"{field}.{numbers[at]}" if at in numbers else "texts"] = fault_words(visit, one)
    return says


def fault_words(visit: Visit, fault: TextFault) -> str:
    """Returns the reason why a text was refused, in the reader's language."""
    if fault.finding is not None:
        says = pages_difference.problem_sentence(visit, fault.finding)
        return f"{says} {pages_difference.problem_details(visit, fault.finding)}"
    values = {
        name: pages_difference.checker_message(visit, value)
        if isinstance(value, MessageText)
        else value
        for name, value in fault.values.items()
    }
    return visit.say(fault.refusal.value, **values)


REASONS = routes.table("sheet_faults")


def sheet_form(visit: Visit, language: str) -> Response:
    taken, wanted = visit.asked("taken"), filter_of(visit)
    return page(
        visit,
        "word_sheet.html",
        code=known_language(language),
        taken=taken if taken.isdecimal() and len(taken) < 6 else "",
        wanted=wanted,
        here=address_of(wanted),
    )


def sheet_file(visit: Visit, language: str, kind: str) -> Response:
    if kind not in uploads.KINDS:
        abort(404)
    wanted = filter_of(visit)
    rows = service_translation.sheet_rows(
        visit.context, visit.by.name, known_language(language), wanted
    )
    flow = f"-{wanted.flow}" if wanted.flow.isidentifier() else ""
    if kind == "po":
        body = review_sheets.write_file(rows, language, visit.context.now())
    else:
        body = uploads.sheet_response(kind, rows, language)
    return _sent(f"words-{language}{flow}", kind, body)


@form_view(sheet_form)
def check_sheet(visit: Visit, language: str) -> Response:
    """Checks a spreadsheet and shows the rows that can be saved."""
    known_language(language)
    rows = uploads.read_upload(visit, partial(uploads.read_rows, language=language))
    return _checked(visit, language, service_translation.check_sheet(visit.context, language, rows))


@form_view(sheet_form)
def take_sheet(visit: Visit, language: str) -> Response:
    known_language(language)
    rows = [row for row, _ in uploads.unpack_rows(visit)]
    once = visit.form.text("once", most=32)
    done = service_translation.take_sheet(visit.context, visit.by, language, rows, once)
    if done.refused:
        return _checked(visit, language, done, is_taken=True)
    return redirect_to("words.ask_sheet", language=language, taken=len(done.taken))


@form_view(sheet_form)
def send_refused(visit: Visit, language: str) -> Response:
    """Sends a spreadsheet with the refused rows and the reason for each refusal, so that the translator can correct the
    rows."""
    rows = uploads.unpack_rows(visit)
    found = service_translation.refused_rows(visit.context, known_language(language), rows)
    columns = (*review_sheets.COLUMNS, review_sheets.REASON_COLUMN)
    kind = "csv" if visit.form.text("kind") == "csv" else "xlsx"
    body = uploads.sheet_response(kind, found, language, columns)
    return _sent(f"words-{language}-refused", kind, body)


def _checked(
    visit: Visit, language: str, checked: CheckedSheet, *, is_taken: bool = False
) -> Response:
    whys = [
        visit.say(REASONS[one.refusal])
        if isinstance(one.refusal, review_sheets.SheetRowFault)
        else fault_words(visit, one.refusal)
        for one in checked.refused
    ]
    rows = [one.row for one in checked.refused]
    return page(
        visit,
        "word_sheet_judged.html",
        code=language,
        judged=checked,
        is_taken=is_taken,
        refused=list(zip(checked.refused, whys, strict=True)),
        taken_rows=uploads.pack_rows(checked.taken),
        refused_rows=uploads.pack_rows(rows, whys),
        once=secrets.token_hex(8),
    )


def _sent(name: str, kind: str, body: bytes) -> Response:
    return attachment(body, f"{name}.{kind}", uploads.KINDS[kind])


def questions(visit: Visit) -> Response:
    may_settle = visit.may(routes.WRITING)
    found = service_translation.open_questions(visit.context)
    return page(
        visit,
        "text_questions.html",
        questions=found,
        may_settle=may_settle,
        placed=service_review_document.placed_text,
    )


def settle(visit: Visit, question_id: int) -> Response:
    """Closes a question about a text. Then redirects to the page where the user closed the question: the list of
    questions, or the screen of the draft.
    """
    service_translation.settle_question(visit.context, visit.by, question_id)
    flow, node = visit.form.text("flow"), visit.form.text("node")
    change = number_of(visit.form.text("change"))
    if change is not None and flow and node:
        return redirect_to("editor.show", draft_id=change, flow=flow, node=node)
    return redirect_to("words.questions")
