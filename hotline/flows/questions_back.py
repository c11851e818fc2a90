"""Lists the questions that a desk may ask a caller back. A person approves each question for a year. Pure.

If a desk wrote a question freely, it could name a person or put the caller in danger. So the desk chooses from the flow
`questions`, in which every node with a screen is one question. An approval is valid only for the exact text. It ends
after a year, or when any word of the question changes.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from hotline.flows.flow import Flow, FlowSet, MenuNode, QuestionNode, TextApproval
from hotline.flows.numbers import VALID

FLOW = "questions"
"""The flow that contains the questions."""
ANSWER = "told_back"
"""The name under which every question saves its answer."""
DIGEST_DIGITS = 8


class QuestionStatus(StrEnum):
    """The state of a question: it may be asked, or the reason why not."""

    SHOWS = "shows"
    UNSIGNED = "unsigned"
    CHANGED = "changed"
    """The text of the question differs from the approved text."""
    OVER = "over"
    """It was approved more than a year ago, or on a date in the future, which is a mistake."""


class Question(NamedTuple):
    name: str
    node: MenuNode | QuestionNode
    signed: TextApproval | None

    @property
    def digest(self) -> str:
        """Returns a short digest of a question with all its texts and values. The approver copies it into the
        approval."""
        written = [self.node.text, *([one.label, one.value] for one in self.node.choices)]
        said = json.dumps(written, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()[:DIGEST_DIGITS]

    @property
    def until(self) -> date | None:
        """Returns the last day on which the question may be asked. Returns None if it is not approved."""
        return self.signed.on + VALID if self.signed else None

    def standing(self, today: date) -> QuestionStatus:
        if self.signed is None:
            return QuestionStatus.UNSIGNED
        if self.signed.digest != self.digest:
            return QuestionStatus.CHANGED
        fresh = self.signed.on <= today <= self.signed.on + VALID
        return QuestionStatus.SHOWS if fresh else QuestionStatus.OVER

    def label(self, value: str, language: str) -> str:
        """Returns the label of a choice in a language. A caller's own words are returned unchanged."""
        labels = {choice.value: choice.label for choice in self.node.choices}
        return labels.get(value, {}).get(language, value)


def questions(flow_set: FlowSet) -> Mapping[str, Question]:
    """Returns every question of the list in order, approved or not."""
    flow = flow_set.flows.get(FLOW)
    return {} if flow is None else dict(_listed(flow))


def question_flag(name: str) -> str:
    """Returns the flag that is set while this question waits for a caller's answer."""
    return f"question.{name}"


def _listed(flow: Flow) -> list[tuple[str, Question]]:
    return [
        (name, Question(name, node, flow.signed.get(name)))
        for name, node in flow.nodes.items()
        if isinstance(node, MenuNode | QuestionNode)
    ]
