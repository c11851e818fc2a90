"""Words into the change of their language, which is opened when the first are saved."""

import secrets
from collections.abc import Sequence

from hotline.domain.changes.change import PHRASES as PHRASES_PART
from hotline.domain.changes.change import Author, PartDocument, StepKind
from hotline.domain.flows.review import ReviewedText
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.changes import catching_up, drafts, folders, steps
from hotline.services.changes.catching_up import CaughtUp
from hotline.services.changes.drafts import NewStep
from hotline.services.changes.steps import StepSaved
from hotline.services.words.review_book import TITLES, phrase_words, words_change
from hotline.services.words.word_faults import Unfit, WordsFault, WordsFaults, said_so

TRIES = 3
"""How often a save begins again, where somebody published or dropped the change meanwhile."""


def save_words(
    kit: Kit, by: Author, language: str, texts: Sequence[ReviewedText], once: str
) -> WordsFaults:
    """Save each part's new words as one step. By place, what could not be saved. Raises StoreUnavailable."""
    parts: dict[str, list[ReviewedText]] = {}
    for text in texts:
        name = text.place.partition(".")[0] if text.in_flows else PHRASES_PART
        parts.setdefault(name, []).append(text)
    unsaved: dict[str, WordsFault] = {}
    for part, own in parts.items():
        fault = _save_part(kit, by, language, part, own, once)
        if fault is not None:
            unsaved |= {text.place: fault for text in own}
    return unsaved


def open_words_change(kit: Kit, by: Author, language: str) -> int:
    """The change that a language's words go into. Raises NotReady, StoreUnavailable."""
    here = words_change(kit, language)
    if here is not None:
        return here
    opened = folders.open_change(kit, by, TITLES[language])
    assert isinstance(opened, int), "the title is ours"
    older = words_change(kit, language)
    if older is None or older == opened:
        return opened
    folders.drop(kit, by, opened)
    return older


def _save_part(
    kit: Kit, by: Author, language: str, part: str, texts: Sequence[ReviewedText], once: str
) -> WordsFault | None:
    for _ in range(TRIES):
        change_id = open_words_change(kit, by, language)
        now = drafts.draft(kit, change_id, part)
        document = _with_words(kit, part, now.document, texts, language)
        if document is None:
            again = catching_up.catch_up(kit, by, change_id, once=secrets.token_hex(8))
            if not isinstance(again, CaughtUp):
                return WordsFault(Unfit.WAITS)
            now = drafts.draft(kit, change_id, part)
            document = _with_words(kit, part, now.document, texts, language)
        if document is None:
            return WordsFault(Unfit.GONE)
        says = {"did": StepKind.WORDS_TAKEN, "languages": [language], "count": len(texts)}
        new = NewStep(part, document, once, says)
        saved = steps.save_step(kit, by, change_id, new, base_version=now.version)
        if isinstance(saved, StepSaved):
            return None
        if isinstance(saved, steps.StepClash):
            return WordsFault(Unfit.CHANGED)
    return WordsFault(Unfit.WAITS)


def _with_words(
    kit: Kit,
    part: str,
    document: PartDocument | None,
    texts: Sequence[ReviewedText],
    language: str,
) -> PartDocument | None:
    """None where a text is not there."""
    if part != PHRASES_PART:
        return said_so(document, texts, language) if document else None
    said = dict((document or {}).get(language, {}))
    for text in texts:
        template = Template[text.place.partition(".")[2]]
        said[template.name] = text.words[language]
        if phrase_words(kit.phrases, {}, template)[language] == said[template.name]:
            del said[template.name]
    return {**(document or {}), language: said}
