"""Saves translations into the draft of their language. The first saved translation opens the draft.

Marks a text as reviewed if a translator agrees to the text, on a page or in a spreadsheet.

Also stores the questions that translators ask about a text. Editors see a question until an editor closes it.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from hotline.core.contexts import ConsoleContext, Context, reads
from hotline.core.wording import Template
from hotline.editing import service_draft_steps, service_drafts, service_reviews, tables
from hotline.editing.rules_drafts import PHRASES as PHRASES_PART
from hotline.editing.rules_drafts import Author, PartDocument, StepKind
from hotline.editing.service_review_document import (
    TITLES,
    LanguageReview,
    TextFault,
    TextFaults,
    TextFilter,
    TextRefusal,
    faults_of,
    filter_texts,
    language_review,
    meters_of,
    phrase_texts,
    text_draft,
    with_texts,
)
from hotline.editing.tables import TextQuestion
from hotline.flows.rules_reviews import ENGLISH, ReviewedText
from hotline.text.errors import DraftRefused, EditClash, NotFound
from hotline.text.languages import CODES, FIRST
from hotline.text.review_sheets import (
    AGREED,
    REASON_COLUMN,
    TRANSLATED,
    SheetRow,
    SheetRowFault,
    plain_text,
)

MAX_ATTEMPTS = 3
"""The maximum number of attempts to save a text. An attempt fails if another person publishes or deletes the draft at
the same moment."""


def save_texts(
    context: Context, by: Author, language: str, texts: Sequence[ReviewedText], once: str
) -> TextFaults:
    """Saves the new texts in the draft of the language. Adds one new step to each part of the draft that has a new
    text. A step is one saved version of a part. Returns the fault of each text that was not saved. The key of the
    result is the place of the text.

    Raises StoreUnavailable.
    """
    parts: dict[str, list[ReviewedText]] = {}
    for text in texts:
        name = text.place.partition(".")[0] if text.in_flows else PHRASES_PART
        parts.setdefault(name, []).append(text)
    unsaved: dict[str, TextFault] = {}
    for part, own in parts.items():
        fault = _save_part(context, by, language, part, own, once)
        if fault is not None:
            unsaved |= {text.place: fault for text in own}
    return unsaved


def open_text_draft(context: Context, by: Author, language: str) -> int:
    """Returns the open draft for a language's text. If there is no open draft, the function opens a draft. Raises
    NotReady, StoreUnavailable."""
    here = text_draft(context, language)
    if here is not None:
        return here
    opened = service_drafts.open_draft(context, by, TITLES[language])
    older = text_draft(context, language)
    if older is None or older == opened:
        return opened
    with suppress(DraftRefused):
        service_drafts.drop_draft(context, by, opened)
    return older


def _save_part(
    context: Context, by: Author, language: str, part: str, texts: Sequence[ReviewedText], once: str
) -> TextFault | None:
    for _ in range(MAX_ATTEMPTS):
        draft_id = open_text_draft(context, by, language)
        now = service_drafts.part_draft(context, draft_id, part)
        document = _with_words(context, part, now.document, texts, language)
        if document is None:
            try:
                service_draft_steps.update_draft(context, by, draft_id, once=secrets.token_hex(8))
            except (DraftRefused, EditClash):
                return TextFault(TextRefusal.WAITS)
            now = service_drafts.part_draft(context, draft_id, part)
            document = _with_words(context, part, now.document, texts, language)
        if document is None:
            return TextFault(TextRefusal.GONE)
        step = {"did": StepKind.WORDS_TAKEN, "languages": [language], "count": len(texts)}
        new = service_drafts.NewStep(part, document, once, step)
        try:
            service_draft_steps.save_step(context, by, draft_id, new, base_version=now.version)
        except EditClash:
            return TextFault(TextRefusal.CHANGED)
        except DraftRefused:
            continue
        return None
    return TextFault(TextRefusal.WAITS)


def _with_words(
    context: Context,
    part: str,
    document: PartDocument | None,
    texts: Sequence[ReviewedText],
    language: str,
) -> PartDocument | None:
    """Returns the part of the draft with the new texts. Returns None if one of the texts has no place in this part."""
    if part != PHRASES_PART:
        return with_texts(document, texts, language) if document else None
    said = dict((document or {}).get(language, {}))
    for text in texts:
        template = Template[text.place.partition(".")[2]]
        said[template.name] = text.words[language]
        if phrase_texts(context.phrases, {}, template)[language] == said[template.name]:
            del said[template.name]
    return {**(document or {}), language: said}


class TypedText(NamedTuple):
    """A field of the page as the translator sent it."""

    place: str
    words: str
    digest: str
    """The digest of the text and of its English text, as the page showed the two texts."""
    english: str
    """The digest of the English text alone."""


def save_typed(
    context: Context,
    by: Author,
    language: str,
    typed: Sequence[TypedText],
    *,
    agreed: str,
    saving: bool = True,
    once: str,
) -> TextFaults:
    """Saves every changed text. Marks the text at the place `agreed` as reviewed. If one text fails a check, the
    function saves nothing.

    If `saving` is False, the function refuses a change of the text at the place `agreed`. Raises NotReady,
    StoreUnavailable.
    """
    review = language_review(context, language)
    changed, faults = _changed(review, typed, agreed)
    if not saving and agreed in changed:
        faults[agreed] = TextFault(TextRefusal.UNSAVED)
    fit = [text for place, text in changed.items() if place not in faults]
    flow_set = context.flow_sets.get(context.flow_sets.live())
    faults |= faults_of(review, flow_set, fit)
    faults = faults or dict(save_texts(context, by, language, fit, once))
    if agreed and not faults:
        text = changed.get(agreed, review.texts[agreed])
        service_reviews.sign(context, by, [text], language)
    return faults


def _changed(
    review: LanguageReview, typed: Sequence[TypedText], agreed: str
) -> tuple[dict[str, ReviewedText], dict[str, TextFault]]:
    """Returns the texts that the translator changed. Also returns faults for texts that changed after the page was
    shown."""
    changed: dict[str, ReviewedText] = {}
    faults: dict[str, TextFault] = {}
    known: Mapping[str, ReviewedText] = review.texts
    for one in typed:
        text, words = known.get(one.place), plain_text(one.words)
        if text is None:
            faults[one.place] = TextFault(TextRefusal.GONE)
        elif words != text.words.get(review.language, ""):
            changed[one.place] = text.saying(review.language, words)
            if one.digest != text.digest(review.language):
                faults[one.place] = TextFault(TextRefusal.CHANGED)
        elif one.place == agreed and one.english != text.digest(ENGLISH):
            faults[one.place] = TextFault(TextRefusal.CHANGED)
        elif one.place == agreed and not words:
            faults[one.place] = TextFault(TextRefusal.EMPTY)
    return changed, faults


MAX_NOTE = 300
LISTED = 100


def ask_question(context: Context, by: Author, language: str, place: str, note: str) -> bool:
    """Stores a translator's question. Returns False if the question is empty. Raises StoreUnavailable."""
    asks = " ".join(note.split())[:MAX_NOTE]
    if not asks:
        return False
    with context.database.writing() as session:
        session.add(
            TextQuestion(
                place=place,
                language=language,
                question=asks,
                asked_by_id=by.account_id,
                asked_by=by.name,
                asked_at=context.now(),
            )
        )
    return True


def open_questions(context: Context, below: str = "") -> Sequence[TextQuestion]:
    """Returns the open questions, oldest first. If `below` is given, returns only the questions about one screen.
    `below` contains the names of the flow and the screen.

    Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        return tables.open_questions(session, LISTED, below)


def questions_by_place(context: Context, language: str) -> Mapping[str, Sequence[TextQuestion]]:
    """Maps the place of each text to the open questions about this text, in one language. Raises StoreUnavailable."""
    found: dict[str, list[TextQuestion]] = {}
    for one in open_questions(context):
        if one.language == language:
            found.setdefault(one.place, []).append(one)
    return found


count_questions = reads(tables.count_questions)


def settle_question(context: Context, by: Author, question_id: int) -> None:
    """Records that an editor closed a question, with a change or an answer.

    Raises NotFound, StoreUnavailable.
    """
    with context.database.writing() as session:
        row = session.get(TextQuestion, question_id)
        if row is None:
            raise NotFound(f"there is no question {question_id} about a text: reload the page")
        if row.settled_at is None:
            row.settled_by, row.settled_at = by.name, context.now()


class RefusedRow(NamedTuple):
    """A refused row of a spreadsheet, with the current text."""

    row: SheetRow
    refusal: SheetRowFault | TextFault
    now: ReviewedText | None
    """The current version of the text. The field is None if the text no longer exists."""


class CheckedSheet(NamedTuple):
    accepted: Mapping[str, tuple[SheetRow, ReviewedText]]
    """The accepted rows by place, with the resulting texts."""
    changed: int
    """The number of accepted rows with a new text."""
    refused: Sequence[RefusedRow]
    waiting: int
    """The number of rows with a text that no translator has agreed to yet."""

    @property
    def taken(self) -> Sequence[SheetRow]:
        return [row for row, _ in self.accepted.values()]


def sheet_rows(
    context: ConsoleContext, by_name: str, language: str, wanted: TextFilter
) -> list[dict[str, str]]:
    """Returns the texts that match a filter as rows of a spreadsheet. Raises NotReady, StoreUnavailable."""
    review = language_review(context, language)
    return [*_rows(context, review, filter_texts(review, wanted, by_name))]


def check_sheet(context: Context, language: str, rows: Sequence[SheetRow]) -> CheckedSheet:
    """Checks a spreadsheet of translations. Returns the rows that can be saved and the refused rows. Raises NotReady,
    StoreUnavailable."""
    return _check_rows(context, language_review(context, language), rows)


def take_sheet(
    context: Context, by: Author, language: str, rows: Sequence[SheetRow], once: str
) -> CheckedSheet:
    """Checks a spreadsheet again, saves its new texts, and marks the texts of its accepted rows as reviewed.

    The texts of a PO file enter the draft without a review, because people outside the hotline wrote and read these
    texts. Raises NotReady, StoreUnavailable.
    """
    review = language_review(context, language)
    sheet = _check_rows(context, review, rows)
    new = _new(review, sheet.accepted)
    unsaved = save_texts(context, by, language, new, once)
    late = [
        RefusedRow(row, unsaved[row.place], review.texts.get(row.place))
        for row in sheet.taken
        if row.place in unsaved
    ]
    kept = {place: one for place, one in sheet.accepted.items() if place not in unsaved}
    read = [text for row, text in kept.values() if row.agreed != TRANSLATED]
    service_reviews.sign(context, by, read, language)
    return CheckedSheet(kept, len(new) - len(unsaved), [*sheet.refused, *late], sheet.waiting)


def refused_rows(
    context: ConsoleContext, language: str, rows: Sequence[tuple[SheetRow, str]]
) -> list[dict[str, str]]:
    """Returns the refused rows, for a spreadsheet in which the translator can correct them. Each row has the reason,
    the text that the translator sent, and the current English text and digest."""
    review = language_review(context, language)
    found = []
    for row, why in rows:
        text = review.texts.get(row.place)
        empty = dict.fromkeys((*CODES, "letters left", "doubts", "question", "state", "digest"), "")
        cells = empty if text is None else next(_rows(context, review, [text]))
        said = {"place": row.place, language: row.words, "agreed": "", REASON_COLUMN: why}
        found.append({**cells, **said})
    return found


def _check_rows(context: Context, review: LanguageReview, rows: Sequence[SheetRow]) -> CheckedSheet:
    """Checks each row of a spreadsheet. Accepts an up-to-date row without a fault if a translator agreed to the row.
    The check leaves out unchanged texts of a PO file."""
    flow_set = context.flow_sets.get(context.flow_sets.live())
    refused: list[RefusedRow] = []
    accepted: dict[str, tuple[SheetRow, ReviewedText]] = {}
    waiting = 0
    for row in rows:
        text = review.texts.get(row.place)
        if text and row.agreed == TRANSLATED and row.words == text.words.get(review.language):
            continue
        fault = _fault(row, text, review.language, seen=row.place in accepted)
        if fault or text is None:
            refused.append(RefusedRow(row, fault or SheetRowFault.GONE, text))
        elif row.agreed:
            accepted[row.place] = row, text.saying(review.language, row.words)
        else:
            waiting += 1
    # Each round checks all remaining texts together, because a refused text may have hidden a fault of another text.
    while wrong := faults_of(review, flow_set, _new(review, accepted)):
        for place, unfit in wrong.items():
            row, _ = accepted.pop(place)
            refused.append(RefusedRow(row, unfit, review.texts[place]))
    refused.sort(key=lambda one: one.row.line)
    return CheckedSheet(accepted, len(_new(review, accepted)), refused, waiting)


def _new(
    review: LanguageReview, accepted: Mapping[str, tuple[SheetRow, ReviewedText]]
) -> Sequence[ReviewedText]:
    """Returns the texts of accepted rows that differ from the current texts."""
    return [text for place, (_, text) in accepted.items() if text != review.texts[place]]


def _fault(
    row: SheetRow, text: ReviewedText | None, language: str, *, seen: bool
) -> SheetRowFault | None:
    if text is None:
        return SheetRowFault.GONE
    if not row.agreed:
        return None
    if row.agreed not in AGREED:
        return SheetRowFault.NOT_YES
    if seen:
        return SheetRowFault.TWICE
    if row.digest != text.digest(language):
        return SheetRowFault.CHANGED
    return None if row.words else SheetRowFault.EMPTY


def _rows(
    context: ConsoleContext, review: LanguageReview, texts: Sequence[ReviewedText]
) -> Iterator[dict[str, str]]:
    filled = meters_of(context, review, texts)
    for text in texts:
        kinyarwanda, meter = text.words.get(FIRST, ""), filled.get(text.place)
        yield {
            "place": text.place,
            **{code: text.words.get(code, "") for code in CODES},
            "letters left": str(meter.most - meter.whole if meter else 0),
            "doubts": "; ".join(
                str(one) for one in context.aids.doubts if one.occurs_in(kinyarwanda)
            ),
            "question": context.aids.questions.get((text.place, review.language), ""),
            "state": review.state(text).value,
            "agreed": "",
            "digest": text.digest(review.language),
        }
