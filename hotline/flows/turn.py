"""Moves a conversation from node to node until one waits for the caller. Pure. No flow set can make it loop."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from hotline.flows.conversation import (
    Answered,
    Completed,
    ConversationState,
    Erased,
    Event,
    Facts,
    Finished,
    FlowEntered,
    LanguageChosen,
    PinGiven,
    Place,
    TopicRead,
)
from hotline.flows.drawing import FIRST_KEY, MORE, draw, draw_invalid, only_key, screen_of
from hotline.flows.engine_texts import texts_of
from hotline.flows.flow import (
    BranchNode,
    CallNode,
    Choice,
    EndNode,
    FlowSet,
    MenuNode,
    MessageNode,
    QuestionNode,
    View,
    Waiting,
    at_front,
    is_met,
    list_answers,
    node_at,
    reachable,
    text_in,
)
from hotline.flows.screen import DEFAULT_LIMIT, Page, Screen
from hotline.text import keying
from hotline.text.keying import is_easy_pin
from hotline.text.languages import FIRST

MAX_STEPS = 60
"""Most nodes passed without a screen. The walk then ends at the front."""
MAX_DEPTH = 12
"""Most nested flows."""
MAX_TRAIL = 40


class WalkResult(NamedTuple):
    """The result of a walk: the new state, the events, and the nodes passed."""

    run: ConversationState
    events: tuple[Event, ...] = ()
    passed: tuple[Place, ...] = ()
    answered: bool = False
    """True where it led on from the previous place: not back, not home, and not to the same place."""

    def after(self, *events: Event) -> "WalkResult":
        """Returns the same result with earlier events in front."""
        if not events:
            return self
        return WalkResult(self.run, (*events, *self.events), self.passed, self.answered)


def front(book: FlowSet) -> tuple[Place, ...]:
    flow = book.flows.get(book.front)
    return (Place(book.front, flow.start if flow else ""),)


def go_to(book: FlowSet, facts: Facts, run: ConversationState, node: str | None) -> WalkResult:
    """Moves from the current place to another node of its flow, and saves the way back."""
    trail = (*run.trail, run.calls)[-MAX_TRAIL:]
    walked = settle(book, facts, _at(book, run.at(run.calls, trail=trail), node))
    here, there = run.calls[-1], walked.run.calls[-1] if walked.run.calls else None
    stays = there is not None and (here.flow, here.node) == (there.flow, there.node)
    return WalkResult(walked.run, walked.events, walked.passed, answered=not stays)


def home(book: FlowSet, facts: Facts, run: ConversationState) -> WalkResult:
    return settle(book, facts, run.at(front(book), trail=()))


def back(book: FlowSet, facts: Facts, run: ConversationState) -> WalkResult:
    """Moves one page back, or to the previous screen, or to the front. Answers stay until the caller changes them."""
    here = run.calls[-1]
    if here.page:
        return at_page(run, here.page - 1)
    if not run.trail:
        return WalkResult(home(book, facts, run).run)
    *trail, calls = run.trail
    return WalkResult(_forget_way(book, run.at(calls, trail=tuple(trail))))


def at_page(run: ConversationState, page: int) -> WalkResult:
    """Returns the same place at another page."""
    *under, here = run.calls
    return WalkResult(run.at((*under, Place(here.flow, here.node, page))))


def enter_flow(book: FlowSet, run: ConversationState, name: str) -> ConversationState:
    """Enters an existing flow. A report flow begins a new attempt, so earlier answers are dropped.

    A private flow that is called again drops its own answers, because they may be about another person.
    """
    flow = book.flows[name]
    run = run.at((*run.calls, Place(flow.name, flow.start)))
    if flow.private and run.answers:
        own = {
            node.saves for node in flow.nodes.values() if isinstance(node, MenuNode | QuestionNode)
        }
        run = run.saying({said: kept for said, kept in run.answers.items() if said not in own})
    if flow.gathers:
        run = replace(run, passage=run.passage + 1, answers={}, erased=False, trail=run.trail[-1:])
    return run


def settle(book: FlowSet, facts: Facts, run: ConversationState) -> WalkResult:
    """Passes through branches, calls and returns to a node that waits, or to the end."""
    events: list[Event] = []
    passed: list[Place] = []
    for _ in range(MAX_STEPS):
        node = node_at(book, run.calls[-1]) if 0 < len(run.calls) <= MAX_DEPTH else None
        passed.extend(run.calls[-1:])
        match node:
            case MessageNode() | MenuNode() | QuestionNode():
                events.extend(_arrival(node))
                return WalkResult(_forget_way(book, run), tuple(events), tuple(passed))
            case EndNode(text=text) if text is not None:
                events.append(Finished())
                return WalkResult(replace(run, finished=True), tuple(events), tuple(passed))
            case BranchNode(arms=arms):
                way = next((arm.goes for arm in arms if is_met(arm.when, run, facts)), None)
                run = _at(book, run, way)
            case CallNode(flow=name, goes=then) if _opens(book, run, name):
                run = enter_flow(book, run if then is not None else _ended(book, run), name)
                run = run.saying({**run.answers, **facts.answers}) if facts.answers else run
                events.append(FlowEntered(name))
            case CallNode(goes=then):
                run = _at(book, run, then)
            case EndNode():
                run = _at(book, run, None)
            case None:
                run = run.at(front(book), trail=())
    # The walk was cut. The state is now at the front, or ended where the front itself is the loop.
    run = run.at(front(book), trail=())
    waits = isinstance(node_at(book, run.calls[-1]), MessageNode | MenuNode | QuestionNode)
    run = run if waits else replace(run, finished=True)
    return WalkResult(run, tuple(events), tuple(passed))


def _opens(book: FlowSet, run: ConversationState, name: str) -> bool:
    """Returns True if a call may enter this flow. A private flow opens only from inside a private flow."""
    if name not in book.flows:
        return False
    beneath = (book.flows[place.flow] for place in run.calls if place.flow in book.flows)
    return not book.flows[name].private or any(flow.private for flow in beneath)


def _ended(book: FlowSet, run: ConversationState) -> ConversationState:
    """Returns the state without the current flow, which ends with the flow it calls. Topics then never nest deeper.

    A report flow or a private flow stays on the stack. Its rules apply to all flows that it calls.
    """
    flow = book.flows[run.calls[-1].flow]
    return run if flow.gathers or flow.private else run.at(run.calls[:-1])


def _at(book: FlowSet, run: ConversationState, node: str | None) -> ConversationState:
    """Returns the state at another node of the same flow. None returns to the calling flow, or to the one above it."""
    calls = run.calls
    while node is None and len(calls) > 1:
        calls = calls[:-1]
        caller = node_at(book, calls[-1])
        node = caller.goes if isinstance(caller, CallNode) else None
    if node is None:
        return run.at(())
    return run.at((*calls[:-1], Place(calls[-1].flow, node)))


def _arrival(node: MessageNode | MenuNode | QuestionNode) -> Iterator[Event]:
    if node.topic:
        yield TopicRead(node.topic)
    if node.completes:
        yield Completed(node.completes)


def _forget_way(book: FlowSet, run: ConversationState) -> ConversationState:
    """Returns the state with an empty trail and a single-flow stack where it is at the front."""
    return run.at(front(book), trail=()) if at_front(book, run) else run


# Starts and advances conversations. Read this file first.


class Turn(NamedTuple):
    run: ConversationState
    screen: Screen
    events: tuple[Event, ...] = ()
    passed: tuple[Place, ...] = ()
    """Every node passed, shown or not. Transcripts measure coverage with it."""
    answered: bool = False
    """True where the input led on from the previous screen."""


class _Stand(NamedTuple):
    """The caller's place: the node as the caller sees it, and its current page."""

    node: Waiting
    seen: View
    page: Page
    screen: Screen


def start(
    book: FlowSet,
    facts: Facts,
    *,
    entry: str = "",
    ahead: Sequence[str] = (),
    limit: int = DEFAULT_LIMIT,
) -> Turn:
    """Starts a conversation for a dialled string. `entry` opens its landing flow. `ahead` holds digits dialled ahead.

    Those digits are used on menus and messages only. If one would enter a report flow or a private flow, all are
    dropped. The caller then sees what a plain dial shows.
    """
    plain = _shown(book, facts, _at_front(book, facts), limit)
    turn = _shown(book, facts, _landed(book, facts, entry), limit)
    for keyed in ahead:
        if not _spends_ahead(book, turn.run):
            break
        following = resume(book, turn.run, keyed, facts, limit=limit)
        if any(_closed_to_ahead(book, event) for event in following.events):
            return plain
        turn = following._replace(
            events=(*turn.events, *following.events), passed=(*turn.passed, *following.passed)
        )
    return turn


def resume(
    book: FlowSet, run: ConversationState, keyed: str, facts: Facts, *, limit: int = DEFAULT_LIMIT
) -> Turn:
    """Applies one input and returns the turn.

    An unknown input shows the screen again under a line that names the keys.
    """
    if run.finished:
        return Turn(run, render(book, run, facts, limit=limit))

    stand = _stand(book, run, facts, limit)
    walked = _led(book, run, keyed, facts, stand)
    if walked is None:
        assert stand is not None
        return Turn(run, _again(run, stand, limit))
    return _shown(book, facts, walked, limit)


def resume_without_screen(
    book: FlowSet, run: ConversationState, keyed: str, facts: Facts, *, limit: int = DEFAULT_LIMIT
) -> tuple[ConversationState, tuple[Event, ...], bool]:
    """Applies one input that another input follows, so it draws no screen.

    Returns the new state, the events, and True if the input led on from the previous screen.
    """
    if run.finished:
        return run, (), False
    walked = _led(book, run, keyed, facts, _stand(book, run, facts, limit))
    return (run, (), False) if walked is None else (walked.run, walked.events, walked.answered)


def render(
    book: FlowSet, run: ConversationState, facts: Facts, *, limit: int = DEFAULT_LIMIT
) -> Screen:
    """Returns the screen of the current state, without a turn."""
    stand = _stand(book, run, facts, limit)
    if stand is not None and not run.finished:
        return stand.screen
    node = node_at(book, run.calls[-1]) if run.calls else None
    if isinstance(node, EndNode) and node.text is not None:
        return draw(book, node, run, facts, limit).screens[0]
    return screen_of(texts_of(run.language).closed, ends=True)


def repeat(
    book: FlowSet, run: ConversationState, facts: Facts, *, limit: int = DEFAULT_LIMIT
) -> Screen:
    """Returns the screen that `resume` shows for an input that has no meaning here."""
    stand = _stand(book, run, facts, limit)
    if stand is None or run.finished:
        return render(book, run, facts, limit=limit)
    return _again(run, stand, limit)


def offered(
    book: FlowSet, run: ConversationState, facts: Facts, *, limit: int = DEFAULT_LIMIT
) -> Mapping[str, str]:
    """Returns the choices of the current page by key, with their labels in the caller's language."""
    stand = None if run.finished else _stand(book, run, facts, limit)
    if stand is None:
        return {}
    choices = stand.seen.choices
    return {key: text_in(choices[at].label, run.language) for key, at in stand.page.keys.items()}


def expects_words(book: FlowSet, run: ConversationState) -> bool:
    """Returns True if the next input is free text, which may contain `*`."""
    node = _asked(book, run)
    return node is not None and node.kind == "words"


def expects_pin(book: FlowSet, run: ConversationState) -> int:
    """Returns the digits of the PIN that is asked for, or 0.

    The service must know before the turn what the PIN opens.
    """
    node = _asked(book, run)
    return node.digits if node is not None and node.kind == "pin" else 0


def expects_number(book: FlowSet, run: ConversationState) -> str:
    """Returns the name of the answer that a number is asked for. Empty where none is asked."""
    node = _asked(book, run)
    return node.saves if node is not None and node.kind == "number" else ""


def _asked(book: FlowSet, run: ConversationState) -> QuestionNode | None:
    node = node_at(book, run.calls[-1]) if run.calls else None
    return node if isinstance(node, QuestionNode) and not run.finished else None


def _shown(book: FlowSet, facts: Facts, walked: WalkResult, limit: int) -> Turn:
    screen = render(book, walked.run, facts, limit=limit)
    return Turn(walked.run, screen, walked.events, walked.passed, walked.answered)


def _at_front(book: FlowSet, facts: Facts) -> WalkResult:
    return home(book, facts, ConversationState(FIRST, ())).after(FlowEntered(book.front))


def _landed(book: FlowSet, facts: Facts, entry: str) -> WalkResult:
    """Opens the landing flow of a short code.

    Opens the front where there is none, or where a report attempt would begin.
    """
    flow = book.flows.get(book.entries.get(entry, ""))
    if flow is None:
        return _at_front(book, facts)
    run = enter_flow(
        book, ConversationState(facts.language if flow.private else FIRST, ()), flow.name
    )
    walked = settle(book, facts, run).after(FlowEntered(flow.name))
    return _at_front(book, facts) if walked.run.passage else walked


def _spends_ahead(book: FlowSet, run: ConversationState) -> bool:
    """Returns True if a digit dialled ahead may be used here: on a menu or message outside private flows."""
    node = node_at(book, run.calls[-1])
    hidden = any(book.flows[place.flow].private for place in run.calls if place.flow in book.flows)
    return not run.finished and isinstance(node, MenuNode | MessageNode) and not hidden


def _closed_to_ahead(book: FlowSet, event: Event) -> bool:
    flow = book.flows.get(event.flow) if isinstance(event, FlowEntered) else None
    return flow is not None and (flow.private or flow.gathers is not None)


def _stand(book: FlowSet, run: ConversationState, facts: Facts, limit: int) -> _Stand | None:
    """Returns the caller's place. None where the conversation ended, or where its place is not in this flow set."""
    node = node_at(book, run.calls[-1]) if run.calls else None
    if not isinstance(node, Waiting):
        return None
    found = draw(book, node, run, facts, limit)
    at = min(run.calls[-1].page, len(found.pages) - 1)
    return _Stand(node, found.seen, found.pages[at], found.screens[at])


def _again(run: ConversationState, stand: _Stand, limit: int) -> Screen:
    return draw_invalid(stand.node, stand.seen, stand.page, run.language, limit)


def _led(
    book: FlowSet, run: ConversationState, keyed: str, facts: Facts, stand: _Stand | None
) -> WalkResult | None:
    """Applies one input. Returns None where it has no meaning here."""
    pressed = keying.clean_keys(keyed)
    if pressed == "000":
        blank = ConversationState(FIRST, (), passage=run.passage, erased=True)
        return home(book, facts, blank).after(Erased())
    if pressed == "00" or stand is None:
        return home(book, facts, run)
    return _moved(book, facts, run, stand, pressed, keyed)


def _moved(
    book: FlowSet, facts: Facts, run: ConversationState, stand: _Stand, pressed: str, keyed: str
) -> WalkResult | None:
    """Applies one input other than `00` and `000`. Returns None where it has no meaning here."""
    node = stand.node
    if pressed == FIRST_KEY:
        pressed = only_key(node, stand.seen, stand.page) or pressed
    if pressed == MORE and stand.page.more:
        return at_page(run, run.calls[-1].page + 1)
    if pressed == "0":
        if isinstance(node, QuestionNode) and node.skip is not None:
            run, events = with_answer(book, run, node.saves, None)
            return go_to(book, facts, run, node.goes).after(*events)
        return back(book, facts, run)
    if isinstance(node, MessageNode):
        return go_to(book, facts, run, node.goes) if pressed == MORE and node.goes else None
    if pressed in stand.page.keys:
        return _chosen(book, facts, run, node, stand.seen.choices[stand.page.keys[pressed]])
    if isinstance(node, MenuNode) and (at := chosen_index(stand.seen.choices, keyed)) is not None:
        return _chosen(book, facts, run, node, stand.seen.choices[at])
    if isinstance(node, QuestionNode):
        return _told(book, facts, run, node, pressed, keyed)
    return None


def _chosen(
    book: FlowSet,
    facts: Facts,
    run: ConversationState,
    node: MenuNode | QuestionNode,
    choice: Choice,
) -> WalkResult:
    events: tuple[Event, ...] = ()
    if choice.language is not None:
        run = replace(run, language=choice.language)
        events = (LanguageChosen(choice.language),)
    if node.saves is not None and choice.value:
        run, answered = with_answer(book, run, node.saves, choice.value)
        events = (*events, *answered)
    return go_to(book, facts, run, choice.goes or node.goes).after(*events)


def _told(
    book: FlowSet,
    facts: Facts,
    run: ConversationState,
    node: QuestionNode,
    pressed: str,
    keyed: str,
) -> WalkResult | None:
    """Applies a typed answer. Returns None where it is not valid. Places are never typed, and a PIN is never saved."""
    if node.kind == "pin":
        pin = keying.clean_pin(keyed, node.digits)
        if not pin:
            return None
        if node.weak is not None and is_easy_pin(pin):
            return go_to(book, facts, run, node.weak)
        return go_to(book, facts, run, node.goes).after(PinGiven(node.saves, pin))
    typed = {"words": keying.clean_text(keyed), "number": pressed if pressed.isdecimal() else ""}
    value = typed.get(node.kind, "")
    if not value:
        return None
    run, events = with_answer(book, run, node.saves, value)
    return go_to(book, facts, run, node.goes).after(*events)


def with_answer(
    book: FlowSet, run: ConversationState, name: str, value: str | None
) -> tuple[ConversationState, tuple[Event, ...]]:
    """Saves an answer. None removes it, as skipping a question does.

    Going back loses no answer. But some lists are named by another answer, such as the districts of a province. A place
    from such a list is dropped when the other answer changes.
    """
    before = run.answers.get(name)
    if value is None and before is None:
        return run, ()

    fallen = frozenset() if before == value else _dependants(book, name)
    answers = {key: kept for key, kept in run.answers.items() if key not in fallen}
    if value is None:
        del answers[name]
        return run.saying(answers), (Answered(name, ""),)
    answers[name] = value
    return run.saying(answers), (Answered(name, value),)


def _dependants(book: FlowSet, name: str) -> frozenset[str]:
    """Returns the answers whose list is named by this one, directly or through others. Cached for every new answer."""
    found = book.dependants.get(name)
    if found is None:
        named = _named_by(book)
        fallen = {*reachable([name], lambda one: named.get(one, ()))} - {name}
        found = book.dependants[name] = frozenset(fallen)
    return found


def _named_by(book: FlowSet) -> Mapping[str, set[str]]:
    """Returns for each answer the answers chosen from lists that have its value in their name."""
    found: dict[str, set[str]] = {}
    for flow in book.flows.values():
        for node in flow.nodes.values():
            if isinstance(node, QuestionNode) and node.list is not None:
                for source in list_answers(node.list):
                    found.setdefault(source, set()).add(node.saves)
    return found


YES = frozenset({"yego", "oui", "yes"})
NO = frozenset({"oya", "non", "no"})
MARKS = " \t\r\n.,!"


def chosen_index(choices: Sequence[Choice], keyed: str) -> int | None:
    """Returns the index of the choice that a typed yes or no means. None where no choice or several choices match.

    A choice matches yes where its label begins with yes in every language: "Yego, siba", "Oui, effacer", "Yes, erase".
    """
    said = _word(keyed)
    meant = next((words for words in (YES, NO) if said in words), None)
    if meant is None:
        return None
    found = []
    for at, choice in enumerate(choices):
        begins = [_word(label.partition(",")[0]) for label in choice.label.values() if label]
        if begins and meant.issuperset(begins):
            found.append(at)
    return found[0] if len(found) == 1 else None


def _word(written: str) -> str:
    return written.strip(MARKS).casefold()
