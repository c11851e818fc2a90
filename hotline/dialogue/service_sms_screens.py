"""Plays a conversation by SMS: opens a topic, applies each answer, and draws the reply. It has no side effects.

The engine is the one of USSD. The flow set has no flow that collects answers. A screen is as long as an SMS, and an
answer may be a word.
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
"""Digits of the longest key, `000`."""


@dataclass(frozen=True, slots=True)
class ConversationContext:
    """The flow set, facts and day of a conversation. They do not change after its first word."""

    book: FlowSet
    facts: Facts
    day: date


@dataclass(frozen=True, slots=True)
class SmsTurn:
    """One turn of a conversation. `again`: the answer was not understood, so the screen is sent once more."""

    run: ConversationState = field(repr=False)
    events: tuple[Event, ...] = ()
    again: bool = False


def conversation_context(book: FlowSet, day: date) -> ConversationContext:
    """Returns the context of a conversation. It leaves out reports, receipts, call-backs and programmes."""
    entries = {topic.value: topic.value for topic in Topic}
    flags = numbers_shown(book, day)
    return ConversationContext(
        public_flow_set(book, but=tuple(Programme), entries=entries), Facts(flags=flags), day
    )


def begin_topic(on: ConversationContext, asked: AskedTopic, language: str) -> SmsTurn:
    """Returns the first screen of a topic, in the language of its word, or else in `language`."""
    first = turn.start(on.book, on.facts, entry=asked.topic.value, limit=ALONE)
    spoken = asked.language or language
    if spoken == first.run.language:
        return SmsTurn(first.run, first.events)
    run = replace(first.run, language=spoken)
    return SmsTurn(run, (*first.events, LanguageChosen(spoken)))


def continue_topic(on: ConversationContext, run: ConversationState, text: str) -> SmsTurn | None:
    """Returns the turn that follows an answer. None if `text` is no answer to the screen."""
    if run.finished:
        return None
    said = normalised_words(text)
    key = _key(on, run, said)
    if key is not None:
        before = turn.repeat(on.book, run, on.facts, limit=ALONE)
        turned = turn.resume(on.book, run, key, on.facts, limit=ALONE)
        again = turned.run == run and turned.screen == before
        return SmsTurn(turned.run, turned.events, again)
    named = language_named(text)
    if named is not None:
        return SmsTurn(replace(run, language=named), (LanguageChosen(named),))
    return None


def screen_values(
    run: ConversationState, on: ConversationContext, *, again: bool
) -> Mapping[str, Any]:
    """Returns the values that draw the screen: its place, and the choices. They hold no text of the sender."""
    here = run.calls[-1]
    return {
        "place": [here.flow, here.node, here.page],
        "answers": dict(run.answers),
        "day": on.day.isoformat(),
        "again": again,
    }


def draw_screen(book: FlowSet, parameters: Mapping[str, Any], language: str) -> Screen:
    """Draws the screen from the values of `screen_values`, the same each time."""
    on = conversation_context(book, date.fromisoformat(parameters["day"]))
    run = ConversationState(language, (Place(*parameters["place"]),), answers=parameters["answers"])
    draw = turn.repeat if parameters["again"] else turn.render
    return draw(on.book, run, on.facts, limit=ALONE)


def _key(on: ConversationContext, run: ConversationState, said: list[str]) -> str | None:
    """Returns the key that the sender means. The sender may write a digit, a choice, or the name of a way out."""
    if len(said) == 1 and said[0].isdecimal() and len(said[0]) <= MAX_KEY:
        return said[0]
    heard = " ".join(said)
    choices = turn.offered(on.book, run, on.facts, limit=ALONE)
    meant = [
        key
        for key, label in choices.items()
        if sounds_like(heard, " ".join(normalised_words(label)))
    ]
    if len(meant) == 1:
        return meant[0]
    return NAVIGATION_KEYS.get(heard)


NAVIGATION_KEYS = {
    " ".join(normalised_words(name)): key
    for own in ENGINE_TEXTS.values()
    for key, name in (("9", own.more), ("0", own.back), ("00", own.home))
} | {"SUBIRA": "0"}
"""The keys `9`, `0` and `00`, by the words that screens show for them."""
