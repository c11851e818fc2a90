"""What no screen of a report may say or ask: words that give her away, and who she is. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hotline.engine.check.finding import Code, Finding, Findings, fault
from hotline.engine.check.parts import (
    leads_to,
    node_of,
    node_texts,
    nodes,
    said_texts,
    screens_from,
)
from hotline.engine.check.risky import (
    EARLY,
    IN_A_REPORT,
    LAST,
    Table,
    asks_who,
    plain,
    promised,
    risky_words,
    rows_of,
)
from hotline.engine.document.kept import Way
from hotline.engine.flow import REASON_LETTERS, Ask, Book, Finish, Flow, Menu, Node, Text, reached
from hotline.engine.run import Place
from hotline.text.remark import Remark, remark

GUARDED_SCREENS = 2
"""From the front on, itself the first."""


def too_early(book: Book) -> Findings:
    for place, depth in sorted(_depths(book).items(), key=lambda item: item[1]):
        where = remark("on screen {depth} from the front", depth=depth)
        for field, text in node_texts(node_of(book, place)):
            yield from _named(place, field, text, where, EARLY)


def last_screens(book: Book) -> Findings:
    """The last screen is the same after a lesson and after a tip, and says nothing of either."""
    first: Text | None = None
    for place, text in _last(book):
        yield from _named(place, "text", text, remark("on the last screen"), LAST)
        first = first or text
        if text != first:
            yield fault("last_screen", place.flow, place.node, "text")


def guarded(book: Book) -> set[Place]:
    """Where the words of `EARLY` are told of here."""
    return {*_depths(book), *(place for place, _ in _last(book))}


def _last(book: Book) -> Iterator[tuple[Place, Text]]:
    for flow, name, node in nodes(book):
        if not flow.private and isinstance(node, Finish) and node.text is not None:
            yield Place(flow.name, name), node.text


def _named(
    place: Place, field: str, text: Text, where: Remark, tables: tuple[Table, ...]
) -> Findings:
    for language, words in text.items():
        for word in risky_words(words, language, tables):
            yield fault(
                "too_early", place.flow, place.node, field, language, word=word, where=where
            )


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


REPEATS: Mapping[str, int] = {"double": 2, "triple": 3}
"""Words before a digit that is said once and meant more often."""
ARTICLES = frozenset({"un", "une", "one", "imwe"})
"""Digit words that say nothing of a number where no other digit is next to them."""
WORDS = {word: digits for digits, word in rows_of("number_words.csv")}
"""The words for digits, and for the pairs in which a number is read out, in every language of the line."""
_LIKE = str.maketrans({"o": "0", "l": "1", "i": "1"})
"""Letters that stand for a digit beside others."""
_TOKEN = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[\W_]{1,4}")
"""Marks and blanks between two digits of one number."""
_PLAIN = re.compile(r"[ .-]?")
"""What stands between digits that are written openly."""
_TIME = re.compile(
    r"\d{1,2}(?:/\d{1,2}){1,2}(?: \d{1,2}:\d{2})?|\d{1,2}:\d{2}(?: ?- ?\d{1,2}:\d{2})?"
)
"""A day, a time or hours, alone: no number."""
FEWEST, DISGUISED = 3, 6
"""Digits of the shortest number; of the shortest that is written in two parts by unusual marks."""


class _Part(NamedTuple):
    """Some digits of a run, as one word says them, and where it stands."""

    begins: int
    ends: int
    digits: str
    word: str
    is_plain: bool
    """Written as digits, and no unusual mark stands before it."""


def numbers_in(text: str) -> Iterator[str]:
    """Yields the digits of each number of three digits or more, in reading order."""
    plain = _folded(text)
    for whole in _runs(plain):
        run = _without_articles(whole)
        digits = "".join(part.digits for part in run)
        if _TIME.fullmatch(plain, run[0].begins, run[-1].ends):
            continue
        if all(part.is_plain for part in run):
            yield from [digits] * (len(digits) >= FEWEST)
        elif len(run) >= FEWEST or len(digits) >= DISGUISED:
            yield digits
        else:
            yield from (part.digits for part in run if len(part.digits) >= FEWEST)


def digits_in(text: str) -> Way:
    """Returns every digit and digit word of a text in reading order, without articles that stand alone."""
    runs = (run for run in _runs(_folded(text)) if len(run) > 1 or run[0].word not in ARTICLES)
    return tuple(part.digits for run in runs for part in run)


def _without_articles(run: list[_Part]) -> list[_Part]:
    """Returns the run without articles at its ends, where a digit is written in it: "2/3 Un emploi"."""
    if any(part.word.isdecimal() for part in run):
        while run[-1].word in ARTICLES:
            run = run[:-1]
        while run[0].word in ARTICLES:
            run = run[1:]
    return run


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _runs(plain: str) -> Iterator[list[_Part]]:
    """Yields the parts of each row of digits and digit words that only marks and blanks divide."""
    run: list[_Part] = []
    last, times = 0, 1
    for token in _TOKEN.finditer(plain):
        between, last = plain[last : token.start()], token.end()
        if run and not _BETWEEN.fullmatch(between):
            yield run
            run, times = [], 1
        if token[0] in REPEATS:
            times = REPEATS[token[0]]
            continue
        digits = _digits_of(token[0], has_run=bool(run)) * times
        if digits:
            is_plain = token[0].isdecimal() and times == 1
            is_plain = is_plain and (not run or _PLAIN.fullmatch(between) is not None)
            run.append(_Part(token.start(), token.end(), digits, token[0], is_plain))
        elif run:
            yield run
            run = []
        times = 1
    if run:
        yield run


def _digits_of(word: str, *, has_run: bool) -> str:
    """Returns the digits that a word stands for; empty for any other word."""
    if word.isdecimal():
        return "".join(str(unicodedata.decimal(one)) for one in word)
    parts = unicodedata.normalize("NFKD", word)
    bare = "".join(one for one in parts if not unicodedata.combining(one))
    if bare in WORDS:
        return WORDS[bare]
    like = bare.translate(_LIKE)
    is_like = any(one.isdecimal() for one in bare) or (has_run and bare == "o")
    return like if is_like and like.isdecimal() else ""


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
