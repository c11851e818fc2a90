"""Holds a conversation by SMS: opens a topic, applies each answer, and writes the next screen. It has no side effects.

It uses the same engine as USSD. The flow set that it uses contains no flow that collects answers. A screen may be as
long as an SMS, and an answer may be a word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hotline.flows import turn
from hotline.flows.conversation import ConversationState, Event, Facts, LanguageChosen, Place
from hotline.flows.engine_texts import ENGINE_TEXTS
from hotline.flows.flow import FlowSet, numbers_shown, public_flow_set
from hotline.flows.screen import Screen
from hotline.programmes.rules import Programme
from hotline.text.gsm7 import ALONE
from hotline.text.keywords import normalised_words
from hotline.text.topics import AskedTopic, Topic, language_named, sounds_like

MAX_KEY = 3
"""The number of digits of the longest key, which is `000`."""


@dataclass(frozen=True, slots=True)
class ConversationContext:
    """The flow set, the facts and the date of a conversation. They stay the same for the whole conversation."""

    flow_set: FlowSet
    facts: Facts
    day: date


@dataclass(frozen=True, slots=True)
class SmsTurn:
    """One turn of a conversation by SMS.

    `again` is True if the hotline did not understand the answer and repeats the screen.
    """

    state: ConversationState = field(repr=False)
    events: tuple[Event, ...] = ()
    again: bool = False


def conversation_context(flow_set: FlowSet, day: date) -> ConversationContext:
    """Makes the context of a conversation. Leaves out reports, receipts, call-backs and programmes."""
    entries = {topic.value: topic.value for topic in Topic}
    flags = numbers_shown(flow_set, day)
    return ConversationContext(
        public_flow_set(flow_set, but=tuple(Programme), entries=entries), Facts(flags=flags), day
    )


def begin_topic(on: ConversationContext, asked: AskedTopic, language: str) -> SmsTurn:
    """Returns the first screen of a topic. Its language is the language of the sent word, or else `language`."""
    first = turn.start(on.flow_set, on.facts, entry=asked.topic.value, limit=ALONE)
    spoken = asked.language or language
    if spoken == first.state.language:
        return SmsTurn(first.state, first.events)
    state = replace(first.state, language=spoken)
    return SmsTurn(state, (*first.events, LanguageChosen(spoken)))


def continue_topic(on: ConversationContext, state: ConversationState, text: str) -> SmsTurn | None:
    """Returns the turn that follows the answer `text`. Returns None if `text` is not an answer to the screen."""
    if state.finished:
        return None
    said = normalised_words(text)
    key = _key(on, state, said)
    if key is not None:
        before = turn.repeat(on.flow_set, state, on.facts, limit=ALONE)
        turned = turn.resume(on.flow_set, state, key, on.facts, limit=ALONE)
        again = turned.state == state and turned.screen == before
        return SmsTurn(turned.state, turned.events, again)
    named = language_named(text)
    if named is not None:
        return SmsTurn(replace(state, language=named), (LanguageChosen(named),))
    return None


def screen_values(
    state: ConversationState, on: ConversationContext, *, again: bool
) -> Mapping[str, Any]:
    """Returns the values from which the screen can be drawn: its place in the flow, and the earlier choices.

    They contain no text of the sender.
    """
    here = state.calls[-1]
    return {
        "place": [here.flow, here.node, here.page],
        "answers": dict(state.answers),
        "day": on.day.isoformat(),
        "again": again,
    }


def draw_screen(flow_set: FlowSet, parameters: Mapping[str, Any], language: str) -> Screen:
    """Draws the screen for the values that `screen_values` returned. The same values always give the same screen."""
    on = conversation_context(flow_set, date.fromisoformat(parameters["day"]))
    at = ConversationState(language, (Place(*parameters["place"]),), answers=parameters["answers"])
    draw = turn.repeat if parameters["again"] else turn.render
    return draw(on.flow_set, at, on.facts, limit=ALONE)


def _key(on: ConversationContext, state: ConversationState, text: list[str]) -> str | None:
    """Returns the key that the sender means.

    The sender may write a digit, the text of a choice, or a word for back, home or more.
    """
    if len(text) == 1 and text[0].isdecimal() and len(text[0]) <= MAX_KEY:
        return text[0]
    joined = " ".join(text)
    choices = turn.offered(on.flow_set, state, on.facts, limit=ALONE)
    meant = [
        key
        for key, label in choices.items()
        if sounds_like(joined, " ".join(normalised_words(label)))
    ]
    if len(meant) == 1:
        return meant[0]
    return NAVIGATION_KEYS.get(joined)


NAVIGATION_KEYS = {
    " ".join(normalised_words(name)): key
    for own in ENGINE_TEXTS.values()
    for key, name in (("9", own.more), ("0", own.back), ("00", own.home))
} | {"SUBIRA": "0"}
"""The keys `9`, `0` and `00`, by the words for them on screens."""
