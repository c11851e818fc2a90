"""The checker: everything that can be known of a document's faults before anybody hears it. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from hotline.engine.check import answers, asking, dialled, early, echoes, paths, reporting, texts
from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.sizes import lengths, narrow, widths
from hotline.engine.document.document import Lists, bind, read
from hotline.engine.flow import Book
from hotline.engine.screen import DEFAULT_LIMIT
from hotline.errors import FlowInvalid


def check(
    document: Mapping[str, Any],
    lists: Lists,
    *,
    limit: int = DEFAULT_LIMIT,
) -> tuple[Finding, ...]:
    """All findings; where the document has no shape, only those of its shape."""
    try:
        book = bind(read(document), lists)
    except FlowInvalid as invalid:
        return tuple(_shape(fault) for fault in invalid.problems)
    return tuple(_findings(book, limit))


def _findings(book: Book, limit: int) -> Iterator[Finding]:
    yield from paths.unknown_names(book)
    yield from paths.unknown_answers(book)
    yield from paths.dead_ends(book)
    yield from paths.unreachable(book)
    yield from paths.loops(book)
    yield from texts.missing_languages(book)
    yield from texts.letters(book)
    yield from texts.unsigned_numbers(book)
    yield from widths.broken_words(book)
    yield from lengths.labels(book, limit)
    yield from lengths.pages(book, limit)
    yield from lengths.choices(book)
    yield from narrow.too_many_lines(book, limit)
    yield from lengths.unsure_late(book)
    yield from early.too_early(book)
    yield from early.last_screens(book)
    yield from dialled.entries(book)
    yield from dialled.within_reach(book)
    yield from reporting.unsafe_words(book)
    yield from reporting.questions_of_who(book)
    yield from reporting.words_outside(book)
    yield from asking.asked_back(book)
    yield from echoes.echoes(book)
    yield from answers.too_many(book)


def _shape(fault: str) -> Finding:
    path, _, message = fault.partition(": ")
    flow, node = (*path.split("."), "", "", "", "")[1:4:2]
    return Finding(
        flow, node, Code.SHAPE, fault if not message else f"{path}: {message}", "mend it"
    )
