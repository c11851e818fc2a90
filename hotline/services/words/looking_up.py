"""Looks for words in everything that callers may read: flows, and what the code says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from hotline.domain.changes.change import PHRASES as CODE_WORDS
from hotline.domain.flows.review import PHRASES
from hotline.domain.wording import Template
from hotline.engine.check.finding import anchor
from hotline.engine.check.risky import plain
from hotline.engine.editing.anatomy import WordsFound, nodes_of, place_of, searched
from hotline.ports import Kit
from hotline.services.changes import at_hand, drafts
from hotline.services.flows.authoring import live_document
from hotline.services.words.review_book import phrase_words
from hotline.text.remark import Phrases

MOST_HITS = 50


@dataclass(frozen=True, slots=True)
class WordsHit:
    found: WordsFound
    place: str
    """Where reviews have the text; empty where a flow or a screen is called so."""

    @property
    def anchor(self) -> str:
        """The id of its field in the editor."""
        return anchor(self.found.field, self.found.language)


def look_up(kit: Kit, query: str, change_id: int | None = None) -> tuple[WordsHit, ...]:
    """At most `MOST_HITS`, in the order of the flows: of what callers hear, or of a change.

    Raises NotFound, NotReady, StoreUnavailable.
    """
    document = live_document(kit.database) if change_id is None else _of_change(kit, change_id)
    return tuple(islice(_hits(document, kit.phrases, query), MOST_HITS))


def _of_change(kit: Kit, change_id: int) -> Mapping[str, Any]:
    phrases = drafts.draft(kit, change_id, CODE_WORDS).document
    return {"flows": at_hand.flows_in(kit, change_id), "phrases": phrases or {}}


def _hits(document: Mapping[str, Any], phrases: Phrases, query: str) -> Iterator[WordsHit]:
    flows = document["flows"]
    for found in searched(flows, query):
        place = ""
        if found.field:
            node = nodes_of(flows[found.flow])[found.node]
            place = place_of(found.flow, found.node, node, found.field)
        yield WordsHit(found, place)

    wanted = plain(query)
    for template in Template if wanted else ():
        for code, words in phrase_words(phrases, document.get("phrases", {}), template).items():
            if wanted in plain(words):
                found = WordsFound(PHRASES, template.name, "", code, words)
                yield WordsHit(found, f"{PHRASES}.{template.name}")
