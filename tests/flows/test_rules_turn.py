"""Tests the result of each key and of dialling, anywhere in the flows."""

from dataclasses import replace

import pytest

from hotline.flows.conversation import (
    Answered,
    Completed,
    ConversationState,
    Facts,
    Finished,
    FlowEntered,
    LanguageChosen,
    Option,
    PinGiven,
    Place,
    TopicRead,
)
from hotline.flows.document import compile as compile_book
from hotline.flows.flow import CallNode, fill_placeholders
from hotline.flows.turn import question_at, render, resume, start
from hotline.text.errors import FlowInvalid
from hotline.text.languages import CODES
from tests.flows.books import FRONT, LISTS, REPORTING, Player, choice, make_book, make_document, t

BOOK = make_book()
FRONT_SCREEN = "Welcome rw\n1 Learn rw\n5 Problem rw\n7 English\n8 Francais"
TO_DISTRICT = ("5", "1", "1")


@pytest.mark.parametrize(
    ("keyed", "first_line"),
    [
        ((), "Welcome rw"),
        (("1",), "First lesson rw"),
        (("1", "9"), "Second lesson rw"),
        (("1", "9", "9"), "Welcome rw"),
        (("1", "9", "0"), "First lesson rw"),
        (("1", "9", "0", "0"), "Welcome rw"),
        (("1", "9", "00"), "Welcome rw"),
        (("0",), "Welcome rw"),
        (("00",), "Welcome rw"),
        (("7",), "Welcome en"),
        (("7", "1"), "First lesson en"),
        (("7", "1", "00"), "Welcome en"),
        (("7", "1", "000"), "Welcome rw"),
        (("5",), "Danger? rw"),
        (("5", "2"), "Where? rw"),
        (("5", "1"), "Go on. rw"),
        (TO_DISTRICT, "District? rw"),
        ((*TO_DISTRICT, "9"), "District? rw"),
        ((*TO_DISTRICT, "9", "0"), "District? rw"),
        ((*TO_DISTRICT, "9", "0", "0"), "Go on. rw"),
        (("5", "2", "3"), "How many? rw"),
        (("5", "2", "3", "0"), "Where? rw"),
        (("5", "2", "3", "12"), "Saved rw"),
        (("5", "2", "3", "12", "1"), "Goodbye rw"),
        (("5", "2", "3", "12", "2"), "Landmark? rw"),
        (("5", "2", "3", "12", "2", "0"), "Goodbye rw"),
        (("5", "2", "3", "12", "2", "by the *big* shop"), "Goodbye rw"),
        ((" 5 ",), "Danger? rw"),
        (("５",), "Danger? rw"),
        (("٥",), "Danger? rw"),
    ],
)
def test_key_leads_to_next_screen(keyed: tuple[str, ...], first_line: str) -> None:
    assert Player(BOOK).keys(*keyed).first_line == first_line


@pytest.mark.parametrize("odd", ["", " ", "6", "55", "1*1", "x", "\x00", "9", "-1", "1.0", "#"])
def test_invalid_input_repeats_screen_under_one_line(odd: str) -> None:
    player = Player(BOOK).keys("5")
    before, asked = player.run, player.screen

    player.keys(odd)

    assert player.screen == f"Ibyo uhisemo sibyo. Kanda 1, 2, 0, 00.\n{asked}"
    assert player.run == before
    assert player.events == ()


@pytest.mark.parametrize(
    ("letters", "line"),
    [
        (75, "Ibyo uhisemo sibyo. Kanda 1, 9, 0, 00."),
        (98, "Kanda 1, 9, 0, 00"),
        (106, "Kanda 1, 9"),
        (112, "1 9"),
    ],
)
def test_unknown_key_lists_keys_in_one_line(letters: int, line: str) -> None:
    text = ("word " * 30)[:letters].rstrip()
    learn = {"one": {"say": {"text": {"rw": text}, "goes": "one"}}}
    player = Player(make_book(learn=learn)).keys("1")
    page = player.screen

    assert player.keys("x").screen == f"{line}\n{page}"
    assert player.shown.septets <= 156


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ((), "Invalid choice. Press 1, 5, 7, 8."),
        (("1",), "Invalid choice. Press 1, 9, 0, 00."),
        (("5",), "Invalid choice. Press 1, 2, 0, 00."),
        (TO_DISTRICT, "Invalid choice. Press 1-9, 0, 00."),
        (("5", "2", "3"), "Invalid choice. Press digits, 0, 00."),
        (("5", "2", "3", "1", "2"), "Invalid choice. Type words, 0, 00."),
    ],
)
def test_unknown_key_lists_keys_of_this_page(keys: tuple[str, ...], line: str) -> None:
    player = Player(BOOK).keys("7", *keys)
    assert player.keys("").first_line == line


def test_1_continues_if_only_one_way_exists() -> None:
    long = {"text": t("word " * 60), "saves": "which", "goes": "back"}
    learn = {
        "one": {"say": {"text": t("word " * 60), "goes": "many"}},
        "many": {"menu": {**long, "choices": [choice("A", value="a"), choice("B", value="b")]}},
        "back": {"finish": {}},
    }
    player = Player(make_book(learn=learn)).keys("1")
    while player.run.calls[-1].node == "one":
        by_nine = Player(make_book(learn=learn))
        by_nine.run = player.run
        assert player.keys("1").run == by_nine.keys("9").run

    assert (player.run.calls[-1], dict(player.run.answers)) == (Place("learn", "many"), {})
    player.keys("1", "1")
    assert player.run.calls[-1] == Place("learn", "many", 2), "its choices stand on its last page"
    assert dict(player.keys("1").run.answers) == {"which": "a"}


@pytest.mark.parametrize(
    ("choices", "leads_on"),
    [
        ([choice("Go", goes="two", key="5")], True),
        ([choice("Go", goes="two", key="5", value="go")], False),
        ([choice("Go", goes="two", key="5"), choice("Stay", goes="two", key="6")], False),
        ([choice("Go", goes="two", key="5"), choice("Stay", goes="back")], True),
    ],
)
def test_1_may_choose_but_answers_nothing(choices: list[dict[str, object]], leads_on: bool) -> None:
    """In the last row of parameters, `1` is the key of the choice "Stay"."""
    menu = {"text": t("Menu"), "saves": "one", "choices": choices}
    learn = {
        "one": {"menu": menu},
        "two": {"say": {"text": t("Two"), "goes": "back"}},
        "back": {"finish": {}},
    }
    player = Player(make_book(learn=learn)).keys("1", "1")
    assert (player.run.calls[-1].node != "one") is leads_on
    assert dict(player.run.answers) == {}


@pytest.mark.parametrize("kind", ["words", "number", "pin"])
def test_1_is_an_answer_where_text_is_typed(kind: str) -> None:
    ask = {"kind": kind, "text": t("word " * 60), "saves": "typed", "goes": "two"}
    nodes = {
        "one": {"ask": ask},
        "two": {"menu": {"text": t("Two"), "choices": [choice("On", goes="one")]}},
    }
    player = Player(make_book(tell=nodes)).keys("5")
    assert "9 Komeza" in player.screen
    player.keys("1")
    answers = {} if kind == "pin" else {"typed": "1"}
    assert (player.run.calls[-1].page, dict(player.run.answers)) == (0, answers)


def test_back_shows_the_previous_screen() -> None:
    """The keys `1*0*2` lead to the same screen as `2`. If a caller chooses on the second page of a list and then
    presses back, the second page appears again."""
    assert Player(BOOK).keys("1", "0", "5").screen == Player(BOOK).keys("5").screen
    second_page = Player(BOOK).keys(*TO_DISTRICT, "9")
    assert second_page.screen == Player(BOOK).keys(*TO_DISTRICT, "9", "1", "0").screen


def test_answers_give_events_and_are_kept() -> None:
    player = Player(BOOK).keys("5")
    assert list(player.events) == [FlowEntered("tell")]
    assert list(player.keys("1").events) == [Answered("danger", "yes")]
    player.keys("1", "3", "4")
    assert list(player.events) == [Answered("many", "4"), Completed("tip")]
    assert list(player.keys("1").events) == [Finished()]
    assert player.run.answers == {"danger": "yes", "province": "1", "district": "13", "many": "4"}
    assert player.shown.ends


def test_shown_topic_gives_an_event() -> None:
    assert Player(BOOK).keys("1").events == (FlowEntered("learn"), TopicRead("lesson"))
    assert Player(BOOK).keys("7").events == (LanguageChosen("en"),)


def test_going_back_keeps_answers() -> None:
    player = Player(BOOK).keys(*TO_DISTRICT, "3", "0", "0", "0")
    assert player.first_line == "Danger? rw"
    assert player.run.answers == {"danger": "yes", "province": "1", "district": "13"}
    assert player.keys("2").run.answers == {"danger": "no", "province": "1", "district": "13"}


def test_changed_province_removes_its_district() -> None:
    player = Player(BOOK).keys(*TO_DISTRICT, "3", "0", "0", "2")
    assert player.run.answers == {"danger": "yes", "province": "2"}
    same = Player(BOOK).keys(*TO_DISTRICT, "3", "0", "0", "1")
    assert same.run.answers == {"danger": "yes", "province": "1", "district": "13"}


def test_skipped_question_removes_its_answer() -> None:
    to_landmark = ("5", "2", "3", "1", "2")
    assert Player(BOOK).keys(*to_landmark, "0").run.answers.get("landmark") is None
    book = make_book(
        tell={
            "w": {
                "ask": {"kind": "words", "text": t("W"), "saves": "w", "goes": "n", "skip": t("S")}
            },
            "n": {"menu": {"text": t("N"), "choices": [choice("On", goes="w")]}},
        }
    )
    player = Player(book).keys("5", "shop", "0")
    assert player.run.answers == {"w": "shop"}
    player.keys("0")
    assert player.run.answers == {}
    assert player.events == (Answered("w", ""),)


def test_free_text_loses_invisible_and_excess_letters() -> None:
    player = Player(BOOK).keys("5", "2", "3", "1", "2")
    player.keys("\u202e cafe\u0301\u200b\x00\nrouge " + "x" * 300)
    kept = player.run.answers["landmark"]
    assert kept.startswith("café rouge xxx")
    assert len(kept) == 160


@pytest.mark.parametrize("empty", ["", "   ", "\u200b", "\x00\x07"])
def test_text_without_letter_is_asked_again(empty: str) -> None:
    player = Player(BOOK).keys("5", "2", "3", "1", "2")
    assert player.keys(empty).screen.startswith(
        "Ibyo uhisemo sibyo. Andika amagambo, 0, 00.\nLandmark? rw"
    )


def test_repr_contains_no_answer() -> None:
    player = Player(BOOK).keys("5", "2", "3", "1", "2", "by the blue gate")
    assert "blue gate" not in repr(player.run) + repr(player.events)


def test_new_report_attempt_has_no_old_answers() -> None:
    player = Player(BOOK).keys(*TO_DISTRICT, "00", "5")
    assert player.run.attempts == 2
    assert player.run.answers == {}
    assert Player(BOOK).keys(*TO_DISTRICT, "000", "5").run.erased is False


def test_finished_conversation_repeats_its_last_screen() -> None:
    player = Player(BOOK).keys("5", "2", "3", "1", "1")
    last = player.screen
    for keyed in ("0", "00", "000", "1", ""):
        assert player.keys(keyed).screen == last
        assert player.events == ()
        assert player.shown.ends


def test_hidden_choices_cannot_be_pressed() -> None:
    player = Player(BOOK, Facts())
    assert "Problem" not in player.screen
    assert player.keys("5").first_line == "Ibyo uhisemo sibyo. Kanda 1, 7, 8."


@pytest.mark.parametrize(
    ("ahead", "like"),
    [
        (("1",), ("1",)),
        (("1", "9"), ("1", "9")),
        (("7", "1", "0"), ("7", "1", "0")),
        (("5",), ()),
        (("7", "5"), ()),
        (("5", "1", "1", "1"), ()),
        (("1", "9", "9", "5", "1"), ()),
        (("6",), ("6",)),
        ((), ()),
    ],
)
def test_dialled_digits_open_no_report(ahead: tuple[str, ...], like: tuple[str, ...]) -> None:
    assert Player(BOOK).dial(ahead=ahead).screen == Player(BOOK).keys(*like).screen


def test_ignored_digits_leave_no_trace() -> None:
    plain = start(BOOK, REPORTING)
    assert start(BOOK, REPORTING, ahead=("7", "5", "1")) == plain
    assert plain.events == (FlowEntered("front"),)


def test_short_code_opens_its_flow() -> None:
    player = Player(BOOK).dial(entry="11")
    assert player.first_line == "First lesson rw"
    assert player.events == (FlowEntered("learn"), TopicRead("lesson"))
    assert player.keys("0").screen == FRONT_SCREEN
    assert Player(BOOK).dial(entry="11", ahead=("9",)).first_line == "Second lesson rw"
    assert Player(BOOK).dial(entry="77").screen == FRONT_SCREEN


def test_private_flow_ignores_dialled_digits() -> None:
    cases = {"my_cases": (Option("K7Q4", dict.fromkeys(CODES, "K7Q4")),)}
    facts = Facts(flags={"cases": True}, lists=cases)
    player = Player(BOOK, facts).dial(entry="90", ahead=("1",))
    assert player.screen.startswith("Cases rw\n1 K7Q4")
    assert player.keys("1").events == (Answered("case", "K7Q4"), Finished())


def test_private_menu_ignores_dialled_digits() -> None:
    cases = {"list": _choices(first="end"), "end": {"finish": {"text": t("Taken")}}}
    assert Player(make_book(cases=cases)).dial(entry="90", ahead=("1",)).first_line == "M rw"


def test_private_flow_needs_its_short_code_and_asks_again() -> None:
    inner = {
        "ask": {"menu": {"text": t("Who?"), "saves": "who", "goes": "of", "choices": [choice("A", value="a")]}},
        "of": {"branch": [{"when": {"answer": "who"}, "goes": "seen"}, {"goes": "seen"}]},
        "seen": {"say": {"text": t("Seen"), "goes": "back"}},
        "back": {"finish": {}},
    }  # fmt: skip
    cases = {
        "list": {"menu": {"text": t("M"), "saves": "list", "choices": [choice("x", value="x", goes="in")]}},
        "in": {"call": {"flow": "inner", "goes": "list"}},
    }  # fmt: skip
    document = make_document(cases=cases, inner=inner)
    document["flows"]["inner"]["private"] = True
    player = Player(compile_book(document, LISTS)).dial(entry="90").keys("1", "1")
    assert (player.first_line, dict(player.run.answers)) == ("Seen rw", {"list": "x", "who": "a"})
    assert dict(player.keys("9", "1").run.answers) == {"list": "x"}

    book = compile_book(document, LISTS)
    public = replace(book.flows["learn"], start="in", nodes={"in": CallNode("inner")})
    led = Player(replace(book, flows={**book.flows, "learn": public})).keys("1")
    assert led.screen == FRONT_SCREEN

    document["flows"]["learn"]["nodes"] = {"one": {"call": {"flow": "inner"}}}
    with pytest.raises(
        FlowInvalid, match=r"learn\.one: the private flow inner opens only from its short code"
    ):
        compile_book(document, LISTS)


def test_short_code_to_collecting_flow_shows_first_screen() -> None:
    book = make_book(learn={"a": {"call": {"flow": "tell"}}})
    player = Player(book).dial(entry="11")
    assert (player.screen, player.run.attempts) == (FRONT_SCREEN, 0)


@pytest.mark.parametrize(
    "calls",
    [
        (Place("gone", "nowhere"),),
        (Place("front", "gone"),),
        (Place("front", "learn"), Place("learn", "gone")),
        (),
    ],
)
def test_removed_place_shows_first_screen(calls: tuple[Place, ...]) -> None:
    turn = resume(BOOK, ConversationState("rw", calls), "5", REPORTING)
    assert turn.screen.text == FRONT_SCREEN


def _choices(**ways: str) -> dict[str, object]:
    return {
        "menu": {"text": t("M"), "choices": [choice(name, goes=to) for name, to in ways.items()]}
    }


@pytest.mark.parametrize(
    "learn",
    [
        {"a": {"branch": [{"goes": "b"}]}, "b": {"branch": [{"goes": "a"}]}},
        {"a": {"call": {"flow": "learn"}}},
        {"a": {"call": {"flow": "learn", "goes": "a"}}},
        {"a": {"call": {"flow": "front"}}},
        {"a": {"branch": [{"when": {"flag": "never"}, "goes": "a"}]}},
    ],
)
def test_endless_loop_ends_at_first_screen(learn: dict[str, object]) -> None:
    assert Player(make_book(learn=learn)).keys("1").screen == FRONT_SCREEN


def test_looping_first_flow_says_goodbye() -> None:
    player = Player(make_book(front={"a": {"branch": [{"goes": "a"}]}}))
    assert (player.screen, player.shown.ends) == ("Murakoze.", True)
    assert player.keys("1", "000").screen == "Murakoze."


def test_nested_calls_have_a_limit() -> None:
    learn = {"a": _choices(deeper="b"), "b": {"call": {"flow": "learn"}}}
    player = Player(make_book(learn=learn)).keys("1")
    for _ in range(60):
        player.keys("1")
        assert len(player.run.calls) <= 12
        assert len(player.run.trail) <= 40


def test_long_last_screen_is_cut_after_a_word() -> None:
    player = Player(make_book(learn={"one": {"finish": {"text": {"rw": "word " * 60}}}})).keys("1")
    assert player.screen.endswith("word")
    assert player.shown.septets <= 150


def test_back_never_enters_earlier_report_attempt() -> None:
    learn = {"hub": _choices(tell="tell"), "tell": {"call": {"flow": "tell", "goes": "hub"}}}
    tell = {"a": _choices(on="b"), "b": {"finish": {}}}
    player = Player(make_book(learn=learn, tell=tell)).keys("1", "1", "1", "1")
    assert player.run.attempts == 2
    assert [calls[-1].flow for calls in player.run.trail] == ["learn"]
    assert player.keys("0", "0").screen == FRONT_SCREEN


def test_flow_returns_to_its_caller() -> None:
    front = {
        **FRONT,
        "learn": {"call": {"flow": "learn", "goes": "after"}},
        "after": {"say": {"text": t("After")}},
    }
    player = Player(make_book(front=front)).keys("1", "9", "9")
    assert player.first_line == "After rw"
    assert player.keys("0").first_line == "Second lesson rw"


def test_rendered_state_equals_shown_screen() -> None:
    player = Player(BOOK).keys(*TO_DISTRICT, "9")
    assert render(BOOK, player.run, REPORTING) == player.shown


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
def test_only_pin_of_right_length_is_accepted(digits: int, right: str, wrong: str) -> None:
    book = compile_book(document(kind="pin", digits=digits), {})
    run = start(book, Facts()).state
    asked = question_at(book, run)
    assert asked is not None
    assert (asked.kind, asked.digits) == ("pin", digits)
    assert resume(book, run, wrong, Facts()).state == run
    assert PinGiven("work_pin", right) in resume(book, run, right, Facts()).events


@pytest.mark.parametrize("ask", [{"kind": "number", "digits": 6}, {"kind": "pin", "digits": 5}])
def test_only_pins_have_four_six_or_eight_digits(ask: dict[str, object]) -> None:
    with pytest.raises(FlowInvalid):
        compile_book(document(**ask), {})


def test_placeholder_shows_the_chosen_case() -> None:
    words = {"place": "anywhere", "place.K7Q4": "Gasabo"}
    assert fill_placeholders("{place}", words, "K7Q4") == "Gasabo"
    assert fill_placeholders("{place}", words, "H3ND") == "anywhere"
    assert fill_placeholders("{place} {ref}", words) == "anywhere "
