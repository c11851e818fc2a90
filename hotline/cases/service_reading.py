"""Returns the caller's answers of a tip with the questions of the flow, in the language of the person who reads them.

The calling function must have decrypted the tip.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hotline.cases import decrypt_questions
from hotline.cases.decrypt_access import DecryptedTip
from hotline.cases.rules_reading_requests import NOTE, WORK_VERB
from hotline.core.contexts import Context
from hotline.flows.flow import FlowSet, MenuNode, QuestionNode, text_in
from hotline.text.errors import NotReady
from hotline.text.places import place_name
from hotline.tips.rules import WORDS

PLACES = frozenset({"province", "country", "district", "sector", "named"})
"""The names of the answers that contain the code of a place."""
OWN_LABELS = {
    WORDS: {"rw": "Ubutumwa bugufi (SMS)", "en": "Told by SMS", "fr": "Dit par SMS"},
    "question": {"rw": "Ikibazo cyabajijwe", "en": "Asked back", "fr": "Question posée"},
    "answer": {"rw": "Igisubizo", "en": "Answered", "fr": "Réponse"},
}
"""Maps the names of three stored values to their labels, because no flow has a question for these values."""

AskingNodes = Mapping[str, Sequence[MenuNode | QuestionNode]]
"""Maps the name of an answer to the menus and questions that store the answer."""


class ReadAnswer(NamedTuple):
    """An answer of the caller, in the language of the person who reads it."""

    name: str
    question: str
    answer: str


def read_answers(context: Context, tip: DecryptedTip, language: str) -> list[ReadAnswer]:
    """Returns the caller's answers, each with its name and its question. If the published flows no longer contain the
    question, `answer` is the stored value instead of a label."""
    asked = _published(context, tip)
    return [
        ReadAnswer(name, _question(asked, name, language), _answer(asked, name, value, language))
        for name, value in tip.answers.items()
    ]


def question_answers(context: Context, tip: DecryptedTip, language: str) -> list[tuple[str, str]]:
    """Returns each question with the caller's answer. Facts that the caller or a responder added after the report come
    last."""
    answers = [(one.question, one.answer) for one in read_answers(context, tip, language)]
    return [*answers, *added_later(context, tip, language)]


def added_later(context: Context, tip: DecryptedTip, language: str) -> list[tuple[str, str]]:
    """Returns the facts that were added after the report: a desk's question with the caller's answer, and the notes of
    responders."""
    asked = _published(context, tip)
    notes = [
        (
            one.headed(context, language),
            one.words or _answer(asked, WORK_VERB, f"{NOTE}{one.note_code}", language),
        )
        for one in tip.notes
    ]
    return [*asked_back(context, tip, language), *notes]


def asked_back(context: Context, tip: DecryptedTip, language: str) -> list[tuple[str, str]]:
    """Returns the question that a desk asked the caller after the report, and the caller's answer."""
    back = decrypt_questions.question_text(context, tip.asked, language)
    return [(text_in(OWN_LABELS[name], language), value) for name, value in back.items()]


def _published(context: Context, tip: DecryptedTip) -> AskingNodes:
    try:
        return _nodes_by_answer(context.flow_sets.get(context.flow_sets.live()), tip.matter)
    except NotReady:
        return {}


def _nodes_by_answer(flow_set: FlowSet, matter: str) -> AskingNodes:
    """Maps each answer's name to the menus and questions of all flows that store this answer. The menus and questions
    of the flow that collected the tip come first."""
    flows = sorted(flow_set.flows.values(), key=lambda flow: flow.gathers != matter)
    found: dict[str, list[MenuNode | QuestionNode]] = {}
    for node in (node for flow in flows for node in flow.nodes.values()):
        if isinstance(node, MenuNode | QuestionNode) and node.saves:
            found.setdefault(node.saves, []).append(node)
    return found


def _question(asked: AskingNodes, name: str, language: str) -> str:
    nodes = asked.get(name)
    if name in OWN_LABELS or not nodes:
        return text_in(OWN_LABELS.get(name, {}), language) or name
    return text_in(nodes[0].text, language)


def _answer(asked: AskingNodes, name: str, value: str, language: str) -> str:
    for node in asked.get(name, ()):
        for choice in node.choices:
            if choice.value == value:
                return text_in(choice.label, language)
    if name in PLACES:
        return f"{place_name(value, language)} ({value})"
    return value
