"""Texts out as a sheet and back in: judged first, then taken. What is refused goes out again, with why."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from hotline.domain.changes.change import Author
from hotline.domain.flows.review import ENGINE, ReviewedText
from hotline.domain.flows.sheet import AGREED, WHY, SheetRow, SheetRowFault
from hotline.engine.check.sizes.lengths import left
from hotline.engine.editing.drafting import played, put_in
from hotline.engine.run import Place
from hotline.engine.screen import DEFAULT_LIMIT
from hotline.ports import ConsoleKit, Kit
from hotline.services.flows import reviewing
from hotline.services.words.page_texts import SEGMENT, WordsFilter, filtered, widest
from hotline.services.words.review_book import ReviewBook, review_book
from hotline.services.words.saving import save_words
from hotline.services.words.word_faults import WordsFault, faults_of
from hotline.text.gsm7 import septets
from hotline.text.languages import CODES, FIRST


class RefusedRow(NamedTuple):
    """A row that is not taken, beside its text as it stands now."""

    row: SheetRow
    why: SheetRowFault | WordsFault
    now: ReviewedText | None
    """None where there is no such text any more."""


class JudgedSheet(NamedTuple):
    accepted: Mapping[str, tuple[SheetRow, ReviewedText]]
    """By place the rows that can be taken, and the texts that they make."""
    changed: int
    """How many of them bring new words."""
    refused: Sequence[RefusedRow]
    waiting: int
    """Rows that nobody has agreed to yet."""

    @property
    def taken(self) -> Sequence[SheetRow]:
        return [row for row, _ in self.accepted.values()]


def sheet_rows(
    kit: ConsoleKit, by_name: str, language: str, wanted: WordsFilter
) -> list[dict[str, str]]:
    """The rows of a filter. Raises NotReady, StoreUnavailable."""
    review = review_book(kit, language)
    return [*_rows(kit, review, filtered(review, wanted, by_name))]


def judged(kit: Kit, language: str, rows: Sequence[SheetRow]) -> JudgedSheet:
    """What would become of a sheet; nothing is stored. Raises NotReady, StoreUnavailable."""
    return _judged(kit, review_book(kit, language), rows)


def take_sheet(
    kit: Kit, by: Author, language: str, rows: Sequence[SheetRow], once: str
) -> JudgedSheet:
    """Judge it once more, save its new words and sign for each row that is taken.

    Raises NotReady, StoreUnavailable.
    """
    review = review_book(kit, language)
    sheet = _judged(kit, review, rows)
    new = _new(review, sheet.accepted)
    unsaved = save_words(kit, by, language, new, once)
    late = [
        RefusedRow(row, unsaved[row.place], review.texts.get(row.place))
        for row in sheet.taken
        if row.place in unsaved
    ]
    kept = {place: one for place, one in sheet.accepted.items() if place not in unsaved}
    reviewing.sign(kit, by, [text for _, text in kept.values()], language)
    return JudgedSheet(kept, len(new) - len(unsaved), [*sheet.refused, *late], sheet.waiting)


def refused_rows(
    kit: ConsoleKit, language: str, rows: Sequence[tuple[SheetRow, str]]
) -> list[dict[str, str]]:
    """Rows with why they were refused: the words as they were sent, the English and the digest of today."""
    review = review_book(kit, language)
    found = []
    for row, why in rows:
        text = review.texts.get(row.place)
        empty = dict.fromkeys((*CODES, "letters left", "doubts", "question", "state", "digest"), "")
        cells = empty if text is None else next(_rows(kit, review, [text]))
        said = {"place": row.place, language: row.words, "agreed": "", WHY: why}
        found.append({**cells, **said})
    return found


def _judged(kit: Kit, review: ReviewBook, rows: Sequence[SheetRow]) -> JudgedSheet:
    """Rows can be taken that are agreed to, made of what still stands, and have no fault in their words."""
    book = kit.books.book(kit.books.live())
    refused: list[RefusedRow] = []
    accepted: dict[str, tuple[SheetRow, ReviewedText]] = {}
    waiting = 0
    for row in rows:
        text = review.texts.get(row.place)
        fault = _fault(row, text, review.language, seen=row.place in accepted)
        if fault or text is None:
            refused.append(RefusedRow(row, fault or SheetRowFault.GONE, text))
        elif row.agreed:
            accepted[row.place] = row, text.saying(review.language, row.words)
        else:
            waiting += 1
    # All are looked at together: what is refused may have hidden a fault of another.
    while wrong := faults_of(review, book, _new(review, accepted)):
        for place, unfit in wrong.items():
            row, _ = accepted.pop(place)
            refused.append(RefusedRow(row, unfit, review.texts[place]))
    refused.sort(key=lambda one: one.row.line)
    return JudgedSheet(accepted, len(_new(review, accepted)), refused, waiting)


def _new(
    review: ReviewBook, accepted: Mapping[str, tuple[SheetRow, ReviewedText]]
) -> Sequence[ReviewedText]:
    """Returns those texts of these rows whose words are new."""
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
    kit: ConsoleKit, review: ReviewBook, texts: Sequence[ReviewedText]
) -> Iterator[dict[str, str]]:
    book = kit.books.book(kit.books.live())
    for name in dict.fromkeys(text.place.partition(".")[0] for text in texts if text.in_flows):
        book = put_in(book, played(review.document["flows"][name], name))

    @cache
    def left_on(flow: str, node: str) -> int:
        """Returns the letters that are left; 0 of a screen that is not whole yet."""
        if node not in book.flows[flow].nodes:
            return 0
        return left(book, Place(flow, node), review.language, DEFAULT_LIMIT) or 0

    for text in texts:
        flow, node, *_ = text.place.split(".")
        kinyarwanda, words = text.words.get(FIRST, ""), text.words.get(review.language, "")
        room = SEGMENT - septets(widest(text, review.language) or words)
        if text.in_flows or flow == ENGINE:
            room = left_on(flow, node) if text.in_flows else 0
        yield {
            "place": text.place,
            **{code: text.words.get(code, "") for code in CODES},
            "letters left": str(room),
            "doubts": "; ".join(str(one) for one in kit.aids.doubts if one.stands_in(kinyarwanda)),
            "question": kit.aids.questions.get((text.place, review.language), ""),
            "state": review.state(text).value,
            "agreed": "",
            "digest": text.digest(review.language),
        }
