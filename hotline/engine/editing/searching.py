"""Where words stand in the flows, for whoever looks for a sentence. Pure.

Looked for without capitals and accents, and in the names of flows and screens as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hotline.engine.check.risky import plain
from hotline.engine.document.kept import derived
from hotline.engine.editing.anatomy import nodes_of, texts_in


@dataclass(frozen=True, slots=True)
class WordsFound:
    flow: str
    node: str
    """Empty where the flow is called so."""
    field: str
    """Empty where the screen is called so."""
    language: str
    words: str


def searched(flows: Mapping[str, object], query: str) -> Iterator[WordsFound]:
    """Every text that holds the query, in the order of the document; nothing for an empty one."""
    wanted = plain(query)
    if not wanted:
        return
    for flow, document in flows.items():
        said = derived(_said, document, flow)
        if wanted in said.plain:
            yield from (found for words, found in said.parts if wanted in words)


@dataclass(frozen=True, slots=True)
class _FlowWords:
    """All that is looked for in a flow, without capitals and accents."""

    plain: str
    parts: tuple[tuple[str, WordsFound], ...]


def _said(document: object, flow: str) -> _FlowWords:
    parts = tuple((plain(found.words), found) for found in _parts(document, flow))
    return _FlowWords("\n".join(words for words, _ in parts), parts)


def _parts(document: object, flow: str) -> Iterator[WordsFound]:
    yield WordsFound(flow, "", "", "", flow)
    for node, written in nodes_of(document).items():
        yield WordsFound(flow, node, "", "", node)
        for text in texts_in(written):
            for language, words in text.words.items():
                yield WordsFound(flow, node, text.field, language, words)
