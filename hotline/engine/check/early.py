"""What an inspector sees: screens that say too early what this line is for, and last screens that differ. Pure."""

from collections.abc import Iterator

from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import leads_to, node_texts, screens_from
from hotline.engine.check.risky import EARLY, LAST, Table, risky_words
from hotline.engine.flow import Book, Finish, Text
from hotline.engine.run import Place
from hotline.text.remark import Remark, remark

GUARDED_SCREENS = 2
"""From the front on, itself the first."""


def too_early(book: Book) -> Iterator[Finding]:
    for place, depth in sorted(_depths(book).items(), key=lambda item: item[1]):
        if depth > GUARDED_SCREENS:
            continue
        for field, text in node_texts(book.flows[place.flow].nodes[place.node]):
            yield from _named(place, field, text, _on_screen(depth), EARLY)


def last_screens(book: Book) -> Iterator[Finding]:
    """The last screen is the same after a lesson and after a tip, and says nothing of either."""
    first: Text | None = None
    for place, text in _last(book):
        yield from _named(place, "text", text, remark("on the last screen"), LAST)
        first = first or text
        if text != first:
            message = remark("this last screen can be told from the others")
            fix = remark("use the same words")
            yield Finding(place.flow, place.node, Code.LAST_SCREEN, message, fix, field="text")


def _on_screen(depth: int) -> Remark:
    return remark("on screen {depth} from the front", depth=depth)


def guarded(book: Book) -> set[Place]:
    """Where the words of `EARLY` are told of here."""
    return {*_depths(book), *(place for place, _ in _last(book))}


def _last(book: Book) -> Iterator[tuple[Place, Text]]:
    for flow in book.flows.values():
        for name, node in flow.nodes.items():
            if not flow.private and isinstance(node, Finish) and node.text is not None:
                yield Place(flow.name, name), node.text


def _named(
    place: Place, field: str, text: Text, where: Remark, tables: tuple[Table, ...]
) -> Iterator[Finding]:
    for language, words in text.items():
        for word in risky_words(words, language, tables):
            message = remark('{field} says "{word}" {where}', field=field, word=word, where=where)
            fix = remark("say it later, or in other words")
            yield Finding(place.flow, place.node, Code.TOO_EARLY, message, fix, language, field)


def _depths(book: Book) -> dict[Place, int]:
    """How many screens from the front each screen is at least; nodes that show nothing count for nothing."""
    front = book.flows.get(book.front)
    if front is None or front.start not in front.nodes:
        return {}
    depths: dict[Place, int] = {}
    layer = [Place(front.name, front.start)]
    for depth in range(1, GUARDED_SCREENS + 1):
        shown = [place for place in screens_from(book, layer) if place not in depths]
        depths.update(dict.fromkeys(shown, depth))
        layer = [after for place in shown for after in leads_to(book, place)]
    return depths
