"""What no screen of a report may say or ask: words that give her away, and who she is. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from hotline.engine.check.early import guarded
from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import leads_to, node_texts, nodes, texts
from hotline.engine.check.risky import EARLY, IN_A_REPORT, asks_who, plain, promised, risky_words
from hotline.engine.flow import REASON_LETTERS, Ask, Book, Flow, Menu, Node
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


def promises(book: Book) -> Iterator[Finding]:
    """Yields what a caller's screen outside of a report promises or asks for, and for which it gives no reason.

    A report's own screens are stricter: `unsafe_words` and `questions_of_who` accept no reason.
    """
    for risk in _risks(book):
        if book.flows[risk.place.flow].reason_of(risk.place.node) is None:
            yield risk.finding(_REASON_MISSING)


def uncovered(live: Book, book: Book) -> Iterator[Finding]:
    """Yields the words that are new on a screen whose reason is older than they are.

    A reason covers the words that callers heard when somebody gave it. `live`: what callers hear now. A new reason
    covers all that stands there.
    """
    for risk in _risks(book):
        flow, node = risk.place.flow, risk.place.node
        reason, was = book.flows[flow].reason_of(node), live.flows.get(flow)
        older = None if reason is None or was is None else _given_for(was, node, reason)
        if was is not None and older is not None and not _heard(was.nodes[older], risk):
            yield risk.finding(_REASON_OLDER)


@dataclass(frozen=True, slots=True)
class _Risk:
    """One word of a caller's screen that needs a reason."""

    place: Place
    code: Code
    field: str
    language: str
    word: str

    def finding(self, fix: Remark) -> Finding:
        says = remark('{field} says "{word}"', field=self.field, word=self.word)
        if self.code is Code.ASKS_WHO:
            says = remark('{field} names "{word}"', field=self.field, word=self.word)
        flow, node = self.place.flow, self.place.node
        return Finding(flow, node, self.code, says, fix, self.language, self.field)


def _risks(book: Book) -> Iterator[_Risk]:
    inside = gathering(book)
    for written in texts(book):
        where, flow = Place(written.flow, written.node), book.flows[written.flow]
        if flow.private or where in inside:
            continue
        is_question = _asks(flow.nodes[where.node], in_report=False)
        for language, words in written.text.items():
            for code, word in _risky(words, language):
                # What a question asks for needs no reason: `questions_of_who` accepts none.
                if code is Code.PROMISE or not is_question:
                    yield _Risk(where, code, written.field, language, word)


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
