"""Texts out as a sheet and back in: judged first, then taken. What is refused goes out again, with why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from hotline.domain.changes.change import Author
from hotline.domain.flows.review import ENGINE, PHRASES, ReviewedText
from hotline.domain.flows.sheet import WHY, RowRefused, SheetRow
from hotline.engine.check.sizes.lengths import left
from hotline.engine.editing.drafting import drafted, put_in
from hotline.engine.flow import Book
from hotline.engine.run import Place
from hotline.engine.screen import DEFAULT_LIMIT
from hotline.ports import ConsoleKit, Kit
from hotline.services.flows import reviewing
from hotline.services.words.page_texts import SEGMENT, WordsFilter, filtered, widest
from hotline.services.words.review_book import ReviewBook, review_book
from hotline.services.words.saving import save_words
from hotline.services.words.word_faults import WordsFault, WordsFaults, faults_of
from hotline.text.gsm7 import septets
from hotline.text.languages import CODES, FIRST


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is not taken, beside its text as it stands now."""

    refused: RowRefused
    fault: WordsFault | None
    """What its words have, where they are what is wrong."""
    now: ReviewedText | None
    """None where there is no such text any more."""


@dataclass(frozen=True, slots=True)
class JudgedSheet:
    taken: Sequence[SheetRow]
    """Rows that can be taken as they stand."""
    changed: int
    """How many of them bring new words."""
    refused: Sequence[RefusedRow]
    waiting: int
    """Rows that nobody has agreed to yet."""


def sheet_rows(
    kit: ConsoleKit, by_name: str, language: str, wanted: WordsFilter
) -> list[dict[str, str]]:
    """The rows of a filter. Raises NotReady, StoreUnavailable."""
    review = review_book(kit, language)
    return [*_rows(kit, review, filtered(review, wanted, by_name))]


def judged(kit: Kit, language: str, rows: Sequence[SheetRow]) -> JudgedSheet:
    """What would become of a sheet; nothing is stored. Raises NotReady, StoreUnavailable."""
    return _judged(kit, review_book(kit, language), rows)[0]


def take_sheet(
    kit: Kit, by: Author, language: str, rows: Sequence[SheetRow], once: str
) -> JudgedSheet:
    """Judge it once more, save its new words and sign for each row that is taken.

    Raises NotReady, StoreUnavailable.
    """
    review = review_book(kit, language)
    sheet, accepted = _judged(kit, review, rows)
    new = [text for text in accepted if text != review.texts[text.place]]
    unsaved = save_words(kit, by, language, new, once)
    if unsaved:
        late = [_late(review, row, unsaved) for row in sheet.taken if row.place in unsaved]
        kept = [row for row in sheet.taken if row.place not in unsaved]
        changed = len(new) - len(unsaved)
        sheet = JudgedSheet(kept, changed, [*sheet.refused, *late], sheet.waiting)
    reviewing.sign(kit, by, [text for text in accepted if text.place not in unsaved], language)
    return sheet


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


def _judged(
    kit: Kit, review: ReviewBook, rows: Sequence[SheetRow]
) -> tuple[JudgedSheet, Sequence[ReviewedText]]:
    book = kit.books.book(kit.books.live())
    unfit: dict[str, WordsFault] = {}

    def faults(texts: Mapping[str, ReviewedText]) -> Mapping[str, str]:
        new = [text for place, text in texts.items() if text != review.texts[place]]
        found = faults_of(review, book, new)
        unfit.update(found)
        return {place: str(fault) for place, fault in found.items()}

    done = reviewing.weigh(rows, review.texts, review.language, faults)
    places = {text.place for text in done.accepted}
    refused_lines = {one.row.line for one in done.refused}
    taken = [row for row in rows if row.place in places and row.line not in refused_lines]
    refused = [
        RefusedRow(one, None if one.fault else unfit.get(one.row.place), _now(review, one))
        for one in sorted(done.refused, key=lambda one: one.row.line)
    ]
    agreed = [row for row in taken if row.agreed]
    return JudgedSheet(agreed, len(done.changed), refused, done.waiting), done.accepted


def _now(review: ReviewBook, refused: RowRefused) -> ReviewedText | None:
    return review.texts.get(refused.row.place)


def _late(review: ReviewBook, row: SheetRow, unsaved: WordsFaults) -> RefusedRow:
    """What changed between the look and the save."""
    fault = unsaved[row.place]
    refused = RowRefused(row, str(fault))
    return RefusedRow(refused, fault, review.texts.get(row.place))


def _rows(
    kit: ConsoleKit, review: ReviewBook, texts: Sequence[ReviewedText]
) -> Iterator[dict[str, str]]:
    book = kit.books.book(kit.books.live())
    for name in dict.fromkeys(text.place.partition(".")[0] for text in texts if text.in_flows):
        book = put_in(book, drafted(name, review.document["flows"][name]).flow)

    @cache
    def left_on(flow: str, node: str) -> int:
        return _left_on_screen(book, Place(flow, node), review.language)

    for text in texts:
        flow, node, *_ = text.place.split(".")
        kinyarwanda = text.words.get(FIRST, "")
        room = left_on(flow, node) if text.in_flows else _left_in_sms(text, review.language)
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


def _left_on_screen(book: Book, place: Place, language: str) -> int:
    """0 of a screen that is not whole yet."""
    if place.node not in book.flows[place.flow].nodes:
        return 0
    return left(book, place, language, DEFAULT_LIMIT) or 0


def _left_in_sms(text: ReviewedText, language: str) -> int:
    if text.place.startswith(f"{ENGINE}."):
        return 0
    assert text.place.startswith(f"{PHRASES}.")
    return SEGMENT - septets(widest(text, language) or text.words.get(language, ""))
