"""Moves a conversation through the flows to a node that waits for the caller, and returns the screen of this node.
Pure.

Each move ends, even if the flows contain a loop. The pages of a node are cached with the flow set, which never
changes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
    list_name,
    node_at,
    placeholders_in,
    reachable,
    text_in,
    view,
)
from hotline.flows.screen import SEPTETS, EngineTexts, Layout, Page, Screen, paginate, texts_of
from hotline.text import characters as text_typed
from hotline.text.characters import septets, to_gsm7
from hotline.text.languages import FIRST
from hotline.text.places import MET, SOURCE


class Drawn(NamedTuple):
    seen: View
    pages: tuple[Page, ...]
    screens: tuple[Screen, ...]
    """The pages as screens for the caller's phone."""


Paginate = Callable[[Layout, int], tuple[Page, ...]]


def draw(
    flow_set: FlowSet,
    node: Waiting | EndNode,
    state: ConversationState,
    facts: Facts,
    limit: int,
    *,
    pages: Paginate = paginate,
) -> Drawn:
    """Returns all pages of the caller's current node. `pages` is the function that divides the node's layout into
    pages. The result is not cached if the session provides the list of choices, or if the text has a placeholder."""
    place = state.calls[-1]
    pattern = node.list if isinstance(node, QuestionNode) else None
    name = list_name(pattern or "", state.answers)
    has_own_list = name and (name in facts.lists or name not in flow_set.lists)
    if has_own_list or placeholders_in((node.text or {}).get(state.language, "")):
        return _draw(flow_set, node, state, facts, limit, pages)

    key = (place.flow, place.node, state.language, limit, name, _varies(node, state, facts))
    drawing = flow_set.drawings.get(key)
    if drawing is None:
        drawing = flow_set.drawings[key] = _draw(flow_set, node, state, facts, limit, pages)
    assert isinstance(drawing, Drawn)
    return drawing


def screen_of(text: str, *, ends: bool = False) -> Screen:
    text = to_gsm7(text)
    return Screen(text, ends, septets(text))


def _draw(
    flow_set: FlowSet,
    node: Waiting | EndNode,
    state: ConversationState,
    facts: Facts,
    limit: int,
    pages: Paginate,
) -> Drawn:
    node_view = view(flow_set, node, state, facts)
    divided, ends = pages(node_view.layout, limit), isinstance(node, EndNode)
    return Drawn(node_view, divided, tuple(screen_of(page.text, ends=ends) for page in divided))


def _varies(node: Waiting | EndNode, state: ConversationState, facts: Facts) -> tuple[bool, ...]:
    """Returns, for each condition of the node, True if the condition is met and False if it is not.

    The conditions, the place, the language, the limit and the list of choices decide which pages a node has.
    """
    if isinstance(node, EndNode):
        return ()
    conditions = [when for lead in node.leads for when in lead.whens] if node.leads else []
    if isinstance(node, MenuNode | QuestionNode):
        conditions += [choice.when for choice in node.choices if choice.when is not None]
    if not conditions:
        return ()
    return tuple([is_met(condition, state, facts) for condition in conditions])


FIRST_KEY, MORE = "1", "9"


def only_key(node: Waiting, node_view: View, page: Page) -> str | None:
    """Returns the only key that leads on from a page: the key of its only choice, or `9`. The caller may press `1`
    instead. Returns None if the page has no such key, or several.

    Also returns None if the caller must type an answer, or if the choice saves a value.
    """
    if isinstance(node, QuestionNode) and node.kind != "place":
        return None
    if has_next(node, page):
        return None if page.keys else MORE
    if isinstance(node, MenuNode) and len(page.keys) == 1:
        ((key, at),) = page.keys.items()
        is_answer = node.saves is not None and bool(node_view.choices[at].value)
        return None if is_answer else key
    return None


def has_next(node: Waiting, page: Page) -> bool:
    """Returns True if `9` opens the next page, or leads from a message's last page to the next node."""
    return page.more or (isinstance(node, MessageNode) and node.goes is not None)


def draw_invalid(node: Waiting, node_view: View, page: Page, language: str, limit: int) -> Screen:
    """Returns the screen of the page again, below a line that says which keys are valid. Uses the longest wording of
    this line that fits."""
    engine = texts_of(language)
    fitting = (
        line
        for line in _lines(node, node_view, page, engine)
        if septets(line) + 1 + septets(page.text) <= limit
    )
    return screen_of(f"{next(fitting, engine.invalid_short)}\n{page.text}")


def _lines(node: Waiting, node_view: View, page: Page, engine: EngineTexts) -> Iterator[str]:
    """Yields the wordings of the line that says which keys are valid, longest first."""
    hint, keys = _typed(node, engine), _valid_keys(node, node_view, page)
    exits = ("0", "00") if node_view.layout.key_lines else ()
    leads_on = [hint] if hint else [*_runs(keys, shortest=3)]
    verb = "" if hint else f"{engine.press} "
    if leads_on or exits:
        all_keys = f"{verb}{', '.join((*leads_on, *exits))}"
        yield f"{engine.invalid} {all_keys}."
        yield all_keys
    if leads_on:
        yield f"{verb}{', '.join(leads_on)}"
    if not hint and (keys or exits):
        yield " ".join([*_runs(keys, shortest=2)] or exits)


def _typed(node: Waiting, engine: EngineTexts) -> str:
    """Returns the instruction that tells the caller what to type, for a question with typed answers. The result is
    empty for other nodes, where the caller presses the key of a choice."""
    match node:
        case QuestionNode(kind="words"):
            return engine.write
        case QuestionNode(kind="number"):
            return f"{engine.press} {engine.digits}"
        case QuestionNode(kind="pin", digits=count):
            return f"{engine.press} {engine.count_of_digits.format(count=count)}"
        case _:
            return ""


def _valid_keys(node: Waiting, node_view: View, page: Page) -> Sequence[str]:
    """Returns the keys that open another page or node: the keys of the choices, and `9`. The result contains `1` if
    the caller may press `1` for the only choice."""
    keys = {*page.keys}
    if has_next(node, page):
        keys.add(MORE)
    if only_key(node, node_view, page) is not None:
        keys.add(FIRST_KEY)
    return sorted(keys)


def _runs(keys: Sequence[str], *, shortest: int) -> Iterator[str]:
    """Yields consecutive digits in short form, such as `1-5`, if there are at least `shortest` of them. Yields other
    digits one by one."""
    row: list[str] = []
    for key in (*keys, ""):
        if row and (not key or int(key) != int(row[-1]) + 1):
            yield from [f"{row[0]}-{row[-1]}"] if len(row) >= shortest else row
            row = []
        row.append(key)


MAX_STEPS = 60
"""The maximum number of nodes that one input may pass without a screen. After so many nodes, the conversation
continues at the front."""
MAX_DEPTH = 12
"""The maximum number of flows in a call stack."""
MAX_TRAIL = 40


class WalkResult(NamedTuple):
    """The result of a move: the new state, the events, and the nodes on the way."""

    state: ConversationState
    events: tuple[Event, ...] = ()
    passed: tuple[Place, ...] = ()
    answered: bool = False
    """True if the caller moved forward to another node. False if the caller went back or to the front, or is still at
    the same node."""

    def after(self, *events: Event) -> "WalkResult":
        """Returns a copy of the result with `events` before its own events."""
        if not events:
            return self
        return WalkResult(self.state, (*events, *self.events), self.passed, self.answered)


def front(flow_set: FlowSet) -> tuple[Place, ...]:
    flow = flow_set.flows.get(flow_set.front)
    return (Place(flow_set.front, flow.start if flow else ""),)


def go_to(
    flow_set: FlowSet, facts: Facts, state: ConversationState, node: str | None
) -> WalkResult:
    """Moves from the current place to another node of the same flow. Saves the current place in the trail, so that the
    key `0` leads back to this place."""
    trail = (*state.trail, state.calls)[-MAX_TRAIL:]
    walked = settle(flow_set, facts, _at(flow_set, state.at(state.calls, trail=trail), node))
    before, after = state.calls[-1], walked.state.calls[-1] if walked.state.calls else None
    stays = after is not None and (before.flow, before.node) == (after.flow, after.node)
    return WalkResult(walked.state, walked.events, walked.passed, answered=not stays)


def home(flow_set: FlowSet, facts: Facts, state: ConversationState) -> WalkResult:
    return settle(flow_set, facts, state.at(front(flow_set), trail=()))


def back(flow_set: FlowSet, facts: Facts, state: ConversationState) -> WalkResult:
    """Moves one page back, or to the previous screen, or to the front."""
    place = state.calls[-1]
    if place.page:
        return at_page(state, place.page - 1)
    if not state.trail:
        return WalkResult(home(flow_set, facts, state).state)
    *trail, calls = state.trail
    return WalkResult(_forget_trail(flow_set, state.at(calls, trail=tuple(trail))))


def at_page(state: ConversationState, page: int) -> WalkResult:
    """Returns the state at the same place, but on another page."""
    *under, place = state.calls
    return WalkResult(state.at((*under, Place(place.flow, place.node, page))))


def enter_flow(flow_set: FlowSet, state: ConversationState, name: str) -> ConversationState:
    """Moves the conversation to the start of another flow. A report flow begins a new report attempt without the
    earlier answers. If the caller comes from a private flow, the first answer of the report says that an officer writes
    the report.

    A private flow begins without its earlier answers, because they may be about another person.
    """
    flow = flow_set.flows[name]
    state = state.at((*state.calls, Place(flow.name, flow.start)))
    if flow.private and state.answers:
        own = {
            node.saves for node in flow.nodes.values() if isinstance(node, MenuNode | QuestionNode)
        }
        state = state.saying({name: one for name, one in state.answers.items() if name not in own})
    if flow.gathers:
        number, trail = state.attempts + 1, state.trail[-1:]
        is_met = any(flow_set.flows[place.flow].private for place in state.calls[:-1])
        answers = {SOURCE: MET} if is_met else {}
        state = replace(state, attempts=number, answers=answers, erased=False, trail=trail)
    return state


def settle(flow_set: FlowSet, facts: Facts, state: ConversationState) -> WalkResult:
    """Passes through branches, calls and returns until a node waits for the caller or the conversation ends."""
    events: list[Event] = []
    passed: list[Place] = []
    for _ in range(MAX_STEPS):
        node = node_at(flow_set, state.calls[-1]) if 0 < len(state.calls) <= MAX_DEPTH else None
        passed.extend(state.calls[-1:])
        match node:
            case MessageNode() | MenuNode() | QuestionNode():
                if node.topic:
                    events.append(TopicRead(node.topic))
                if node.completes:
                    events.append(Completed(node.completes))
                return WalkResult(_forget_trail(flow_set, state), tuple(events), tuple(passed))
            case EndNode(text=text) if text is not None:
                events.append(Finished())
                return WalkResult(replace(state, finished=True), tuple(events), tuple(passed))
            case BranchNode(arms=arms):
                target = next((arm.goes for arm in arms if is_met(arm.when, state, facts)), None)
                state = _at(flow_set, state, target)
            case CallNode(flow=name, goes=then) if _opens(flow_set, state, name):
                before = state if then is not None else _ended(flow_set, state)
                state = enter_flow(flow_set, before, name)
                state = state.saying({**state.answers, **facts.answers}) if facts.answers else state
                events.append(FlowEntered(name))
            case CallNode(goes=then):
                state = _at(flow_set, state, then)
            case EndNode():
                state = _at(flow_set, state, None)
            case None:
                state = state.at(front(flow_set), trail=())
    # After this many nodes without a screen, the flows contain a loop, so the conversation continues at the front. If
    # the front is in the loop too, the conversation ends.
    state = state.at(front(flow_set), trail=())
    waits = isinstance(node_at(flow_set, state.calls[-1]), MessageNode | MenuNode | QuestionNode)
    state = state if waits else replace(state, finished=True)
    return WalkResult(state, tuple(events), tuple(passed))


def _opens(flow_set: FlowSet, state: ConversationState, name: str) -> bool:
    """Returns True if a call may enter this flow. Only a private flow can open another private flow."""
    if name not in flow_set.flows:
        return False
    beneath = (flow_set.flows[place.flow] for place in state.calls if place.flow in flow_set.flows)
    return not flow_set.flows[name].private or any(flow.private for flow in beneath)


def _ended(flow_set: FlowSet, state: ConversationState) -> ConversationState:
    """Removes the current flow from the call stack if its last node calls another flow. So the stack stays short. When
    the called flow ends, the current flow ends too.

    A report flow or a private flow stays on the stack, because its rules also apply to the flows that it calls.
    """
    flow = flow_set.flows[state.calls[-1].flow]
    return state if flow.gathers or flow.private else state.at(state.calls[:-1])


def _at(flow_set: FlowSet, state: ConversationState, node: str | None) -> ConversationState:
    """Returns the state at another node of the same flow. If `node` is None, the flow ends, and the state returns to a
    node of a flow that called it."""
    calls = state.calls
    while node is None and len(calls) > 1:
        calls = calls[:-1]
        caller = node_at(flow_set, calls[-1])
        node = caller.goes if isinstance(caller, CallNode) else None
    if node is None:
        return state.at(())
    return state.at((*calls[:-1], Place(calls[-1].flow, node)))


def _forget_trail(flow_set: FlowSet, state: ConversationState) -> ConversationState:
    """Forgets all earlier places if the caller is at the front. From the front, `0` must not lead back."""
    return state.at(front(flow_set), trail=()) if at_front(flow_set, state) else state


# The functions below start conversations and apply the inputs of callers. Read them first to understand the engine.


class Turn(NamedTuple):
    state: ConversationState
    screen: Screen
    events: tuple[Event, ...] = ()
    passed: tuple[Place, ...] = ()
    """Every node that the conversation passed, with or without a screen. Tests use these nodes to measure which part
    of the flows they cover."""
    answered: bool = False
    """True if the input led from the previous screen to another node."""


class _Stand(NamedTuple):
    """The node as the caller sees it, and the page that the caller sees."""

    node: Waiting
    seen: View
    page: Page
    screen: Screen


def start(
    flow_set: FlowSet,
    facts: Facts,
    *,
    entry: str = "",
    ahead: Sequence[str] = (),
    limit: int = SEPTETS,
) -> Turn:
    """Starts a conversation for a dialled string. `entry` is a short code. The conversation starts at the landing flow
    of this short code. `ahead` contains digits dialled in advance.

    These digits work only on menus and messages. If one of them would open a report flow or a private flow, `start`
    ignores all of them and the short code. The caller then sees the same screen as after dialling only the service
    code.
    """
    fallback = _shown(flow_set, facts, _at_front(flow_set, facts), limit)
    turn = _shown(flow_set, facts, _landed(flow_set, facts, entry), limit)
    for keyed in ahead:
        if not _spends_ahead(flow_set, turn.state):
            break
        next_turn = resume(flow_set, turn.state, keyed, facts, limit=limit)
        if any(_closed_to_ahead(flow_set, event) for event in next_turn.events):
            return fallback
        turn = next_turn._replace(
            events=(*turn.events, *next_turn.events), passed=(*turn.passed, *next_turn.passed)
        )
    return turn


def resume(
    flow_set: FlowSet, state: ConversationState, keyed: str, facts: Facts, *, limit: int = SEPTETS
) -> Turn:
    """Applies one input to a conversation and returns the turn.

    For an unknown input, shows the screen again below a line that names the valid keys.
    """
    if state.finished:
        return Turn(state, render(flow_set, state, facts, limit=limit))

    stand = _stand(flow_set, state, facts, limit)
    walked = _led(flow_set, state, keyed, facts, stand)
    if walked is None:
        assert stand is not None
        return Turn(state, _invalid_screen(state, stand, limit))
    return _shown(flow_set, facts, walked, limit)


def resume_without_screen(
    flow_set: FlowSet, state: ConversationState, keyed: str, facts: Facts, *, limit: int = SEPTETS
) -> tuple[ConversationState, tuple[Event, ...], bool]:
    """Applies an input, but draws no screen, because another input follows.

    Returns the new state, the events, and True if the input led from the previous screen to another node.
    """
    if state.finished:
        return state, (), False
    walked = _led(flow_set, state, keyed, facts, _stand(flow_set, state, facts, limit))
    return (state, (), False) if walked is None else (walked.state, walked.events, walked.answered)


def render(
    flow_set: FlowSet, state: ConversationState, facts: Facts, *, limit: int = SEPTETS
) -> Screen:
    """Returns the screen of the current state, without applying an input."""
    stand = _stand(flow_set, state, facts, limit)
    if stand is not None and not state.finished:
        return stand.screen
    node = node_at(flow_set, state.calls[-1]) if state.calls else None
    if isinstance(node, EndNode) and node.text is not None:
        return draw(flow_set, node, state, facts, limit).screens[0]
    return screen_of(texts_of(state.language).closed, ends=True)


def repeat(
    flow_set: FlowSet, state: ConversationState, facts: Facts, *, limit: int = SEPTETS
) -> Screen:
    """Returns the screen again, below a line that names the valid keys, as `resume` does after an unknown input."""
    stand = _stand(flow_set, state, facts, limit)
    if stand is None or state.finished:
        return render(flow_set, state, facts, limit=limit)
    return _invalid_screen(state, stand, limit)


def offered(
    flow_set: FlowSet, state: ConversationState, facts: Facts, *, limit: int = SEPTETS
) -> Mapping[str, str]:
    """Returns the choices of the current page by key, with their labels in the caller's language."""
    stand = None if state.finished else _stand(flow_set, state, facts, limit)
    if stand is None:
        return {}
    choices = stand.seen.choices
    return {key: text_in(choices[at].label, state.language) for key, at in stand.page.keys.items()}


def question_at(flow_set: FlowSet, state: ConversationState) -> QuestionNode | None:
    """Returns the question that the next input answers. The service must know the question before it reads the input:
    free text may contain `*`, and a PIN has a number of digits. Returns None if the caller is not at a question."""
    node = node_at(flow_set, state.calls[-1]) if state.calls else None
    return node if isinstance(node, QuestionNode) and not state.finished else None


def _shown(flow_set: FlowSet, facts: Facts, walked: WalkResult, limit: int) -> Turn:
    screen = render(flow_set, walked.state, facts, limit=limit)
    return Turn(walked.state, screen, walked.events, walked.passed, walked.answered)


def _at_front(flow_set: FlowSet, facts: Facts) -> WalkResult:
    return home(flow_set, facts, ConversationState(FIRST, ())).after(FlowEntered(flow_set.front))


def _landed(flow_set: FlowSet, facts: Facts, entry: str) -> WalkResult:
    """Opens the landing flow of a short code.

    The function opens the front if the short code has no landing flow, or if the landing flow would begin a report
    attempt.
    """
    flow = flow_set.flows.get(flow_set.entries.get(entry, ""))
    if flow is None:
        return _at_front(flow_set, facts)
    state = enter_flow(
        flow_set, ConversationState(facts.language if flow.private else FIRST, ()), flow.name
    )
    walked = settle(flow_set, facts, state).after(FlowEntered(flow.name))
    return _at_front(flow_set, facts) if walked.state.attempts else walked


def _spends_ahead(flow_set: FlowSet, state: ConversationState) -> bool:
    """Returns True if a digit dialled in advance may work at the current node: a menu or message outside private
    flows."""
    node = node_at(flow_set, state.calls[-1])
    hidden = any(
        flow_set.flows[place.flow].private for place in state.calls if place.flow in flow_set.flows
    )
    return not state.finished and isinstance(node, MenuNode | MessageNode) and not hidden


def _closed_to_ahead(flow_set: FlowSet, event: Event) -> bool:
    flow = flow_set.flows.get(event.flow) if isinstance(event, FlowEntered) else None
    return flow is not None and (flow.private or flow.gathers is not None)


def _stand(flow_set: FlowSet, state: ConversationState, facts: Facts, limit: int) -> _Stand | None:
    """Returns the node and the page that the caller sees. Returns None if the conversation ended, or if this flow set
    does not contain the node."""
    node = node_at(flow_set, state.calls[-1]) if state.calls else None
    if not isinstance(node, Waiting):
        return None
    found = draw(flow_set, node, state, facts, limit)
    at = min(state.calls[-1].page, len(found.pages) - 1)
    return _Stand(node, found.seen, found.pages[at], found.screens[at])


def _invalid_screen(state: ConversationState, stand: _Stand, limit: int) -> Screen:
    return draw_invalid(stand.node, stand.seen, stand.page, state.language, limit)


def _led(
    flow_set: FlowSet, state: ConversationState, keyed: str, facts: Facts, stand: _Stand | None
) -> WalkResult | None:
    """Applies one input of the caller. Returns None if the input has no meaning on the caller's screen."""
    pressed = text_typed.clean_keys(keyed)
    if pressed == "000":
        blank = ConversationState(FIRST, (), attempts=state.attempts, erased=True)
        return home(flow_set, facts, blank).after(Erased())
    if pressed == "00" or stand is None:
        return home(flow_set, facts, state)
    return _moved(flow_set, facts, state, stand, pressed, keyed)


def _moved(
    flow_set: FlowSet, facts: Facts, state: ConversationState, stand: _Stand, key: str, keyed: str
) -> WalkResult | None:
    """Applies one input other than `00` and `000`. Returns None if the input has no meaning on the caller's screen."""
    node = stand.node
    if key == FIRST_KEY:
        key = only_key(node, stand.seen, stand.page) or key
    if key == MORE and stand.page.more:
        return at_page(state, state.calls[-1].page + 1)
    if key == "0":
        if isinstance(node, QuestionNode) and node.skip is not None:
            state, events = with_answer(flow_set, state, node.saves, None)
            return go_to(flow_set, facts, state, node.goes).after(*events)
        return back(flow_set, facts, state)
    if isinstance(node, MessageNode):
        return go_to(flow_set, facts, state, node.goes) if key == MORE and node.goes else None
    if key in stand.page.keys:
        return _chosen(flow_set, facts, state, node, stand.seen.choices[stand.page.keys[key]])
    if isinstance(node, MenuNode) and (at := chosen_index(stand.seen.choices, keyed)) is not None:
        return _chosen(flow_set, facts, state, node, stand.seen.choices[at])
    if isinstance(node, QuestionNode):
        return _typed_answer(flow_set, facts, state, node, key, keyed)
    return None


def _chosen(
    flow_set: FlowSet,
    facts: Facts,
    state: ConversationState,
    node: MenuNode | QuestionNode,
    choice: Choice,
) -> WalkResult:
    events: tuple[Event, ...] = ()
    if choice.language is not None:
        state = replace(state, language=choice.language)
        events = (LanguageChosen(choice.language),)
    if node.saves is not None and choice.value:
        state, answered = with_answer(flow_set, state, node.saves, choice.value)
        events = (*events, *answered)
    return go_to(flow_set, facts, state, choice.goes or node.goes).after(*events)


def _typed_answer(
    flow_set: FlowSet,
    facts: Facts,
    state: ConversationState,
    node: QuestionNode,
    pressed: str,
    keyed: str,
) -> WalkResult | None:
    """Applies an answer that the caller typed. Returns None if the hotline cannot accept the answer. A PIN is never
    saved."""
    if node.kind == "pin":
        pin = text_typed.clean_pin(keyed, node.digits)
        if not pin:
            return None
        if node.weak is not None and text_typed.is_easy_pin(pin):
            return go_to(flow_set, facts, state, node.weak)
        return go_to(flow_set, facts, state, node.goes).after(PinGiven(node.saves, pin))
    values = {
        "words": text_typed.clean_text(keyed),
        "number": pressed if pressed.isdecimal() else "",
    }
    value = values.get(node.kind, "")
    if not value:
        return None
    state, events = with_answer(flow_set, state, node.saves, value)
    return go_to(flow_set, facts, state, node.goes).after(*events)


def with_answer(
    flow_set: FlowSet, state: ConversationState, name: str, value: str | None
) -> tuple[ConversationState, tuple[Event, ...]]:
    """Returns the state after an answer was saved. If `value` is None, removes the answer, for example because the
    caller skipped the question.

    Other answers may depend on this answer, as the district depends on the province. If this answer changes, the state
    drops the answers that depend on it.
    """
    before = state.answers.get(name)
    if value is None and before is None:
        return state, ()

    dropped = frozenset() if before == value else _dependants(flow_set, name)
    answers = {key: text for key, text in state.answers.items() if key not in dropped}
    if value is None:
        del answers[name]
        return state.saying(answers), (Answered(name, ""),)
    answers[name] = value
    return state.saying(answers), (Answered(name, value),)


def _dependants(flow_set: FlowSet, name: str) -> frozenset[str]:
    """Returns the answers that depend on the answer `name`, directly or through other answers. For example, a choice
    from the list `districts.{province}` depends on the answer `province`."""
    found = flow_set.dependants.get(name)
    if found is None:
        dependants: dict[str, set[str]] = {}
        for flow in flow_set.flows.values():
            for node in flow.nodes.values():
                if isinstance(node, QuestionNode) and node.list is not None:
                    for source in list_answers(node.list):
                        dependants.setdefault(source, set()).add(node.saves)
        names = {*reachable([name], lambda answer: dependants.get(answer, ()))} - {name}
        found = flow_set.dependants[name] = frozenset(names)
    return found


YES = frozenset({"yego", "oui", "yes"})
NO = frozenset({"oya", "non", "no"})
MARKS = " \t\r\n.,!"


def chosen_index(choices: Sequence[Choice], keyed: str) -> int | None:
    """Returns the index of the choice that the caller means with a typed yes or no. Returns None if no choice, or more
    than one choice, begins with this word.

    A choice matches yes if its label begins with yes in every language: "Yego, siba", "Oui, effacer", "Yes, erase".
    """
    word = _word(keyed)
    synonyms = next((words for words in (YES, NO) if word in words), None)
    if synonyms is None:
        return None
    found = []
    for at, choice in enumerate(choices):
        first_words = [_word(label.partition(",")[0]) for label in choice.label.values() if label]
        if first_words and synonyms.issuperset(first_words):
            found.append(at)
    return found[0] if len(found) == 1 else None


def _word(text: str) -> str:
    return text.strip(MARKS).casefold()
