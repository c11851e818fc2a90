"""C5: tests every lesson: three screens at most, each on one page, and counted at its end."""

from collections.abc import Iterator

import pytest

from hotline.flows import turn
from hotline.flows.conversation import ConversationState, Event, Facts, Place, TopicRead
from hotline.flows.document import targets
from hotline.flows.flow import CallNode, Flow, MenuNode, MessageNode, view
from hotline.flows.screen import SEPTETS, paginate
from hotline.text.languages import CODES
from tests.support.made_once import shipped_book

BOOK = shipped_book()
MOST_SCREENS = 3
MOST_PRESSES = 30
MOST_LETTERS = 130
"""The maximum letters of an English screen with its choices, so that the Kinyarwanda text fits together with `0` and
`00`."""
SIGNS = {"signs_job": 6, "signs_control": 8, "signs_work": 5, "signs_children": 4, "signs_risk": 1}
TAUGHT = {
    *("work_abroad", "work_in_homes", "children", "rights_at_work", "the_law", "what_it_is"),
    *("forced_work", "domestic_servitude", "forced_to_sell_sex", "child_work", "forced_marriage"),
    *("armed_group", "organs", "forced_crime", "myths", "if_it_happens", "help_now", *SIGNS),
}

ONWARD = CallNode("onward")
"""After a lesson, the menu with the choices "other topics" and "a problem"."""

PRIVACY = "privacy"
"""Two screens that teach nothing about trafficking, and are not counted."""

Lesson = tuple[tuple[Place, MessageNode], ...]
"""The screens of one lesson, in their order. The first is a menu or the start of a flow."""


def lessons_of(flow: Flow) -> Iterator[Lesson]:
    menus = [node for node in flow.nodes.values() if isinstance(node, MenuNode)]
    for first in dict.fromkeys([flow.start, *(to for menu in menus for to in targets(menu))]):
        screens: list[tuple[Place, MessageNode]] = []
        name: str | None = first
        while name is not None and isinstance(node := flow.nodes[name], MessageNode):
            screens.append((Place(flow.name, name), node))
            name = node.goes
        if screens:
            assert name is not None
            assert flow.nodes[name] == ONWARD, "a lesson ends in no goodbye"
            yield tuple(screens)


def asks(flow: Flow) -> bool:
    """Returns True if the flow is a quiz. `test_quiz.py` tests quizzes."""
    return any(isinstance(node, MenuNode) and node.saves for node in flow.nodes.values())


LESSONS = [
    pytest.param(lesson, id=f"{flow.name}.{lesson[0][0].node}")
    for flow in BOOK.flows.values()
    if not flow.gathers and not flow.private and not asks(flow) and flow.name != PRIVACY
    for lesson in lessons_of(flow)
]


@pytest.mark.row("C5")
@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_has_at_most_three_screens_and_counts_at_end(lesson: Lesson) -> None:
    assert len(lesson) <= MOST_SCREENS
    *before, (_, last) = lesson
    assert last.topic in TAUGHT
    assert not [node.topic for _, node in before if node.topic]


@pytest.mark.row("C5")
@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("language", CODES)
def test_lesson_node_is_one_screen_with_back_key(lesson: Lesson, language: str) -> None:
    for place, node in lesson:
        (page,) = paginate(view(BOOK, node, ConversationState(language, (place,)), Facts()).layout)
        assert any(line.startswith("0 ") for line in page.text.split("\n"))


@pytest.mark.parametrize("lesson", LESSONS)
def test_an_english_screen_has_at_most_130_letters(lesson: Lesson) -> None:
    for _, node in lesson:
        assert len(node.text["en"]) <= MOST_LETTERS


@pytest.mark.row("C5")
@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("limit", [SEPTETS, 100])
def test_pressing_1_reads_a_lesson_to_its_end(lesson: Lesson, language: str, limit: int) -> None:
    """If the network's limit is small, a node of a lesson takes several pages."""
    (first, _), (_, last) = lesson[0], lesson[-1]
    run, happened = ConversationState(language, (first,)), list[Event]()
    for _ in range(MOST_PRESSES):
        shown = turn.resume(BOOK, run, "1", Facts(), limit=limit)
        run, happened = shown.state, [*happened, *shown.events]
        if run.calls[-1].flow == ONWARD.flow:
            break

    assert run.calls[-1] == Place("onward", "onward")
    assert len(lesson) == 1 or TopicRead(str(last.topic)) in happened


KEYS = {"rw": (), "en": ("7",), "fr": ("8",)}
"""The keys that choose a language on the front."""
OFFERED = {
    "rw": {"1": "Izindi ngingo", "2": "Soza", "5": "Ufite ikibazo?"},
    "fr": {"1": "Autres sujets", "2": "Terminer", "5": "Un problème"},
    "en": {"1": "Other topics", "2": "Finish", "5": "A problem"},
}


@pytest.mark.row("C5")
@pytest.mark.parametrize("reporting", [True, False])
@pytest.mark.parametrize("language", CODES)
def test_each_lesson_ends_with_topics_and_help(language: str, reporting: bool) -> None:
    facts = Facts(flags={"reporting": reporting})
    shown = turn.start(BOOK, facts)
    for key in (*KEYS[language], "1", "9", "9", "9"):
        shown = turn.resume(BOOK, shown.state, key, facts)

    assert not shown.screen.ends
    assert turn.offered(BOOK, shown.state, facts) == OFFERED[language]
    topics = turn.resume(BOOK, shown.state, "1", facts).state
    told = turn.resume(BOOK, shown.state, "5", facts).state
    assert [place.flow for place in topics.calls] == ["rights"]
    assert [place.flow for place in told.calls] == ["report" if reporting else "help"]


def test_many_topics_add_no_depth() -> None:
    shown = turn.start(BOOK, Facts())
    shown = turn.resume(BOOK, shown.state, "4", Facts())
    for _ in range(20):
        for key in ("2", "5", "1", "9", "9", "1"):
            shown = turn.resume(BOOK, shown.state, key, Facts())
        assert shown.state.calls == (Place("rights", "rights"),)


def test_each_topic_is_taught_once() -> None:
    told = [
        node.topic
        for flow in BOOK.flows.values()
        for node in flow.nodes.values()
        if isinstance(node, MessageNode) and node.topic and not asks(flow)
    ]
    assert sorted(told) == sorted(TAUGHT)


@pytest.mark.parametrize("language", CODES)
def test_24_signs_are_grouped_and_distinct(language: str) -> None:
    signs: dict[str, list[str]] = {}
    for lesson in lessons_of(BOOK.flows["signs"]):
        lines = [line for _, node in lesson for line in node.text[language].split("\n")]
        signs[str(lesson[-1][1].topic)] = [line for line in lines if line.startswith("- ")]

    assert {topic: len(lines) for topic, lines in signs.items()} == SIGNS
    told = [line for lines in signs.values() for line in lines]
    assert len(set(told)) == sum(SIGNS.values()) == 24
    assert all(len(line) <= 62 for line in told)
