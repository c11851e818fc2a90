"""Checks a document for every fault that can be found before callers use it. Pure.

The checks find missing languages, letters that phones cannot show, unverified phone numbers and long texts. The
checks also find screens that repeat an answer of the caller, because another person who sees the phone could read the
answer.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from hotline.core.documents import Document
from hotline.flows import check, check_paths
from hotline.flows import screen as engine_words
from hotline.flows.check import (
    FIX,
    MAX_TEXTS,
    Code,
    Problem,
    Problems,
    WrittenText,
    choices_of,
    conditional_texts,
    has_promises,
    next_nodes,
    node_of,
    node_texts,
    nodes,
    numbers_in,
    plain_text,
    problem,
    screens_from,
    texts,
    translations,
)
from hotline.flows.check_paths import drawings, matching_lists, situations
from hotline.flows.conversation import ConversationState, Place
from hotline.flows.document import (
    Lists,
    ShapeFault,
    bind_lists,
    broken_in_flow,
    broken_in_set,
    field_of,
    parse_shape,
    targets,
)
from hotline.flows.flow import (
    FLOW,
    FOUND,
    REASON_LETTERS,
    WIDEST,
    BranchNode,
    Condition,
    EndNode,
    Evidence,
    Flow,
    FlowSet,
    MenuNode,
    MessageNode,
    Node,
    Number,
    QuestionNode,
    Text,
    View,
    Waiting,
    fill_placeholders,
    reachable,
    text_in,
    view,
)
from hotline.flows.screen import MAX_LINES, NARROWEST, SEPTETS, Layout, Page, paginate, wrapped
from hotline.text.characters import foreign_letters, septets, substitute, to_gsm7
from hotline.text.languages import CODES, MessageText, message_text

OUR_KEYS = frozenset({"000"})
"""Digits that a text may contain as a key to press, so they are not a phone number."""


def missing_languages(flow_set: FlowSet) -> Problems:
    for source in texts(flow_set):
        for language in CODES:
            if language not in source.text:
                yield problem("language_missing", *source.at, language)


def letters(flow_set: FlowSet) -> Problems:
    for source, language, words in translations(flow_set):
        for letter in foreign_letters(words):
            name, instead = unicodedata.name(letter, f"U+{ord(letter):04X}"), substitute(letter)
            yield problem("letter", *source.at, language, letter=letter, name=name, instead=instead)


def unverified_numbers(flow_set: FlowSet) -> Problems:
    for source, language, words in translations(flow_set):
        unverified = set(unverified_in(words, flow_set.numbers))
        for number in _named(words):
            if number in unverified or number != source.number:
                rule = "unsigned" if number in unverified else "outlasts"
                yield problem(rule, *source.at, language, number=number)


def unverified_in(text: str, numbers: Mapping[str, Number]) -> Iterator[str]:
    """Yields the phone numbers in `text` that `numbers` does not contain, or that no screen may show."""
    for number in _named(text):
        row = numbers.get(number)
        if row is None or row.evidence is Evidence.NEVER:
            yield number


@lru_cache(MAX_TEXTS)
def _named(text: str) -> Sequence[str]:
    """Returns the numbers in a text that a reader could dial, without duplicates."""
    return tuple(number for number in dict.fromkeys(numbers_in(text)) if number not in OUR_KEYS)


SHORT = 4
"""The maximum length of a short label. A text repeats a short label only if the text ends after it or a punctuation
mark follows. So "No names" does not repeat "No"."""

Labels = Mapping[str, Mapping[str, list[Text]]]
"""For each answer and each of its values, the labels of the choices that save this value."""


def echoes(flow_set: FlowSet) -> Problems:
    labels = _labels(flow_set)
    before = {flow.name: _nodes_before(flow) for flow in flow_set.flows.values()}
    for flow, name, node in nodes(flow_set):
        place = Place(flow.name, name)
        for number, lead in enumerate(conditional_texts(node)):
            for condition in lead.whens:
                yield from _repeated(place, f"lead.{number}", lead.text, condition, labels)
        if (sole_condition := _only_after(flow, name, before[flow.name].get(name, ()))) is not None:
            for field, text in node_texts(node):
                if not field.startswith("choices."):
                    yield from _repeated(place, field, text, sole_condition, labels)


def placeholders(flow_set: FlowSet) -> Problems:
    """Finds placeholders in braces that no screen replaces with a value."""
    for source, language, words in translations(flow_set):
        for found in dict.fromkeys(re.findall(r"\{[^{}]*\}", words)):
            # `{found}` is allowed only in the field `one`, and this field may contain no other placeholder.
            is_allowed = (found == FOUND) == (source.field == "one") and found[1:-1] in WIDEST
            if source.field not in ("one", "text") or not is_allowed:
                yield problem("placeholder", *source.at, language, found=found)


def _repeated(place: Place, field: str, text: Text, when: Condition, labels: Labels) -> Problems:
    """Finds a text that repeats the caller's answer. Callers see this text only after the answer in `when`."""
    if when.answer is None or when.negated:
        return
    by_value, at = labels.get(when.answer, {}), (place.flow, place.node, field)
    for language, words in text.items():
        for value in when.values or tuple(by_value):
            if any(_echoes(words, label.get(language, "")) for label in by_value.get(value, ())):
                yield problem("echo", *at, language, answer=when.answer, value=value)


def _echoes(words: str, label: str) -> bool:
    phrase = plain_text(label).strip(" .!?")
    if not phrase:
        return False
    after = r'(?=\s*(?:[.!?;,"]|$))' if len(phrase) <= SHORT else r"\b"
    return re.search(r"\b" + re.escape(phrase) + after, plain_text(words)) is not None


def _nodes_before(flow: Flow) -> Mapping[str, Sequence[Node]]:
    """Returns for each node the nodes that lead to it."""
    before: dict[str, list[Node]] = {}
    for node in flow.nodes.values():
        for name in targets(node):
            before.setdefault(name, []).append(node)
    return before


def _only_after(flow: Flow, name: str, sources: Sequence[Node]) -> Condition | None:
    """Returns the answer that every caller gives on the way to this node. Returns None if there is no such answer.

    There is such an answer only if exactly one node leads to this node. That node must be a menu or question whose
    choices have values, or a branch with one arm that leads here.
    """
    if len(sources) != 1 or name == flow.start:
        return None
    (node,) = sources
    if isinstance(node, BranchNode):
        arms = [arm.when for arm in node.arms if arm.goes == name]
        return arms[0] if len(arms) == 1 else None
    if isinstance(node, MenuNode | QuestionNode) and node.saves and node.goes != name:
        values = tuple(c.value for c in node.choices if c.goes == name and c.value)
        return Condition(answer=node.saves, values=values) if values else None
    return None


def _labels(flow_set: FlowSet) -> Labels:
    found: dict[str, dict[str, list[Text]]] = {}
    for _, _, node in nodes(flow_set):
        if not isinstance(node, MenuNode | QuestionNode) or node.saves is None:
            continue
        values = found.setdefault(node.saves, {})
        for choice in choices_of(node):
            if choice.value:
                values.setdefault(choice.value, []).append(choice.label)
        if isinstance(node, QuestionNode) and node.list is not None:
            for match in matching_lists(flow_set, node.list):
                for option in flow_set.lists[match[0]]:
                    values.setdefault(option.value, []).append(option.label)
    return found


MAX_CHOICES = 5
MAX_TOPIC_PAGES = 3
MAX_ENGLISH_LETTERS = 130
"""The maximum number of English letters on one screen of a report. A longer English text would not fit in Kinyarwanda.
"""
ENGLISH = "en"
UNSURE = "unsure"
"""The value of the choice "not sure"."""


def _views(flows: FlowSet, place: Place, node: Waiting | EndNode, language: str) -> Iterator[View]:
    """Yields the node as callers see it, once for each combination of flags and answers that changes the screen. Leaves
    out the places in the node's list."""
    unlisted = replace(node, list=None) if isinstance(node, QuestionNode) else node
    for state, facts in situations(unlisted, ConversationState(language, (place,))):
        yield view(flows, unlisted, state, facts)


def labels(flow_set: FlowSet, limit: int) -> Problems:
    """Finds labels that are too long: label, number and the keys `9`, `0` and `00` do not fit on one page."""
    for flow, name, node in nodes(flow_set):
        for number, choice in enumerate(choices_of(node)):
            for language in CODES:
                engine = engine_words.texts_of(language)
                keys_text = f"\n9 {engine.more}\n0 {engine.back_short}\n00 {engine.home}"
                label = septets(f"1 {to_gsm7(text_in(choice.label, language))}")
                excess = label - (limit - engine_words.RESERVED_SEPTETS - septets(keys_text))
                if excess > 0:
                    at = flow.name, name, f"choices.{number}"
                    yield problem("label_too_long", *at, language, over=excess)


def pages(flow_set: FlowSet, limit: int) -> Problems:
    """Finds nodes that take too many screens, and screens of a report that are too long in English.

    Does not count the places in the list of a question.
    """
    for flow, name, node in nodes(flow_set):
        max_pages = _most_pages(flow_set, flow, node)
        if max_pages is None or not isinstance(node, Waiting | EndNode):
            continue
        for language in CODES:
            views = _views(flow_set, Place(flow.name, name), node, language)
            page_lists = [paginate(node_view.layout, limit) for node_view in views]
            if (needed := max(map(len, page_lists))) > max_pages:
                counts = {"needed": needed, "limit": limit, "most": max_pages}
                yield problem("too_many_pages", flow.name, name, "text", language, **counts)
            if flow.gathers and isinstance(node, Waiting) and language == ENGLISH:
                letters = max((len(one[0].text) for one in page_lists if len(one) == 1), default=0)
                if letters > MAX_ENGLISH_LETTERS:
                    counts = {"count": letters, "most": MAX_ENGLISH_LETTERS}
                    yield problem("too_much_english", flow.name, name, "text", ENGLISH, **counts)


def choices(flow_set: FlowSet) -> Problems:
    """Finds menus with too many choices. Choices that change the language do not count. Questions with a list are
    not checked."""
    for flow, name, node in nodes(flow_set):
        if isinstance(node, MenuNode):
            menu = replace(node, languages=False)
            views = _views(flow_set, Place(flow.name, name), menu, CODES[0])
            count = max(sum(one.language is None for one in one_view.choices) for one_view in views)
            if count > MAX_CHOICES:
                counts = {"count": count, "most": MAX_CHOICES}
                yield problem("too_many_choices", flow.name, name, "choices", **counts)


def unsure_late(flow_set: FlowSet) -> Problems:
    """Finds lists whose choice "not sure" is not on every page."""
    for flow, name, node in nodes(flow_set):
        if isinstance(node, QuestionNode) and node.list is not None:
            for number, choice in enumerate(node.choices):
                if choice.value == UNSURE and not choice.every_page:
                    yield problem("unsure_late", flow.name, name, f"choices.{number}.every_page")


def _most_pages(flow_set: FlowSet, flow: Flow, node: Node) -> int | None:
    """Returns the maximum number of screens that a node may have. None means no limit."""
    if isinstance(node, EndNode):
        return None if node.text is None else 1
    if not isinstance(node, Waiting):
        return None
    if flow.gathers or flow.name in (flow_set.front, FLOW):
        return 1
    return MAX_TOPIC_PAGES if isinstance(node, MessageNode) or node.topic else None


DIGIT = len("1 ")
"""The length of the digit and the space before a label."""


def broken_words(flow_set: FlowSet) -> Problems:
    limits = {"most": NARROWEST, "first": NARROWEST - DIGIT}
    for source, language, text in translations(flow_set):
        if (word := _broken(source, text)) is not None:
            yield problem("broken_word", *source.at, language, word=word, **limits)


def _broken(source: WrittenText, text: str) -> str | None:
    words = fill_placeholders(text, WIDEST).split()
    is_label = source.field == "skip" or source.field.startswith("choices.")
    if is_label and words and len(words[0]) > NARROWEST - DIGIT:
        return words[0]
    return next((word for word in words if len(word) > NARROWEST), None)


class PageSize(NamedTuple):
    """The size of a node's largest page in one language, in lines of a narrow phone."""

    place: Place
    language: str
    lines: int
    question: int
    """The largest number of lines that the question and the choices of one page need. For a node without a question,
    this is 0."""
    with_leads: int
    """The largest number of lines that one page needs for its conditional text, question and choices."""


def page_sizes(flow_set: FlowSet, limit: int) -> Iterator[PageSize]:
    """Yields the sizes of every node with a screen, in every language. Skips nodes that end the conversation."""
    for flow, name, node in nodes(flow_set):
        if isinstance(node, Waiting):
            place = Place(flow.name, name)
            for language in CODES:
                yield _measured(flow_set, place, node, language, limit)


SHORTEN = message_text(
    'shorten the text, or enter a reason of {count} letters or more in the field "{reason_field}"',
    reason_field="reason",
    count=REASON_LETTERS,
)


def too_many_lines(flow_set: FlowSet, limit: int) -> Problems:
    """Finds questions with too many lines and no written reason. Also finds written reasons that are not needed."""
    long: set[Place] = set()
    for size in page_sizes(flow_set, limit):
        flow, node = flow_set.flows[size.place.flow], size.place.node
        count = size.with_leads if flow.gathers else size.question
        if count <= MAX_LINES:
            continue
        long.add(size.place)
        if flow.gathers or flow.reason_of(node) is None:
            place = flow.name, node, "text", size.language
            sizes = {"letters": NARROWEST, "most": MAX_LINES, "count": count}
            found = problem("too_many_lines", *place, **sizes)
            yield found if flow.gathers else found._replace(fix=SHORTEN)
    for flow in flow_set.flows.values():
        for name in flow.reasons:
            if Place(flow.name, name) not in long and not has_promises(flow, name):
                yield problem("needs_no_reason", flow.name, name, "reason", reason_field="reason")


def _measured(flows: FlowSet, place: Place, node: Waiting, language: str, limit: int) -> PageSize:
    lines = question_size = with_leads = 0
    question = fill_placeholders(text_in(node.text, language), WIDEST).strip()
    for found in drawings(flows, node, ConversationState(language, (place,)), limit):
        for page in found.pages:
            lines = max(lines, len(wrapped(page.text)))
            question_size = max(question_size, len(wrapped(question)) + _choices(found.seen, page))
            with_leads = max(with_leads, len(wrapped(_above(found.seen.layout, page))))
    question_size *= isinstance(node, MenuNode | QuestionNode)
    return PageSize(place, language, lines, question_size, with_leads)


def _above(layout: Layout, page: Page) -> str:
    """Returns the conditional text, the question and the choices of a page."""
    text = page.text
    for under in (*layout.key_lines, f"\n{layout.more}", f"\n{layout.tail}", f"\n{layout.note}"):
        text = text.removesuffix(to_gsm7(under).rstrip("\n"))
    return text


def _choices(shown_view: View, page: Page) -> int:
    """Returns the lines of a page's choices. Choices that change the language do not count."""
    return sum(
        len(wrapped(f"{digit} {shown_view.layout.buttons[index].label}"))
        for digit, index in page.keys.items()
        if shown_view.choices[index].language is None
    )


def short_code_problems(flow_set: FlowSet) -> Problems:
    """Finds short codes that lead into a report flow, or to a node that callers must not open by dialling.

    Skips a short code whose landing flow is a report flow, because `broken_in_set` reports that problem.
    """
    for entry, name in flow_set.entries.items():
        flow = flow_set.flows.get(name)
        if flow is None or flow.gathers or flow.private or flow.start not in flow.nodes:
            continue
        for place in screens_from(flow_set, [Place(name, flow.start)]):
            if flow_set.flows[place.flow].gathers:
                yield problem("gathers_at_once", "entries", entry, flow=place.flow)
        for place, does in _unguarded(flow_set, flow):
            yield problem("opens", "entries", entry, place=f"{place.flow}.{place.node}", does=does)


def reachable_by_digits(flow_set: FlowSet) -> Problems:
    """Finds nodes that callers could open by dialling digits after the service code, but must not. Such a node asks for
    a PIN or completes a report."""
    front = flow_set.flows.get(flow_set.front)
    if front is not None and front.start in front.nodes:
        for place, effect in _unguarded(flow_set, front):
            yield problem("dialled", place.flow, place.node, does=effect)


def _unguarded(flow_set: FlowSet, flow: Flow) -> Iterator[tuple[Place, MessageText]]:
    """Yields each node that callers must not open by dialling digits after the service code, with the reason. Follows
    every path from the flow's start, except through report flows."""

    def gathers(place: Place) -> bool:
        return bool(flow_set.flows[place.flow].gathers)

    def following(place: Place) -> Iterable[Place]:
        return () if gathers(place) else next_nodes(flow_set, place)

    for place in reachable([Place(flow.name, flow.start)], following):
        if not gathers(place) and (effect := _does(flow_set, place)) is not None:
            yield place, effect


def _does(flow_set: FlowSet, place: Place) -> MessageText | None:
    """Returns the reason why callers must not open a node by dialling digits after the service code. Returns None if
    callers may open the node in this way."""
    node = node_of(flow_set, place)
    if isinstance(node, QuestionNode) and node.kind == "pin":
        return message_text("asks the caller for a PIN")
    if isinstance(node, MessageNode | MenuNode | QuestionNode) and node.completes:
        return message_text("completes {what}", what=node.completes)
    return None


def check_document(
    document: Document, lists: Lists, *, limit: int = SEPTETS
) -> tuple[Problem, ...]:
    """Returns all problems of a document. If the document has a wrong structure, it returns only the problems of the
    structure."""
    parsed = parse_shape(document)
    if isinstance(parsed, tuple):
        return tuple(_shape(fault) for fault in parsed)
    made = bind_lists(parsed, lists)
    flows = (finding for name in made.flows for finding in flow_problems(made, name, limit=limit))
    return (*flows, *set_problems(made))


def flow_problems(flow_set: FlowSet, name: str, *, limit: int = SEPTETS) -> Problems:
    """Yields the problems of one flow. Reads the names of the other flows, but not the content of the other flows."""
    flow = flow_set.flows[name]
    yield from _of_links(flow_set, flow)
    yield from _known_of_texts(
        _Alone(repr(flow), limit, replace(flow_set, flows={}, drawings={}), flow)
    )


def node_problems(flow_set: FlowSet, name: str, node: str) -> Problems:
    """Yields the problems of one node. The check of one node takes a few milliseconds, so the editor does not have to
    wait."""
    flow = flow_set.flows[name]
    yield from (finding for finding in _of_links(flow_set, flow) if finding.node == node)
    reasons = {node: flow.reasons[node]} if node in flow.reasons else {}
    nodes = {node: flow.nodes[node]} if node in flow.nodes else {}
    reduced = replace(flow_set, flows={name: replace(flow, nodes=nodes, reasons=reasons)})
    yield from _of_texts(reduced, SEPTETS)


def _of_links(flow_set: FlowSet, flow: Flow) -> Problems:
    yield from check_paths.unknown_names(broken_in_flow(flow_set, flow))
    yield from check_paths.dead_ends(replace(flow_set, flows={flow.name: flow}))


@dataclass(frozen=True)
class _Alone:
    """One flow without the other flows of its flow set, as the key of a cache."""

    content: str
    limit: int
    around: FlowSet = field(hash=False)
    flow: Flow = field(compare=False)


@lru_cache(1 << 8)
def _known_of_texts(one: _Alone) -> tuple[Problem, ...]:
    """Returns the problems with the texts of one flow. The results are cached, because most flows of a draft stay the
    same between two checks."""
    # This flow set begins with an empty cache of pages, because the pages of many flows would fill the memory.
    flow_set = replace(one.around, flows={one.flow.name: one.flow}, drawings={})
    return tuple(_of_texts(flow_set, one.limit))


def _of_texts(flow_set: FlowSet, limit: int) -> Problems:
    """Yields the problems of one flow that its texts cause, such as missing languages, phone numbers and long
    texts."""
    yield from missing_languages(flow_set)
    yield from letters(flow_set)
    yield from unverified_numbers(flow_set)
    yield from placeholders(flow_set)
    yield from broken_words(flow_set)
    yield from labels(flow_set, limit)
    yield from pages(flow_set, limit)
    yield from choices(flow_set)
    yield from check_paths.repeated_values(flow_set)
    yield from too_many_lines(flow_set, limit)
    yield from unsure_late(flow_set)


def set_problems(flow_set: FlowSet) -> Problems:
    """Yields the problems that concern all flows: paths, risky words, reports, and repeated answers."""
    yield from check_paths.unknown_names(broken_in_set(flow_set))
    for rule in (
        *(check_paths.unknown_answers, check_paths.unreachable, check_paths.loops, text_problems),
        *(short_code_problems, reachable_by_digits, check.free_text_outside_reports),
        *(check_paths.questions_back, echoes, check_paths.too_many_answers),
    ):
        yield from rule(flow_set)


def text_problems(flow_set: FlowSet) -> Problems:
    """Yields words that are unsafe at their place: near the front, on last screens or in a report. Some words are
    unsafe everywhere."""
    yield from check.too_early(flow_set)
    yield from check.last_screens(flow_set)
    yield from check.unsafe_words(flow_set)
    yield from check.promises(flow_set)
    yield from check.identity_questions(flow_set)


def _shape(fault: ShapeFault) -> Problem:
    flow, node = (*fault.path, "", "", "", "")[1:4:2]
    field, language = field_of(fault.path[4:], str(fault.message))
    at = field or ".".join(fault.path[5:] if node else fault.path[2:])
    return Problem(flow, node, Code.SHAPE, fault.message, FIX, language, at)
