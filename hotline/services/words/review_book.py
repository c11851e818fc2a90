"""Every text that callers read, as the words pages show it: with what waits in the change of a language.

The words that translators save go into the open change "Words of Kinyarwanda". Until it is live they stand there alone,
and a signature is for exactly these words.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from math import sqrt
from typing import NamedTuple

from hotline.domain.flows.review import (
    ENGINE,
    ENGLISH,
    PHRASES,
    Doubt,
    ReviewedText,
    ReviewState,
    Signature,
    readers,
    state_of,
    texts_of,
)
from hotline.domain.wording import ALWAYS_SHIPPED, Template
from hotline.engine import words as engine_words
from hotline.engine.check.checking import of_words
from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.reporting import uncovered
from hotline.engine.document.kept import Document, Way, derived
from hotline.engine.document.models import field_of
from hotline.engine.editing.anatomy import called_by, nodes_of, rows_of, value_at, with_value
from hotline.engine.editing.difference import WordSpan, spans
from hotline.engine.editing.drafting import Draft, draft_findings, drafted, played, put_in
from hotline.engine.editing.preview import FilledMeter, meters
from hotline.engine.flow import Book
from hotline.engine.run import Place
from hotline.ports import ConsoleKit, Kit
from hotline.services.changes import folders
from hotline.services.changes.folders import assemble, gather
from hotline.services.flows import publishing, reviewing
from hotline.services.flows.authoring import live_document
from hotline.services.flows.publishing import LONGEST
from hotline.text.gsm7 import septets, strangers, substitute
from hotline.text.languages import CODES, FIRST
from hotline.text.remark import Phrases, Remark, remark

TITLES = {"rw": "Words of Kinyarwanda", "fr": "Words of French", "en": "Words of English"}
"""Of the change that a language's words go into."""


@dataclass(frozen=True)
class ReviewBook:
    language: str
    document: Document
    """What would be live, with this language's change."""
    chapters: Mapping[str, Mapping[str, ReviewedText]]
    """The texts of each flow by place; then what the code says, then the engine's own words."""
    signatures: Mapping[str, Sequence[Signature]]
    """Of this language, by place."""
    change_id: int | None
    """Where its words wait; None where nobody has saved any since the last went live."""

    @cached_property
    def texts(self) -> Mapping[str, ReviewedText]:
        """All of them."""
        return {place: text for texts in self.chapters.values() for place, text in texts.items()}

    def state(self, text: ReviewedText) -> ReviewState:
        if not text.words.get(self.language):
            return ReviewState.MISSING
        return state_of(text, self.language, self.signatures.get(text.place, ()))

    def signed_by(self, text: ReviewedText) -> Way:
        """Who agreed to exactly these words."""
        signed = self.signatures.get(text.place, ())
        return tuple(one.by for one in readers(text, self.language, signed))

    def waits_for(self, text: ReviewedText, name: str) -> bool:
        """Whether this person can bring it further."""
        if text.place not in self.signatures:
            return True
        if self.state(text) is ReviewState.REVIEWED:
            return False
        return name.casefold() not in {by.casefold() for by in self.signed_by(text)}


def is_fixed(place: str) -> bool:
    """Whether a text is shown on the words pages, and changed by programmers alone."""
    chapter, _, name = place.partition(".")
    always = {template.name for template in ALWAYS_SHIPPED}
    return chapter == ENGINE or (chapter == PHRASES and name in always)


def review_book(kit: Kit, language: str) -> ReviewBook:
    """Raises NotReady, StoreUnavailable."""
    (one,) = review_books(kit, (language,))
    return one


def review_books(kit: Kit, languages: Sequence[str] = CODES) -> Iterator[ReviewBook]:
    """One after the other. What is live is read once for those of which nothing waits. Raises as `review_book`."""
    live: Document | None = None
    live_texts: Mapping[str, Mapping[str, ReviewedText]] = {}
    for language in languages:
        change_id = words_change(kit, language)
        if change_id is not None:
            with kit.database.reading() as session:
                document = assemble(gather(session, change_id)).document
            texts = _chapters(document, kit.phrases)
        else:
            if live is None:
                live = live_document(kit.database)
                live_texts = _chapters(live, kit.phrases)
            document, texts = live, live_texts
        signatures: dict[str, list[Signature]] = {}
        for one in reviewing.everyone(kit, language):
            signatures.setdefault(one.place, []).append(one)
        yield ReviewBook(language, document, texts, signatures, change_id)


def words_change(kit: Kit, language: str) -> int | None:
    """The open change of a language's words; the older one where two were opened at once. Raises StoreUnavailable."""
    open_now = [row.id for row, _ in folders.listed(kit) if row.title == TITLES[language]]
    return min(open_now, default=None)


def phrase_words(phrases: Phrases, said: Document, template: Template) -> dict[str, str]:
    """What the code says for a template, by language. `said`: the document's part of phrases."""
    shipped = {code: phrases.shipped(code, template) for code in CODES}
    shipped[ENGLISH] = template.value
    changed = {code: said.get(code, {}).get(template.name) for code in CODES}
    return {code: changed[code] or shipped[code] for code in CODES}


def _chapters(document: Document, phrases: Phrases) -> Mapping[str, Mapping[str, ReviewedText]]:
    flows = {name: derived(_texts_in, flow, name) for name, flow in document["flows"].items()}
    rest = {}
    for template in Template:
        words = phrase_words(phrases, document.get("phrases", {}), template)
        place = f"{PHRASES}.{template.name}"
        rest[place] = ReviewedText(place, words)
    own = {f"{ENGINE}.{name}": said for name, said in engine_words.every().items()}
    return {
        **flows,
        PHRASES: rest,
        ENGINE: {place: ReviewedText(place, said) for place, said in own.items()},
    }


def _texts_in(flow: Document, name: str) -> Mapping[str, ReviewedText]:
    return {text.place: text for text in texts_of({name: {"nodes": nodes_of(flow)}})}


class Unfit(StrEnum):
    """Why words are not taken, as the page says it; `{...}` are the values of the fault."""

    GONE = "This text was moved or taken out meanwhile."
    CHANGED = "The text or its English changed meanwhile. Read it again."
    UNSAVED = "You changed these words. Save and agree, or bring the old ones back."
    EMPTY = "Write the words first."
    FIXED = "The programmers alone change this word."
    LETTER = "{letter} is no letter of a basic handset: write {instead}"
    PHRASE = "It cannot be said so: {message}"
    FINDING = "It hurts the screen: {message}"
    NOTHING_ASKED = "Write what you ask."
    WAITS = "Other words went live meanwhile. An editor settles the change first."


@dataclass(frozen=True, slots=True)
class WordsFault:
    why: Unfit
    values: Mapping[str, str | Remark] = field(default_factory=dict)
    finding: Finding | None = None
    """What the checker found, where it did."""

    def __str__(self) -> str:
        return self.why.value.format_map(self.values)


WordsFaults = Mapping[str, WordsFault]
"""By place; the first of each text."""


def faults_of(review: ReviewBook, book: Book, new: Sequence[ReviewedText]) -> WordsFaults:
    """Of new words those that cannot be taken. `book`: what is live. All are looked at together."""
    found = {text.place: fault for text in new for fault in _alone(review, book, text)}
    fit = [text for text in new if text.place not in found and text.in_flows]
    flows: dict[str, list[ReviewedText]] = {}
    for text in fit:
        flows.setdefault(text.place.partition(".")[0], []).append(text)
    for name, texts in flows.items():
        found |= _of_flow(review, book, name, texts)
    return found


def said_so(flow: object, texts: Sequence[ReviewedText], language: str) -> dict[str, object] | None:
    """A flow's document that says these words; None where one of the texts is not in it."""
    changed = dict(nodes_of(flow))
    for text in texts:
        _, node, *steps = text.place.split(".")
        try:
            changed[node] = with_value(changed[node], (*steps, language), text.words[language])
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            return None
    return {**(flow if isinstance(flow, Mapping) else {}), "nodes": changed}


def _alone(review: ReviewBook, book: Book, text: ReviewedText) -> Iterator[WordsFault]:
    """The first fault of the words by themselves."""
    words = text.words[review.language]
    if is_fixed(text.place):
        yield WordsFault(Unfit.FIXED)
    elif not words:
        yield WordsFault(Unfit.EMPTY)
    elif letters := strangers(words):
        values = {"letter": letters[0], "instead": substitute(letters[0])}
        yield WordsFault(Unfit.LETTER, values)
    elif not text.in_flows:
        template = Template[text.place.removeprefix(f"{PHRASES}.")]
        for message in publishing.phrase_faults(template, review.language, words, book.numbers):
            yield WordsFault(Unfit.PHRASE, {"message": message})
            return


def _of_flow(
    review: ReviewBook, book: Book, name: str, texts: Sequence[ReviewedText]
) -> dict[str, WordsFault]:
    """What the checker finds anew in the screens of these texts, at the text whose field it names."""
    before = review.document["flows"][name]
    after = said_so(before, texts, review.language)
    if after is None:
        return {text.place: WordsFault(Unfit.GONE) for text in texts}
    drafts = [drafted(name, flow) for flow in (before, after)]
    books = [put_in(book, draft.flow) for draft in drafts]
    unsafe = [[*of_words(one), *uncovered(book, one)] for one in books]
    found: dict[str, WordsFault] = {}
    for node in dict.fromkeys(text.place.split(".")[1] for text in texts):
        here = [text.place for text in texts if text.place.split(".")[1] == node]
        known, now = map(_told, books, drafts, unsafe, (node, node))
        for told, one in now.items():
            if one.language in ("", review.language) and told not in known:
                said = remark("{message}: {fix}", message=one.message, fix=one.fix)
                fault = WordsFault(Unfit.FINDING, {"message": said}, one)
                steps = one.field.split(".")
                # The first changed text of the screen where it is the screen as a whole.
                named = [at for at in here if all(step in at.split(".")[2:] for step in steps)]
                found.setdefault((named or here)[0], fault)
    return found


Told = tuple[Code, str, str, Remark]
"""A finding of a screen as one and the same before and after: also where it counts."""


def _told(book: Book, draft: Draft, unsafe: Sequence[Finding], node: str) -> Mapping[Told, Finding]:
    place = draft.flow.name, node
    among = [one for one in unsafe if (one.flow, one.node) == place]
    return {
        (one.code, one.language, one.field, one.message): one
        for one in (*draft_findings(book, draft, node=node), *among)
    }


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
        found |= dict(_meters_of_flow(book, review, name, own))
    return found


def _meters_of_flow(
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
