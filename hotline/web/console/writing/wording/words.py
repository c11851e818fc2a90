"""The words of all flows: how far each language is, and the page on which a translator reads ten texts."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, abort, url_for

from hotline.services.words import page_texts, saving
from hotline.services.words.page_texts import ALL, TODO, PageText, WordsFilter
from hotline.services.words.saving import TypedWords
from hotline.services.words.word_faults import Unfit, WordsFault, WordsFaults
from hotline.text.languages import CODES
from hotline.text.remark import Remark
from hotline.web.console.form import FormFaults, PostedForm, faults
from hotline.web.console.visit import Visit, page, see_address
from hotline.web.console.who import phrase
from hotline.web.console.writing import findings
from hotline.web.console.writing.editor.drawing import STATES
from hotline.web.console.writing.list_parts import part_of_list

LONGEST_WORDS = 1000
FILTERS: Mapping[str, str] = {
    TODO: phrase("What waits for you"),
    ALL: phrase("All texts"),
    **{state: words for state, (words, _) in STATES.items()},
}


def matrix(visit: Visit) -> Response:
    words = page_texts.matrix(visit.kit)
    part = part_of_list(words.chapters, visit.query.get("part", ""))
    rows = [(chapter, words.row(chapter)) for chapter in part.rows]
    return page(visit, "words.html", part=part, rows=rows, states=STATES)


def one(visit: Visit, language: str) -> Response:
    return _page(visit, known_language(language))


def take(visit: Visit, language: str) -> Response:
    """Every field is taken first, then the button: none loses a word."""
    does, _, number = visit.form.text("do").partition(":")
    typed = [one for _, one in typed_words(visit.form)]
    agreed = dict(typed_words(visit.form)).get(number)
    kept = saving.keep(
        visit.kit,
        visit.by,
        known_language(language),
        typed,
        agreed=agreed.place if agreed and does in ("agree", "both") else "",
        saving=does == "both",
        once=visit.form.text("once", most=32),
    )
    if kept.faults:
        return _page(visit, language, kept.faults, status=422)
    if agreed and does == "ask":
        note = visit.form.text(f"note.{number}")
        if not saving.ask(visit.kit, visit.by, language, agreed.place, note):
            return _page(
                visit, language, {agreed.place: WordsFault(Unfit.NOTHING_ASKED)}, status=422
            )
    here = url_for("words.one", language=language, **address_of(filter_of(visit)))
    return see_address(f"{here}#t-{number}" if number.isdecimal() else here)


def part(visit: Visit, language: str) -> Response:
    """The meters alone, of the words as they stand in the fields."""
    typed = dict(typed_words(visit.form))
    words = {one.place: one.words for one in typed.values()}
    filled = page_texts.measured(visit.kit, known_language(language), words)
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
    """What of a filter stands in an address."""
    state = "" if wanted.state == TODO else wanted.state
    said = {"state": state, "flow": wanted.flow, "at": wanted.at}
    return {name: value for name, value in said.items() if value}


def typed_words(form: PostedForm) -> list[tuple[str, TypedWords]]:
    """The rows of the form, by their number on the page."""
    found = []
    for number in map(str, range(1, page_texts.PAGE + 1)):
        if place := form.text(f"place.{number}"):
            words = form.text(f"words.{number}", most=LONGEST_WORDS)
            digests = form.text(f"digest.{number}"), form.text(f"english.{number}")
            found.append((number, TypedWords(place, words, *digests)))
    return found


def _page(
    visit: Visit, language: str, wrong: WordsFaults | None = None, *, status: int = 200
) -> Response:
    wanted = filter_of(visit)
    shown = page_texts.words_page(visit.kit, visit.by.name, visit.by.account_id, language, wanted)
    typed = {one.place: one.words for _, one in typed_words(visit.form)}
    return page(
        visit,
        "words_of.html",
        status=status,
        code=language,
        shown=shown,
        typed=typed,
        meters=page_texts.measured(visit.kit, language, typed) if typed else {},
        notes={one.place: visit.form.text(f"note.{n}") for n, one in typed_words(visit.form)},
        faults=_faults(visit, shown.texts, wrong or {}),
        wanted=wanted,
        here=address_of(wanted),
        filters=FILTERS,
        states=STATES,
        others=[other for other in ("en", "fr", "rw") if other != language],
        once=secrets.token_hex(8),
        asked=saving.by_place(visit.kit, language),
    )


def _faults(visit: Visit, texts: Sequence[PageText], wrong: WordsFaults) -> FormFaults:
    """By the field of each text on the page; what is of a text that is not on it any more stands first."""
    numbers = {text.place: number for number, text in enumerate(texts, start=1)}
    says = {}
    for at, one in wrong.items():
        field = "note" if one.why is Unfit.NOTHING_ASKED else "words"
        says[f"{field}.{numbers[at]}" if at in numbers else "texts"] = fault_words(visit, one)
    return faults(**says)


def fault_words(visit: Visit, fault: WordsFault) -> str:
    """In the reader's language."""
    if fault.finding is not None:
        return f"{findings.says(visit, fault.finding)} {findings.detail(visit, fault.finding)}"
    values = {
        name: findings.remark_words(visit, value) if isinstance(value, Remark) else value
        for name, value in fault.values.items()
    }
    return visit.say(fault.why.value, **values)
