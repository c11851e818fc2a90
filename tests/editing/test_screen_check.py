"""Tests the check whose result an editor reads next to one screen of a draft."""

import copy
from typing import Any

import pytest

from hotline.editing import service_publishing
from hotline.editing.rules_preview import read_draft, with_flow
from hotline.editing.service_publishing import ScreenCheck
from hotline.flows.check import Code
from hotline.text.errors import FlowInvalid
from tests.flows.books import make_document, t
from tests.support.made_once import shipped_book, shipped_document


def checked(
    flow: str, node: str, text: str, *, of: str = "", most: int = 1000, reason: str = ""
) -> ScreenCheck:
    """Changes the English text of `node` in a shipped flow. Then checks the screen `of` if `of` is given, and otherwise
    the screen `node`."""
    document: Any = copy.deepcopy(dict(shipped_document()["flows"][flow]))
    kind = next(name for name in ("say", "menu", "ask") if name in document["nodes"][node])
    document["nodes"][node][kind]["text"]["en"] = text
    if reason:
        document["nodes"][node]["reason"] = reason
    draft = read_draft(flow, document)
    book, live = with_flow(shipped_book(), draft.flow), shipped_book()
    return service_publishing.check_screen(book, draft, of or node, live=live, most=most)


@pytest.mark.row("A4")
def test_it_finds_what_only_all_flows_together_show() -> None:
    found = checked("front", "front", "Report it here")
    assert [one.code for one in found.here] == [Code.TOO_EARLY]
    assert found.is_whole


@pytest.mark.row("A4")
def test_it_counts_other_screens_of_the_flow_with_problems() -> None:
    found = checked("abroad", "contract", "You are safe", of="tell")
    assert (found.here, found.elsewhere) == ([], 1)


@pytest.mark.row("A4")
def test_above_so_many_screens_it_says_that_it_is_not_whole() -> None:
    found = checked("abroad", "contract", "x" * 2, most=10)
    assert not found.is_whole


@pytest.mark.row("A4")
def test_a_reason_covers_the_words_that_stood_there_when_it_was_given() -> None:
    """The first screen has a written reason for the word "safe". The reason for "safe" does not allow any other problem
    on that screen."""
    said = "Safe, free and secret. Write your name"
    found = checked("front", "front", said)
    assert [(one.code, str(one.message)) for one in found.here] == [
        (Code.PROMISE, 'text contains the word "secret", which can sound like a promise'),
        (Code.PROMISE, 'text contains the word "free", which can sound like a promise'),
        (Code.ASKS_WHO, 'text contains "your name": the text may ask for the identity of a person'),
    ]
    assert 'change "reason"' in str(found.here[0].fix)
    assert checked("front", "front", "Safe work, a study, or help").here == []
    assert checked("front", "front", said, reason="It is a trial of a first screen.").here == []
    again = checked("front", "front", said, reason="names  the subject: Safe work.")
    assert len(again.here) == 3, "blanks and capitals make no new reason"


@pytest.mark.row("A4")
def test_a_reason_of_one_letter_is_none() -> None:
    found = checked("front", "front", "You are safe", reason="x")
    assert {one.code for one in found.here} == {Code.PROMISE}
    assert "20 letters or more" in str(found.here[0].fix)


@pytest.mark.row("A4")
def test_a_reason_that_moved_to_another_screen_covers_no_more_than_before() -> None:
    document: Any = copy.deepcopy(dict(shipped_document()["flows"]["signs"]))
    name = next(name for name, node in document["nodes"].items() if node.get("reason"))
    node = copy.deepcopy(document["nodes"][name])
    node[next(kind for kind in ("say", "menu") if kind in node)]["text"]["en"] = "It is free"
    document["nodes"]["another"] = node
    draft = read_draft("signs", document)
    book = with_flow(shipped_book(), draft.flow)
    found = service_publishing.check_screen(book, draft, "another", live=shipped_book())
    assert Code.PROMISE in [one.code for one in found.here]


def lesson(text: dict[str, str]) -> dict[str, object]:
    """Returns flows whose only problem can be the text of one lesson."""
    return make_document(
        learn={"one": {"say": {"text": text, "goes": "two"}}, "two": {"finish": {}}}
    )


def codes(document: dict[str, object]) -> set[Code]:
    return {one.code for one in service_publishing.all_problems(document)}


@pytest.mark.row("A4")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (t("Ring 3677"), Code.NUMBER_UNSIGNED),
        ({"rw": "Isomo"}, Code.LANGUAGE_MISSING),
        (t("a \u00ea"), Code.LETTER),
    ],
)
def test_what_hurts_is_refused_with_its_sentence(text: dict[str, str], code: Code) -> None:
    document = lesson(text)
    assert code in codes(document)
    with pytest.raises(FlowInvalid) as refused:
        service_publishing.bearable_problems(document)
    assert any(f"[{code}]. Fix: " in problem for problem in refused.value.problems)


def test_what_is_too_long_is_published_and_said() -> None:
    document = lesson(t("word " * 120))
    assert codes(document) - service_publishing.BEARABLE == set()
    assert Code.TOO_LONG in {one.code for one in service_publishing.bearable_problems(document)}


def test_flows_that_are_well_have_nothing_to_bear() -> None:
    assert service_publishing.bearable_problems(make_document()) == []
