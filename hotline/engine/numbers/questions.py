"""Questions that a desk may ask back, each signed by somebody, for a year. Pure.

A question out of our hands can name somebody, or lead her into danger. So a desk writes none: it chooses one out of a
flow of its own, `questions`, in which every node that waits is one question. A signature belongs to the words that
were signed: it is stale after a year, and as soon as a word of the question is another.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from hotline.engine.flow import Ask, Book, Flow, Menu, Signed
from hotline.engine.numbers.numbers import VALID

FLOW = "questions"
"""The flow that is the list."""
ANSWER = "told_back"
"""The name under which every question saves."""
DIGEST_DIGITS = 8


class QuestionStatus(StrEnum):
    """Whether a question may be asked, and why not."""

    SHOWS = "shows"
    UNSIGNED = "unsigned"
    CHANGED = "changed"
    """Its words are others than those that were signed."""
    OVER = "over"
    """Signed more than a year ago, or in the future, which is a slip of the pen."""


class Question(NamedTuple):
    name: str
    node: Menu | Ask
    signed: Signed | None

    @property
    def digest(self) -> str:
        """Of every word of it in every language: what whoever signs it writes down."""
        written = [self.node.text, *([one.label, one.value] for one in self.node.choices)]
        said = json.dumps(written, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()[:DIGEST_DIGITS]

    @property
    def until(self) -> date | None:
        """The last day on which it may be asked; None where nobody signed it."""
        return self.signed.on + VALID if self.signed else None

    def standing(self, today: date) -> QuestionStatus:
        if self.signed is None:
            return QuestionStatus.UNSIGNED
        if self.signed.digest != self.digest:
            return QuestionStatus.CHANGED
        fresh = self.signed.on <= today <= self.signed.on + VALID
        return QuestionStatus.SHOWS if fresh else QuestionStatus.OVER

    def label(self, value: str, language: str) -> str:
        """What she chose, in a language; her words as they are."""
        labels = {choice.value: choice.label for choice in self.node.choices}
        return labels.get(value, {}).get(language, value)


def questions(book: Book) -> Mapping[str, Question]:
    """Every question of the list, in its order: also what nobody signed yet."""
    flow = book.flows.get(FLOW)
    return {} if flow is None else dict(_listed(flow))


def flag_of(name: str) -> str:
    """The flag that is set where this question waits for an answer."""
    return f"question.{name}"


def _listed(flow: Flow) -> list[tuple[str, Question]]:
    return [
        (name, Question(name, node, flow.signed.get(name)))
        for name, node in flow.nodes.items()
        if isinstance(node, Menu | Ask)
    ]
