"""Runs a conversation by SMS: opens a topic, applies each answer, and writes the next screen. It has no side effects.

It uses the same engine as USSD. Its flow set contains no flow that collects answers. A screen may be as long as an SMS,
and an answer may be a word.
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
"""The number of digits of the longest key, `000`."""


@dataclass(frozen=True, slots=True)
class ConversationContext:
    """The flow set, the facts and the day of a conversation. They stay the same for the whole conversation."""

    book: FlowSet
    facts: Facts
    day: date


@dataclass(frozen=True, slots=True)
class SmsTurn:
    """A turn of a conversation by SMS.

    `again` is True if the answer was not understood, so the same screen is sent again.
    """

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
    """Returns the first screen of a topic, in the language of the sent word, or else in `language`."""
    first = turn.start(on.book, on.facts, entry=asked.topic.value, limit=ALONE)
    spoken = asked.language or language
    if spoken == first.run.language:
        return SmsTurn(first.run, first.events)
    run = replace(first.run, language=spoken)
    return SmsTurn(run, (*first.events, LanguageChosen(spoken)))


def continue_topic(on: ConversationContext, run: ConversationState, text: str) -> SmsTurn | None:
    """Returns the turn that follows an answer. Returns None if `text` does not answer the screen."""
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
    """Returns the values from which the screen is written: its place, and the earlier choices.

    They contain no text of the sender.
    """
    here = run.calls[-1]
    return {
        "place": [here.flow, here.node, here.page],
        "answers": dict(run.answers),
        "day": on.day.isoformat(),
        "again": again,
    }


def draw_screen(book: FlowSet, parameters: Mapping[str, Any], language: str) -> Screen:
    """Returns the screen for the values of `screen_values`, always in the same way."""
    on = conversation_context(book, date.fromisoformat(parameters["day"]))
    run = ConversationState(language, (Place(*parameters["place"]),), answers=parameters["answers"])
    draw = turn.repeat if parameters["again"] else turn.render
    return draw(on.book, run, on.facts, limit=ALONE)


def _key(on: ConversationContext, run: ConversationState, said: list[str]) -> str | None:
    """Returns the key that the sender means.

    The sender may write a digit, the text of a choice, or a word for back, home or more.
    """
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
