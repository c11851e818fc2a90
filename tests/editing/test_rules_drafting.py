"""Tests that an unfinished flow is previewed as far as possible, and that its missing parts are named."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.editing.rules_preview import (
    HALF_MADE,
    MAX_KEYS,
    NO_CHOICE,
    NO_KIND,
    NO_NAME,
    NO_NEXT,
    NO_TEXT,
    Assumption,
    Assumptions,
    ReadDraft,
    assumptions_of,
    draft_problems,
    meters,
    outline,
    preview,
    read_draft,
    screens_of,
    with_flow,
)
from hotline.flows.check import Code
from hotline.flows.check_paths import drawings, situations
from hotline.flows.conversation import ConversationState, Place
from hotline.flows.document import bind_lists, read
from hotline.flows.flow import MessageNode
from hotline.flows.node_fields import bad_letters, kind_of
from hotline.flows.turn import start
from hotline.text.languages import MessageText
from tests.editing.documents import BROKEN, GARBAGE, shipped
from tests.flows.books import (
    LEARN,
    LISTS,
    REPORTING,
    TELL,
    choice,
    make_book,
    make_document,
    make_flow,
    t,
)
from tests.support.made_once import shipped_book

DAY = date(2026, 11, 26)
BOOK = make_book()


def _draft(name: str = "learn", **nodes: Any) -> ReadDraft:
    return read_draft(name, make_flow(name=name, nodes=nodes))


def _only(node: dict[str, Any]) -> ReadDraft:
    return _draft(one=node)


def _menu(second: dict[str, Any]) -> dict[str, Any]:
    return {"menu": {"text": t("x"), "choices": [choice("y", goes="one"), second]}}


@pytest.mark.parametrize(
    ("node", "plays", "field", "language", "lack"),
    [
        ({"say": {}}, False, "text", "", NO_TEXT),
        ({"say": {"text": {}}}, False, "text", "", NO_TEXT),
        ({"say": {"text": {"rw": "x", "fr": ""}}}, True, "text", "fr", NO_TEXT),
        ({"menu": {"text": t("x"), "choices": []}}, False, "choices", "", NO_CHOICE),
        (_menu({"label": {}}), True, "choices.1", "", NO_TEXT),
        (_menu(choice("z")), True, "choices.1.goes", "", NO_NEXT),
        (
            {"menu": {"text": t("x"), "saves": "a", "goes": "one", "choices": [choice("y", value="b"), choice("z")]}},
            True, "choices.1.value", "", NO_NAME,
        ),
        ({"ask": {"kind": "words", "text": t("x"), "saves": "a"}}, False, "goes", "", NO_NEXT),
        ({"ask": {"kind": "words", "text": t("x"), "goes": "one"}}, False, "saves", "", NO_NAME),
        (
            {"ask": {"kind": "guess", "text": t("x"), "saves": "a", "goes": "one"}},
            *(False, "asks", "", None),
        ),
        ({"branch": [{"goes": "one"}, {}]}, True, "arms.1.goes", "", NO_NEXT),
        ({"branch": []}, False, "arms", "", NO_CHOICE),
        ({"call": {}}, False, "flow", "", NO_NAME),
        ({}, False, "", "", NO_KIND),
        ({"say": {"text": t("x")}, "menu": 1}, False, "", "", None),
        ({"say": {"text": t("x"), "lead": [{"text": t("y")}]}}, True, "lead.0", "", None),
        ({"say": {"text": t("x"), "topic": "Not a name"}}, True, "topic", "", None),
    ],
)  # fmt: skip
def test_what_a_node_lacks_is_named_by_its_field(
    node: dict[str, Any], plays: bool, field: str, language: str, lack: MessageText | None
) -> None:
    draft = _only(node)
    assert ("one" in draft.flow.nodes) is plays
    assert draft.missing == (frozenset() if plays else {"one"})
    (fault,) = [
        one for one in draft.faults_of("one") if (one.field, one.language) == (field, language)
    ]
    assert (fault.message if fault.message in HALF_MADE else None) == lack


def test_a_whole_flow_is_the_one_that_is_compiled() -> None:
    for name, flow in shipped()["flows"].items():
        draft = read_draft(name, flow)
        assert (draft.flow, draft.faults) == (shipped_book().flows[name], ())


@settings(deadline=None)
@given(BROKEN, st.lists(st.sampled_from(["1", "2", "9", "0", "x"]), max_size=4))
def test_any_draft_however_broken_is_shown(node: dict[str, Any], keys: list[str]) -> None:
    flow = {**make_flow(name="learn", nodes=LEARN), "nodes": {**LEARN, "one": node}}
    draft = read_draft("learn", flow)
    book = with_flow(BOOK, draft.flow)
    place = Place("learn", "one")
    found = preview(book, keys, flow="learn", node="one", language="rw", today=DAY)
    assert found.screens or found.stuck is not None
    waits = kind_of(node) in ("say", "menu", "ask") and "one" not in draft.missing
    assert found.screens or not waits
    assert {row.name for row in outline(flow)} == {*flow["nodes"]}
    draft_problems(BOOK, draft)
    meters(book, place, node)
    screens_of(book, place, "rw")
    bad_letters(node)


@settings(deadline=None)
@given(GARBAGE)
def test_whatever_a_step_holds_is_a_draft(flow: Any) -> None:
    draft = read_draft("learn", flow)
    assert draft.faults or isinstance(flow, dict)
    assert draft_problems(BOOK, draft)
    outline(flow)


def test_what_is_half_made_is_a_finding_and_its_arrows_are_none() -> None:
    draft = _draft(
        one={"say": {"text": t("x"), "goes": "two"}},
        two={"say": {"text": {}}},
        three={"say": {"text": t("x"), "goes": "four"}},
    )
    found = [(one.node, one.code, one.anchor) for one in draft_problems(BOOK, draft)]
    assert ("two", Code.SHAPE, "f-text") in found
    assert [str(one.message) for one in draft.faults_of("two")] == ["Enter a text for the screen."]
    assert [one for one in found if one[1] is Code.UNKNOWN_NODE] == [
        ("three", Code.UNKNOWN_NODE, "f-goes")
    ]


def test_keys_are_played_on_the_draft_and_stop_where_it_does() -> None:
    draft = _draft(one={"say": {"text": t("New words"), "goes": "two"}}, two={"say": {"text": {}}})
    book = with_flow(BOOK, draft.flow)
    found = preview(book, ["9", "9"], flow="learn", language="fr", today=DAY)
    assert [screen.text.splitlines()[0] for screen in found.screens] == ["New words fr"]
    assert (found.stuck, found.place) == (Place("learn", "two"), None)
    began = preview(book, flow="learn", node="two", language="fr", today=DAY)
    assert (began.screens, began.stuck) == ((), Place("learn", "two"))


def test_a_preview_from_the_dial_is_what_a_caller_hears() -> None:
    found = preview(BOOK, ["1", "9"], language="rw", today=DAY)
    first = start(BOOK, REPORTING)
    supposed = Assumptions(flags={"reporting": True})
    assert preview(BOOK, language="rw", today=DAY, supposed=supposed).screen == first.screen
    assert found.place == Place("learn", "two")
    assert len(found.screens) == 3


def test_answers_that_she_is_supposed_to_have_given_decide() -> None:
    plain, danger = (
        preview(BOOK, flow="tell", node="province", language="en", today=DAY, supposed=told)
        for told in (None, Assumptions(answers={"danger": "yes"}))
    )
    assert plain.screen is not None
    assert danger.screen is not None
    assert "Go on." not in plain.screen.text
    assert "Go on." in danger.screen.text
    assert assumptions_of(BOOK.flows["tell"].nodes["province"]) == (
        Assumption("danger", False, ("yes",)),
    )
    assert assumptions_of(BOOK.flows["front"].nodes["front"]) == (
        Assumption("reporting", True, ()),
    )


def test_what_is_asked_is_said_and_a_new_language_is_kept() -> None:
    assert preview(BOOK, flow="tell", node="landmark", language="en", today=DAY).expects == "words"
    assert preview(BOOK, flow="tell", node="saved", language="en", today=DAY).expects == ""
    assert preview(BOOK, ["7"], language="rw", today=DAY).language == "en"


def test_a_preview_hears_so_many_keys_and_no_more() -> None:
    found = preview(BOOK, ["x"] * 10 * MAX_KEYS, language="rw", today=DAY)
    assert len(found.screens) == 1 + MAX_KEYS


def test_a_preview_leaves_the_live_book_as_it_was() -> None:
    book = make_book()
    start(book, REPORTING)
    drawn = dict(book.drawings)
    draft = _draft(one={"say": {"text": t("New words")}})
    assert (
        preview(with_flow(book, draft.flow), flow="learn", language="rw", today=DAY).screen
        is not None
    )
    assert (book.drawings, book.flows["learn"].nodes["one"]) == (
        drawn,
        make_book().flows["learn"].nodes["one"],
    )
    assert with_flow(book, draft.flow).drawings == {}


def test_a_screen_is_shown_whole_before_and_after() -> None:
    long = with_flow(BOOK, _draft(one={"say": {"text": t("word " * 60)}}).flow)
    assert len(screens_of(long, Place("learn", "one"), "rw")) == 3
    (said,) = screens_of(BOOK, Place("tell", "province"), "en")
    assert said.text.startswith("Go on. en\nWhere? en\n1 Province 1")
    assert screens_of(BOOK, Place("front", "learn"), "en") == ()
    assert screens_of(BOOK, Place("front", "none"), "en") == ()


@pytest.mark.parametrize(("letters", "screens"), [(120, 1), (121, 2)])
def test_a_meter_is_full_where_a_second_screen_begins(letters: int, screens: int) -> None:
    """The limit is 150 septets. The line `9 Komeza` takes 9 septets, and the lines `0 Inyuma` and `00 Ahabanza`
    together take 21."""
    words = ("yyyy " * 40)[: letters - 1] + "y"
    node = {"say": {"text": {"rw": words}, "goes": "one"}}
    book = with_flow(BOOK, _only(node).flow)
    (found,) = meters(book, Place("learn", "one"), node).values()
    assert (found.most, found.screens) == (150, screens)
    assert found.septets <= found.most
    assert (found.whole > found.most) is found.is_over is (screens > 1)


def test_a_meter_counts_what_stands_only_sometimes_and_the_widest_receipt() -> None:
    node = {"say": {"text": {"en": "Your number: {receipt}"}}}
    with_lead = {"say": {**node["say"], "lead": [{"when": {"flag": "a"}, "text": {"en": "x" * 9}}]}}
    books = [(with_flow(BOOK, _only(one).flow), one) for one in (node, with_lead)]
    few, many = (meters(book, Place("learn", "one"), one)["en"] for book, one in books)
    assert many.septets == few.septets + 10
    shown = preview(books[0][0], flow="learn", node="one", language="en", today=DAY).screen
    assert shown is not None
    assert shown.septets == few.septets


def test_a_meter_counts_the_longest_list_of_places() -> None:
    found = meters(BOOK, Place("tell", "district"), TELL["district"])["rw"]
    assert len(LISTS["districts.1"]) == 9
    assert found.screens == 2


def test_what_the_meters_drew_is_not_drawn_again_for_the_findings() -> None:
    """The counters of free letters and the list of problems share the pages that were computed for a question. A
    question about places has many lists, so its pages must not be computed twice after each key."""
    draft = read_draft("tell", make_document()["flows"]["tell"])
    book, place = with_flow(BOOK, draft.flow), Place("tell", "district")
    meters(book, place, TELL["district"])
    drawn = dict(book.drawings)
    assert {key[4] for key in drawn} == {name for name in LISTS if name.startswith("districts.")}
    draft_problems(book, draft, node="district")
    assert {key: id(one) for key, one in book.drawings.items()} == {
        key: id(one) for key, one in drawn.items()
    }


def test_situations_that_show_the_same_are_drawn_once() -> None:
    lead = {"when": {"answer": "danger", "is": ["yes"]}, "text": {"en": "Call 112"}}
    book = with_flow(BOOK, _only({"say": {"text": {"en": "Words"}, "lead": [lead]}}).flow)
    said, run = book.flows["learn"].nodes["one"], ConversationState("en", (Place("learn", "one"),))
    assert isinstance(said, MessageNode)
    assert len([*situations(said, run)]) == 3
    assert len([*drawings(book, said, run, 156)]) == 2


def test_what_cannot_be_played_is_measured_by_its_words() -> None:
    node = {"ask": {"kind": "words", "text": {"rw": "Izina"}}}
    book = with_flow(BOOK, _only(node).flow)
    assert set(meters(book, Place("learn", "one"), node)) == {"rw"}
    assert meters(book, Place("learn", "one"), {"call": {"flow": "x"}}) == {}


def test_a_draft_beside_the_live_book_is_checked_alone() -> None:
    document = make_document()
    draft = read_draft(
        "tell", document["flows"]["tell"] | {"nodes": {**TELL, "saved": TELL["last"]}}
    )
    assert draft_problems(bind_lists(read(document), LISTS), draft) == ()
    assert {one.name for one in outline(make_flow(name="x", nodes=LEARN)) if one.is_start} == {
        "one"
    }
