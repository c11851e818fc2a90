"""Ways through the book: what leads nowhere, what nobody reaches, what goes round without a wait. Pure.

Every condition under which a node may be shown, the lists it chooses from, and all that it shows. Pure.

The list of questions that a desk may ask back: each alone, on one screen, and of nobody's name. Pure.

Answers that count as one, and how many a report asks for before it is whole. Pure.

A caller has two minutes, and somebody may come in.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import islice, product

from hotline.engine.check.finding import Code, Finding, Rule
from hotline.engine.check.parts import (
    beginnings,
    choices_of,
    conditions,
    leads_to,
    node_of,
    node_texts,
    nodes,
    placed_conditions,
)
from hotline.engine.check.risky import asks_of_anybody
from hotline.engine.document.fields import BrokenReference, targets
from hotline.engine.flow import (
    Ask,
    Book,
    Branch,
    Call,
    Choice,
    Condition,
    Finish,
    Flow,
    Menu,
    Node,
    Say,
    reached,
)
from hotline.engine.numbers.questions import ANSWER, FLOW, Question, flag_of, questions
from hotline.engine.page_cache import Drawn, drawn
from hotline.engine.run import Facts, Place, Run
from hotline.engine.view import WIDEST, Waiting, list_answers
from hotline.engine.words import words
from hotline.text.languages import CODES
from hotline.text.remark import remark

LEAD_TO_ONE = remark("name one that exists, or write it")
NEVER_SAVED = Rule(
    Code.UNKNOWN_ANSWER, remark("no question saves the answer {answer}"), remark("mend the name")
)
NEVER_SAID = Rule(
    Code.UNKNOWN_ANSWER, remark("{answer} is never {values}"), remark("mend the value")
)
NO_LAST_ARM = Rule(
    Code.DEAD_END,
    remark("where no arm holds, the branch leads nowhere"),
    remark("add a last way that has no condition"),
)
NOTHING_TO_PRESS = Rule(
    Code.DEAD_END,
    remark("where no choice's condition holds, nothing can be pressed"),
    remark("add a choice that always stands"),
)
STOPS = Rule(
    Code.DEAD_END,
    remark("a gathering flow stops here: only back is left"),
    remark("choose where it leads"),
)
ENDLESS = Rule(
    Code.DEAD_END,
    remark("no way through this flow ever ends"),
    remark("add an end, or a last message that leads nowhere"),
)
NOBODY_COMES = Rule(
    Code.UNREACHABLE,
    remark("no call and no entry leads to this flow"),
    remark("call it, or delete the flow"),
)
NOTHING_LEADS_HERE = Rule(
    Code.UNREACHABLE, remark("nothing leads here"), remark("lead to it, or delete it")
)
LOOP = Rule(
    Code.LOOP,
    remark("goes round through branches and calls without ever waiting"),
    remark("put a screen into the round, or break it"),
)


def unknown_names(broken: Iterable[BrokenReference]) -> Iterator[Finding]:
    for one in broken:
        yield Finding(one.flow, one.node, Code(one.code), one.message, LEAD_TO_ONE, field=one.field)


def unknown_answers(book: Book) -> Iterator[Finding]:
    """A condition on an answer that nothing saves, or on a value that no choice of it has, never holds."""
    saved = _saved_values(book)
    for flow, name, node in nodes(book):
        for field, condition in placed_conditions(node):
            if condition.answer is None:
                continue
            answer, values = condition.answer, saved.get(condition.answer)
            if values is None:
                yield NEVER_SAVED.at(flow.name, name, field, answer=answer)
            elif None not in values and (odd := set(condition.values) - values):
                said = ", ".join(sorted(odd))
                yield NEVER_SAID.at(flow.name, name, field, answer=answer, values=said)


def dead_ends(book: Book) -> Iterator[Finding]:
    for flow, name, node in nodes(book):
        if isinstance(node, Branch) and node.arms[-1].when is not None:
            yield NO_LAST_ARM.at(flow.name, name, "arms")
        if isinstance(node, Menu) and all(choice.when for choice in node.choices):
            yield NOTHING_TO_PRESS.at(flow.name, name, "choices")
        if isinstance(node, Say) and node.goes is None and flow.gathers:
            yield STOPS.at(flow.name, name, "goes")
    for flow in book.flows.values():
        if flow.name != book.front and not any(map(_ends, flow.nodes.values())):
            yield ENDLESS.at(flow.name, flow.start)


def _ends(node: Node) -> bool:
    return isinstance(node, Finish) or (isinstance(node, Call | Say) and node.goes is None)


def unreachable(book: Book) -> Iterator[Finding]:
    there = reached(beginnings(book), lambda place: leads_to(book, place))
    for flow in book.flows.values():
        inside = {place.node for place in there if place.flow == flow.name}
        if not inside:
            yield NOBODY_COMES.at(flow.name, "")
            continue
        for name in flow.nodes:
            if name not in inside:
                yield NOTHING_LEADS_HERE.at(flow.name, name)


def loops(book: Book) -> Iterator[Finding]:
    """Rounds of branches and calls in which nobody is ever asked anything."""
    steps = {
        Place(flow.name, name): tuple(_silent_steps(book, Place(flow.name, name)))
        for flow, name, node in nodes(book)
        if isinstance(node, Branch | Call)
    }
    for place, first in steps.items():
        if place in reached(first, lambda one: steps.get(one, ())):
            yield LOOP.at(place.flow, place.node)


def _silent_steps(book: Book, place: Place) -> Iterator[Place]:
    """Where a branch or call leads before anything is shown: behind a call, only where that may return unseen."""
    node = book.flows[place.flow].nodes[place.node]
    if not isinstance(node, Call) or node.flow not in book.flows:
        yield from leads_to(book, place)
        return
    called = book.flows[node.flow]
    yield Place(called.name, called.start)
    if node.goes is not None and _returns_unseen(called):
        yield Place(place.flow, node.goes)


def _returns_unseen(flow: Flow) -> bool:
    """Whether a way from its start to its return shows nothing. What it calls counts as seen."""

    def following(name: str) -> Iterable[str]:
        node = flow.nodes.get(name)
        return targets(node) if isinstance(node, Branch) else ()

    return any(flow.nodes.get(name) == Finish() for name in reached([flow.start], following))


def _saved_values(book: Book) -> dict[str, set[str | None]]:
    """Answer -> the values it may take; None among them stands for any."""
    found: dict[str, set[str | None]] = {}
    for _, _, node in nodes(book):
        if isinstance(node, Menu | Ask) and node.saves is not None:
            values = found.setdefault(node.saves, set())
            values.update(choice.value for choice in node.choices if choice.value)
            if isinstance(node, Ask):
                values.add(None)
    return found


MOST_SITUATIONS = 256


def situations(node: Waiting | Finish, run: Run) -> Iterator[tuple[Run, Facts]]:
    """Every combination of flags and answers that the node's conditions tell apart."""
    asked = list(conditions(node))
    flags = sorted({condition.flag for condition in asked if condition.flag})
    values: dict[str, list[str | None]] = {}
    for one in sorted(asked, key=lambda one: one.answer or ""):
        if one.answer:
            values.setdefault(one.answer, [None, "any"]).extend(one.values)
    combinations = product(product((False, True), repeat=len(flags)), product(*values.values()))
    for set_flags, given in islice(combinations, MOST_SITUATIONS):
        answers = zip(values, given, strict=True)
        told = {name: value for name, value in answers if value is not None}
        facts = Facts(flags=dict(zip(flags, set_flags, strict=True)), words=WIDEST)
        yield replace(run, answers=told), facts


def listings(book: Book, node: Waiting) -> Iterator[tuple[Waiting, dict[str, str]]]:
    """The node with each list of the book that it may show, and the answers that name it.

    A list that only a session knows is shown empty: what it holds is not the writer's.
    """
    if not isinstance(node, Ask) or node.list is None:
        yield node, {}
        return
    named = list_answers(node.list)
    pattern = re.sub(r"\\\{\w+\\\}", r"(\\w+)", re.escape(node.list))
    found = [match for name in book.lists if (match := re.fullmatch(pattern, name))]
    for match in found:
        yield node, dict(zip(named, match.groups(), strict=True))
    if not found:
        yield from ((one, {}) for one in _without_list(node))


def _without_list(node: Ask) -> Iterator[Ask]:
    """The question over an empty list, and what is said instead where it has one place or none."""
    bare = replace(node, list=None)
    yield bare
    if node.none is not None:
        yield replace(bare, text=node.none)
    if node.one is not None:
        yes = Choice({code: words(code).yes for code in CODES}, "yes")
        yield replace(bare, text=node.one, choices=(yes, *node.choices))


def drawings(book: Book, node: Waiting | Finish, run: Run, limit: int) -> Iterator[Drawn]:
    """All that the node may show, each once: many situations show the same, and the book remembers what is drawn."""
    shown: dict[int, Drawn] = {}
    listed = [(node, dict[str, str]())] if isinstance(node, Finish) else listings(book, node)
    for one, named in listed:
        for there, facts in situations(one, run):
            seen = replace(there, answers={**there.answers, **named})
            found = drawn(book, one, seen, facts, limit)
            shown[id(found)] = found
    yield from shown.values()


SIGNED_ELSEWHERE = Rule(
    Code.QUESTION,
    remark("is signed, and is no question of the list"),
    remark("remove the approval of this question"),
)
NO_MENU = Rule(
    Code.QUESTION,
    remark("is no menu and takes no words"),
    remark("ask for words, or offer choices"),
)
HOLDS_MORE = Rule(
    Code.QUESTION, remark("holds more than a text and choices"), remark("leave the rest out")
)
SAVES_ELSEWHERE = Rule(
    Code.QUESTION, remark("saves where no desk reads it"), remark("saves: {answer}")
)
NO_ANSWER = Rule(
    Code.QUESTION,
    remark("has a choice that is no answer, or not always one"),
    remark("give it a value"),
)
LEADS_ON = Rule(Code.QUESTION, remark("leads on to more"), remark("lead it to an end without text"))
NO_FLAG = Rule(
    Code.QUESTION,
    remark("does not stand behind its own flag alone"),
    remark("add {arm} to {start}"),
)
ASKS_OF_ANYBODY = Rule(
    Code.ASKS_WHO,
    remark('{field} asks for a name, a number, a house or a person: "{word}"'),
    remark("ask what happens, where and when"),
)


def asked_back(book: Book) -> Iterator[Finding]:
    listed = questions(book)
    for flow in book.flows.values():
        for name in flow.signed:
            if flow.name != FLOW or name not in listed:
                yield SIGNED_ELSEWHERE.at(flow.name, name)
    for name, question in listed.items():
        for rule in _shape(book.flows[FLOW], question):
            yield rule.at(FLOW, name, answer=ANSWER)
        start = book.flows[FLOW].nodes.get(book.flows[FLOW].start)
        arms = start.arms if isinstance(start, Branch) else ()
        if [arm.when for arm in arms if arm.goes == name] != [Condition(flag=flag_of(name))]:
            arm = f"{{when: {{flag: {flag_of(name)}}}, goes: {name}}}"
            yield NO_FLAG.at(FLOW, name, arm=arm, start=book.flows[FLOW].start)
        for field, text in node_texts(question.node):
            for language, said in text.items():
                for word in asks_of_anybody(said, language):
                    yield ASKS_OF_ANYBODY.at(FLOW, name, field, language, word=word)


def _shape(flow: Flow, question: Question) -> Iterator[Rule]:
    """What is signed is a text and its choices; she is asked that, and nothing behind it."""
    node = question.node
    if isinstance(node, Ask) and (node.kind != "words" or node.skip is not None):
        yield NO_MENU
    if node.leads or node.topic or node.completes or (isinstance(node, Menu) and node.note):
        yield HOLDS_MORE
    if node.saves != ANSWER:
        yield SAVES_ELSEWHERE
    if not all(choice.value for choice in node.choices) or any(c.when for c in node.choices):
        yield NO_ANSWER
    if any(flow.nodes.get(goes) != Finish() for goes in targets(node)):
        yield LEADS_ON


MOST_ANSWERS = 9
VALUE_TWICE = Rule(
    Code.VALUE_TWICE,
    remark("{field} counts as {value}, and so does {other_field}"),
    remark("give it a value of its own, or take one of them out"),
)
TOO_MANY_ANSWERS = Rule(
    Code.TOO_MANY_ANSWERS,
    remark("is asked after {count} answers, and nothing is saved yet"),
    remark("ask less before the screen that completes the report"),
)


def twice(book: Book) -> Iterator[Finding]:
    """A second choice of a value: whoever presses it is counted with whoever presses the first."""
    for flow, name, node in nodes(book):
        first: dict[str, str] = {}
        for number, choice in enumerate(choices_of(node)):
            field, value = f"choices.{number}", choice.value
            other = first.setdefault(value, field)
            if value and other != field:
                said = {"field": field, "value": value, "other_field": other}
                yield VALUE_TWICE.at(flow.name, name, f"{field}.value", **said)


def too_many(book: Book) -> Iterator[Finding]:
    """Every question that some way asks as the tenth before what completes the flow."""
    for flow in book.flows.values():
        if flow.gathers and flow.start in flow.nodes:
            asked = _questions(book, flow, [Place(flow.name, flow.start)])
            for _ in range(MOST_ANSWERS):
                ways = ((place, after) for place in asked for after in leads_to(book, place))
                again = [after for place, after in ways if not _types_again(book, place, after)]
                asked = _questions(book, flow, again)
            for place in asked:
                yield TOO_MANY_ANSWERS.at(place.flow, place.node, count=MOST_ANSWERS)


def _questions(book: Book, flow: Flow, places: Iterable[Place]) -> Collection[Place]:
    """The next question on every way from here, before what completes the flow."""

    def asks(place: Place) -> bool:
        node = node_of(book, place)
        return isinstance(node, Menu | Ask) and not _is_chosen_next(node, flow)

    def completes(place: Place) -> bool:
        return getattr(node_of(book, place), "completes", None) == flow.gathers

    there = reached(places, lambda one: () if completes(one) or asks(one) else leads_to(book, one))
    return [place for place in there if asks(place) and not completes(place)]


def _types_again(book: Book, asked: Place, after: Place) -> bool:
    """Returns True where a name is typed once more for the same question: its answer replaces the one before."""
    node = node_of(book, after)
    again = isinstance(node, Ask) and node.goes == asked.node and after.flow == asked.flow
    return again and isinstance(node, Ask) and _is_chosen_next(node, book.flows[after.flow])


def _is_chosen_next(node: Menu | Ask, flow: Flow) -> bool:
    """A name that is typed, and then chosen out of the list it makes: one answer, not two."""
    if not isinstance(node, Ask) or node.list is not None:
        return False
    chosen = flow.nodes.get(node.goes)
    return isinstance(chosen, Ask) and node.saves in list_answers(chosen.list or "")
