"""A new flow out of a model, and the choice that leads to it: the topic that is written in ten minutes. Pure."""

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Any

from hotline.engine.editing.anatomy import Document, kind_of, nodes_of, rows_of
from hotline.engine.editing.operations.flows import with_call
from hotline.text.languages import CODES

THINGS = ("one", "two", "three")
"""What the screens of a lesson and the things of a quiz are called, until somebody calls them better."""
LONGEST_STEM = 24
"""Letters of a quiz's name in the names of its answers, which are longer."""
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "right": {"rw": "Yego", "fr": "Oui", "en": "Yes"},
    "wrong": {"rw": "Oya", "fr": "Non", "en": "No"},
    "unsure": {"rw": "Simbizi", "fr": "Je ne sais pas", "en": "Not sure"},
}
"""What a question of a quiz is answered with, as in the quizzes that are there."""
VERDICTS: tuple[tuple[str | list[str], Mapping[str, str]], ...] = (
    ("right", {"rw": "Ni byo.", "fr": "C'est juste.", "en": "That is right."}),
    (
        ["wrong", "unsure"],
        {"rw": "Reka twongere turebe.", "fr": "Regardons encore.", "en": "Let us look again."},
    ),
)


class FlowModelName(StrEnum):
    """What a new flow may be made like."""

    LESSON = "lesson"
    """Three screens, the last of which counts as a topic read."""
    MENU = "menu"
    """A question with two choices, each with a screen behind it."""
    QUIZ = "quiz"
    """Three things asked, explained, and asked again in other words."""


def new_flow(model: FlowModelName, name: str, *, onward: str = "") -> dict[str, Any]:
    """A flow that nobody wrote a word of yet. Its end calls the flow `onward`, or returns where that is empty."""
    nodes = _MODELS[model](name)
    nodes["last"] = {"call": {"flow": onward}} if onward else {"finish": {}}
    return {
        "flow": name,
        "review": dict.fromkeys(CODES, "draft"),
        "start": next(iter(nodes)),
        "nodes": nodes,
    }


def _lesson(name: str) -> dict[str, Any]:
    nodes = _screens(THINGS, "last")
    nodes[THINGS[-1]]["say"]["topic"] = name
    return nodes


def _menu(_: str) -> dict[str, Any]:
    choices = [{"goes": thing, "label": {}} for thing in THINGS[:2]]
    menu = {"menu": {"text": {}, "choices": choices}}
    return {"menu": menu, **{thing: _say("last") for thing in THINGS[:2]}}


def _quiz(name: str) -> dict[str, Any]:
    """Every thing is asked as `quiz_`, explained, and asked as `again_`, which is how it is counted."""
    stem = name.removeprefix("quiz_")[:LONGEST_STEM]
    whys, again = ([f"{thing}_{part}" for thing in THINGS] for part in ("why", "again"))
    nodes: dict[str, Any] = {}
    for thing, after in zip(THINGS, (*THINGS[1:], whys[0]), strict=True):
        nodes[thing] = _question(f"quiz_{stem}_{thing}", after)
    nodes |= _screens(whys, again[0])
    nodes[whys[-1]]["say"]["topic"] = name
    for thing, asked, after in zip(THINGS, again, (*again[1:], "last"), strict=True):
        saves = f"again_{stem}_{thing}"
        nodes[asked] = _question(saves, f"{thing}_known")
        leads = [
            {"when": {"answer": saves, "is": values}, "text": dict(words)}
            for values, words in VERDICTS
        ]
        nodes[f"{thing}_known"] = {"say": {"lead": leads, "text": {}, "goes": after}}
    return nodes


_MODELS: Mapping[FlowModelName, Callable[[str], dict[str, Any]]] = {
    FlowModelName.LESSON: _lesson,
    FlowModelName.MENU: _menu,
    FlowModelName.QUIZ: _quiz,
}


def _screens(names: Collection[str], last: str) -> dict[str, Any]:
    after = [*list(names)[1:], last]
    return {name: _say(goes) for name, goes in zip(names, after, strict=True)}


def _say(goes: str) -> dict[str, Any]:
    return {"say": {"text": {}, "goes": goes}}


def _question(saves: str, goes: str) -> dict[str, Any]:
    choices = [{"value": value, "label": dict(label)} for value, label in ANSWERS.items()]
    return {"menu": {"text": {}, "saves": saves, "goes": goes, "choices": choices}}


def with_choice(
    flow: Document, menu: str, called: str, label: Mapping[str, str]
) -> dict[str, Any] | None:
    """The flow with one more choice of a menu, which opens another flow; None where there is no such menu."""
    if kind_of(nodes_of(flow).get(menu)) != "menu":
        return None
    changed, name = with_call(flow, called)
    node = changed["nodes"][menu]
    body = node["menu"] if isinstance(node["menu"], dict) else {}
    choices = [*rows_of(node, "choices"), {"goes": name, "label": dict(label)}]
    changed["nodes"][menu] = {**node, "menu": {**body, "choices": choices}}
    return changed
