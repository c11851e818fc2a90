"""Tests the questions that a desk can ask a caller later. For each rule, one question breaks the rule, and a list of
questions without a fault passes."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest

from hotline.flows import document
from hotline.flows.check import Code, Problem
from hotline.flows.check_flow_set import check_document
from hotline.flows.flow import VALID, Question, QuestionStatus, questions
from hotline.text.languages import CODES
from tests.flows.books import LISTS, choice, make_document, t

SIGNED_ON = date(2026, 11, 24)
TELLS: dict[str, Any] = {
    "status": {
        "menu": {
            "text": t("Received"),
            "completes": "receipt",
            "choices": [choice("Finish", goes="last"), choice("Answer", goes="question")],
        }
    },
    "question": {"call": {"flow": "questions", "goes": "last"}},
    "last": {"finish": {"text": t("Goodbye")}},
}
STILL: dict[str, Any] = {
    "text": t("Are they there?"),
    "saves": "told_back",
    "goes": "back",
    "choices": [choice("Yes", value="yes"), choice("Left", value="no")],
}
WHICH: dict[str, Any] = {
    "branch": [{"when": {"flag": "question.still"}, "goes": "still"}, {"goes": "back"}]
}


def listed(node: dict[str, Any], **nodes: Any) -> dict[str, Any]:
    """Returns a document whose list contains this question."""
    own = {"which": WHICH, "still": node, "back": {"finish": {}}, **nodes}
    made = make_document(
        front={
            "front": {
                "menu": {
                    "text": t("Welcome"),
                    "choices": [
                        choice("Learn", goes="learn"),
                        choice("Status", goes="mine"),
                        choice("Problem", goes="problem", key="5", when={"flag": "reporting"}),
                    ],
                }
            },
            "learn": {"call": {"flow": "learn"}},
            "problem": {"call": {"flow": "tell"}},
            "mine": {"call": {"flow": "mine"}},
        },
        mine=TELLS,
        questions=own,
    )
    made["flows"]["mine"]["gathers"] = "receipt"
    return made


def menu(**changed: Any) -> dict[str, Any]:
    return {"menu": {**STILL, **changed}}


def found(document_: dict[str, Any]) -> list[Problem]:
    codes = (Code.QUESTION, Code.ASKS_WHO, Code.TOO_LONG, Code.TOO_MANY_CHOICES)
    return [
        one
        for one in check_document(document_, LISTS)
        if one.code in codes and one.flow == "questions"
    ]


def test_valid_question_list_has_no_problem() -> None:
    assert found(listed(menu())) == []
    words = {
        "ask": {"kind": "words", "text": t("Near what?"), "saves": "told_back", "goes": "back"}
    }
    assert found(listed(words)) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"saves": "danger"}, "the question saves its answer under a name that no desk can read"),
        ({"note": t("Nobody reads it")}, "only a text and choices"),
        ({"topic": "law"}, "only a text and choices"),
        ({"choices": [choice("Yes", goes="back"), choice("No", value="no")]}, "may not reach"),
        ({"choices": [choice("Yes", value="yes", when={"flag": "x"}), choice("No", value="no")]}, "may not reach"),
        ({"goes": "which"}, "the question leads to a screen with text"),
    ],
)  # fmt: skip
def test_question_needs_exactly_one_question(changed: dict[str, Any], says: str) -> None:
    one, *_ = found(listed(menu(**changed)))
    assert (one.code, one.node) == (Code.QUESTION, "still")
    assert says in str(one.message)
    assert one.fix


def test_question_back_accepts_no_number() -> None:
    digits = {"ask": {"kind": "number", "text": t("Many?"), "saves": "told_back", "goes": "back"}}
    (one,) = found(listed(digits))
    assert "does not ask for text" in str(one.message)


def test_each_question_needs_its_own_flag() -> None:
    other = {"branch": [{"when": {"flag": "question.when"}, "goes": "still"}, {"goes": "back"}]}
    (one,) = found(listed(menu(), which=other))
    assert "condition of this branch must be about this question only" in str(one.message)
    assert "question.still" in str(one.fix)


def test_question_has_one_screen_and_at_most_five_choices() -> None:
    long = dict.fromkeys(CODES, "word " * 40)
    assert Code.TOO_LONG in {one.code for one in found(listed(menu(text=long)))}
    six = [choice(f"{n}", value=f"v{n}") for n in range(6)]
    assert Code.TOO_MANY_CHOICES in {one.code for one in found(listed(menu(choices=six)))}


ASKED = {
    "rw": ["Izina ry'umuntu?", "Yitwa nde?", "Nimero ye?", "Telefone ye?", "Inzu iri he?", "Uwo ni nde?", "Urugo rwe?"],
    "fr": ["Le nom du patron?", "Comment s'appelle-t-il?", "Son numéro?", "Quelle maison?", "Qui est là?", "Chez qui?"],
    "en": ["The boss's name?", "What is he called?", "His number?", "Which house?", "Who is there?", "Her home?"],
}  # fmt: skip


@pytest.mark.row("C12")
@pytest.mark.parametrize(
    ("language", "words"), [(code, words) for code, rows in ASKED.items() for words in rows]
)
def test_question_for_name_number_or_house_is_found(language: str, words: str) -> None:
    one, *_ = found(listed(menu(text={**t("x"), language: words})))
    assert (one.code, one.node, one.language) == (Code.ASKS_WHO, "still", language)
    label = [{**choice("Yes", value="yes"), "label": {**t("x"), language: words}}]
    assert Code.ASKS_WHO in {one.code for one in found(listed(menu(choices=label)))}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("rw", "Nta mazina: sosiyete ya telefone yabisoma."),
        ("fr", "Combien? Pas de noms: l'opérateur peut le lire."),
        ("en", "No names: the phone company can read it."),
    ],
)
def test_warning_about_names_is_no_question(language: str, words: str) -> None:
    assert found(listed(menu(text={**t("x"), language: words}))) == []


SIGNATURE = {"by": "Somebody", "day": "2026-11-24", "digest": "00000000"}


def question(**signed: str) -> Question:
    node = {**menu(), "signed": {**SIGNATURE, **signed}}
    return questions(document.compile(listed(node), LISTS))["still"]


@pytest.mark.parametrize(
    ("days", "standing"),
    [
        (-1, QuestionStatus.OVER),
        (0, QuestionStatus.SHOWS),
        (365, QuestionStatus.SHOWS),
        (366, QuestionStatus.OVER),
    ],
)
def test_question_is_valid_for_a_year_after_review(days: int, standing: QuestionStatus) -> None:
    whole = question(digest=question().digest)
    assert whole.standing(SIGNED_ON + timedelta(days=days)) is standing
    assert whole.until == SIGNED_ON + VALID


def test_unreviewed_question_cannot_be_asked() -> None:
    (only,) = questions(document.compile(listed(menu()), LISTS)).values()
    assert (only.standing(SIGNED_ON), only.until) == (QuestionStatus.UNSIGNED, None)


@pytest.mark.parametrize(
    "changed",
    [
        {"text": {**t("Are they there?"), "rw": "Another word"}},
        {"choices": [choice("Yes", value="yes"), choice("Gone", value="no")]},
        {"choices": [choice("Yes", value="no"), choice("Left", value="yes")]},
    ],
)
def test_changed_text_invalidates_review(changed: dict[str, Any]) -> None:
    node = {**menu(**changed), "signed": {**SIGNATURE, "digest": question().digest}}
    (other,) = questions(document.compile(listed(node), LISTS)).values()
    assert other.standing(SIGNED_ON) is QuestionStatus.CHANGED


def test_only_questions_have_a_review() -> None:
    made = deepcopy(listed(menu()))
    made["flows"]["learn"]["nodes"]["one"]["signed"] = SIGNATURE
    (one,) = [one for one in check_document(made, LISTS) if one.code is Code.QUESTION]
    assert (one.flow, one.node) == ("learn", "one")
