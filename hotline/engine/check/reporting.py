"""What no screen of a report may say or ask: words that give her away, and who she is. Pure."""

from collections.abc import Iterator

from hotline.engine.check.early import guarded
from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import leads_to, node_texts, nodes, texts
from hotline.engine.check.risky import EARLY, IN_A_REPORT, asks_who, promised, risky_words
from hotline.engine.flow import Ask, Book, Flow, Menu, Node
from hotline.engine.run import Place
from hotline.text.remark import remark


def promises(book: Book) -> Iterator[Finding]:
    """Yields what a caller's screen outside of a report promises or asks for, and for which it gives no reason.

    A report's own screens are stricter: `unsafe_words` and `questions_of_who` accept no reason.
    """
    inside = gathering(book)
    for written in texts(book):
        where, flow = Place(written.flow, written.node), book.flows[written.flow]
        if flow.private or where in inside or where.node in flow.reasons:
            continue
        for language, words in written.text.items():
            for word in promised(words, language):
                message = remark('{field} says "{word}"', field=written.field, word=word)
                fix = remark("promise nothing, or give the reason why these words stand here")
                yield Finding(
                    where.flow, where.node, Code.PROMISE, message, fix, language, written.field
                )
            if _asks(flow.nodes[where.node], in_report=False):
                continue
            for word in asks_who(words, language):
                message = remark('{field} names "{word}"', field=written.field, word=word)
                fix = remark("ask for nothing that names anybody, or give the reason")
                yield Finding(
                    where.flow, where.node, Code.ASKS_WHO, message, fix, language, written.field
                )


def has_promises(flow: Flow, name: str) -> bool:
    """Returns True if the words of this screen need a reason."""
    return not flow.private and any(
        True
        for _, text in node_texts(flow.nodes[name])
        for language, words in text.items()
        for _ in (*promised(words, language), *asks_who(words, language))
    )


def unsafe_words(book: Book) -> Iterator[Finding]:
    """Nothing is told twice: where `early` looks, its own words are its own."""
    told, inside = guarded(book), gathering(book)
    rest = tuple(table for table in IN_A_REPORT if table not in EARLY)
    for written in texts(book):
        place = Place(written.flow, written.node)
        if place not in inside:
            continue
        for language, words in written.text.items():
            for word in risky_words(words, language, rest if place in told else IN_A_REPORT):
                message = remark(
                    '{field} says "{word}" on a screen of the report',
                    field=written.field,
                    word=word,
                )
                fix = remark("say it in other words, and promise nothing")
                yield Finding(
                    place.flow, place.node, Code.UNSAFE_WORD, message, fix, language, written.field
                )


def questions_of_who(book: Book) -> Iterator[Finding]:
    """In a report every question; elsewhere those that take words or a number."""
    inside = gathering(book)
    for flow, name, node in nodes(book):
        if flow.private or not _asks(node, in_report=Place(flow.name, name) in inside):
            continue
        for field, text in node_texts(node):
            for language, words in text.items():
                for word in asks_who(words, language):
                    message = remark('{field} asks who she is: "{word}"', field=field, word=word)
                    fix = remark("ask what happens and where, never who tells it")
                    yield Finding(flow.name, name, Code.ASKS_WHO, message, fix, language, field)


def words_outside(book: Book) -> Iterator[Finding]:
    """Words that nobody gathers are typed in vain; and each hop replays a text whose words no row marks.

    A private flow is no caller's: what a responder types there acts, or does nothing.
    """
    inside = gathering(book)
    for flow, name, node in nodes(book):
        if not isinstance(node, Ask) or node.kind != "words" or flow.private:
            continue
        if Place(flow.name, name) not in inside:
            message = remark("asks for words, and nothing on the way to it gathers them")
            fix = remark("offer choices, or ask inside a flow that records a report")
            yield Finding(flow.name, name, Code.WORDS_LOST, message, fix, field="text")


def gathering(book: Book) -> set[Place]:
    """Every node on a way through a flow that gathers, also in the flows that it calls."""
    waiting = [
        Place(flow.name, flow.start)
        for flow in book.flows.values()
        if flow.gathers and flow.start in flow.nodes
    ]
    seen = set(waiting)
    while waiting:
        for place in leads_to(book, waiting.pop()):
            if place not in seen:
                seen.add(place)
                waiting.append(place)
    return seen


def _asks(node: Node, *, in_report: bool) -> bool:
    if isinstance(node, Ask) and node.kind != "place":
        return True
    return in_report and isinstance(node, Menu | Ask)
