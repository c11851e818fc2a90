"""Shows the texts of all flows: progress by language, ten texts to translate, spreadsheets, and questions."""

import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Response, abort, url_for

from hotline.console import uploads, who
from hotline.console.form import FormFaults, PostedForm, number_of
from hotline.console.visit import Visit, attachment, page, part_of_list, posted, see, see_address
from hotline.console.who import table
from hotline.editing import pages_sentences, service_review_document, service_translation
from hotline.editing.pages_editor_drawing import STATES
from hotline.editing.service_review_document import (
    ALL,
    TODO,
    PageText,
    Unfit,
    WordsFault,
    WordsFaults,
    WordsFilter,
)
from hotline.editing.service_translation import JudgedSheet, RefusedRow, TypedWords
from hotline.text import review_sheets
from hotline.text.languages import CODES
from hotline.text.phrases import Remark, phrase
from hotline.text.review_sheets import SheetRowFault

LONGEST_WORDS = 1000
FILTERS: Mapping[str, str] = {
    TODO: phrase("Texts for your review"),
    ALL: phrase("All texts"),
    **{state: words for state, (words, _) in STATES.items()},
}


def matrix(visit: Visit) -> Response:
    words = service_review_document.matrix(visit.kit)
    part = part_of_list(words.chapters, visit.asked("part"))
    rows = [(chapter, words.row(chapter)) for chapter in part.rows]
    return page(visit, "words.html", part=part, rows=rows)


def one(visit: Visit, language: str) -> Response:
    return _page(visit, known_language(language))


def take(visit: Visit, language: str) -> Response:
    """Saves every field before it runs the button's command, so that no typed text is lost."""
    does, _, number = visit.form.text("do").partition(":")
    typed = typed_words(visit.form)
    agreed = typed.get(number)
    faults = service_translation.keep(
        visit.kit,
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
        if not service_translation.ask(visit.kit, visit.by, language, agreed.place, note):
            return _page(visit, language, {agreed.place: WordsFault(Unfit.NOTHING_ASKED)})
    here = url_for("words.one", language=language, **address_of(filter_of(visit)))
    return see_address(f"{here}#t-{number}" if number.isdecimal() else here)


def part(visit: Visit, language: str) -> Response:
    """Draws only the meters, for the typed texts."""
    typed = typed_words(visit.form)
    words = {one.place: one.words for one in typed.values()}
    filled = service_review_document.measured(visit.kit, known_language(language), words)
    meters = {number: filled.get(one.place) for number, one in typed.items()}
    return page(visit, "words_part.html", meters=meters)


def known_language(language: str) -> str:
    if language not in CODES:
        abort(404)
    return language


def filter_of(visit: Visit) -> WordsFilter:
    asked = visit.query
    state = asked.get("state", TODO)
    return WordsFilter(
        state if state in FILTERS else TODO, asked.get("flow", ""), asked.get("at", "")
    )


def address_of(wanted: WordsFilter) -> dict[str, Any]:
    """Returns the filter's values for an address, without the defaults."""
    state = "" if wanted.state == TODO else wanted.state
    said = {"state": state, "flow": wanted.flow, "at": wanted.at}
    return {name: value for name, value in said.items() if value}


def typed_words(form: PostedForm) -> Mapping[str, TypedWords]:
    """Returns the rows of the form by their number on the page."""
    found = {}
    for number in map(str, range(1, service_review_document.PAGE + 1)):
        if place := form.text(f"place.{number}"):
            words = form.text(f"words.{number}", most=LONGEST_WORDS)
            digests = form.text(f"digest.{number}"), form.text(f"english.{number}")
            found[number] = TypedWords(place, words, *digests)
    return found


def _page(visit: Visit, language: str, wrong: WordsFaults | None = None) -> Response:
    wanted = filter_of(visit)
    shown = service_review_document.words_page(
        visit.kit, visit.by.name, visit.by.account_id, language, wanted
    )
    rows = typed_words(visit.form)
    typed = {one.place: one.words for one in rows.values()}
    return page(
        visit.with_faults(_faults(visit, shown.texts, wrong or {})),
        "words_of.html",
        code=language,
        shown=shown,
        typed=typed,
        meters=service_review_document.measured(visit.kit, language, typed) if typed else {},
        notes={one.place: visit.form.text(f"note.{number}") for number, one in rows.items()},
        wanted=wanted,
        here=address_of(wanted),
        filters=FILTERS,
        others=[other for other in ("en", "fr", "rw") if other != language],
        once=secrets.token_hex(8),
        asked=service_translation.by_place(visit.kit, language),
    )


def _faults(visit: Visit, texts: Sequence[PageText], wrong: WordsFaults) -> FormFaults:
    """Returns the errors by their fields. Errors of texts that are no longer on the page appear above the list."""
    numbers = {text.place: number for number, text in enumerate(texts, start=1)}
    says = {}
    for at, one in wrong.items():
        field = "note" if one.why is Unfit.NOTHING_ASKED else "words"
        says[f"{field}.{numbers[at]}" if at in numbers else "texts"] = fault_words(visit, one)
    return says


def fault_words(visit: Visit, fault: WordsFault) -> str:
    """Returns the reason why a text was refused, in the reader's language."""
    if fault.finding is not None:
        says = pages_sentences.finding_says(visit, fault.finding)
        return f"{says} {pages_sentences.finding_detail(visit, fault.finding)}"
    values = {
        name: pages_sentences.remark_words(visit, value) if isinstance(value, Remark) else value
        for name, value in fault.values.items()
    }
    return visit.say(fault.why.value, **values)


WHYS = table("sheet_faults")


def ask_sheet(visit: Visit, language: str) -> Response:
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
        visit.kit, visit.by.name, known_language(language), wanted
    )
    flow = f"-{wanted.flow}" if wanted.flow.isidentifier() else ""
    return _sent(f"words-{language}{flow}", kind, uploads.written(kind, rows, language))


@posted(ask_sheet)
def judge_sheet(visit: Visit, language: str) -> Response:
    """Checks a spreadsheet and shows the rows that can be saved. Stores nothing."""
    known_language(language)
    rows = uploads.uploaded(visit, partial(uploads.opened, language=language))
    return _judged(visit, language, service_translation.judged(visit.kit, language, rows))


@posted(ask_sheet)
def take_sheet(visit: Visit, language: str) -> Response:
    known_language(language)
    rows = [row for row, _ in uploads.unpacked(visit)]
    once = visit.form.text("once", most=32)
    done = service_translation.take_sheet(visit.kit, visit.by, language, rows, once)
    if done.refused:
        return _judged(visit, language, done, is_taken=True)
    return see("words.ask_sheet", language=language, taken=len(done.taken))


@posted(ask_sheet)
def send_refused(visit: Visit, language: str) -> Response:
    """Sends the refused rows as a spreadsheet with a column of reasons, so that the translator can correct them."""
    rows = uploads.unpacked(visit)
    found = service_translation.refused_rows(visit.kit, known_language(language), rows)
    columns = (*review_sheets.COLUMNS, review_sheets.WHY)
    kind = "csv" if visit.form.text("kind") == "csv" else "xlsx"
    body = uploads.written(kind, found, language, columns)
    return _sent(f"words-{language}-refused", kind, body)


def _judged(
    visit: Visit, language: str, judged: JudgedSheet, *, is_taken: bool = False
) -> Response:
    whys = [_why(visit, one) for one in judged.refused]
    rows = [one.row for one in judged.refused]
    return page(
        visit,
        "word_sheet_judged.html",
        code=language,
        judged=judged,
        is_taken=is_taken,
        refused=list(zip(judged.refused, whys, strict=True)),
        taken_rows=uploads.packed(judged.taken),
        refused_rows=uploads.packed(rows, whys),
        once=secrets.token_hex(8),
    )


def _why(visit: Visit, one: RefusedRow) -> str:
    if isinstance(one.why, SheetRowFault):
        return visit.say(WHYS[one.why])
    return fault_words(visit, one.why)


def _sent(name: str, kind: str, body: bytes) -> Response:
    return attachment(body, f"{name}.{kind}", uploads.KINDS[kind])


def questions(visit: Visit) -> Response:
    may_settle = visit.may(who.WRITING)
    found = service_translation.waiting(visit.kit)
    return page(visit, "text_questions.html", questions=found, may_settle=may_settle)


def settle(visit: Visit, question_id: int) -> Response:
    """Settles a question. Returns to the list, or to the draft's screen on which it was shown."""
    service_translation.settle(visit.kit, visit.by, question_id)
    flow, node = visit.form.text("flow"), visit.form.text("node")
    change = number_of(visit.form.text("change"))
    if change is not None and flow and node:
        return see("editor.show", change_id=change, flow=flow, node=node)
    return see("words.questions")
