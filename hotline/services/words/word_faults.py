"""What keeps words from being taken: letters, placeholders, and what the checker finds in the screen they stand on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.domain.flows.review import PHRASES, ReviewedText
from hotline.domain.wording import Template
from hotline.engine.check.checking import of_words
from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.reporting import uncovered
from hotline.engine.editing.anatomy import nodes_of, with_value
from hotline.engine.editing.drafting import Draft, draft_findings, drafted, put_in
from hotline.engine.flow import Book
from hotline.services.flows import phrasing
from hotline.services.words.review_book import ReviewBook, is_fixed
from hotline.text.gsm7 import strangers, substitute
from hotline.text.remark import Remark, remark


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
        for message in phrasing.faults(template, review.language, words, book.numbers):
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
