"""Tests that a PIN has a fixed number of digits, and that a text may name the chosen case."""

import pytest

from hotline.errors import FlowInvalid
from hotline.flows.conversation import Facts, PinGiven
from hotline.flows.document import compile as compile_book
from hotline.flows.flow import fill_placeholders
from hotline.flows.turn import expects_pin, resume, start
from hotline.text.keying import is_easy_pin

TEXT = {"rw": "A", "fr": "A", "en": "A"}
DRAFT = dict.fromkeys(("rw", "fr", "en"), "draft")


def document(**ask: object) -> dict[str, object]:
    node = {"text": TEXT, "saves": "work_pin", "goes": "over", **ask}
    nodes = {"pin": {"ask": node}, "over": {"finish": {"text": TEXT}}}
    flow = {"flow": "front", "start": "pin", "review": DRAFT, "nodes": nodes}
    return {"flows": {"front": flow}}


@pytest.mark.parametrize(
    ("digits", "right", "wrong"),
    [(8, "40719300", "407193"), (6, "407193", "4071"), (4, "4071", "407193")],
)
def test_a_pin_of_so_many_digits_is_taken_and_no_other(digits: int, right: str, wrong: str) -> None:
    book = compile_book(document(kind="pin", digits=digits), {})
    run = start(book, Facts()).state
    assert expects_pin(book, run) == digits
    assert resume(book, run, wrong, Facts()).state == run
    assert PinGiven("work_pin", right) in resume(book, run, right, Facts()).events


@pytest.mark.parametrize("ask", [{"kind": "number", "digits": 6}, {"kind": "pin", "digits": 5}])
def test_only_a_pin_has_digits_and_only_four_six_or_eight(ask: dict[str, object]) -> None:
    with pytest.raises(FlowInvalid):
        compile_book(document(**ask), {})


@pytest.mark.parametrize("pin", ["111111", "123456", "987654", "199012", "121985", "202020"])
def test_six_digits_that_anybody_would_try_first_are_easy(pin: str) -> None:
    assert is_easy_pin(pin)


@pytest.mark.parametrize("pin", ["407193", "815260", "110011"])
def test_six_digits_without_a_pattern_are_not_easy(pin: str) -> None:
    assert not is_easy_pin(pin)


def test_a_text_speaks_of_the_case_that_was_chosen_first() -> None:
    words = {"place": "anywhere", "place.K7Q4": "Gasabo"}
    assert fill_placeholders("{place}", words, "K7Q4") == "Gasabo"
    assert fill_placeholders("{place}", words, "H3ND") == "anywhere"
    assert fill_placeholders("{place} {ref}", words) == "anywhere "
