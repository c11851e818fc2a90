"""Tests how the editor adds, renames, moves and deletes screens and flows, replaces letters that phones cannot show,
and makes names from words."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.editing.rules_forms import fault_of, offers
from hotline.editing.rules_operations import (
    EMPTY,
    FlowModelName,
    NewScreen,
    Obstacle,
    add_screen,
    arrows_into,
    arrows_into_flow,
    calls_of,
    delete_screen,
    flows_without_arrows,
    lead_arrow,
    lead_to_flow,
    move_screen,
    name_of,
    new_flow,
    obstacle_to_adding,
    obstacle_to_deleting,
    obstacle_to_removing,
    obstacle_to_renaming,
    rename_screen,
    with_choice,
)
from hotline.editing.rules_preview import (
    NO_TEXT,
    Arrow,
    arrows_of,
    outline,
    read_draft,
    start_of,
)
from hotline.flows.conversation import Place
from hotline.flows.document import LONGEST_NAME
from hotline.flows.node_fields import (
    BadLetter,
    TextMatch,
    bad_letters,
    place_of,
    recorded_name,
    recorded_values,
    replace_letters,
    search_texts,
    texts_in,
    without_typography,
)
from hotline.flows.rules_reviews import texts_of
from hotline.text.quiz import ANSWER_VALUES
from tests.editing.documents import WORDS, changed, shipped
from tests.flows.books import LEARN, TELL, choice, make_flow, t
from tests.support.made_once import shipped_book

FLOW = make_flow(
    name="x",
    nodes={
        **LEARN,
        "which": {
            "menu": {"text": t("Which?"), "goes": "two", "choices": [choice("A", goes="one"), choice("B", goes="back")]}
        },
        "way": {"branch": [{"when": {"flag": "a"}, "goes": "one"}, {"goes": "which"}]},
    },
)  # fmt: skip
SCREENS = [*FLOW["nodes"]]


def _to_nowhere(flow: dict[str, Any]) -> list[Arrow]:
    return [arrow for arrow in arrows_of(flow) if arrow.goes not in flow["nodes"]]


def test_an_outline_says_where_each_screen_leads_and_who_leads_to_it() -> None:
    rows = {row.name: row for row in outline(FLOW)}
    assert [*rows] == SCREENS
    assert rows["one"].is_start
    assert [arrow.key for arrow in rows["one"].comes_from] == [
        ".start",
        "which.choices.0.goes",
        "way.arms.0.goes",
    ]
    assert [arrow.goes for arrow in rows["which"].leads_to] == ["one", "back", "two"]
    assert (rows["two"].kind, rows["two"].words) == ("say", t("Second lesson"))


@pytest.mark.parametrize("kind", EMPTY)
def test_a_new_screen_stands_between_two(kind: str) -> None:
    new = NewScreen("new", kind, after="one", led_from=Arrow("one", "goes", "two"))
    assert obstacle_to_adding(FLOW, new) is None
    found = add_screen(FLOW, new)
    assert [*found["nodes"]] == ["one", "new", "two", *SCREENS[2:]]
    assert found["nodes"]["one"]["say"]["goes"] == "new"
    on = [arrow.goes for arrow in arrows_of(found) if arrow.node == "new"]
    assert on == ([] if kind == "finish" else ["two"])
    assert _to_nowhere(found) == []


def test_a_new_screen_may_be_the_start_or_the_end_of_any_arrow() -> None:
    for arrow in arrows_of(FLOW):
        found = add_screen(FLOW, NewScreen("new", "say", led_from=arrow))
        assert [one.node for one in arrows_of(found) if one.goes == "new"] == [arrow.node]
        assert _to_nowhere(found) == []


@pytest.mark.parametrize(
    ("new", "obstacle"),
    [
        (NewScreen("one", "say"), Obstacle.TAKEN),
        (NewScreen("New one", "say"), Obstacle.NAME),
        (NewScreen("", "say"), Obstacle.NAME),
        (NewScreen("new", "song"), Obstacle.KIND),
        (NewScreen("new", "say", after="no"), Obstacle.UNKNOWN),
        (NewScreen("new", "say", led_from=Arrow("no", "goes", "one")), Obstacle.UNKNOWN),
    ],
)
def test_what_stands_in_the_way_of_a_new_screen(new: NewScreen, obstacle: Obstacle) -> None:
    assert obstacle_to_adding(FLOW, new) is obstacle
    assert add_screen(FLOW, new) == FLOW


def test_renaming_takes_every_arrow_along() -> None:
    assert obstacle_to_renaming(FLOW, "one", "first") is None
    found = rename_screen(FLOW, "one", "first")
    assert [*found["nodes"]] == ["first", *SCREENS[1:]]
    assert start_of(found) == "first"
    assert _to_nowhere(found) == []
    assert rename_screen(found, "first", "one") == FLOW


@pytest.mark.parametrize(
    ("old", "new", "obstacle"),
    [("no", "a", Obstacle.UNKNOWN), ("one", "two", Obstacle.TAKEN), ("one", "A", Obstacle.NAME)],
)
def test_what_stands_in_the_way_of_another_name(old: str, new: str, obstacle: Obstacle) -> None:
    assert obstacle_to_renaming(FLOW, old, new) is obstacle
    assert rename_screen(FLOW, old, new) == FLOW


def test_nothing_is_deleted_while_an_arrow_is_undecided() -> None:
    keys = [arrow.key for arrow in arrows_into(FLOW, "two")]
    assert keys == ["one.goes", "which.goes"]
    assert obstacle_to_deleting(FLOW, "two", {}) is Obstacle.UNDECIDED
    assert obstacle_to_deleting(FLOW, "two", {"one.goes": "back"}) is Obstacle.UNDECIDED
    for wrong in ("two", "no"):
        assert obstacle_to_deleting(FLOW, "two", dict.fromkeys(keys, wrong)) is Obstacle.UNDECIDED
    found = delete_screen(FLOW, "two", {"one.goes": "", "which.goes": "back"})
    assert "two" not in found["nodes"]
    assert "goes" not in found["nodes"]["one"]["say"]
    assert found["nodes"]["which"]["menu"]["goes"] == "back"


def test_a_choice_and_an_arm_must_lead_somewhere_else() -> None:
    plain = changed(FLOW, "nodes", "which", "menu", "goes", to=...)
    assert (
        obstacle_to_deleting(plain, "back", {"two.goes": "", "which.choices.1.goes": ""})
        is Obstacle.UNDECIDED
    )
    assert obstacle_to_deleting(FLOW, "back", {"two.goes": "", "which.choices.1.goes": ""}) is None
    assert obstacle_to_deleting(FLOW, "which", {"way.arms.1.goes": ""}) is Obstacle.UNDECIDED
    assert obstacle_to_deleting(FLOW, "one", {}) is Obstacle.START
    assert obstacle_to_deleting(FLOW, "no", {}) is Obstacle.UNKNOWN


@given(st.sampled_from(SCREENS), st.sampled_from(SCREENS), st.sampled_from(["", *SCREENS]))
def test_no_deletion_leaves_an_arrow_to_nowhere(name: str, goes: str, other: str) -> None:
    keys = [arrow.key for arrow in arrows_into(FLOW, name)]
    decided = {key: other if at % 2 else goes for at, key in enumerate(keys)}
    found = delete_screen(FLOW, name, decided)
    assert _to_nowhere(found) == []
    assert (name in found["nodes"]) is (obstacle_to_deleting(FLOW, name, decided) is not None)
    if name in found["nodes"]:
        assert found == FLOW


def test_up_and_down_change_the_outline_alone() -> None:
    found = move_screen(FLOW, "two", -1)
    assert [*found["nodes"]] == ["two", "one", *SCREENS[2:]]
    assert found == FLOW
    assert [*move_screen(FLOW, "one", -1)["nodes"]] == SCREENS
    assert [*move_screen(FLOW, "way", 1)["nodes"]] == SCREENS
    assert move_screen(FLOW, "no", 1) == FLOW


@pytest.mark.parametrize("field", ["choices.7.goes", "arms.0.goes", "lead.x.goes", "goes"])
def test_an_arrow_of_a_row_that_is_not_there_is_none(field: str) -> None:
    node = "two" if field != "goes" else "no"
    assert lead_arrow(FLOW, Arrow(node, field, "one"), "one") == FLOW


def test_an_operation_changes_no_document_in_place() -> None:
    before = copy.deepcopy(FLOW)
    add_screen(FLOW, NewScreen("new", "say", led_from=Arrow("one", "goes", "two")))
    rename_screen(FLOW, "one", "first")
    delete_screen(FLOW, "two", {"one.goes": "", "which.goes": "back"})
    with_choice(FLOW, "which", "other", t("C"))
    assert before == FLOW


@pytest.mark.parametrize(
    ("english", "name"),
    [
        ("Do not pay first to get a job", "do_not_pay_first"),
        ("The fee", "fee"),
        ("Don't", "dont"),
        ("3 things to ask", "things_ask"),
        ("Où?", "ou"),
        ("??", "screen"),
        ("It is", "it_is"),
        ("Fee", "fee"),
    ],
)
def test_a_name_is_made_of_english_words(english: str, name: str) -> None:
    assert name_of(english) == name


@given(WORDS | st.text("abc ", min_size=60), st.sets(st.sampled_from(["fee", "screen", "abc"])))
def test_every_name_that_is_made_is_one(english: str, taken: set[str]) -> None:
    name = name_of(english, taken)
    assert name not in taken
    assert len(name) <= LONGEST_NAME
    assert fault_of("goes", name) is None
    assert name_of("Fee", {"fee", "fee_2"}) == "fee_3"


@pytest.mark.parametrize("model", FlowModelName)
def test_a_model_lacks_words_alone(model: FlowModelName) -> None:
    flow = new_flow(model, "pay", onward="onward")
    assert {one.message for one in read_draft("pay", flow).faults} == {NO_TEXT}
    assert _to_nowhere(flow) == []


def test_a_quiz_asks_three_things_twice() -> None:
    flow = new_flow(FlowModelName.QUIZ, f"quiz_{'a' * 35}")
    asked = [node["menu"] for node in flow["nodes"].values() if "menu" in node]
    saves = [menu["saves"] for menu in asked]
    assert len(saves) == 6
    assert {name.removeprefix("quiz_") for name in saves[:3]} == {
        name.removeprefix("again_") for name in saves[3:]
    }
    assert {choice["value"] for menu in asked for choice in menu["choices"]} == ANSWER_VALUES
    assert {one.message for one in read_draft(flow["flow"], flow).faults} == {NO_TEXT}


def test_a_choice_opens_another_flow_by_one_call() -> None:
    found = with_choice(FLOW, "which", "way", t("C"))
    assert found is not None
    assert found["nodes"]["way_2"] == {"call": {"flow": "way"}}
    assert found["nodes"]["which"]["menu"]["choices"][2] == {"goes": "way_2", "label": t("C")}
    again = with_choice(found, "which", "way", t("D"))
    assert again is not None
    assert [*again["nodes"]] == [*found["nodes"]]
    assert with_choice(FLOW, "one", "way", t("C")) is None


def test_an_arrow_may_lead_to_another_flow() -> None:
    found = lead_to_flow(FLOW, Arrow("two", "goes", "back"), "other")
    assert found["nodes"]["other"] == {"call": {"flow": "other"}}
    assert found["nodes"]["two"]["say"]["goes"] == "other"
    again = lead_to_flow(found, Arrow("which", "choices.0.goes", "one"), "other")
    assert [*again["nodes"]] == [*found["nodes"]]
    assert again["nodes"]["which"]["menu"]["choices"][0]["goes"] == "other"


def test_a_form_offers_what_is_there() -> None:
    book = shipped_book()
    found = offers(book, shipped()["flows"]["report"])
    assert found.screens == tuple(book.flows["report"].nodes)
    assert "abroad" in found.flows
    assert "responders" not in found.flows
    assert {"provinces", "countries", "districts.{province}"} <= {*found.lists}
    assert not any(name.startswith("districts.1") for name in found.lists)
    assert found.answers["danger"] == ("yes", "no", "unsure")
    assert "112" in found.numbers
    assert "reporting" in found.flags
    half: dict[str, Any] = {"nodes": {"new": {"say": {}}}}
    assert offers(book, half).screens == ("new",)


def test_words_are_found_in_any_case_and_without_accents() -> None:
    flows = {
        "x": FLOW,
        "fees": make_flow(name="fees", nodes={"fee": {"say": {"text": {"fr": "Payé d'avance"}}}}),
    }
    assert [*search_texts(flows, "PAYE")] == [
        TextMatch("fees", "fee", "text", "fr", "Payé d'avance")
    ]
    assert [(one.flow, one.node, one.field) for one in search_texts(flows, "fee")] == [
        ("fees", "", ""),
        ("fees", "fee", ""),
    ]
    found = [*search_texts(flows, "a rw")]
    assert [(one.node, one.field, one.language) for one in found] == [("which", "choices.0", "rw")]
    assert [*search_texts(flows, " ")] == []


def test_a_text_has_the_place_under_which_it_is_signed() -> None:
    """The editor and the reviews use the same names for the places of texts."""
    flows = shipped()["flows"]
    places = {
        place_of(flow, name, node, text.field)
        for flow, document in flows.items()
        for name, node in document["nodes"].items()
        for text in texts_in(node)
    }
    assert places == {text.place for text in texts_of(flows)}


BAD = {
    "say": {
        "text": {"rw": "n’umu“ntu” – x", "fr": "reçu, être… ☃"},
        "lead": [{"when": {"flag": "a"}, "text": {"fr": "ç"}}],
    }
}


def test_bad_letters_are_named_with_what_to_write() -> None:
    found = bad_letters(BAD)
    assert found["fr"][0] == BadLetter("lead.0", "ç", "latin small letter c with cedilla", "c", 2)
    assert [one.letter for one in found["rw"]] == ["’", "“", "”", "–"]
    assert found["fr"][-1].instead == "?"


def test_one_letter_is_mended_or_all_of_a_language() -> None:
    one, times = replace_letters(BAD, "fr", "ç")
    assert (one["say"]["text"]["fr"], one["say"]["lead"][0]["text"]["fr"], times) == (
        "recu, être… ☃",
        "c",
        2,
    )
    every, _ = replace_letters(BAD, "fr")
    assert every["say"]["text"] == {"rw": "n’umu“ntu” – x", "fr": "recu, etre... ☃"}
    assert replace_letters(BAD, "rw", "ç") == (BAD, 0)


def test_what_word_writes_is_made_plain_and_letters_with_marks_are_left() -> None:
    found, times = without_typography(BAD)
    assert found["say"]["text"] == {"rw": 'n\'umu"ntu" - x', "fr": "reçu, être... ☃"}
    assert times == {"’": 1, "“": 1, "”": 1, "–": 1, "…": 1}
    assert without_typography(found) == (found, {})


def test_marks_are_a_closed_set() -> None:
    assert recorded_values(TELL["danger"]) == {
        "saves": "danger",
        "choices.0.value": "yes",
        "choices.1.value": "no",
    }
    fields = ("saves", "choices.0.key", "signed.by", "text", "choices.0.goes", "lead.0.number")
    assert [recorded_name(field) for field in fields] == ["saves", "key", "signed", "", "", ""]


def test_a_flow_stays_while_an_entry_opens_it_or_an_arrow_is_undecided() -> None:
    document = shipped()
    flows, entries = document["flows"], document["entries"]
    for name in flows:
        obstacle = obstacle_to_removing(flows, entries, name, {})
        assert (obstacle is Obstacle.ENTRY) is (name in entries.values())
        opened = bool(arrows_into_flow(flows, name))
        stays = {*entries.values(), "front"}
        assert (obstacle is Obstacle.UNDECIDED) is (opened and name not in stays)
    assert calls_of(flows, "abroad")[0] == Place("front", "abroad")
    assert calls_of({"x": {"nodes": {"a": {"call": {"flow": "x"}}}}}, "x") == ()
    assert obstacle_to_removing(flows, entries, "front", {}) is Obstacle.START
    assert obstacle_to_removing(flows, entries, "no", {}) is Obstacle.UNKNOWN
    flows = {**flows, "pay": new_flow(FlowModelName.MENU, "pay")}
    assert obstacle_to_removing(flows, entries, "pay", {}) is None


CALLING: dict[str, Any] = {
    "start": "which",
    "nodes": {
        "which": {
            "menu": {
                "text": t("Which?"),
                "choices": [
                    {"goes": "pay", "label": t("A")},
                    {"goes": "pay_2", "label": t("B")},
                    {"goes": "end", "label": t("C")},
                    {"goes": "pay", "label": t("D")},
                ],
            }
        },
        "said": {"say": {"text": t("x"), "goes": "pay"}},
        "pay": {"call": {"flow": "pay", "goes": "pay_2"}},
        "pay_2": {"call": {"flow": "pay"}},
        "way": {"branch": [{"when": {"flag": "a"}, "goes": "pay"}, {"goes": "end"}]},
        "end": {"finish": {}},
    },
}
ALL_OF_IT = {
    "front/which.choices.0.goes": "",
    "front/which.choices.1.goes": "end",
    "front/which.choices.3.goes": "",
    "front/said.goes": "flow:law",
    "front/way.arms.0.goes": "",
}


CALLED: dict[str, Any] = {"front": CALLING, "pay": {"nodes": {}}, "law": {"nodes": {}}}


def test_a_flow_goes_and_every_arrow_into_it_leads_elsewhere() -> None:
    assert {one.key for one in arrows_into_flow(CALLED, "pay")} == {*ALL_OF_IT}
    assert obstacle_to_removing(CALLED, {}, "pay", ALL_OF_IT) is None
    (changed,) = flows_without_arrows(CALLED, "pay", ALL_OF_IT).values()
    nodes = changed["nodes"]
    assert [*nodes] == ["which", "said", "way", "end", "law"]
    said = [(row["goes"], row["label"]) for row in nodes["which"]["menu"]["choices"]]
    assert said == [("end", t("B")), ("end", t("C"))]
    assert nodes["said"]["say"]["goes"] == "law"
    assert nodes["way"] == {"branch": [{"goes": "end"}]}
    assert CALLING["nodes"]["pay"] == {"call": {"flow": "pay", "goes": "pay_2"}}, "nothing in place"


@pytest.mark.parametrize(
    ("key", "goes"),
    [
        ("front/said.goes", None),
        ("front/said.goes", "nowhere"),
        ("front/said.goes", "pay_2"),
        ("front/said.goes", "flow:pay"),
        ("front/said.goes", "flow:front"),
        ("front/said.goes", "flow:no"),
    ],
)
def test_an_arrow_without_a_new_end_keeps_the_flow(key: str, goes: str | None) -> None:
    others = {name: said for name, said in ALL_OF_IT.items() if name != key}
    decided = others if goes is None else {**others, key: goes}
    assert obstacle_to_removing(CALLED, {}, "pay", decided) is Obstacle.UNDECIDED


def test_the_start_and_the_last_row_of_a_list_are_led_and_never_taken_out() -> None:
    only: dict[str, Any] = {
        "start": "pay",
        "nodes": {"pay": {"call": {"flow": "pay"}}, "end": {"finish": {}}},
    }
    flows: dict[str, Any] = {"front": only, "pay": {"nodes": {}}}
    assert obstacle_to_removing(flows, {}, "pay", {"front/.start": ""}) is Obstacle.UNDECIDED
    assert obstacle_to_removing(flows, {}, "pay", {"front/.start": "end"}) is None
    assert flows_without_arrows(flows, "pay", {"front/.start": "end"})["front"]["start"] == "end"
    rows = {"nodes": {"b": {"branch": [{"goes": "pay"}]}, "pay": {"call": {"flow": "pay"}}}}
    flows = {"front": rows, "pay": {"nodes": {}}}
    assert obstacle_to_removing(flows, {}, "pay", {"front/b.arms.0.goes": ""}) is Obstacle.UNDECIDED
