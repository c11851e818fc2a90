"""What the words pages show: the matrix of flows and languages, and a page of texts for one translator."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from typing import NamedTuple

from hotline.domain.flows.review import ENGINE, ENGLISH, PHRASES, Doubt, ReviewedText, ReviewState
from hotline.engine.document.fields import field_of
from hotline.engine.document.kept import Document
from hotline.engine.editing.anatomy import called_by, nodes_of, rows_of, value_at
from hotline.engine.editing.difference import WordSpan, spans
from hotline.engine.editing.drafting import played, put_in
from hotline.engine.editing.preview import FilledMeter, meters
from hotline.engine.flow import Book
from hotline.engine.run import Place
from hotline.ports import ConsoleKit, Kit
from hotline.services.flows import reviewing
from hotline.services.flows.phrasing import LONGEST
from hotline.services.words.review_book import ReviewBook, is_fixed, review_book, review_books
from hotline.services.words.word_faults import said_so
from hotline.text.gsm7 import septets
from hotline.text.languages import FIRST


class PlacedText(NamedTuple):
    flow: str
    """Its name; empty of what the code says."""
    title: Mapping[str, str]
    """By language the choice that leads into the flow; empty where none does."""
    node: str
    """Of what the code says, its own name."""
    screen: int
    """Counted from 1, as the flow is written."""
    field: str
    """As the editor's form names it: `choices.2`; `text` of the screen's own words."""


def placed_texts(document: Document, places: Sequence[str]) -> Mapping[str, PlacedText]:
    flows, titles = document["flows"], dict[str, Mapping[str, str]]()
    for nodes in map(nodes_of, flows.values()):
        for row in (row for node in nodes.values() for row in rows_of(node, "choices")):
            # The first choice that leads into a flow is its title.
            called, label = called_by(nodes.get(value_at(row, ["goes"]))), value_at(row, ["label"])
            if called and isinstance(label, Mapping):
                titles.setdefault(called, label)
    return {place: _placed(flows, titles, place) for place in places}


def _placed(flows: Document, titles: Mapping[str, Mapping[str, str]], place: str) -> PlacedText:
    flow, node, *steps = place.split(".")
    if flow in (PHRASES, ENGINE):
        return PlacedText("", {}, node, 0, "")
    screen = [*nodes_of(flows[flow])].index(node) + 1
    return PlacedText(flow, titles.get(flow, {}), node, screen, field_of(steps)[0] or "text")


PAGE = 10
SEGMENT = 160
TODO, ALL = "todo", "all"
"""Filters beside the states themselves: what this person can bring further, and everything."""
SPREAD = (sqrt(5) - 1) / 2
"""Of the round of all texts, how far the beginnings of two accounts lie apart: never near, however many there are."""


class PageText(NamedTuple):
    text: ReviewedText
    state: ReviewState
    placed: PlacedText
    signed_by: Sequence[str]
    is_own: bool
    """Whether whoever looks has agreed to these words."""
    is_fixed: bool
    english: Sequence[WordSpan]
    """What changed in the English since somebody signed; empty where nothing did, or nobody knows."""
    doubts: Sequence[Doubt]
    question: str
    """What a careful reader asked of it; empty where nobody did."""
    widest: str
    """The words with the longest values; empty where it has no placeholder, or is no phrase of the code."""
    meter: FilledMeter | None
    """How full the screen or SMS is that it stands on."""

    @property
    def place(self) -> str:
        return self.text.place


class WordsFilter(NamedTuple):
    state: str = TODO
    flow: str = ""
    at: str = ""
    """The place that the page begins with; else the account's own."""


class WordsPage(NamedTuple):
    texts: Sequence[PageText]
    left: int
    """How many the filter holds in all."""
    next_at: str
    """Where the page after this one begins; empty at the end of the round."""
    change_id: int | None


class WordsMatrix(NamedTuple):
    """How far the texts of each chapter are: of a flow, of what the code says, of the engine's own words."""

    reviews: Sequence[ReviewBook]
    """Of each language."""

    @property
    def chapters(self) -> Sequence[str]:
        """Those that say anything."""
        all_of = (item for review in self.reviews for item in review.chapters.items())
        return [*dict.fromkeys(chapter for chapter, texts in all_of if texts)]

    def row(self, chapter: str) -> Mapping[str, Counter[ReviewState]]:
        """By language how many texts are how far: counted for who shows the row."""
        return {
            review.language: Counter(map(review.state, review.chapters.get(chapter, {}).values()))
            for review in self.reviews
        }


def matrix(kit: Kit) -> WordsMatrix:
    """Raises NotReady, StoreUnavailable."""
    return WordsMatrix([*review_books(kit)])


def words_page(
    kit: ConsoleKit,
    by_name: str,
    account_id: int,
    language: str,
    wanted: WordsFilter,
) -> WordsPage:
    """Raises NotReady, StoreUnavailable."""
    review = review_book(kit, language)
    places = [*review.texts]
    begin = int(account_id * SPREAD % 1 * len(places)) if wanted.state == TODO else 0
    if wanted.flow:
        begin = 0
    own_round = [*places[begin:], *places[:begin]]
    fit = [one for one in own_round if _is_wanted(review, one, wanted, by_name)]
    # Where the place that is asked for is filtered out, the one behind it.
    here = {place: number for number, place in enumerate(own_round)}
    asked = here.get(wanted.at, 0)
    start = next((n for n, place in enumerate(fit) if here[place] >= asked), 0)
    shown, after = fit[start : start + PAGE], fit[start + PAGE : start + PAGE + 1]
    texts = [*_shown(kit, review, shown, by_name)]
    return WordsPage(texts, len(fit), "".join(after), review.change_id)


def measured(kit: Kit, language: str, typed: Mapping[str, str]) -> Mapping[str, FilledMeter]:
    """The meters of texts as somebody is writing them, by place; nothing is stored."""
    review = review_book(kit, language)
    known = [
        (review.texts[place], words) for place, words in typed.items() if place in review.texts
    ]
    return _meters(kit, review, [text.saying(language, words) for text, words in known])


def filtered(review: ReviewBook, wanted: WordsFilter, by_name: str) -> Sequence[ReviewedText]:
    """Every text of a filter, in the order of the flows."""
    return [
        text for place, text in review.texts.items() if _is_wanted(review, place, wanted, by_name)
    ]


def _is_wanted(review: ReviewBook, place: str, wanted: WordsFilter, by_name: str) -> bool:
    text = review.texts[place]
    if wanted.flow and place.partition(".")[0] != wanted.flow:
        return False
    if wanted.state == ALL:
        return True
    if wanted.state == TODO:
        return review.waits_for(text, by_name)
    return review.state(text) == wanted.state


def _shown(
    kit: ConsoleKit, review: ReviewBook, places: Sequence[str], by_name: str
) -> Iterator[PageText]:
    placed = placed_texts(review.document, places)
    texts = [review.texts[place] for place in places]
    filled = _meters(kit, review, texts)
    stale = [text.place for text in texts if review.state(text) is ReviewState.STALE]
    read = reviewing.english_read(kit, review.language, stale) if stale else {}
    for text in texts:
        kinyarwanda = text.words.get(FIRST, "")
        signed = review.signed_by(text)
        before, now = read.get(text.place), text.words.get(ENGLISH, "")
        yield PageText(
            text=text,
            state=review.state(text),
            placed=placed[text.place],
            signed_by=signed,
            is_own=by_name.casefold() in {name.casefold() for name in signed},
            is_fixed=is_fixed(text.place),
            english=spans(before, now) if before not in (None, now) else (),
            doubts=[one for one in kit.aids.doubts if one.stands_in(kinyarwanda)],
            question=kit.aids.questions.get((text.place, review.language), ""),
            widest=widest(text, review.language),
            meter=filled.get(text.place),
        )


def widest(text: ReviewedText, language: str) -> str:
    """A phrase of the code with its longest values; empty where there is nothing to fill in."""
    words = text.words.get(language, "")
    if not text.place.startswith(f"{PHRASES}.") or "{" not in words:
        return ""
    try:
        return words.format_map(LONGEST)
    except (KeyError, ValueError, IndexError):
        return ""


def _meters(
    kit: Kit, review: ReviewBook, texts: Sequence[ReviewedText]
) -> Mapping[str, FilledMeter]:
    book = kit.books.book(kit.books.live())
    found: dict[str, FilledMeter] = {}
    flows: dict[str, list[ReviewedText]] = {}
    for text in texts:
        name = text.place.partition(".")[0]
        if name == PHRASES:
            words = widest(text, review.language) or text.words.get(review.language, "")
            found[text.place] = FilledMeter(
                review.language, septets(words), SEGMENT, 1, septets(words)
            )
        elif name != ENGINE:
            flows.setdefault(name, []).append(text)
    for name, own in flows.items():
        found |= dict(_of_flow(book, review, name, own))
    return found


def _of_flow(
    book: Book, review: ReviewBook, name: str, texts: Sequence[ReviewedText]
) -> Iterator[tuple[str, FilledMeter]]:
    document = said_so(review.document["flows"][name], texts, review.language)
    if document is None:
        return
    drawn = put_in(book, played(document, name))
    nodes = nodes_of(document)
    for text in texts:
        node = text.place.split(".")[1]
        filled = meters(drawn, Place(name, node), nodes[node]).get(review.language)
        if filled is not None:
            yield text.place, filled
