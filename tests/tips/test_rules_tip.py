"""Tests when answers become a tip, how urgent it is, and who may see it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.tips.rules import (
    Basis,
    TipState,
    abandoned_state,
    desk_of,
    later_state,
    place_of,
    report_facts,
    stage,
    urgency,
)

HERE = {"official": "no", "province": "1", "district": "12"}


@pytest.mark.parametrize(
    ("answers", "reached"),
    [
        ({}, None),
        ({"danger": "yes"}, "draft"),
        ({"danger": "no"}, "draft"),
        ({"danger": "yes", "official": "no"}, "draft"),
        ({"danger": "yes", "official": "no", "province": "1"}, "draft"),
        ({"danger": "yes", **HERE}, "filed"),
        ({"danger": "yes", "official": "no", "province": "abroad"}, "filed"),
        ({"danger": "yes", "official": "no", "province": "unsure"}, "filed"),
        ({"danger": "yes", **HERE, "district": "unsure"}, "filed"),
        ({"danger": "no", "province": "abroad", "leaves": "today"}, "filed"),
        ({"danger": "unsure", "province": "abroad", "leaves": "week"}, "filed"),
        ({"danger": "no", "province": "abroad", "country": "om", "leaves": "gone"}, "draft"),
        ({"danger": "no", "province": "abroad", "leaves": "unsure"}, "draft"),
        ({"danger": "no", **HERE, "leaves": "today"}, "draft"),
        ({"danger": "no", **HERE}, "draft"),
        ({"danger": "unsure", **HERE, "sector": "1201"}, "draft"),
        ({"danger": "no", **HERE, "kind": "labour"}, "draft"),
        ({"danger": "no", "province": "2", "district": "12", "kind": "labour"}, "draft"),
        ({"danger": "yes", "province": "2", "district": "12"}, "draft"),
    ],
)
def test_answers_give_the_report_stage(answers: dict[str, str], reached: str | None) -> None:
    assert stage(answers) == reached
    assert stage(answers, completed=True) == "complete"


@pytest.mark.row("C8")
@pytest.mark.parametrize(
    ("answers", "place", "kept"),
    [
        ({"danger": "yes"}, "", "fragment"),
        ({"danger": "yes", "official": "no"}, "", "fragment"),
        ({"danger": "no", "official": "yes", "province": "3"}, "3", "fragment"),
        ({"danger": "no", "official": "no", "province": "2", "district": "12"}, "2", "fragment"),
        ({"danger": "no", **HERE}, "12", "filed"),
        ({"danger": "no", "province": "abroad"}, "abroad", "filed"),
        ({"danger": "no", "province": "unsure"}, "unsure", "filed"),
        ({"danger": "no", **HERE, "district": "unsure"}, "unsure", "filed"),
    ],
)
def test_hangup_keeps_fragment_or_filed_tip(answers: dict[str, str], place: str, kept: str) -> None:
    come_to = report_facts(answers)
    assert come_to is not None
    assert (come_to.place, abandoned_state(come_to.place)) == (place, kept)
    assert desk_of(come_to.place, come_to.official) is None or kept == "filed"


@pytest.mark.row("C19")
@pytest.mark.parametrize(
    ("answers", "place", "within"),
    [
        ({"province": "abroad", "country": "om"}, "abroad", "om"),
        ({"province": "abroad", "country": "unsure"}, "abroad", None),
        ({"province": "abroad"}, "abroad", None),
        ({"province": "1", "district": "unsure"}, "unsure", "1"),
        ({"province": "unsure"}, "unsure", None),
        ({**HERE, "country": "om"}, "12", None),
    ],
)
def test_camp_is_kept_within_its_district(
    answers: dict[str, str], place: str, within: str | None
) -> None:
    come_to = report_facts({"danger": "yes", **answers})
    assert come_to is not None
    assert (come_to.place, come_to.within) == (place, within)


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({"danger": "yes"}, 1),
        ({"danger": "no", "who": "me_minor"}, 1),
        ({"danger": "no", "who": "child"}, 1),
        ({"danger": "no", "kind": "child_work", "who": "several"}, 1),
        ({"danger": "no", "who": "me_adult"}, 2),
        ({"danger": "unsure", "who": "adult"}, 2),
        ({"danger": "no", "who": "adult"}, 3),
        ({"danger": "no", "province": "abroad", "leaves": "today", "who": "adult"}, 1),
        ({"danger": "no", "province": "abroad", "leaves": "week"}, 1),
        ({"danger": "no", "province": "abroad", "leaves": "gone"}, 3),
        # The caller went back and chose a place in Rwanda, so the earlier answer about a journey abroad does not count.
        ({"danger": "no", "province": "1", "leaves": "today"}, 3),
        ({}, 3),
    ],
)
def test_answers_give_the_urgency(answers: dict[str, str], level: int) -> None:
    assert urgency(answers) == level


@pytest.mark.parametrize(
    ("answers", "desk"),
    [
        (HERE, "12"),
        (HERE | {"official": "yes"}, None),
        (HERE | {"official": "unsure"}, None),
        ({"province": "1", "district": "12"}, None),
        (HERE | {"district": "unsure"}, None),
        ({"official": "no", "province": "abroad"}, None),
    ],
)
def test_named_official_hides_tip_from_district(answers: dict[str, str], desk: str | None) -> None:
    come_to = report_facts({"danger": "yes", **answers})
    assert come_to is not None
    assert desk_of(come_to.place, come_to.official) == desk


def test_unknown_kind_and_sector_are_not_stored() -> None:
    come_to = report_facts({"danger": "yes", **HERE, "kind": "Zuzuzu", "sector": "3101"})
    assert come_to is not None
    assert (come_to.category, come_to.sector) == ("other", None)
    assert come_to.basis is Basis.PUBLIC_DUTY


def test_tip_state_never_goes_back() -> None:
    for one, other in pairwise(("draft", "fragment", "filed", "complete")):
        for pair in [(one, other), (other, one)]:
            assert later_state(*map(TipState, pair)) == other


@given(
    st.dictionaries(
        st.sampled_from(["danger", "official", "province", "district", "kind"]), st.text()
    )
)
def test_any_answers_give_a_place(answers: dict[str, str]) -> None:
    come_to = report_facts(answers, completed=True)
    assert come_to is not None
    assert come_to.place == (place_of(answers) or "unsure")


TYPING = {"danger": "yes", "official": "no", "province": "1", "district": "typed"}


@pytest.mark.parametrize(
    ("answers", "reached", "place", "sector"),
    [
        (TYPING, "filed", "unsure", None),
        (TYPING | {"danger": "no"}, "draft", "unsure", None),
        (TYPING | {"danger": "no", "typed": "lemera", "kind": "sex"}, "draft", "unsure", None),
        (TYPING | {"typed": "lemera", "named": "5312"}, "filed", "53", "5312"),
        (TYPING | {"typed": "huye", "named": "24"}, "filed", "24", None),
        (TYPING | {"typed": "lemera", "named": "unsure"}, "filed", "unsure", None),
        (TYPING | {"danger": "no", "named": "5312"}, "draft", "53", "5312"),
        # The caller went back and chose from the list, so the name that was typed before does not count.
        (HERE | {"danger": "yes", "sector": "1201", "named": "5312"}, "filed", "12", "1201"),
        ({"danger": "yes", "district": "55", "sector": "55c1"}, "filed", "55", "55c1"),
        ({"danger": "yes", "district": "53", "sector": "55c1"}, "filed", "53", None),
        ({"danger": "yes", "district": "typed", "named": "31c1"}, "filed", "31", "31c1"),
        (HERE | {"danger": "yes", "named": "5312"}, "filed", "12", None),
    ],
)
def test_typed_place_counts_only_after_it_is_chosen(
    answers: dict[str, str], reached: str | None, place: str, sector: str | None
) -> None:
    assert stage(answers) == reached
    come_to = report_facts(answers)
    assert come_to is not None
    assert (come_to.place, come_to.sector) == (place, sector)
