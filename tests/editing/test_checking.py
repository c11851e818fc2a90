"""Tests that a flow with an error is not published, and that a long text only causes a warning."""

import pytest

from hotline.editing import service_publishing
from hotline.errors import FlowInvalid
from hotline.flows.check import Code
from tests.flows.books import make_document, t


def lesson(text: dict[str, str]) -> dict[str, object]:
    """Returns flows without problems, except for the text of one lesson."""
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
