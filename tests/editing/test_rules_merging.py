"""Tests two editors who edit one flow at the same time. The merge keeps each edit, or asks an editor to choose between
two edits."""

from typing import Any

import pytest
from hypothesis import given, settings

from hotline.editing.rules_forms import MergedField, Side, merge
from hotline.flows.node_fields import ABSENT
from tests.editing.documents import GARBAGE, changed, shipped
from tests.flows.books import LEARN, TELL, choice, make_flow, t

FLOW: dict[str, Any] = make_flow(
    name="x",
    nodes={
        **TELL,
        **LEARN,
        "which": {
            "menu": {
                "text": t("Which?"),
                "choices": [choice(name.upper(), goes=name) for name in ("one", "two", "back")],
            }
        },
        "way": {"branch": [{"when": {"flag": "a"}, "goes": "one"}, {"goes": "two"}]},
    },
)


@settings(deadline=None)
@given(GARBAGE, GARBAGE, GARBAGE)
def test_nothing_broken_stops_a_merge(base: Any, hers: Any, yours: Any) -> None:
    was, her, own = ({"flow": "x", "nodes": one} for one in (base, hers, yours))
    found = merge(was, her, own)
    assert merge(was, her, own, {one.key: Side.YOURS for one in found.clashes}).clashes == ()
    assert merge(was, was, own).document == own
    assert merge(was, her, was).document == her


def test_two_languages_of_one_text_are_two_fields() -> None:
    hers = changed(FLOW, "nodes", "one", "say", "text", "fr", to="hers")
    yours = changed(FLOW, "nodes", "one", "say", "text", "rw", to="yours")
    found = merge(FLOW, hers, yours)
    assert found.document["nodes"]["one"]["say"]["text"] == {
        **t("First lesson"),
        "fr": "hers",
        "rw": "yours",
    }
    assert found.clashes == ()


def test_one_text_that_both_changed_is_asked_about_and_decided() -> None:
    way = "nodes", "which", "menu", "choices", 1, "label", "rw"
    hers, yours = (changed(FLOW, *way, to=words) for words in ("hers", "yours"))
    (clash,) = merge(FLOW, hers, yours).clashes
    assert clash.place == MergedField("which", "choices.1", "rw")
    assert (clash.base, clash.theirs, clash.yours) == ("TWO rw", "hers", "yours")
    for decision, words in ((Side.THEIRS, "hers"), (Side.YOURS, "yours")):
        found = merge(FLOW, hers, yours, {clash.key: decision})
        assert found.document == changed(FLOW, *way, to=words)


def test_a_choice_keeps_its_edits_where_the_other_moved_it_or_led_it_elsewhere() -> None:
    rows = FLOW["nodes"]["which"]["menu"]["choices"]
    hers = changed(
        FLOW,
        "nodes",
        "which",
        "menu",
        "choices",
        to=[rows[2], {**rows[0], "goes": "danger"}, rows[1]],
    )
    yours = changed(FLOW, "nodes", "which", "menu", "choices", 0, "label", "en", to="yours")
    found = merge(FLOW, hers, yours)
    assert found.clashes == ()
    assert found.document["nodes"]["which"]["menu"]["choices"] == [
        rows[2],
        {"label": {**t("ONE"), "en": "yours"}, "goes": "danger"},
        rows[1],
    ]


def test_a_choice_of_other_words_that_leads_elsewhere_is_known_by_its_place() -> None:
    row = FLOW["nodes"]["which"]["menu"]["choices"][0]
    way = "nodes", "which", "menu", "choices", 0
    hers = changed(FLOW, *way, "label", "fr", to="hers")
    yours = changed(FLOW, *way, to={"label": {**row["label"], "rw": "yours"}, "goes": "danger"})
    found = merge(FLOW, hers, yours)
    assert found.clashes == ()
    assert found.document["nodes"]["which"]["menu"]["choices"][0] == {
        "label": {**t("ONE"), "fr": "hers", "rw": "yours"},
        "goes": "danger",
    }


@pytest.mark.parametrize(
    ("hers", "yours"),
    [
        (..., changed(FLOW, "nodes", "two", "say", "text", "rw", to="yours")),
        (FLOW["nodes"]["which"], changed(FLOW, "nodes", "two", "say", "topic", to="yours")),
    ],
)
def test_a_deleted_screen_is_asked_about_whole(hers: Any, yours: dict[str, Any]) -> None:
    theirs = changed(FLOW, "nodes", "two", to=hers)
    (clash,) = merge(FLOW, theirs, yours).clashes
    assert clash.place == MergedField("two", "", "")
    assert clash.theirs == (ABSENT if hers is ... else hers)
    assert merge(FLOW, theirs, yours, {clash.key: Side.THEIRS}).document == theirs
    assert merge(FLOW, theirs, yours, {clash.key: Side.YOURS}).document == yours


@pytest.mark.parametrize("name", ["when", "signed", "choices", "nodes"])
def test_a_screen_may_be_called_like_a_field(name: str) -> None:
    base = changed(FLOW, "nodes", name, to=FLOW["nodes"]["one"])
    hers = changed(base, "nodes", name, "say", "text", "rw", to="hers")
    yours = changed(base, "nodes", name, "say", "text", "fr", to="yours")
    assert merge(base, hers, yours).clashes == ()


def test_the_outline_is_one_field() -> None:
    names = [*FLOW["nodes"]]
    hers = {**FLOW, "nodes": {name: FLOW["nodes"][name] for name in reversed(names)}}
    yours = changed(FLOW, "nodes", "last", "finish", "text", "rw", to="yours")
    found = merge(FLOW, hers, yours)
    assert [*found.document["nodes"]] == names[::-1]
    assert found.document["nodes"]["last"]["finish"]["text"]["rw"] == "yours"
    turned = {**FLOW, "nodes": {name: FLOW["nodes"][name] for name in (*names[1:], names[0])}}
    (clash,) = merge(FLOW, hers, turned).clashes
    assert [*merge(FLOW, hers, turned, {clash.key: Side.THEIRS}).document["nodes"]] == names[::-1]


def test_numbers_are_merged_by_their_digits() -> None:
    base = {"numbers": shipped()["numbers"]}
    first, second, *_ = (row["number"] for row in base["numbers"])
    hers = changed(base, "numbers", 0, "note", to="hers")
    yours = {"numbers": changed(base, "numbers", 1, "note", to="yours")["numbers"][::-1]}
    rows = {row["number"]: row for row in merge(base, hers, yours).document["numbers"]}
    assert (rows[first]["note"], rows[second]["note"]) == ("hers", "yours")


def test_phrases_of_the_code_are_merged_by_language() -> None:
    base = {"rw": {"Thanks.": "a", "Bye.": "b"}}
    hers, yours = ({"rw": {**base["rw"], "Thanks.": words}} for words in ("hers", "yours"))
    (clash,) = merge(base, hers, {**yours, "fr": {"Bye.": "c"}}).clashes
    assert clash.place == MergedField("", "Thanks.", "rw")
    found = merge(base, hers, yours, {clash.key: Side.THEIRS})
    assert found.document == {"rw": {"Thanks.": "hers", "Bye.": "b"}}
