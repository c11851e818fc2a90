"""Tests each kind of problem, with a flow set that has only this problem."""

from typing import Any

import pytest

from hotline.flows.check import Code, Problem
from hotline.flows.check_flow_set import check_document
from hotline.flows.flow import FlowSet
from hotline.text.languages import CODES
from tests.flows.books import FRONT, LISTS, TELL, choice, make_document, t

ENDS: dict[str, Any] = {"finish": {"text": t("Goodbye")}}


def _found(**changed: Any) -> list[Problem]:
    return list(check_document(make_document(**changed), LISTS))


def _say(words: str, **fields: Any) -> dict[str, Any]:
    return {"say": {"text": t(words), **fields}}


def test_valid_flow_set_has_no_problems() -> None:
    assert _found() == []


def _learn(node: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"learn": {"one": node, **others}}


def _menu(*labels: str, **fields: Any) -> dict[str, Any]:
    choices = [choice(label, goes="one") for label in labels]
    return {"menu": {"text": t("Which?"), "choices": choices, **fields}}


@pytest.mark.parametrize(
    ("changed", "code", "node", "message"),
    [
        (_learn({"say": {}}), Code.SHAPE, "one", "this field is empty: enter a value"),
        (_learn(_say("x", goes="no")), Code.UNKNOWN_NODE, "one", "no screen is called no"),
        (_learn({"call": {"flow": "no"}}), Code.UNKNOWN_FLOW, "one", "no flow is called no"),
        (_learn({"call": {"flow": "cases"}}), Code.UNKNOWN_FLOW, "one", "private"),
        (
            _learn({"ask": {"kind": "place", "text": t("x"), "saves": "a", "goes": "end", "list": "no"}}, end=ENDS),
            Code.UNKNOWN_LIST, "one", "no list is called no",
        ),
        (
            _learn(_say("x", lead=[{"when": {"answer": "no"}, "text": t("y")}])),
            Code.UNKNOWN_ANSWER, "one", "no question records",
        ),
        (
            _learn(_say("x", lead=[{"when": {"answer": "danger", "is": ["yes", "maybe"]}, "text": t("y")}])),
            Code.UNKNOWN_ANSWER, "one", "the answer danger is maybe, but no question records this value",
        ),
        (
            _learn({"branch": [{"when": {"flag": "a"}, "goes": "end"}]}, end=ENDS),
            Code.DEAD_END, "one", "the branch has no next screen",
        ),
        (
            _learn({"menu": {"text": t("x"), "choices": [choice("y", goes="end", when={"flag": "a"})]}}, end=ENDS),
            Code.DEAD_END, "one", "the screen has no choices",
        ),
        ({"tell": {"a": _say("x")}}, Code.DEAD_END, "a", "callers cannot continue"),
        (_learn(_menu("again")), Code.DEAD_END, "one", "this flow never ends"),
        (_learn(_say("x"), lost=_say("y")), Code.UNREACHABLE, "lost", "no screen leads to this screen"),
        (
            _learn({"call": {"flow": "other", "goes": "lost"}}, lost=_say("y")) | {"other": {"a": ENDS}},
            Code.UNREACHABLE, "lost", "no screen leads to this screen",
        ),
        ({"lost": {"a": ENDS}}, Code.UNREACHABLE, "", "no flow and no short code"),
        (
            _learn({"branch": [{"when": {"flag": "a"}, "goes": "end"}, {"goes": "one"}]}, end=ENDS),
            Code.LOOP, "one", "never shows a screen",
        ),
        (
            _learn({"call": {"flow": "other", "goes": "one"}}, end=_say("x")) | {"other": {"a": {"finish": {}}}},
            Code.LOOP, "one", "never shows a screen",
        ),
        (_learn({"say": {"text": {"rw": "x", "fr": "x"}}}), Code.LANGUAGE_MISSING, "one", "text has no en"),
        (_learn({"say": {"text": t("le reçu")}}), Code.LETTER, "one", "ç (LATIN SMALL LETTER C WITH CEDILLA)"),
        (_learn({"say": {"text": t("n’abana")}}), Code.LETTER, "one", "RIGHT SINGLE QUOTATION MARK"),
        (_learn(_say("call 3512")), Code.NUMBER_UNSIGNED, "one", "contains 3512"),
        (_learn(_say("call 0788 000 001")), Code.NUMBER_UNSIGNED, "one", "contains 0788000001"),
        (_learn(_menu("y" * 200), end=ENDS), Code.TOO_LONG, "one", "the choice choices.0 is"),
        ({"tell": {"a": _say("word " * 40, goes="b"), "b": ENDS}}, Code.TOO_LONG, "a", "needs 2 screen pages"),
        (_learn(_say("word " * 140)), Code.TOO_LONG, "one", "the limit is 3"),
        (_learn(_say(f"One {'x' * 17}")), Code.BROKEN_WORD, "one", f"text contains the word {'x' * 17}"),
        (_learn(_menu("a", f"{'x' * 15} b")), Code.BROKEN_WORD, "one", f"choices.1 contains the word {'x' * 15}"),
        (_learn(_menu(*"abcdef")), Code.TOO_MANY_CHOICES, "one", "has 6 choices"),
        (_learn(_say("Report it")), Code.TOO_EARLY, "one", 'contains the word "report" on screen 2 of the call'),
        (_learn(_say("The police")), Code.TOO_EARLY, "one", 'contains the word "police" on screen 2 of the call'),
        (_learn(_say("Une dénonciation")), Code.TOO_EARLY, "one", 'the word "denonc" on screen 2 of the call'),
        (_learn(_say("Abapolisi")), Code.TOO_EARLY, "one", 'contains the word "polisi" on screen 2 of the call'),
        (_learn(_say("Human trafficking")), Code.TOO_EARLY, "one", 'the word "traffick" on screen 2 of the call'),
        (
            _learn(_say("a", goes="b"), b=_say("b", goes="end"), end={"finish": {"text": t("Thanks for the tip")}}),
            Code.TOO_EARLY, "end", "on the last screen of the call",
        ),
        (
            _learn(_say("a", goes="end"), end={"finish": {"text": t("Bye")}}),
            Code.LAST_SCREEN, None, "is not the same as on the last screens of other flows",
        ),
    ],
)  # fmt: skip
def test_problem_is_found(
    changed: dict[str, Any], code: Code, node: str | None, message: str
) -> None:
    found = [finding for finding in _found(**changed) if finding.code is code]

    assert found, _found(**changed)
    assert all(message in str(finding.message) for finding in found)
    assert node is None or {finding.node for finding in found} == {node}
    assert all(finding.fix for finding in found)


def test_text_that_fits_narrow_phone_is_no_problem() -> None:
    found = _found(**_learn(_menu("x" * 14, f"a {'x' * 16}"), two=_say("x" * 16)))
    assert [finding for finding in found if finding.code is Code.BROKEN_WORD] == []


def test_short_code_to_unknown_flow_is_found() -> None:
    document = {**make_document(), "entries": {"11": "learn", "90": "cases", "12": "no"}}
    (found,) = check_document(document, LISTS)
    assert (found.flow, found.node, found.code) == ("entries", "12", Code.UNKNOWN_ENTRY)


NUMBERS = [
    {"number": "112", "service": "x", "status": "verified", "evidence": "e"},
    {"number": "711", "service": "x", "status": "never", "evidence": "-"},
]


@pytest.mark.parametrize(
    ("say", "message"),
    [
        ({"text": t("a"), "lead": [{"number": "112", "text": t("call 112")}]}, None),
        ({"text": t("call 1 1 2")}, "contains the phone number 112"),
        (
            {"text": t("a"), "lead": [{"number": "112", "text": t("call 114")}]},
            "contains 114, which is not verified",
        ),
        (
            {"text": t("a"), "lead": [{"number": "711", "text": t("call 711")}]},
            "contains 711, which is not verified",
        ),
        (
            {"text": t("a"), "lead": [{"when": {"flag": "x"}, "text": t("call 112")}]},
            "contains the phone number 112",
        ),
    ],
)
def test_phone_number_is_alone_in_its_lead(say: dict[str, Any], message: str | None) -> None:
    document = {**make_document(learn={"one": {"say": say}}), "numbers": NUMBERS}
    found = [one for one in check_document(document, LISTS) if one.code is Code.NUMBER_UNSIGNED]

    assert bool(found) is (message is not None)
    assert all(message in str(one.message) for one in found if message)


@pytest.mark.parametrize(
    "changed",
    [
        _learn(_say("a", goes="b"), b=_say("The police", goes="c"), c=_say("Report")),
        _learn(_say("press 000 to stop")),
        _learn(_say("multiple stipends, tribe, tipping, ribs")),
        {"cases": {"a": {"finish": {"text": t("Your tip is taken")}}}},
        _learn({"call": {"flow": "tell", "goes": "one"}})
        | {"tell": {**TELL, "last": {"finish": {}}}},
    ],
)
def test_valid_parts_are_no_problem(changed: dict[str, Any]) -> None:
    wrong = {Code.TOO_EARLY, Code.NUMBER_UNSIGNED, Code.LOOP, Code.LAST_SCREEN}
    assert not [finding for finding in _found(**changed) if finding.code in wrong]


@pytest.mark.parametrize(("letters", "codes"), [(115, set()), (116, {Code.TOO_LONG})])
def test_label_length_includes_number_and_keys(letters: int, codes: set[Code]) -> None:
    """The limit is 156 septets, less 6 kept free, 9 for `9 Komeza`, 21 for `0 Inyuma` and `00 Ahabanza`, 2 for `1 `,
    and 3 for ` rw`."""
    label = ("yyyy " * 40)[: letters - 1] + "y"
    learn = {"one": {"menu": {"text": t("x"), "choices": [choice(label, goes="end")]}}}
    found = _found(learn={**learn, "end": ENDS})
    assert {finding.code for finding in found} - {Code.TOO_MANY_LINES} == codes


def test_place_list_may_have_pages_and_languages_do_not_count() -> None:
    assert len(LISTS["districts.1"]) == 9
    labels = [choice(label, goes="learn") for label in "abcde"]
    front = {**FRONT, "front": {"menu": {"text": t("x"), "choices": labels, "languages": True}}}
    codes = {finding.code for finding in _found(front=front)}
    assert Code.TOO_MANY_CHOICES not in codes
    assert Code.TOO_LONG not in codes


@pytest.mark.row("C1")
def test_mutually_exclusive_choices_count_as_shown() -> None:
    front = {
        **FRONT,
        "front": {
            "menu": {
                "text": t("x"),
                "choices": [
                    *(choice(label, goes="learn") for label in "abcd"),
                    choice("e", goes="problem", key="5", when={"flag": "reporting"}),
                    choice("f", goes="learn", key="5", when={"not": {"flag": "reporting"}}),
                ],
            }
        },
    }
    assert _found(front=front) == []


def test_problem_has_json_row() -> None:
    (found,) = _found(learn={"one": {"say": {"text": {**t("x"), "fr": "reçu"}}}})
    assert found.to_dict() == {
        "file": "learn.yaml",
        "flow": "learn",
        "node": "one",
        "language": "fr",
        "code": "letter",
        "message": str(found.message),
        "fix": "use c",
        "field": "text",
    }
    assert set(CODES) == {"rw", "en", "fr"}
    assert FlowSet(flows={}).front == "front"
