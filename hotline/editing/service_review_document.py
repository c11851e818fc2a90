"""Collects every text that callers read, for the translation pages. The result includes the new texts of a language's
open draft. Translators save texts into an open draft, such as "Words of Kinyarwanda". Until an approver publishes this
draft, only the draft contains the new text. A review counts only for the exact text that the reader reviewed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import sqrt
from typing import NamedTuple

from hotline.core.contexts import ConsoleContext, Context
from hotline.core.documents import Document, DocumentPath, derived_value
from hotline.core.wording import ALWAYS_SHIPPED, Template
from hotline.editing import service_drafts, service_publishing, service_reviews
from hotline.editing.rules_difference import WordSpan, word_spans
from hotline.editing.rules_preview import (
    FilledMeter,
    ReadDraft,
    draft_problems,
    meters,
    playable_part,
    read_draft,
    with_flow,
)
from hotline.editing.service_drafts import gather_draft
from hotline.flows import screen as engine_words
from hotline.flows.check import Code, Problem, words_newer_than_reason
from hotline.flows.check_flow_set import text_problems
from hotline.flows.conversation import Place
from hotline.flows.document import field_of
from hotline.flows.flow import FlowSet
from hotline.flows.node_fields import nodes_of, with_value
from hotline.flows.rules_reviews import (
    ENGINE,
    ENGLISH,
    PHRASES,
    GlossaryTerm,
    ReviewedText,
    ReviewState,
    Signature,
    state_of,
    term_spans,
    texts_of,
    valid_signatures,
)
from hotline.flows.service_authoring import live_document
from hotline.text.characters import foreign_letters, septets, substitute
from hotline.text.languages import CODES, FIRST, MessageText, Phrases, message_text

TITLES = {"rw": "Words of Kinyarwanda", "fr": "Words of French", "en": "Words of English"}
"""For each language, the title of the draft that contains the new texts."""


@dataclass(frozen=True)
class LanguageReview:
    language: str
    document: Document
    """The document that publishing this language's draft would produce."""
    sections: Mapping[str, Mapping[str, ReviewedText]]
    """The texts of each chapter. The inner key is the place of the text. The chapters are the flows, then the phrases
    (texts outside the flows, such as SMS texts), then the words of the flow engine (such as the labels of keys)."""
    signatures: Mapping[str, Sequence[Signature]]
    """The reviews in this language, by the place of the reviewed text."""
    draft_id: int | None
    """The draft that contains the new texts. The id is None if no text was saved since the last publication."""

    @cached_property
    def texts(self) -> Mapping[str, ReviewedText]:
        """Returns all texts of the language, by the place of the text."""
        return {place: text for texts in self.sections.values() for place, text in texts.items()}

    def state(self, text: ReviewedText) -> ReviewState:
        if not text.words.get(self.language):
            return ReviewState.MISSING
        return state_of(text, self.language, self.signatures.get(text.place, ()))

    def signed_by(self, text: ReviewedText) -> DocumentPath:
        """Returns the names of the people who reviewed exactly this text."""
        signed = self.signatures.get(text.place, ())
        return tuple(one.by for one in valid_signatures(text, self.language, signed))

    def waits_for(self, text: ReviewedText, name: str) -> bool:
        """Returns True if the text still needs a review by this person."""
        if text.place not in self.signatures:
            return True
        if self.state(text) is ReviewState.REVIEWED:
            return False
        return name.casefold() not in {by.casefold() for by in self.signed_by(text)}


def is_fixed(place: str) -> bool:
    """Returns True for a text that only programmers can change."""
    chapter, _, name = place.partition(".")
    always = {template.name for template in ALWAYS_SHIPPED}
    return chapter == ENGINE or (chapter == PHRASES and name in always)


def language_review(context: Context, language: str) -> LanguageReview:
    """Returns the texts of one language with their reviews. Raises NotReady, StoreUnavailable."""
    (one,) = language_reviews(context, (language,))
    return one


def language_reviews(
    context: Context, languages: Sequence[str] = CODES
) -> Iterator[LanguageReview]:
    """Yields the texts of each language with their reviews. Raises NotReady, StoreUnavailable.

    Reads the published texts only once for all languages that have no draft.
    """
    live: Document | None = None
    live_texts: Mapping[str, Mapping[str, ReviewedText]] = {}
    for language in languages:
        draft_id = text_draft(context, language)
        if draft_id is not None:
            with context.database.reading() as session:
                document = gather_draft(session, draft_id).document
            texts = _chapters(document, context.phrases)
        else:
            if live is None:
                live = live_document(context.database)
                live_texts = _chapters(live, context.phrases)
            document, texts = live, live_texts
        signatures: dict[str, list[Signature]] = {}
        for one in service_reviews.all_signatures(context, language):
            signatures.setdefault(one.place, []).append(one)
        yield LanguageReview(language, document, texts, signatures, draft_id)


def text_draft(context: Context, language: str) -> int | None:
    """Returns the open draft of a language's texts. If two drafts are open, returns the older draft. Raises
    StoreUnavailable."""
    open_now = [
        row.id for row, _ in service_drafts.list_drafts(context) if row.title == TITLES[language]
    ]
    return min(open_now, default=None)


def phrase_texts(phrases: Phrases, document: Document, template: Template) -> dict[str, str]:
    """Returns the text of a phrase in each language. `document` contains, for each language, the phrases that a draft
    or a publication changed."""
    shipped = {code: phrases.shipped(code, template) for code in CODES}
    shipped[ENGLISH] = template.value
    changed = {code: document.get(code, {}).get(template.name) for code in CODES}
    return {code: changed[code] or shipped[code] for code in CODES}


def _chapters(document: Document, phrases: Phrases) -> Mapping[str, Mapping[str, ReviewedText]]:
    flows = {name: derived_value(_texts_in, flow, name) for name, flow in document["flows"].items()}
    changed = document.get("phrases", {})
    said = (
        ReviewedText(f"{PHRASES}.{one.name}", phrase_texts(phrases, changed, one))
        for one in Template
    )
    texts = engine_words.all_texts().items()
    own = (ReviewedText(f"{ENGINE}.{name}", words) for name, words in texts)
    return {
        **flows,
        PHRASES: {text.place: text for text in said},
        ENGINE: {text.place: text for text in own},
    }


def _texts_in(flow: Document, name: str) -> Mapping[str, ReviewedText]:
    return {text.place: text for text in texts_of({name: {"nodes": nodes_of(flow)}})}


class TextRefusal(StrEnum):
    """The reason why the hotline refuses the text of a translator. The value of each reason is an English message,
    which the page translates. Values of the fault replace the placeholders `{...}` in this message."""

    GONE = "This text was moved or removed after you opened the page."
    CHANGED = "The text or the English text changed after you opened the page. Read the new text."
    UNSAVED = "You edited this text. Save the new text as reviewed, or restore the old text."
    EMPTY = "The text is empty. Enter a text."
    FIXED = "Only programmers can change this text."
    LETTER = "a basic phone cannot show {letter}: use {instead}"
    PHRASE = "Cannot use this text: {message}"
    FINDING = "The screen has an error: {message}"
    NOTHING_ASKED = "Enter your question."
    WAITS = (
        "Another draft was published after this draft was started. "
        "An editor must update this draft before you can publish it."
    )


class TextFault(NamedTuple):
    refusal: TextRefusal
    values: Mapping[str, str | MessageText] = {}
    finding: Problem | None = None
    """The problem that the checker found, if any."""

    def __str__(self) -> str:
        return self.refusal.value.format_map(self.values)


TextFaults = Mapping[str, TextFault]
"""The first fault of each text, by the place of the text."""


def faults_of(review: LanguageReview, flow_set: FlowSet, new: Sequence[ReviewedText]) -> TextFaults:
    """Maps the place of each faulty new text to its fault. `flow_set` is the published flow set. The function checks
    all texts together."""
    found = {text.place: fault for text in new for fault in _alone(review, flow_set, text)}
    fit = [text for text in new if text.place not in found and text.in_flows]
    flows: dict[str, list[ReviewedText]] = {}
    for text in fit:
        flows.setdefault(text.place.partition(".")[0], []).append(text)
    for name, texts in flows.items():
        found |= _of_flow(review, flow_set, name, texts)
    return found


def with_texts(
    flow: object, texts: Sequence[ReviewedText], language: str
) -> dict[str, object] | None:
    """Returns a flow's document with the new texts. Returns None if one of the texts has no place in the document."""
    changed = dict(nodes_of(flow))
    for text in texts:
        _, node, *steps = text.place.split(".")
        try:
            changed[node] = with_value(changed[node], (*steps, language), text.words[language])
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            return None
    return {**(flow if isinstance(flow, Mapping) else {}), "nodes": changed}


def _alone(review: LanguageReview, flow_set: FlowSet, text: ReviewedText) -> Iterator[TextFault]:
    """Yields the first fault that a text has without regard to its screen."""
    words = text.words[review.language]
    if is_fixed(text.place):
        yield TextFault(TextRefusal.FIXED)
    elif not words:
        yield TextFault(TextRefusal.EMPTY)
    elif letters := foreign_letters(words):
        values = {"letter": letters[0], "instead": substitute(letters[0])}
        yield TextFault(TextRefusal.LETTER, values)
    elif not text.in_flows:
        template = Template[text.place.removeprefix(f"{PHRASES}.")]
        for message in service_publishing.phrase_faults(
            template, review.language, words, flow_set.numbers
        ):
            yield TextFault(TextRefusal.PHRASE, {"message": message})
            return


def _of_flow(
    review: LanguageReview, flow_set: FlowSet, name: str, texts: Sequence[ReviewedText]
) -> dict[str, TextFault]:
    """Returns the new problems that the checker finds on the screens of these texts.

    The result lists each problem under the text of the field that the problem names.
    """
    before = review.document["flows"][name]
    after = with_texts(before, texts, review.language)
    if after is None:
        return {text.place: TextFault(TextRefusal.GONE) for text in texts}
    drafts = [read_draft(name, flow) for flow in (before, after)]
    books = [with_flow(flow_set, draft.flow) for draft in drafts]
    unsafe = [[*text_problems(one), *words_newer_than_reason(flow_set, one)] for one in books]
    found: dict[str, TextFault] = {}
    for node in dict.fromkeys(text.place.split(".")[1] for text in texts):
        here = [text.place for text in texts if text.place.split(".")[1] == node]
        known, now = map(_faults, books, drafts, unsafe, (node, node))
        for key, one in now.items():
            if one.language in ("", review.language) and key not in known:
                said = message_text("{message}: {fix}", message=one.message, fix=one.fix)
                fault = TextFault(TextRefusal.FINDING, {"message": said}, one)
                steps = one.field.split(".")
                # A problem of the whole screen is listed at the first changed text of that screen.
                named = [at for at in here if all(step in at.split(".")[2:] for step in steps)]
                found.setdefault((named or here)[0], fault)
    return found


Told = tuple[Code, str, str, MessageText]
"""The values that identify a problem, to find the same problem again in the flows after a change."""


def _faults(
    flow_set: FlowSet, draft: ReadDraft, unsafe: Sequence[Problem], node: str
) -> Mapping[Told, Problem]:
    place = draft.flow.name, node
    among = [one for one in unsafe if (one.flow, one.node) == place]
    return {
        (one.code, one.language, one.field, one.message): one
        for one in (*draft_problems(flow_set, draft, node=node), *among)
    }


class PlacedText(NamedTuple):
    flow: str
    """The name of the flow. The name is empty for a text outside the flows."""
    node: str
    """The name of the screen, or of the text outside the flows."""
    field: str
    """The name of the field in the editor's form, such as `choices.2`. The screen's own text has the field `text`."""


def placed_text(place: str) -> PlacedText:
    """Returns the three parts of a text's place: flow, screen and field."""
    flow, node, *steps = place.split(".")
    if flow in (PHRASES, ENGINE):
        return PlacedText("", node, "")
    return PlacedText(flow, node, field_of(steps)[0] or "text")


PAGE = 10
SEGMENT = 160
MAX_TERMS = 5
TODO, ALL = "todo", "all"
"""Two filters in addition to the review states: texts that this person can review, and all texts."""
SPREAD = (sqrt(5) - 1) / 2
"""Each account begins at another text of the list. The starting points of two consecutive account ids lie this share of
the list apart, so all starting points spread evenly."""


class PageText(NamedTuple):
    text: ReviewedText
    state: ReviewState
    placed: PlacedText
    signed_by: Sequence[str]
    is_own: bool
    """True if the reader of the page has reviewed this text."""
    is_fixed: bool
    english: Sequence[WordSpan]
    """The changes in the English text since the last review of this translation. The list is empty if nothing changed,
    or if the changes are not known."""
    doubts: Sequence[GlossaryTerm]
    spans: Mapping[str, Sequence[tuple[str, bool]]]
    """The text in each language, divided at the terms of the glossary."""
    terms: Sequence[GlossaryTerm]
    """The first terms of the glossary in the English text."""
    memory: Sequence[str]
    """Other translations of the same English text."""
    question: str
    """An open question that a careful reader asked about the text. The field is empty if there is no question."""
    widest: str
    """The text with the longest possible value in place of each placeholder. The field is empty if the text has no
    placeholder, or if the text belongs to a flow."""
    meter: FilledMeter | None
    """The size of the text, compared with the screen or SMS that contains the text."""

    @property
    def place(self) -> str:
        return self.text.place


class TextFilter(NamedTuple):
    state: str
    flow: str
    at: str
    """The text with which the page begins. If the page's address names no known text, the page begins at the account's
    own starting point."""


class TextPage(NamedTuple):
    texts: Sequence[PageText]
    left: int
    """The number of all texts that match the filter."""
    next_at: str
    """The text with which the next page begins. The field is empty at the end of the list."""
    draft_id: int | None


class ReviewMatrix(NamedTuple):
    """The review states of all texts by chapter. A chapter is a flow, the phrases (texts outside the flows, such as SMS
    texts), or the words of the flow engine."""

    reviews: Sequence[LanguageReview]
    """The texts of each language."""

    @property
    def chapters(self) -> Sequence[str]:
        """Returns the names of the chapters that have texts."""
        all_of = (item for review in self.reviews for item in review.sections.items())
        return [*dict.fromkeys(chapter for chapter, texts in all_of if texts)]

    def row(self, chapter: str) -> Mapping[str, Counter[ReviewState]]:
        """Returns, for each language, the number of the chapter's texts in each review state."""
        return {
            review.language: Counter(map(review.state, review.sections.get(chapter, {}).values()))
            for review in self.reviews
        }


def review_matrix(context: Context) -> ReviewMatrix:
    """Returns the states of all texts in all languages. Raises NotReady, StoreUnavailable."""
    return ReviewMatrix([*language_reviews(context)])


def text_page(
    context: ConsoleContext, by_name: str, account_id: int, language: str, wanted: TextFilter
) -> TextPage:
    """Returns one page of texts for a translator. Raises NotReady, StoreUnavailable."""
    review = language_review(context, language)
    places = [*review.texts]
    begin = int(account_id * SPREAD % 1 * len(places)) if wanted.state == TODO else 0
    if wanted.flow:
        begin = 0
    own_round = [*places[begin:], *places[:begin]]
    fit = [one for one in own_round if _is_wanted(review, one, wanted, by_name)]
    # If the filter leaves out the requested text, the page begins at the next text.
    here = {place: number for number, place in enumerate(own_round)}
    asked = here.get(wanted.at, 0)
    start = next((n for n, place in enumerate(fit) if here[place] >= asked), 0)
    shown, after = fit[start : start + PAGE], fit[start + PAGE : start + PAGE + 1]
    texts = [*_shown(context, review, shown, by_name)]
    return TextPage(texts, len(fit), "".join(after), review.draft_id)


def text_meters(
    context: Context, language: str, typed: Mapping[str, str]
) -> Mapping[str, FilledMeter]:
    """Maps the place of each text to the text's meter, while a person types the texts. A meter shows how full a screen
    is."""
    review = language_review(context, language)
    known = [
        (review.texts[place], words) for place, words in typed.items() if place in review.texts
    ]
    return meters_of(context, review, [text.saying(language, words) for text, words in known])


def filter_texts(
    review: LanguageReview, wanted: TextFilter, by_name: str
) -> Sequence[ReviewedText]:
    """Returns every text that matches a filter, in the order of the flows."""
    return [
        text for place, text in review.texts.items() if _is_wanted(review, place, wanted, by_name)
    ]


def _is_wanted(review: LanguageReview, place: str, wanted: TextFilter, by_name: str) -> bool:
    text = review.texts[place]
    if wanted.flow and place.partition(".")[0] != wanted.flow:
        return False
    if wanted.state == ALL:
        return True
    if wanted.state == TODO:
        return review.waits_for(text, by_name)
    return review.state(text) == wanted.state


def _shown(
    context: ConsoleContext, review: LanguageReview, places: Sequence[str], by_name: str
) -> Iterator[PageText]:
    texts = [review.texts[place] for place in places]
    filled = meters_of(context, review, texts)
    stale = [text.place for text in texts if review.state(text) is ReviewState.STALE]
    read = service_reviews.english_read(context, review.language, stale) if stale else {}
    terms = context.aids.terms
    for text in texts:
        kinyarwanda = text.words.get(FIRST, "")
        signed = review.signed_by(text)
        before, now = read.get(text.place), text.words.get(ENGLISH, "")
        yield PageText(
            text=text,
            state=review.state(text),
            placed=placed_text(text.place),
            signed_by=signed,
            is_own=by_name.casefold() in {name.casefold() for name in signed},
            is_fixed=is_fixed(text.place),
            english=word_spans(before, now) if before not in (None, now) else (),
            doubts=[one for one in context.aids.doubts if one.occurs_in(kinyarwanda)],
            spans={code: term_spans(text.words.get(code, ""), code, terms) for code in CODES},
            terms=[one for one in terms if one.occurs_in(now, ENGLISH)][:MAX_TERMS],
            memory=equal_texts(review, text),
            question=context.aids.questions.get((text.place, review.language), ""),
            widest=widest(text, review.language),
            meter=filled.get(text.place),
        )


def equal_texts(review: LanguageReview, text: ReviewedText) -> Sequence[str]:
    """Returns the different translations of the same English text at other places. Reviewed translations come first."""
    if review.language == ENGLISH or not text.words.get(ENGLISH):
        return ()
    equal = [
        one
        for one in review.texts.values()
        if one.words.get(ENGLISH) == text.words[ENGLISH] and one.words.get(review.language)
    ]
    equal.sort(key=lambda one: review.state(one) is not ReviewState.REVIEWED)
    found = dict.fromkeys(one.words[review.language] for one in equal)
    found.pop(text.words.get(review.language, ""), None)
    return [*found][:MAX_TERMS]


def widest(text: ReviewedText, language: str) -> str:
    """Returns a phrase (a text outside the flows, such as an SMS) with the longest possible value in place of each
    placeholder. The result is empty if the text is not a phrase or has no placeholder."""
    words = text.words.get(language, "")
    if not text.place.startswith(f"{PHRASES}.") or "{" not in words:
        return ""
    try:
        return words.format_map(service_publishing.LONGEST_VALUES)
    except (KeyError, ValueError, IndexError):
        return ""


def meters_of(
    context: Context, review: LanguageReview, texts: Sequence[ReviewedText]
) -> Mapping[str, FilledMeter]:
    """Maps the place of each text to the text's meter. Texts of the flow engine have no meter."""
    flow_set = context.flow_sets.get(context.flow_sets.live())
    found: dict[str, FilledMeter] = {}
    flows: dict[str, list[ReviewedText]] = {}
    for text in texts:
        name = text.place.partition(".")[0]
        if name == PHRASES:
            words = widest(text, review.language) or text.words.get(review.language, "")
            found[text.place] = FilledMeter(
                review.language, septets(words), SEGMENT, 1, septets(words), is_sms=True
            )
        elif name != ENGINE:
            flows.setdefault(name, []).append(text)
    for name, own in flows.items():
        found |= dict(_meters_of_flow(flow_set, review, name, own))
    return found


def _meters_of_flow(
    flow_set: FlowSet, review: LanguageReview, name: str, texts: Sequence[ReviewedText]
) -> Iterator[tuple[str, FilledMeter]]:
    document = with_texts(review.document["flows"][name], texts, review.language)
    if document is None:
        return
    drawn = with_flow(flow_set, playable_part(document, name))
    nodes = nodes_of(document)
    of_nodes = {
        node: meters(drawn, Place(name, node), nodes[node]) for node in {*map(_node, texts)}
    }
    for text in texts:
        if (filled := of_nodes[_node(text)].get(review.language)) is not None:
            yield text.place, filled


def _node(text: ReviewedText) -> str:
    return text.place.split(".")[1]
