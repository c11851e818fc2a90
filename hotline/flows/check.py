"""Describes a problem that the check of flows found: the fault, its place, and how to fix it. Pure.

The module also finds words and questions that the screens of a report may not contain: words that expose the caller,
and questions about identity.

Reviewers add words to the tables of `risky_words.csv`. The search for these words ignores accents and capitals. A word
of the tables also matches a longer word that begins with it. A Kinyarwanda word of the tables matches anywhere in a
longer word, because prefixes come before the stem: `curuz` matches "gucuruza" and "abacuruzi". A word that the table
marks `whole` matches only a whole word. The column `instead` contains safe words that an editor can write instead of
the risky word.
"""

import csv
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from hotline.core.documents import Document, DocumentPath, Editable
from hotline.flows.conversation import Place
from hotline.flows.document import targets
from hotline.flows.flow import (
    REASON_LETTERS,
    BranchNode,
    CallNode,
    Choice,
    Condition,
    EndNode,
    Flow,
    FlowSet,
    Lead,
    MenuNode,
    Node,
    QuestionNode,
    Text,
    Waiting,
    reachable,
)
from hotline.text.languages import MessageText, message_text, message_text_of

FIX = message_text("correct the value of this field")


class Code(StrEnum):
    """The kind of fault that the check of flows found."""

    SHAPE = "shape"
    """The document has a wrong structure. Then the check looks for no other problems."""
    UNKNOWN_NODE = "unknown_node"
    UNKNOWN_FLOW = "unknown_flow"
    UNKNOWN_LIST = "unknown_list"
    UNKNOWN_ENTRY = "unknown_entry"
    UNKNOWN_ANSWER = "unknown_answer"
    DIALLED = "dialled"
    """Digits that a caller dials after the service code can open a node that asks for a PIN or completes a report. The
    dialled digits stay in the phone's call log."""
    DEAD_END = "dead_end"
    UNREACHABLE = "unreachable"
    LOOP = "loop"
    LANGUAGE_MISSING = "language_missing"
    LETTER = "letter"
    NUMBER_UNSIGNED = "number_unsigned"
    TOO_LONG = "too_long"
    BROKEN_WORD = "broken_word"
    """A word is longer than a line of a narrow phone, so the phone breaks the word, or separates a choice's label from
    its digit."""
    TOO_MANY_CHOICES = "too_many_choices"
    TOO_MANY_LINES = "too_many_lines"
    """A question has no written reason, but needs more than `MAX_LINES` lines on a narrow phone.

    The check also uses this code for a written reason that the screen does not need.
    """
    UNSURE_LATE = "unsure_late"
    """The choice "not sure" appears only on the last page of a list."""
    TOO_EARLY = "too_early"
    LAST_SCREEN = "last_screen"
    UNSAFE_WORD = "unsafe_word"
    """A screen of a report contains a promise, or a word that exposes the caller."""
    PROMISE = "promise"
    """A screen makes a promise that the hotline cannot keep, and no written reason allows it."""
    ASKS_WHO = "asks_who"
    WORDS_LOST = "words_lost"
    """A question for free text is outside a report, so nothing saves the answer."""
    QUESTION = "question"
    """A question that desks may ask callers breaks one of the rules for such questions."""
    ECHO = "echo"
    """A screen repeats an answer of the caller, or contains a placeholder that does not exist."""
    VALUE_TWICE = "value_twice"
    """Two choices of one question save the same value."""
    TOO_MANY_ANSWERS = "too_many_answers"
    ALERT_LATE = "alert_late"
    PHRASE = "phrase"
    """An editor's new wording of an SMS, or of another text that the code sends, is not allowed."""


class Problem(NamedTuple):
    flow: str
    node: str
    code: Code
    message: MessageText
    fix: MessageText
    language: str = ""
    field: str = ""
    """The field to fix, as the editor's form names it, such as `choices.2`. The name is empty if the problem concerns
    the whole node."""

    @property
    def anchor(self) -> str:
        return anchor(self.field, self.language)

    @property
    def file(self) -> str:
        return f"{self.flow}.yaml"

    @property
    def sentence(self) -> str:
        return str(self.message_text)

    @property
    def message_text(self) -> MessageText:
        """Returns the problem as a message for a person: its place, the fault and the fix."""
        field = self.field if self.code is Code.SHAPE else ""
        place = " ".join(part for part in (self.file, self.node, field, self.language) if part)
        return message_text(
            "{where}: {message} [{code}]. Fix: {fix}",
            where=place,
            message=self.message,
            code=self.code.value,
            fix=self.fix,
        )

    def to_dict(self) -> Editable:
        """Returns the problem as data for a program, with its texts in English."""
        messages = {"message": str(self.message), "fix": str(self.fix)}
        return {"file": self.file, **self.to_row(), **messages}

    def to_row(self) -> Editable:
        """Returns the problem as data for the database. The texts of this data can later be shown in any language."""
        return {
            "flow": self.flow,
            "node": self.node,
            "code": self.code.value,
            "message": self.message.to_json(),
            "fix": self.fix.to_json(),
            "language": self.language,
            "field": self.field,
        }

    @classmethod
    def from_row(cls, row: Document) -> "Problem":
        """Returns the problem that `to_row` stored."""
        messages = {name: message_text_of(row[name]) for name in ("message", "fix")}
        return cls(**{**row, **messages, "code": Code(row["code"])})


Problems = Iterator[Problem]
RULES: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (files(__package__) / "rules.toml").read_text(encoding="utf-8")
)
"""Each rule of the check, by its name: the kind of the problem, the message and the fix. The function `problem`
replaces the placeholders in a message, such as `{field}`, with values."""


def problem(
    rule: str,
    flow: str,
    node: str,
    field: str = "",
    language: str = "",
    /,
    **values: str | int | MessageText,
) -> Problem:
    """Returns the problem to report for a field that breaks the rule with the name `rule`."""
    fields = {"field": field, "language": language, **values}
    message, fix = (
        message_text(words, **{name: one for name, one in fields.items() if f"{{{name}}}" in words})
        for words in (RULES[rule]["says"], RULES[rule]["fix"])
    )
    return Problem(flow, node, Code(RULES[rule]["code"]), message, fix, language, field)


def anchor(field: str, language: str = "") -> str:
    """Returns the id of a field on a page, such as `f-choices.2-rw`. If `field` is empty, the result is empty."""
    return "-".join(part for part in ("f", field, language) if part) if field else ""


# The functions below read the texts of nodes, their conditions, and the nodes that follow.


class WrittenText(NamedTuple):
    """A text of a node, and the name of the field that contains the text."""

    flow: str
    node: str
    field: str
    text: Text
    number: str | None = None
    """The phone number that this text may show, or None."""

    @property
    def at(self) -> tuple[str, str, str]:
        return self.flow, self.node, self.field


def nodes(flow_set: FlowSet) -> Iterator[tuple[Flow, str, Node]]:
    for flow in flow_set.flows.values():
        for name, node in flow.nodes.items():
            yield flow, name, node


def texts(flow_set: FlowSet) -> Iterator[WrittenText]:
    for flow, name, node in nodes(flow_set):
        may = {f"lead.{place}": lead.number for place, lead in enumerate(conditional_texts(node))}
        for field, text in node_texts(node):
            yield WrittenText(flow.name, name, field, text, may.get(field))


def translations(flow_set: FlowSet) -> Iterator[tuple[WrittenText, str, str]]:
    """Yields each text of a flow set in each of its languages, with the name of the language and the words."""
    for source in texts(flow_set):
        for language, words in source.text.items():
            yield source, language, words


def node_texts(node: Node) -> Iterator[tuple[str, Text]]:
    if isinstance(node, Waiting | EndNode) and node.text is not None:
        yield "text", node.text
    for number, lead in enumerate(conditional_texts(node)):
        yield f"lead.{number}", lead.text
    for number, choice in enumerate(choices_of(node)):
        yield f"choices.{number}", choice.label
    for name in ("note", "skip", "one", "none"):
        if text := getattr(node, name, None):
            yield name, text


def conditional_texts(node: Node) -> tuple[Lead, ...]:
    return node.leads if isinstance(node, Waiting) else ()


def choices_of(node: Node) -> tuple[Choice, ...]:
    return node.choices if isinstance(node, MenuNode | QuestionNode) else ()


def conditions(node: Node) -> Iterator[Condition]:
    yield from (condition for _, condition in placed_conditions(node))


def placed_conditions(node: Node) -> Iterator[tuple[str, Condition]]:
    """Yields each condition of a node, with the field that depends on the condition."""
    for number, lead in enumerate(conditional_texts(node)):
        yield from ((f"lead.{number}", condition) for condition in lead.whens)
    for number, choice in enumerate(choices_of(node)):
        if choice.when:
            yield f"choices.{number}.when", choice.when
    if isinstance(node, BranchNode):
        for number, arm in enumerate(node.arms):
            if arm.when:
                yield f"arms.{number}.when", arm.when


def next_nodes(flow_set: FlowSet, place: Place) -> Iterator[Place]:
    """Yields the nodes that a node may lead to.

    A call leads to the start of the called flow. The node after the call follows only if the called flow can return.
    """
    flow = flow_set.flows[place.flow]
    node = flow.nodes[place.node]
    if isinstance(node, CallNode) and node.flow in flow_set.flows:
        callee = flow_set.flows[node.flow]
        if callee.start in callee.nodes:
            yield Place(callee.name, callee.start)
        if not any(
            inner == EndNode() or (isinstance(inner, CallNode) and inner.goes is None)
            for inner in callee.nodes.values()
        ):
            return
    for target in targets(node):
        if target in flow.nodes:
            yield Place(flow.name, target)


def node_of(flow_set: FlowSet, place: Place) -> Node:
    return flow_set.flows[place.flow].nodes[place.node]


def screens_from(flow_set: FlowSet, places: Iterable[Place]) -> Iterator[Place]:
    """Yields, for every path from these places, the first screen on the path."""

    def following(place: Place) -> Iterable[Place]:
        return () if shows_screen(node_of(flow_set, place)) else next_nodes(flow_set, place)

    yield from (
        place for place in reachable(places, following) if shows_screen(node_of(flow_set, place))
    )


def shows_screen(node: Node) -> bool:
    return isinstance(node, Waiting) or (isinstance(node, EndNode) and node.text is not None)


def starts(flow_set: FlowSet) -> Iterator[Place]:
    """Yields the start node of the front flow and of each flow that a short code opens."""
    for name in (flow_set.front, *flow_set.entries.values()):
        flow = flow_set.flows.get(name)
        if flow is not None and flow.start in flow.nodes:
            yield Place(flow.name, flow.start)


@dataclass(frozen=True, eq=False)
class Table:
    """A list of words for each language. Two tables are never equal, so that a table can be the key of a cache."""

    words: Mapping[str, Sequence[str]]

    def of(self, language: str) -> Sequence[str]:
        return self.words.get(language, ())


def rows_of(name: str) -> Iterator[list[str]]:
    """Yields the rows of a table in this package, without its header."""
    with (files(__package__) / name).open(encoding="utf-8") as table:
        _, *rows = csv.reader(table)
    yield from rows


def _tables() -> tuple[Mapping[str, Table], Collection[str], Mapping[tuple[str, str], str]]:
    """Reads the file of risky words. Returns the words by table and language, the words that match only whole words,
    and the replacements."""
    found: dict[str, dict[str, list[str]]] = {}
    whole_words, replacements = set(), {}
    for table, language, words, is_whole, substitute in rows_of("risky_words.csv"):
        found.setdefault(table, {}).setdefault(language, []).append(words)
        if is_whole:
            whole_words.add(words)
        if substitute:
            replacements[language, words] = substitute
    return {name: Table(words) for name, words in found.items()}, whole_words, replacements


_TABLES, _WHOLE, REPLACEMENTS = _tables()
REPORTING, TRAFFICKING, POLICE = (_TABLES[name] for name in ("reporting", "trafficking", "police"))
TRADE_IN_PEOPLE = _TABLES["trade_in_people"]
"""All forms of the word "trade", as in "trade in people". Outside a report these words are harmless. For example,
"umucuruzi" means any trader."""
SAFETY, SECRECY, FREE = (_TABLES[name] for name in ("safety", "secrecy", "free"))
PAY_FIRST = _TABLES["pay_first"]
"""Words of a recruiter who asks for money first. The hotline itself never asks for money."""
WARNING_WORDS = _TABLES["warned_of"]
"""Phrases with which a text of the hotline warns of recruiters who ask for money first. Screens may contain the words
in these phrases."""
PROMISES = _TABLES["promises"]
"""Promises that help will come. "We cannot say if or when help comes" is not such a promise."""
ANY_PROMISES = _TABLES["vows"]
"""Words of a promise by the hotline, such as "we promise"."""
ELSEWHERE = _TABLES["elsewhere"]
"""Addresses of other services, or invitations to write to other services. The hotline cannot protect messages that
callers write to other services."""
AFTERWARDS = _TABLES["afterwards"]
"""Words about help, times or places. The last screen stays visible on the phone, so the last screen must not contain
words about help, times or places."""
IDENTITY_WORDS = _TABLES["who_she_is"]
"""Words that ask for the caller's name, phone, house or papers."""
IDENTITY_NOT_ASKED = _TABLES["not_asked"]
"""Phrases that say that the hotline does not ask for the caller's name, phone, house or papers. Screens may contain
these phrases."""
ANY_IDENTITY_WORDS = _TABLES["of_anybody"]
"""Words that ask for the name, number, house or papers of any person. A desk may not ask for any of these facts."""
IDENTITY_WARNINGS = _TABLES["said_of_none"]
"""Phrases that ask people not to give the name, number, house or papers of any person. Questions may contain these
phrases."""

EARLY = (REPORTING, TRAFFICKING, POLICE)
LAST = (*EARLY, PROMISES, AFTERWARDS)
IN_A_REPORT = (
    TRAFFICKING,
    TRADE_IN_PEOPLE,
    SAFETY,
    SECRECY,
    FREE,
    PROMISES,
    ANY_PROMISES,
    ELSEWHERE,
)
ON_ANY_SCREEN = (SAFETY, SECRECY, FREE, PAY_FIRST, ANY_PROMISES, ELSEWHERE)
"""Words that no screen may contain without a written reason. Most of these words promise something that the hotline
cannot keep."""
NEEDS_REASON = (*ON_ANY_SCREEN, IDENTITY_WORDS)
"""All words that a screen outside a report may contain only with a written reason."""
IN_A_MESSAGE = (REPORTING, TRAFFICKING, TRADE_IN_PEOPLE, POLICE, SECRECY, PROMISES)
"""Words that no SMS may contain. An SMS can appear on a lock screen, and other people may hold the phone."""

MAX_TEXTS = 1 << 14
"""The size of a cache: the number of texts whose risky words stay in memory."""
_SENTENCE_END = re.compile(r"(?<=[.!?:;]) ")


@lru_cache(MAX_TEXTS)
def risky_words(text: str, language: str, tables: tuple[Table, ...] = EARLY) -> DocumentPath:
    """Returns the words of the tables that `text` contains, without duplicates."""
    words = dict.fromkeys(word for table in tables for word in table.of(language))
    content = plain_text(text)
    return tuple(word for word in words if _pattern(word, language).search(content))


@cache
def _pattern(word: str, language: str) -> re.Pattern[str]:
    before = "" if language == "rw" and word not in _WHOLE else r"\b"
    after = r"\b" if word in _WHOLE else ""
    return re.compile(before + re.escape(word) + after)


@lru_cache(MAX_TEXTS)
def unsafe_promises(text: str, language: str) -> DocumentPath:
    """Returns the words in a text for callers that need a written reason, such as promises. Leaves out words in a
    warning about recruiters."""
    return risky_words(_without(text, language, WARNING_WORDS), language, ON_ANY_SCREEN)


def replacement(word: str, language: str, tables: tuple[Table, ...]) -> MessageText | None:
    """Returns a sentence that says what to write instead of a risky word. Returns None if no replacement is known, or
    if the replacement itself contains a word of `tables`."""
    instead = REPLACEMENTS.get((language, word), "")
    if not instead or risky_words(_without(instead, language, WARNING_WORDS), language, tables):
        return None
    return message_text('Instead of "{word}", write "{instead}"', word=word, instead=instead)


def with_replacement(
    fix: MessageText, word: str, language: str, tables: tuple[Table, ...]
) -> MessageText:
    """Adds a safe replacement for a risky word to the text of a fix, if a replacement is known."""
    advice = replacement(word, language, tables)
    if advice is None:
        return fix
    return message_text(
        '{fix}. Instead of "{word}", write "{instead}"', fix=fix, **dict(advice.values)
    )


def _word_problem(
    rule: str,
    at: tuple[str, str, str, str],
    word: str,
    tables: tuple[Table, ...],
    **values: MessageText,
) -> Problem:
    """Returns the problem to report for a risky word. `at` contains the flow, the node, the field and the language of
    the word."""
    found = problem(rule, *at, word=word, **values)
    return found._replace(fix=with_replacement(found.fix, word, found.language, tables))


def _without(text: str, language: str, innocent: Table) -> str:
    content = plain_text(text)
    for phrase in innocent.of(language):
        content = content.replace(phrase, "")
    return content


def new_risky_words(before: str, after: str, language: str) -> Iterator[str]:
    """Yields promises and words that ask for identity. Searches only the sentences of `after` that `before` does not
    contain."""
    old_sentences = {*_sentences(before)}
    new_sentences = [sentence for sentence in _sentences(after) if sentence not in old_sentences]
    for sentence in new_sentences:
        yield from unsafe_promises(sentence, language)
        yield from identity_words(sentence, language)


def _sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(plain_text(text))


@lru_cache(MAX_TEXTS)
def identity_words(text: str, language: str) -> DocumentPath:
    """Returns the words with which `text` asks for the caller's identity."""
    return risky_words(_without(text, language, IDENTITY_NOT_ASKED), language, (IDENTITY_WORDS,))


def any_identity_words(text: str, language: str) -> DocumentPath:
    """Returns the words with which `text` asks for the identity of any person: name, number, house or papers."""
    rest = _without(text, language, IDENTITY_WARNINGS)
    found = (*identity_words(rest, language), *risky_words(rest, language, (ANY_IDENTITY_WORDS,)))
    return tuple(dict.fromkeys(found))


@lru_cache(MAX_TEXTS)
def plain_text(text: str) -> str:
    """Returns the text without accents and capitals, and with single spaces."""
    parts = unicodedata.normalize("NFKD", " ".join(text.split()).casefold().replace("’", "'"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


GUARDED_SCREENS = 2
"""The number of screens that `too_early` checks on each path from the front. The front is the first screen."""


def too_early(flow_set: FlowSet) -> Problems:
    for place, depth in sorted(_depths(flow_set).items(), key=lambda item: item[1]):
        position = message_text("on screen {depth} of the call", depth=depth)
        for field, text in node_texts(node_of(flow_set, place)):
            yield from _named(place, field, text, position, EARLY)


def last_screens(flow_set: FlowSet) -> Problems:
    """Finds last screens that differ from each other or contain risky words.

    The last screen must be the same after a lesson and after a tip.
    """
    first: Text | None = None
    for place, text in _last(flow_set):
        yield from _named(place, "text", text, message_text("on the last screen of the call"), LAST)
        first = first or text
        if text != first:
            yield problem("last_screen", place.flow, place.node, "text")


def _last(flow_set: FlowSet) -> Iterator[tuple[Place, Text]]:
    for flow, name, node in nodes(flow_set):
        if not flow.private and isinstance(node, EndNode) and node.text is not None:
            yield Place(flow.name, name), node.text


def _named(
    place: Place, field: str, text: Text, position: MessageText, tables: tuple[Table, ...]
) -> Problems:
    for language, words in text.items():
        for word in risky_words(words, language, tables):
            at = place.flow, place.node, field, language
            yield _word_problem("too_early", at, word, tables, where=position)


def _depths(flow_set: FlowSet) -> dict[Place, int]:
    """Returns the nodes that a caller can see on the first `GUARDED_SCREENS` screens, each with the number of its
    screen. The front is screen 1. If several paths lead to a node, its smallest number counts. Nodes that show nothing
    do not count as screens."""
    front = flow_set.flows.get(flow_set.front)
    if front is None or front.start not in front.nodes:
        return {}
    depths: dict[Place, int] = {}
    layer = [Place(front.name, front.start)]
    for depth in range(1, GUARDED_SCREENS + 1):
        screens = [place for place in screens_from(flow_set, layer) if place not in depths]
        depths.update(dict.fromkeys(screens, depth))
        layer = [after for place in screens for after in next_nodes(flow_set, place)]
    return depths


REPEATS: Mapping[str, int] = {"double": 2, "triple": 3}
"""Words that say how often the next digit is repeated."""
ARTICLES = frozenset({"un", "une", "one", "imwe"})
"""Digit words that are also articles. Articles count as digits only next to other digits."""
WORDS = {word: digits for digits, word in rows_of("number_words.csv")}
"""Words for digits and for pairs of digits, as people read numbers out, in every language."""
_LOOKALIKES = str.maketrans({"o": "0", "l": "1", "i": "1"})
"""Letters that people type in place of a similar digit, such as "o" for 0."""
_TOKEN = re.compile(r"[^\W_]+")
_SEPARATOR = re.compile(r"[\W_]{1,4}")
"""Punctuation marks and spaces between two digits of one number."""
_PLAIN = re.compile(r"[ .-]?")
"""The usual separators between digits."""
_TIME = re.compile(
    r"\d{1,2}(?:/\d{1,2}){1,2}(?: \d{1,2}:\d{2})?|\d{1,2}:\d{2}(?: ?- ?\d{1,2}:\d{2})?"
)
"""Matches a text that is only a date, a time or opening hours. Such a text is not a phone number."""
MIN_DIGITS, MIN_DISGUISED_DIGITS = 3, 6
"""The minimum number of digits of a phone number, and of a phone number with unusual marks between its digits."""


class _Part(NamedTuple):
    """One word that means digits, with its position in the text."""

    begins: int
    ends: int
    digits: str
    word: str
    is_plain: bool
    """True if the word is written in digits and no unusual mark comes before it."""


def numbers_in(text: str) -> Iterator[str]:
    """Yields the digits of each number with three digits or more in a text, in reading order."""
    folded = _folded(text)
    for raw_run in _runs(folded):
        run = _without_articles(raw_run)
        digits = "".join(part.digits for part in run)
        if _TIME.fullmatch(folded, run[0].begins, run[-1].ends):
            continue
        if all(part.is_plain for part in run):
            yield from [digits] * (len(digits) >= MIN_DIGITS)
        elif len(run) >= MIN_DIGITS or len(digits) >= MIN_DISGUISED_DIGITS:
            yield digits
        else:
            yield from (part.digits for part in run if len(part.digits) >= MIN_DIGITS)


def digits_in(text: str) -> DocumentPath:
    """Returns every digit and digit word of a text in reading order. Leaves out articles that are not next to
    digits."""
    runs = (run for run in _runs(_folded(text)) if len(run) > 1 or run[0].word not in ARTICLES)
    return tuple(part.digits for run in runs for part in run)


def _without_articles(run: list[_Part]) -> list[_Part]:
    """Removes articles such as "un" from both ends of a sequence with written digits, as in "2/3 Un emploi"."""
    if any(part.word.isdecimal() for part in run):
        while run[-1].word in ARTICLES:
            run = run[:-1]
        while run[0].word in ARTICLES:
            run = run[1:]
    return run


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _runs(folded: str) -> Iterator[list[_Part]]:
    """Yields each sequence of digits and digit words that has only marks and spaces in between."""
    run: list[_Part] = []
    end, times = 0, 1
    for token in _TOKEN.finditer(folded):
        gap, end = folded[end : token.start()], token.end()
        if run and not _SEPARATOR.fullmatch(gap):
            yield run
            run, times = [], 1
        if token[0] in REPEATS:
            times = REPEATS[token[0]]
            continue
        digits = _digits_of(token[0], has_run=bool(run)) * times
        if digits:
            is_plain = token[0].isdecimal() and times == 1
            is_plain = is_plain and (not run or _PLAIN.fullmatch(gap) is not None)
            run.append(_Part(token.start(), token.end(), digits, token[0], is_plain))
        elif run:
            yield run
            run = []
        times = 1
    if run:
        yield run


def _digits_of(word: str, *, has_run: bool) -> str:
    """Returns the digits that a word means, or an empty text if the word means no digits."""
    if word.isdecimal():
        return "".join(str(unicodedata.decimal(letter)) for letter in word)
    folded = plain_text(word)
    if folded in WORDS:
        return WORDS[folded]
    lookalike = folded.translate(_LOOKALIKES)
    is_lookalike = any(letter.isdecimal() for letter in folded) or (has_run and folded == "o")
    return lookalike if is_lookalike and lookalike.isdecimal() else ""


_REASON_MISSING = message_text(
    'use other words, or enter a reason of {count} letters or more in "{reason_field}"',
    reason_field="reason",
    count=REASON_LETTERS,
)
_REASON_OLDER = message_text(
    'use other words, or change "{reason_field}": the reason in this field is about an older text',
    reason_field="reason",
)


def promises(flow_set: FlowSet) -> Problems:
    """Finds promises and questions about identity on screens outside reports. Skips screens that have a written reason.

    Inside a report, the rules are stricter: `unsafe_words` and `identity_questions` accept no reason.
    """
    for risk in _risks(flow_set):
        if flow_set.flows[risk.flow].reason_of(risk.node) is None:
            yield risk.finding(_REASON_MISSING)


def words_newer_than_reason(live: FlowSet, flow_set: FlowSet) -> Problems:
    """Yields risky words that an editor added to a screen after the screen got its written reason.

    A reason covers only words that the published screen already contained with the same reason. `live` is the
    published flow set. A new or changed reason covers all words of the screen.
    """
    for risk in _risks(flow_set):
        reason, flow = flow_set.flows[risk.flow].reason_of(risk.node), live.flows.get(risk.flow)
        if reason is None or flow is None:
            continue
        live_name, language = _node_of_reason(flow, risk.node, reason), risk.language
        if live_name is None:
            continue
        texts = (text.get(language, "") for _, text in node_texts(flow.nodes[live_name]))
        if not any((risk.code, risk.word) in _risky(text, language) for text in texts):
            yield risk.finding(_REASON_OLDER)


class _Risk(NamedTuple):
    """A word that a caller's screen may contain only with a written reason."""

    flow: str
    node: str
    field: str
    language: str
    code: Code
    word: str

    def finding(self, fix: MessageText) -> Problem:
        rule = "names_who" if self.code is Code.ASKS_WHO else "promises"
        place = self.flow, self.node, self.field, self.language
        fix = with_replacement(fix, self.word, self.language, NEEDS_REASON)
        return problem(rule, *place, word=self.word)._replace(fix=fix)


def _risks(flow_set: FlowSet) -> Iterator[_Risk]:
    report_places = report_nodes(flow_set)
    for source, language, words in translations(flow_set):
        flow = flow_set.flows[source.flow]
        if flow.private or Place(source.flow, source.node) in report_places:
            continue
        is_question = _is_question(flow.nodes[source.node], in_report=False)
        for code, word in _risky(words, language):
            # Skips identity words in a question, because `identity_questions` checks the words of questions.
            if code is Code.PROMISE or not is_question:
                yield _Risk(*source.at, language, code, word)


def _risky(words: str, language: str) -> Iterator[tuple[Code, str]]:
    yield from ((Code.PROMISE, word) for word in unsafe_promises(words, language))
    yield from ((Code.ASKS_WHO, word) for word in identity_words(words, language))


def _node_of_reason(live: Flow, node: str, reason: str) -> str | None:
    """Returns the name of the published screen with this written reason. The name differs from `node` if an editor
    renamed or copied the screen."""
    names = [
        name for name in live.nodes if plain_text(live.reasons.get(name, "")) == plain_text(reason)
    ]
    return node if node in names else next(iter(names), None)


def has_promises(flow: Flow, name: str) -> bool:
    """Returns True if this screen contains words that need a written reason."""
    texts_by_field = (text.items() for _, text in node_texts(flow.nodes[name]))
    return not flow.private and any(
        [*_risky(words, language)] for texts in texts_by_field for language, words in texts
    )


def unsafe_words(flow_set: FlowSet) -> Problems:
    """Finds unsafe words in a report. Skips words about reporting, trafficking or police on the first and last
    screens, where another check reports these words."""
    early = {*_depths(flow_set), *(place for place, _ in _last(flow_set))}
    report_places = report_nodes(flow_set)
    rest = tuple(table for table in IN_A_REPORT if table not in EARLY)
    for source, language, words in translations(flow_set):
        place = Place(source.flow, source.node)
        if place in report_places:
            for word in risky_words(words, language, rest if place in early else IN_A_REPORT):
                yield _word_problem("unsafe_word", (*source.at, language), word, IN_A_REPORT)


def identity_questions(flow_set: FlowSet) -> Problems:
    """Finds questions that ask for a person's identity. In a report, the function checks every question. Outside a
    report, it checks only questions that callers answer by typing words, numbers or PINs."""
    report_places = report_nodes(flow_set)
    for source, language, words in translations(flow_set):
        place = Place(source.flow, source.node)
        in_report = place in report_places
        if not flow_set.flows[place.flow].private and _is_question(
            node_of(flow_set, place), in_report=in_report
        ):
            for word in identity_words(words, language):
                at = *source.at, language
                yield _word_problem("asks_who", at, word, NEEDS_REASON)


def free_text_outside_reports(flow_set: FlowSet) -> Problems:
    """Finds questions for free text outside a report.

    Outside a report, the hotline does not save free text, so the caller's words would be lost.
    """
    report_places = report_nodes(flow_set)
    for flow, name, node in nodes(flow_set):
        asks_words = isinstance(node, QuestionNode) and node.kind == "words" and not flow.private
        if asks_words and Place(flow.name, name) not in report_places:
            yield problem("words_lost", flow.name, name, "text")


def report_nodes(flow_set: FlowSet) -> set[Place]:
    """Returns every node on a path through a report flow, including the nodes of flows that the report flow calls."""
    first_places = [
        Place(flow.name, flow.start)
        for flow in flow_set.flows.values()
        if flow.gathers and flow.start in flow.nodes
    ]
    return set(reachable(first_places, lambda place: next_nodes(flow_set, place)))


def _is_question(node: Node, *, in_report: bool) -> bool:
    if isinstance(node, QuestionNode) and node.kind != "place":
        return True
    return in_report and isinstance(node, MenuNode | QuestionNode)
