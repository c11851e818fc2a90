"""Makes all screens that callers can reach from the front of a draft, so that a file can play them. Pure.

The search presses every key on every screen, with the engine that serves callers. It begins with the nearest screens
and ends at a maximum number. It stores nothing.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from hotline.flows import turn
from hotline.flows.check import choices_of, conditions, next_nodes, node_of
from hotline.flows.conversation import ConversationState, Facts, Place
from hotline.flows.drawing import MORE
from hotline.flows.flow import WIDEST, FlowSet, QuestionNode, list_answers, node_at, numbers_named
from hotline.flows.numbers import number_flag
from hotline.flows.screen import NUMBERS
from hotline.text.languages import CODES

MOST_SCREENS = 4000
"""The maximum number of screens in one file."""
ON = {"reporting": True, "receipts": True}
"""The flags of a hotline that takes reports. All other flags are off, as in the preview."""
BEFORE = ((Place("", ""),),)
"""A made-up place before the current one. With it, the file learns how a key changes the places for going back."""
END = -1
"""The number of a screen that the file does not contain."""
NUMBER = re.compile(r"\d(?:[ .-]?\d){2,}")
OUR_KEYS = "000"


class PlayedScreen(NamedTuple):
    """One screen of the file, in the order in which the file's script reads it."""

    spot: int
    """The place of the screen, which is the same in each language. So going back keeps the language."""
    language: str
    text: str
    wrong: str
    """The line above the text after a key without a meaning."""
    typed: str
    """The kind of answer that the caller types, such as `words` or `pin4`."""
    reports: bool
    """True in a report, whose answers the hotline would store."""
    ends: bool
    ways: dict[str, tuple[int, str]]
    """For each key, the next screen, and the change of the list for going back: `keep`, `push`, `clear` or `only` (this
    screen). `*` is a typed answer, and `easy` is a PIN that is easy to guess."""


def played_screens(flow_set: FlowSet, shown: Collection[str]) -> list[PlayedScreen]:
    """Returns every screen near the front in each language. The first screens are the front, in the order of `CODES`.

    `shown` are the verified phone numbers. All others appear as dots.
    """
    flags = ON | {number_flag(digits): True for digits in numbers_named(flow_set)}
    facts, needed = Facts(flags=flags, words=WIDEST), _needed(flow_set)
    begins = (turn.home(flow_set, facts, ConversationState(code, ())).state for code in CODES)
    states = [_shrunk(state, needed) for state in begins]
    at = {_key(state): number for number, state in enumerate(states)}
    spots: dict[object, int] = {}
    screens: list[PlayedScreen] = []
    for state in states:
        ways: dict[str, tuple[int, str]] = {}
        typed = "" if state.finished else _typed(flow_set, state)
        for key, keyed in () if state.finished or not state.calls else _inputs(typed):
            done = turn.resume(flow_set, replace(state, trail=BEFORE), keyed, facts)
            trail, following = done.state.trail, _shrunk(done.state, needed)
            if following.calls == BEFORE[0] or (following == state and trail == BEFORE):
                continue  # This key goes back, or it has no meaning.
            missing = any(node_at(flow_set, place) is None for place in done.passed)
            if not missing and _key(following) not in at and len(at) < MOST_SCREENS:
                at[_key(following)] = len(at)
                states.append(following)
            step = {BEFORE: "keep", (*BEFORE, state.calls): "push", (state.calls,): "only"}
            number = END if missing else at.get(_key(following), END)
            ways[key] = (number, step.get(trail, "clear"))
        wrong, _, _ = turn.repeat(flow_set, state, facts).text.partition("\n")
        text = dotted(turn.render(flow_set, state, facts).text, shown)
        language, *spot = _key(state)
        spot_number = spots.setdefault(tuple(spot), len(spots))
        ends, reports = state.finished or not state.calls, _reports(flow_set, state)
        screens.append(PlayedScreen(spot_number, language, text, wrong, typed, reports, ends, ways))
    return screens


def dotted(text: str, shown: Collection[str]) -> str:
    """Returns a text with dots instead of the digits of each phone number that is not verified."""

    def hidden(found: re.Match[str]) -> str:
        parts = re.split(r"([ .-])", found[0])
        known = "".join(parts[::2]) in shown
        kept = {*shown, OUR_KEYS} if min(map(len, parts[::2])) >= len(OUR_KEYS) else ()
        return "".join(one if known or one in kept else re.sub(r"\d", ".", one) for one in parts)

    return NUMBER.sub(hidden, text)


def _key(state: ConversationState) -> tuple[str, object, object, bool]:
    return state.language, state.calls, tuple(sorted(state.answers.items())), state.finished


def _typed(flow_set: FlowSet, state: ConversationState) -> str:
    """Returns the kind of answer that the caller types here. The result is empty if the caller only presses a key."""
    node = node_at(flow_set, state.calls[-1]) if state.calls else None
    if not isinstance(node, QuestionNode) or node.kind == "place":
        return ""
    return f"pin{node.digits}" if node.kind == "pin" else node.kind


def _inputs(typed: str) -> Iterator[tuple[str, str]]:
    """Yields each key of a screen, with an example of the input."""
    yield from ((key, key) for key in ("0", "00", OUR_KEYS, *NUMBERS, MORE))
    if typed.startswith("pin"):
        digits = int(typed.removeprefix("pin"))
        yield from (("*", ("2580" * digits)[:digits]), ("easy", "1" * digits))
    elif typed:
        yield "*", "12" if typed == "number" else "abc"


def _reports(flow_set: FlowSet, state: ConversationState) -> bool:
    node = node_at(flow_set, state.calls[-1]) if state.calls else None
    inside = (flow_set.flows.get(place.flow) for place in state.calls)
    return bool(getattr(node, "completes", None)) or any(one and one.gathers for one in inside)


def _shrunk(state: ConversationState, needed: Mapping[Place, set[str]]) -> ConversationState:
    """Returns the state without anything on which no later screen depends."""
    names = {name for place in state.calls for name in needed.get(Place(*place[:2]), ())}
    answers = {name: said for name, said in state.answers.items() if name in names}
    return ConversationState(state.language, state.calls, answers=answers, finished=state.finished)


def _needed(flow_set: FlowSet) -> Mapping[Place, set[str]]:
    """Returns for each place the answers that its screen or a later screen reads before the caller answers again."""
    needed = {
        Place(flow.name, name): set[str]()
        for flow in flow_set.flows.values()
        for name in flow.nodes
    }
    for place, mine in needed.items():
        node = node_of(flow_set, place)
        patterns = [one.flag or f"{{{one.answer}}}" for one in conditions(node)]
        mine.update(list_answers(" ".join((*patterns, getattr(node, "list", None) or ""))))
    size = -1
    while size != (size := sum(map(len, needed.values()))):
        for place, mine in needed.items():
            # At the front, no answer is needed. Every topic begins there.
            if place.flow != flow_set.front:
                node, after = node_of(flow_set, place), next_nodes(flow_set, place)
                saved = getattr(node, "saves", None)
                always = all(choice.value for choice in choices_of(node))
                later = set[str]().union(*(needed[one] for one in after))
                mine.update(later - {saved} if always else later)
    return needed
