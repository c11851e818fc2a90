"""Ways through the book: what leads nowhere, what nobody reaches, what goes round without a wait. Pure.

Every condition under which a node may be shown, the lists it chooses from, and all that it shows. Pure.

The list of questions that a desk may ask back: each alone, on one screen, and of nobody's name. Pure.

Answers that count as one, and how many a report asks for before it is whole. Pure.

A caller has two minutes, and somebody may come in.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, product

from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import (
    beginnings,
    choices_of,
    conditions,
    leads_to,
    node_texts,
    nodes,
    placed_conditions,
)
from hotline.engine.check.risky import asks_of_anybody
from hotline.engine.document.fields import BrokenReference, broken_in_book, broken_in_flow, targets
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
)
from hotline.engine.numbers.questions import ANSWER, FLOW, Question, flag_of, questions
from hotline.engine.page_cache import Drawn, drawn
from hotline.engine.run import Facts, Place, Run
from hotline.engine.view import WIDEST, Waiting, list_answers
from hotline.engine.words import words
from hotline.text.languages import CODES
from hotline.text.remark import Remark, remark


def unknown_names(book: Book) -> Iterator[Finding]:
    """Of the book itself: its front and its entries."""
    yield from map(_unknown, broken_in_book(book))


def unknown_names_in(book: Book, flow: Flow) -> Iterator[Finding]:
    yield from map(_unknown, broken_in_flow(book, flow))


def _unknown(broken: BrokenReference) -> Finding:
    where, fix = (broken.flow, broken.node), remark("name one that exists, or write it")
    return Finding(*where, Code(broken.code), broken.message, fix, field=broken.field)


def unknown_answers(book: Book) -> Iterator[Finding]:
    """A condition on an answer that nothing saves, or on a value that no choice of it has, never holds."""
    saved = _saved_values(book)
    for flow, name, node in nodes(book):
        for field, condition in placed_conditions(node):
            if condition.answer is None:
                continue
            values = saved.get(condition.answer)
            if values is None:
                message = remark("no question saves the answer {answer}", answer=condition.answer)
                fix = remark("mend the name")
                yield Finding(flow.name, name, Code.UNKNOWN_ANSWER, message, fix, field=field)
            elif None not in values and (odd := set(condition.values) - values):
                message = remark(
                    "{answer} is never {values}",
                    answer=condition.answer,
                    values=", ".join(sorted(odd)),
                )
                fix = remark("mend the value")
                yield Finding(flow.name, name, Code.UNKNOWN_ANSWER, message, fix, field=field)


def dead_ends(book: Book) -> Iterator[Finding]:
    for flow, name, node in nodes(book):
        if isinstance(node, Branch) and node.arms[-1].when is not None:
            message = remark("where no arm holds, the branch leads nowhere")
            fix = remark("add a last way that has no condition")
            yield Finding(flow.name, name, Code.DEAD_END, message, fix, field="arms")
        if isinstance(node, Menu) and all(choice.when for choice in node.choices):
            message = remark("where no choice's condition holds, nothing can be pressed")
            fix = remark("add a choice that always stands")
            yield Finding(flow.name, name, Code.DEAD_END, message, fix, field="choices")
        if isinstance(node, Say) and node.goes is None and flow.gathers:
            message = remark("a gathering flow stops here: only back is left")
            fix = remark("choose where it leads")
            yield Finding(flow.name, name, Code.DEAD_END, message, fix, field="goes")
    yield from _endless(book)


def _endless(book: Book) -> Iterator[Finding]:
    """Flows that can be entered and never be left by going on."""
    for flow in book.flows.values():
        ends = any(
            isinstance(node, Finish)
            or (isinstance(node, Call) and node.goes is None)
            or (isinstance(node, Say) and node.goes is None)
            for node in flow.nodes.values()
        )
        if not ends and flow.name != book.front:
            message = remark("no way through this flow ever ends")
            fix = remark("add an end, or a last message that leads nowhere")
            yield Finding(flow.name, flow.start, Code.DEAD_END, message, fix)


def unreachable(book: Book) -> Iterator[Finding]:
    reached = reachable(book)
    for flow in book.flows.values():
        inside = {place.node for place in reached if place.flow == flow.name}
        if not inside:
            message = remark("no call and no entry leads to this flow")
            fix = remark("call it, or delete the flow")
            yield Finding(flow.name, "", Code.UNREACHABLE, message, fix)
            continue
        for name in flow.nodes:
            if name not in inside:
                message = remark("nothing leads here")
                fix = remark("lead to it, or delete it")
                yield Finding(flow.name, name, Code.UNREACHABLE, message, fix)


def reachable(book: Book) -> set[Place]:
    waiting = list(beginnings(book))
    seen = set(waiting)
    while waiting:
        for place in leads_to(book, waiting.pop()):
            if place not in seen:
                seen.add(place)
                waiting.append(place)
    return seen


def loops(book: Book) -> Iterator[Finding]:
    """Rounds of branches and calls in which nobody is ever asked anything."""
    steps = {
        Place(flow.name, name): tuple(_silent_steps(book, Place(flow.name, name)))
        for flow, name, node in nodes(book)
        if isinstance(node, Branch | Call)
    }
    for place in steps:
        if place in _after(steps, place):
            message = remark("goes round through branches and calls without ever waiting")
            fix = remark("put a screen into the round, or break it")
            yield Finding(place.flow, place.node, Code.LOOP, message, fix)


def _after(steps: Mapping[Place, tuple[Place, ...]], start: Place) -> set[Place]:
    seen: set[Place] = set()
    waiting = [start]
    while waiting:
        for place in steps.get(waiting.pop(), ()):
            if place not in seen:
                seen.add(place)
                waiting.append(place)
    return seen


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
    waiting, seen = [flow.start], {flow.start}
    while waiting:
        node = flow.nodes.get(waiting.pop())
        if isinstance(node, Finish) and node.text is None:
            return True
        following = set(targets(node)) - seen if isinstance(node, Branch) else set()
        seen |= following
        waiting.extend(following)
    return False


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
    answers = sorted({condition.answer for condition in asked if condition.answer})
    values = [
        (
            None,
            "any",
            *(value for asking in asked if asking.answer == name for value in asking.values),
        )
        for name in answers
    ]
    combinations = product(product((False, True), repeat=len(flags)), product(*values))
    for set_flags, given in islice(combinations, MOST_SITUATIONS):
        told = {
            name: value for name, value in zip(answers, given, strict=True) if value is not None
        }
        yield (
            replace(run, answers=told),
            Facts(flags=dict(zip(flags, set_flags, strict=True)), words=WIDEST),
        )


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


def asked_back(book: Book) -> Iterator[Finding]:
    yield from _signed_elsewhere(book)
    flow = book.flows.get(FLOW)
    if flow is None:
        return
    for question in questions(book).values():
        yield from _shape(flow, question)
        yield from _of_anybody(question)


def _signed_elsewhere(book: Book) -> Iterator[Finding]:
    listed = questions(book)
    for flow in book.flows.values():
        for name in flow.signed:
            if flow.name != FLOW or name not in listed:
                message = remark("is signed, and is no question of the list")
                yield _finding(
                    name, message, remark("remove the approval of this question"), flow=flow.name
                )


def _shape(flow: Flow, question: Question) -> Iterator[Finding]:
    """What is signed is a text and its choices; she is asked that, and nothing behind it."""
    name, node = question.name, question.node
    if isinstance(node, Ask) and (node.kind != "words" or node.skip is not None):
        message = remark("is no menu and takes no words")
        yield _finding(name, message, remark("ask for words, or offer choices"))
    if node.leads or node.topic or node.completes or (isinstance(node, Menu) and node.note):
        message = remark("holds more than a text and choices")
        yield _finding(name, message, remark("leave the rest out"))
    if node.saves != ANSWER:
        message = remark("saves where no desk reads it")
        yield _finding(name, message, remark("saves: {answer}", answer=ANSWER))
    if not all(choice.value for choice in node.choices) or any(c.when for c in node.choices):
        message = remark("has a choice that is no answer, or not always one")
        yield _finding(name, message, remark("give it a value"))
    if any(flow.nodes.get(goes) != Finish() for goes in targets(node)):
        message = remark("leads on to more")
        yield _finding(name, message, remark("lead it to an end without text"))
    start = flow.nodes.get(flow.start)
    arms = start.arms if isinstance(start, Branch) else ()
    if [arm.when for arm in arms if arm.goes == name] != [Condition(flag=flag_of(name))]:
        arm = f"{{when: {{flag: {flag_of(name)}}}, goes: {name}}}"
        fix = remark("add {arm} to {start}", arm=arm, start=flow.start)
        yield _finding(name, remark("does not stand behind its own flag alone"), fix)


def _of_anybody(question: Question) -> Iterator[Finding]:
    for field, text in node_texts(question.node):
        for language, said in text.items():
            for word in asks_of_anybody(said, language):
                message = remark(
                    '{field} asks for a name, a number, a house or a person: "{word}"',
                    field=field,
                    word=word,
                )
                fix = remark("ask what happens, where and when")
                yield Finding(FLOW, question.name, Code.ASKS_WHO, message, fix, language, field)


def _finding(name: str, message: Remark, fix: Remark, *, flow: str = FLOW) -> Finding:
    return Finding(flow, name, Code.QUESTION, message, fix)


MOST_ANSWERS = 9


def twice(book: Book) -> Iterator[Finding]:
    """A second choice of a value: whoever presses it is counted with whoever presses the first."""
    for flow, name, node in nodes(book):
        first: dict[str, str] = {}
        for number, choice in enumerate(choices_of(node)):
            if not choice.value:
                continue
            field = f"choices.{number}"
            if (other := first.setdefault(choice.value, field)) == field:
                continue
            message = remark(
                "{field} counts as {value}, and so does {other_field}",
                field=field,
                value=choice.value,
                other_field=other,
            )
            fix = remark("give it a value of its own, or take one of them out")
            where, field = (flow.name, name), f"{field}.value"
            yield Finding(*where, Code.VALUE_TWICE, message, fix, field=field)


def too_many(book: Book) -> Iterator[Finding]:
    """Every question that some way asks as the tenth before what completes the flow."""
    for flow in book.flows.values():
        if flow.gathers and flow.start in flow.nodes:
            for place in _asked_after(book, flow, MOST_ANSWERS):
                message = remark(
                    "is asked after {count} answers, and nothing is saved yet", count=MOST_ANSWERS
                )
                fix = remark("ask less before the screen that completes the report")
                yield Finding(place.flow, place.node, Code.TOO_MANY_ANSWERS, message, fix)


def _asked_after(book: Book, flow: Flow, answers: int) -> Collection[Place]:
    """The questions that are met after so many answers, without having passed what completes the flow."""
    asked = _questions(book, flow, [Place(flow.name, flow.start)])
    for _ in range(answers):
        following = [
            after
            for place in asked
            for after in leads_to(book, place)
            if not _types_again(book, place, after)
        ]
        asked = _questions(book, flow, following)
    return asked


def _questions(book: Book, flow: Flow, places: Iterable[Place]) -> Collection[Place]:
    """The next question on every way from here."""
    waiting = list(places)
    seen, found = set(waiting), dict[Place, None]()
    while waiting:
        place = waiting.pop()
        node = book.flows[place.flow].nodes[place.node]
        if _completes(node, flow):
            continue
        if isinstance(node, Menu | Ask) and not _is_chosen_next(node, flow):
            found[place] = None
            continue
        following = [after for after in leads_to(book, place) if after not in seen]
        seen.update(following)
        waiting.extend(following)
    return found.keys()


def _completes(node: Node, flow: Flow) -> bool:
    return isinstance(node, Say | Menu | Ask) and node.completes == flow.gathers


def _types_again(book: Book, asked: Place, after: Place) -> bool:
    """Returns True where a name is typed once more for the same question: its answer replaces the one before."""
    flow = book.flows[after.flow]
    node = flow.nodes[after.node]
    again = isinstance(node, Ask) and node.goes == asked.node and after.flow == asked.flow
    return again and isinstance(node, Ask) and _is_chosen_next(node, flow)


def _is_chosen_next(node: Menu | Ask, flow: Flow) -> bool:
    """A name that is typed, and then chosen out of the list it makes: one answer, not two."""
    if not isinstance(node, Ask) or node.list is not None:
        return False
    chosen = flow.nodes.get(node.goes)
    return isinstance(chosen, Ask) and node.saves in list_answers(chosen.list or "")
