"""Every text that callers read, as the words pages show it: with what waits in the change of a language.

The words that translators save go into the open change "Words of Kinyarwanda". Until it is live they stand there alone,
and a signature is for exactly these words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hotline.domain.flows.review import (
    ENGINE,
    ENGLISH,
    PHRASES,
    ReviewedText,
    ReviewState,
    Signature,
    readers,
    state_of,
    texts_of,
)
from hotline.domain.wording import ALWAYS_SHIPPED, Template
from hotline.engine import words as engine_words
from hotline.engine.document.kept import Document, Way, derived
from hotline.engine.editing.anatomy import nodes_of
from hotline.ports import Kit
from hotline.services.changes import folders
from hotline.services.changes.assembling import assemble, gather
from hotline.services.flows import reviewing
from hotline.services.flows.authoring import live_document
from hotline.text.languages import CODES
from hotline.text.remark import Phrases

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
    open_now = [row.id for row in folders.listed(kit) if row.title == TITLES[language]]
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
