"""What no screen of a report may say or ask: words that give her away, and who she is. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from hotline.engine.check.early import guarded
from hotline.engine.check.finding import Code, Finding, Findings, fault
from hotline.engine.check.parts import leads_to, node_of, node_texts, nodes, said_texts
from hotline.engine.check.risky import EARLY, IN_A_REPORT, asks_who, plain, promised, risky_words
from hotline.engine.flow import REASON_LETTERS, Ask, Book, Flow, Menu, Node, reached
from hotline.engine.run import Place
from hotline.text.remark import Remark, remark

_REASON_MISSING = remark(
    'say it in other words, or fill in "{reason_field}" with {count} letters or more',
    reason_field="reason",
    count=REASON_LETTERS,
)
_REASON_OLDER = remark(
    'say it in other words, or change "{reason_field}": it was given before these words',
    reason_field="reason",
)


def promises(book: Book) -> Findings:
    """Yields what a caller's screen outside of a report promises or asks for, and for which it gives no reason.

    A report's own screens are stricter: `unsafe_words` and `questions_of_who` accept no reason.
    """
    for risk in _risks(book):
        if book.flows[risk.flow].reason_of(risk.node) is None:
            yield risk.finding(_REASON_MISSING)


def uncovered(live: Book, book: Book) -> Findings:
    """Yields the words that are new on a screen whose reason is older than they are.

    A reason covers the words that callers heard when somebody gave it. `live`: what callers hear now. A new reason
    covers all that stands there.
    """
    for risk in _risks(book):
        reason, was = book.flows[risk.flow].reason_of(risk.node), live.flows.get(risk.flow)
        if reason is None or was is None:
            continue
        older = _given_for(was, risk.node, reason)
        if older is not None and not _heard(was.nodes[older], risk):
            yield risk.finding(_REASON_OLDER)


class _Risk(NamedTuple):
    """One word of a caller's screen that needs a reason."""

    flow: str
    node: str
    field: str
    language: str
    code: Code
    word: str

    def finding(self, fix: Remark) -> Finding:
        rule = "names_who" if self.code is Code.ASKS_WHO else "promises"
        place = self.flow, self.node, self.field, self.language
        return fault(rule, *place, word=self.word)._replace(fix=fix)


def _risks(book: Book) -> Iterator[_Risk]:
    inside = gathering(book)
    for written, language, words in said_texts(book):
        flow = book.flows[written.flow]
        if flow.private or Place(written.flow, written.node) in inside:
            continue
        is_question = _asks(flow.nodes[written.node], in_report=False)
        for code, word in _risky(words, language):
            # What a question asks for needs no reason: `questions_of_who` accepts none.
            if code is Code.PROMISE or not is_question:
                yield _Risk(*written.at, language, code, word)


def _risky(words: str, language: str) -> Iterator[tuple[Code, str]]:
    yield from ((Code.PROMISE, word) for word in promised(words, language))
    yield from ((Code.ASKS_WHO, word) for word in asks_who(words, language))


def _given_for(live: Flow, node: str, reason: str) -> str | None:
    """Returns the live screen that gives this reason: the same one, or one that was renamed or copied."""
    there = [name for name in live.nodes if plain(live.reasons.get(name, "")) == plain(reason)]
    return node if node in there else next(iter(there), None)


def _heard(live: Node, risk: _Risk) -> bool:
    return any(
        (risk.code, risk.word) in _risky(text.get(risk.language, ""), risk.language)
        for _, text in node_texts(live)
    )


def has_promises(flow: Flow, name: str) -> bool:
    """Returns True if the words of this screen need a reason."""
    said = (text.items() for _, text in node_texts(flow.nodes[name]))
    return not flow.private and any(
        [*_risky(words, language)] for texts in said for language, words in texts
    )


def unsafe_words(book: Book) -> Findings:
    """Nothing is told twice: where `early` looks, its own words are its own."""
    told, inside = guarded(book), gathering(book)
    rest = tuple(table for table in IN_A_REPORT if table not in EARLY)
    for written, language, words in said_texts(book):
        place = Place(written.flow, written.node)
        if place in inside:
            for word in risky_words(words, language, rest if place in told else IN_A_REPORT):
                yield fault("unsafe_word", *written.at, language, word=word)


def questions_of_who(book: Book) -> Findings:
    """In a report every question; elsewhere those that take words or a number."""
    inside = gathering(book)
    for written, language, words in said_texts(book):
        place = Place(written.flow, written.node)
        in_report = place in inside
        if not book.flows[place.flow].private and _asks(node_of(book, place), in_report=in_report):
            for word in asks_who(words, language):
                yield fault("asks_who", *written.at, language, word=word)


def words_outside(book: Book) -> Findings:
    """Words that nobody gathers are typed in vain; and each hop replays a text whose words no row marks.

    A private flow is no caller's: what a responder types there acts, or does nothing.
    """
    inside = gathering(book)
    for flow, name, node in nodes(book):
        asks_words = isinstance(node, Ask) and node.kind == "words" and not flow.private
        if asks_words and Place(flow.name, name) not in inside:
            yield fault("words_lost", flow.name, name, "text")


def gathering(book: Book) -> set[Place]:
    """Every node on a way through a flow that gathers, also in the flows that it calls."""
    begins = [
        Place(flow.name, flow.start)
        for flow in book.flows.values()
        if flow.gathers and flow.start in flow.nodes
    ]
    return set(reached(begins, lambda place: leads_to(book, place)))


def _asks(node: Node, *, in_report: bool) -> bool:
    if isinstance(node, Ask) and node.kind != "place":
        return True
    return in_report and isinstance(node, Menu | Ask)
