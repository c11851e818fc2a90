"""Checks paths through a flow set, questions of desks, and answers of a report. Pure. On paths, the checks find names
that do not exist, dead ends, unreachable nodes, and loops without a screen. A question of a desk must fit on one
screen and must not ask for a person's name. The choices of a question must save different values. A report must be
complete after few answers, because the caller has only two minutes. Other checks use the functions `situations` and
`drawings` to see everything that a node can show."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice, product

from hotline.flows.check import (
    Code,
    Problem,
    Problems,
    any_identity_words,
    choices_of,
    conditions,
    next_nodes,
    node_of,
    node_texts,
    nodes,
    placed_conditions,
    problem,
    starts,
)
from hotline.flows.conversation import ConversationState, Facts, Place
from hotline.flows.document import BrokenReference, targets
from hotline.flows.flow import (
    ANSWER,
    FLOW,
    WIDEST,
    BranchNode,
    CallNode,
    Choice,
    Condition,
    EndNode,
    Flow,
    FlowSet,
    MenuNode,
    MessageNode,
    Question,
    QuestionNode,
    Waiting,
    list_answers,
    question_flag,
    questions,
    reachable,
)
from hotline.flows.screen import paginate, texts_of
from hotline.flows.turn import Drawn, draw
from hotline.text.languages import CODES, message_text
from hotline.text.places import MET, SOURCE

LEAD_TO_ONE = message_text("choose a screen, flow or list that exists, or add the missing part")


def unknown_names(broken: Iterable[BrokenReference]) -> Problems:
    for one in broken:
        yield Problem(one.flow, one.node, Code(one.code), one.message, LEAD_TO_ONE, field=one.field)


def unknown_answers(flow_set: FlowSet) -> Problems:
    """Finds conditions that can never be true. Such a condition tests an answer that no node saves, or a value that no
    choice has."""
    saved = _saved_values(flow_set)
    for flow, name, node in nodes(flow_set):
        for field, condition in placed_conditions(node):
            if condition.answer is None:
                continue
            answer, values = condition.answer, saved.get(condition.answer)
            if values is None:
                yield problem("never_saved", flow.name, name, field, answer=answer)
            elif None not in values and (unsaved := set(condition.values) - values):
                listed = ", ".join(sorted(unsaved))
                yield problem("never_said", flow.name, name, field, answer=answer, values=listed)


def dead_ends(flow_set: FlowSet) -> Problems:
    for flow, name, node in nodes(flow_set):
        if isinstance(node, BranchNode) and node.arms[-1].when is not None:
            yield problem("no_last_arm", flow.name, name, "arms")
        if isinstance(node, MenuNode) and all(choice.when for choice in node.choices):
            yield problem("nothing_to_press", flow.name, name, "choices")
        if isinstance(node, MessageNode) and node.goes is None and flow.gathers:
            yield problem("stops", flow.name, name, "goes")
    for flow in flow_set.flows.values():
        can_exit = (
            isinstance(node, EndNode)
            or (isinstance(node, CallNode | MessageNode) and node.goes is None)
            for node in flow.nodes.values()
        )
        if flow.name != flow_set.front and not any(can_exit):
            yield problem("endless", flow.name, flow.start)


def unreachable(flow_set: FlowSet) -> Problems:
    places = reachable(starts(flow_set), lambda place: next_nodes(flow_set, place))
    for flow in flow_set.flows.values():
        reached = {place.node for place in places if place.flow == flow.name}
        if not reached:
            yield problem("nobody_comes", flow.name, "")
            continue
        for name in flow.nodes:
            if name not in reached:
                yield problem("nothing_leads_here", flow.name, name)


def loops(flow_set: FlowSet) -> Problems:
    """Finds loops of branches and calls that never show a screen."""
    steps = {
        Place(flow.name, name): tuple(_silent_steps(flow_set, Place(flow.name, name)))
        for flow, name, node in nodes(flow_set)
        if isinstance(node, BranchNode | CallNode)
    }
    for place, first in steps.items():
        if place in reachable(first, lambda step: steps.get(step, ())):
            yield problem("loop", place.flow, place.node)


def _silent_steps(flow_set: FlowSet, place: Place) -> Iterator[Place]:
    """Yields the nodes that a branch or call leads to before any screen is shown.

    The node after a call counts only if the called flow may return without a screen.
    """
    node = flow_set.flows[place.flow].nodes[place.node]
    if not isinstance(node, CallNode) or node.flow not in flow_set.flows:
        yield from next_nodes(flow_set, place)
        return
    callee = flow_set.flows[node.flow]
    yield Place(callee.name, callee.start)
    if node.goes is not None and _returns_unseen(callee):
        yield Place(place.flow, node.goes)


def _returns_unseen(flow: Flow) -> bool:
    """Returns True if a path from the flow's start to its return shows no screen. A call of another flow counts as a
    screen."""

    def following(name: str) -> Iterable[str]:
        node = flow.nodes.get(name)
        return targets(node) if isinstance(node, BranchNode) else ()

    return any(flow.nodes.get(name) == EndNode() for name in reachable([flow.start], following))


def _saved_values(flow_set: FlowSet) -> dict[str, set[str | None]]:
    """Returns the values that each answer may have. None among the values of an answer means that the answer may have
    any value."""
    found: dict[str, set[str | None]] = {SOURCE: {MET}}
    for _, _, node in nodes(flow_set):
        if isinstance(node, MenuNode | QuestionNode) and node.saves is not None:
            values = found.setdefault(node.saves, set())
            values.update(choice.value for choice in node.choices if choice.value)
            if isinstance(node, QuestionNode):
                values.add(None)
    return found


MAX_SITUATIONS = 256


def situations(
    node: Waiting | EndNode, state: ConversationState
) -> Iterator[tuple[ConversationState, Facts]]:
    """Yields each combination of flags and answers that changes what the node shows, up to `MAX_SITUATIONS`."""
    node_conditions = list(conditions(node))
    flags = sorted({condition.flag for condition in node_conditions if condition.flag})
    values: dict[str, list[str | None]] = {}
    for node_condition in sorted(node_conditions, key=lambda condition: condition.answer or ""):
        if node_condition.answer:
            values.setdefault(node_condition.answer, [None, "any"]).extend(node_condition.values)
    combinations = product(product((False, True), repeat=len(flags)), product(*values.values()))
    for set_flags, picks in islice(combinations, MAX_SITUATIONS):
        pairs = zip(values, picks, strict=True)
        answers = {name: value for name, value in pairs if value is not None}
        facts = Facts(flags=dict(zip(flags, set_flags, strict=True)), words=WIDEST)
        yield replace(state, answers=answers), facts


def listings(flow_set: FlowSet, node: Waiting) -> Iterator[tuple[Waiting, dict[str, str]]]:
    """Yields the node once for each list of choices that the node may show. Also yields the answers of the caller that
    lead to this list. For example, `districts.1` comes with the answer 1 to `province`. A list that exists only during
    a session counts as empty, because editors do not write such a list."""
    if not isinstance(node, QuestionNode) or node.list is None:
        yield node, {}
        return
    names = list_answers(node.list)
    if found := matching_lists(flow_set, node.list):
        yield from ((node, dict(zip(names, match.groups(), strict=True))) for match in found)
        return
    # Yields the question without its list of places. Then yields the texts that replace the question if the list has no
    # place or only one place.
    unlisted = replace(node, list=None)
    yield unlisted, {}
    if node.none is not None:
        yield replace(unlisted, text=node.none), {}
    if node.one is not None:
        yes = Choice({code: texts_of(code).yes for code in CODES}, "yes")
        yield replace(unlisted, text=node.one, choices=(yes, *node.choices)), {}


def matching_lists(flow_set: FlowSet, pattern: str) -> list[re.Match[str]]:
    """Returns a match for every list whose name fits the pattern, such as `districts.{province}`. The groups of a
    match are the values of the answers in the name."""
    regex = re.compile(re.sub(r"\\\{\w+\\\}", r"(\\w+)", re.escape(pattern)))
    return [match for name in flow_set.lists if (match := regex.fullmatch(name))]


_pages = lru_cache(1 << 12)(paginate)
"""Divides texts into pages and caches the results. The console checks a draft after each key that the editor presses,
and most texts stay the same."""


def drawings(
    flow_set: FlowSet, node: Waiting | EndNode, state: ConversationState, limit: int
) -> Iterator[Drawn]:
    """Yields the node's pages for each combination of flags, answers and lists, without duplicates."""
    by_id: dict[int, Drawn] = {}
    variants = [(node, dict[str, str]())] if isinstance(node, EndNode) else listings(flow_set, node)
    for variant, answers in variants:
        for situation, facts in situations(variant, state):
            full_state = replace(situation, answers={**situation.answers, **answers})
            drawing = draw(flow_set, variant, full_state, facts, limit, pages=_pages)
            by_id[id(drawing)] = drawing
    yield from by_id.values()


def questions_back(flow_set: FlowSet) -> Problems:
    by_name = questions(flow_set)
    for flow in flow_set.flows.values():
        for name in flow.signed:
            if flow.name != FLOW or name not in by_name:
                yield problem("signed_elsewhere", flow.name, name)
    for name, question in by_name.items():
        for rule in _shape(flow_set.flows[FLOW], question):
            yield problem(rule, FLOW, name, answer=ANSWER)
        start = flow_set.flows[FLOW].nodes.get(flow_set.flows[FLOW].start)
        arms = start.arms if isinstance(start, BranchNode) else ()
        if [arm.when for arm in arms if arm.goes == name] != [Condition(flag=question_flag(name))]:
            arm = f"{{when: {{flag: {question_flag(name)}}}, goes: {name}}}"
            yield problem("no_flag", FLOW, name, arm=arm, start=flow_set.flows[FLOW].start)
        for field, text in node_texts(question.node):
            for language, words in text.items():
                for word in any_identity_words(words, language):
                    yield problem("asks_of_anybody", FLOW, name, field, language, word=word)


def _shape(flow: Flow, question: Question) -> Iterator[str]:
    """Yields the names of the rules that a question of the desks breaks.

    An approval covers only the question's text and choices. So the question must have no other content, and must lead
    directly to the end of its flow.
    """
    node = question.node
    if isinstance(node, QuestionNode) and (node.kind != "words" or node.skip is not None):
        yield "no_menu"
    if node.leads or node.topic or node.completes or (isinstance(node, MenuNode) and node.note):
        yield "holds_more"
    if node.saves != ANSWER:
        yield "saves_elsewhere"
    if not all(choice.value for choice in node.choices) or any(c.when for c in node.choices):
        yield "no_answer"
    if any(flow.nodes.get(target) != EndNode() for target in targets(node)):
        yield "leads_on"


MAX_ANSWERS = 9


def repeated_values(flow_set: FlowSet) -> Problems:
    """Finds choices that save the same value as an earlier choice of their question. The statistics would count both
    choices as the same answer."""
    for flow, name, node in nodes(flow_set):
        fields: dict[str, str] = {}
        for number, choice in enumerate(choices_of(node)):
            field, value = f"choices.{number}", choice.value
            first_field = fields.setdefault(value, field)
            if value and first_field != field:
                values = {"field": field, "value": value, "other_field": first_field}
                yield problem("value_twice", flow.name, name, f"{field}.value", **values)


def too_many_answers(flow_set: FlowSet) -> Problems:
    """Finds questions that come after `MAX_ANSWERS` answers, while the report is still incomplete."""
    for flow in flow_set.flows.values():
        if flow.gathers and flow.start in flow.nodes:
            places = _questions(flow_set, flow, [Place(flow.name, flow.start)])
            for _ in range(MAX_ANSWERS):
                ways = ((place, after) for place in places for after in next_nodes(flow_set, place))
                again = [
                    after for place, after in ways if not _lets_type_again(flow_set, place, after)
                ]
                places = _questions(flow_set, flow, again)
            for place in places:
                yield problem("too_many_answers", place.flow, place.node, count=MAX_ANSWERS)


def _questions(flow_set: FlowSet, flow: Flow, places: Iterable[Place]) -> Collection[Place]:
    """Returns the next questions on every path from these places to the node that completes the report."""

    def asks(place: Place) -> bool:
        node = node_of(flow_set, place)
        return isinstance(node, MenuNode | QuestionNode) and not _is_chosen_next(node, flow)

    def completes(place: Place) -> bool:
        return getattr(node_of(flow_set, place), "completes", None) == flow.gathers

    found = reachable(
        places, lambda step: () if completes(step) or asks(step) else next_nodes(flow_set, step)
    )
    return [place for place in found if asks(place) and not completes(place)]


def _lets_type_again(flow_set: FlowSet, before: Place, after: Place) -> bool:
    """Returns True if the node `after` lets the caller type a name again and then leads back to the question `before`.
    The new name replaces the old name."""
    node = node_of(flow_set, after)
    if not isinstance(node, QuestionNode) or (after.flow, node.goes) != (before.flow, before.node):
        return False
    return _is_chosen_next(node, flow_set.flows[after.flow])


def _is_chosen_next(node: MenuNode | QuestionNode, flow: Flow) -> bool:
    """Returns True if the caller types a name at this question, and the next question lists the places with a similar
    name. The typed name and the chosen place then count as one answer."""
    if not isinstance(node, QuestionNode) or node.list is not None:
        return False
    next_node = flow.nodes.get(node.goes)
    return isinstance(next_node, QuestionNode) and node.saves in list_answers(next_node.list or "")
