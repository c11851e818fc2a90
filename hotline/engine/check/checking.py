"""The checker: everything that can be known of a document's faults before anybody hears it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from hotline.engine.check import answers, asking, dialled, early, echoes, paths, reporting, texts
from hotline.engine.check.finding import MEND, Code, Finding
from hotline.engine.check.sizes import lengths, narrow, widths
from hotline.engine.document.document import Lists, bind, shaped
from hotline.engine.document.naming import field_of
from hotline.engine.document.shape import ShapeFault
from hotline.engine.flow import Book
from hotline.engine.screen import DEFAULT_LIMIT


def check(
    document: Mapping[str, Any],
    lists: Lists,
    *,
    limit: int = DEFAULT_LIMIT,
) -> tuple[Finding, ...]:
    """All findings; where the document has no shape, only those of its shape."""
    found = shaped(document)
    if isinstance(found, tuple):
        return tuple(_shape(fault) for fault in found)
    book = bind(found, lists)
    flows = (finding for name in book.flows for finding in of_flow(book, name, limit=limit))
    return (*flows, *of_book(book))


def of_flow(book: Book, name: str, *, limit: int = DEFAULT_LIMIT) -> Iterator[Finding]:
    """What can be known of one flow beside the names of the others, without the rest of the book being read."""
    flow = book.flows[name]
    # What is drawn of each screen of a large book is not kept for all of them.
    alone = replace(book, flows={name: flow}, drawings={})
    yield from paths.unknown_names_in(book, flow)
    yield from paths.dead_ends(alone)
    yield from _of_texts(alone, limit)


def of_node(book: Book, name: str, node: str, *, limit: int = DEFAULT_LIMIT) -> Iterator[Finding]:
    """Of these what concerns one node: a few milliseconds, so that nobody waits who writes it."""
    flow = book.flows[name]
    yield from (one for one in paths.unknown_names_in(book, flow) if one.node == node)
    whole = replace(book, flows={name: flow})
    yield from (one for one in paths.dead_ends(whole) if one.node == node)
    reasons = {node: flow.reasons[node]} if node in flow.reasons else {}
    nodes = {node: flow.nodes[node]} if node in flow.nodes else {}
    yield from _of_texts(
        replace(book, flows={name: replace(flow, nodes=nodes, reasons=reasons)}), limit
    )


def _of_texts(alone: Book, limit: int) -> Iterator[Finding]:
    """Languages, letters, numbers, words, lengths and answers of a book of one flow."""
    yield from texts.missing_languages(alone)
    yield from texts.letters(alone)
    yield from texts.unsigned_numbers(alone)
    yield from echoes.placeholders(alone)
    yield from widths.broken_words(alone)
    yield from lengths.labels(alone, limit)
    yield from lengths.pages(alone, limit)
    yield from lengths.english(alone, limit)
    yield from lengths.choices(alone)
    yield from answers.twice(alone)
    yield from narrow.too_many_lines(alone, limit)
    yield from lengths.unsure_late(alone)


def of_book(book: Book) -> Iterator[Finding]:
    """What is known only where every flow is read: ways, words near the front, reports, and echoes of answers."""
    yield from paths.unknown_names(book)
    yield from paths.unknown_answers(book)
    yield from paths.unreachable(book)
    yield from paths.loops(book)
    yield from of_words(book)
    yield from dialled.entries(book)
    yield from dialled.within_reach(book)
    yield from reporting.words_outside(book)
    yield from asking.asked_back(book)
    yield from echoes.echoes(book)
    yield from answers.too_many(book)


def of_words(book: Book) -> Iterator[Finding]:
    """Yields words that are unsafe where they stand: near the front, at the end, in a report, or anywhere."""
    yield from early.too_early(book)
    yield from early.last_screens(book)
    yield from reporting.unsafe_words(book)
    yield from reporting.promises(book)
    yield from reporting.questions_of_who(book)


def _shape(fault: ShapeFault) -> Finding:
    flow, node = (*fault.path, "", "", "", "")[1:4:2]
    field, language = field_of(fault.path[4:], str(fault.says))
    at = field or ".".join(fault.path[5:] if node else fault.path[2:])
    return Finding(flow, node, Code.SHAPE, fault.says, MEND, language, at)
