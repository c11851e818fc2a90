"""Builds small flow sets, and a caller who uses them: `Player(book).keys("1", "0").screen`."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from hotline.flows.conversation import Event, Facts, Option
from hotline.flows.document import compile as compile_book
from hotline.flows.flow import FlowSet
from hotline.flows.flow_set_cache import LoadedFlowSet, deserialise
from hotline.flows.screen import SEPTETS
from hotline.flows.turn import resume, start
from hotline.text.languages import CODES

REVIEW = dict.fromkeys(CODES, "draft")
LISTS = {
    "provinces": tuple(Option(str(n), dict.fromkeys(CODES, f"Province {n}")) for n in (1, 2)),
    "districts.1": tuple(Option(f"1{n}", dict.fromkeys(CODES, f"Town {n}")) for n in range(1, 10)),
    "districts.2": (Option("21", dict.fromkeys(CODES, "Hill 1")),),
}


def t(words: str) -> dict[str, str]:
    """Returns `words` in each language: the same words, with the language's code after them."""
    return {code: f"{words} {code}" for code in CODES}


def choice(label: str, **fields: Any) -> dict[str, Any]:
    return {"label": t(label), **fields}


def make_flow(*, name: str, nodes: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    start = next(iter(nodes))
    return {"flow": name, "review": REVIEW, "start": start, "nodes": dict(nodes), **fields}


FRONT: dict[str, Any] = {
    "front": {
        "menu": {
            "text": t("Welcome"),
            "choices": [
                choice("Learn", goes="learn"),
                choice("Problem", goes="problem", key="5", when={"flag": "reporting"}),
            ],
            "languages": True,
        }
    },
    "learn": {"call": {"flow": "learn"}},
    "problem": {"call": {"flow": "tell"}},
}
LEARN: dict[str, Any] = {
    "one": {"say": {"text": t("First lesson"), "goes": "two", "topic": "lesson"}},
    "two": {"say": {"text": t("Second lesson"), "goes": "back"}},
    "back": {"finish": {}},
}
TELL: dict[str, Any] = {
    "danger": {
        "menu": {
            "text": t("Danger?"),
            "note": t("Nobody asks a name"),
            "saves": "danger",
            "goes": "province",
            "choices": [choice("Yes", value="yes"), choice("No", value="no")],
        }
    },
    "province": {
        "ask": {
            "kind": "place",
            "list": "provinces",
            "text": t("Where?"),
            "lead": [{"when": {"answer": "danger", "is": "yes"}, "text": t("Go on.")}],
            "saves": "province",
            "goes": "district",
            "choices": [choice("Not sure", value="unsure", goes="how_many", every_page=True)],
        }
    },
    "district": {
        "ask": {
            "kind": "place",
            "list": "districts.{province}",
            "text": t("District?"),
            "saves": "district",
            "goes": "how_many",
            "choices": [choice("Not sure", value="unsure", every_page=True)],
        }
    },
    "how_many": {
        "ask": {"kind": "number", "text": t("How many?"), "saves": "many", "goes": "saved"}
    },
    "saved": {
        "menu": {
            "text": t("Saved"),
            "completes": "tip",
            "choices": [choice("Finish", goes="last"), choice("Landmark", goes="landmark")],
        }
    },
    "landmark": {
        "ask": {
            "kind": "words",
            "text": t("Landmark?"),
            "saves": "landmark",
            "goes": "last",
            "skip": t("Skip"),
        }
    },
    "last": {"finish": {"text": t("Goodbye")}},
}
CASES: dict[str, Any] = {
    "look": {"branch": [{"when": {"flag": "cases"}, "goes": "cases"}, {"goes": "none"}]},
    "cases": {
        "ask": {
            "kind": "place",
            "list": "my_cases",
            "text": t("Cases"),
            "saves": "case",
            "goes": "none",
        }
    },
    "none": {"finish": {"text": t("Goodbye")}},
}


def make_document(**changed: Mapping[str, Any] | None) -> dict[str, Any]:
    """Returns a document with the flows front, learn, tell and cases. A keyword argument replaces the nodes of a
    flow, or adds a flow."""
    nodes = {"front": FRONT, "learn": LEARN, "tell": TELL, "cases": CASES, **changed}
    fields: dict[str, dict[str, Any]] = {"tell": {"gathers": "tip"}, "cases": {"private": True}}
    return {
        "flows": {
            name: make_flow(name=name, nodes=deepcopy(own), **fields.get(name, {}))
            for name, own in nodes.items()
            if own is not None
        },
        "entries": {"11": "learn", "90": "cases"},
    }


def make_book(**changed: Mapping[str, Any] | None) -> FlowSet:
    return compile_book(make_document(**changed), LISTS)


REPORTING = Facts(flags={"reporting": True})


class Player:
    """A caller with a handset. After each key, the conversation state is converted to JSON and back, as between two
    hops."""

    def __init__(self, book: FlowSet, facts: Facts = REPORTING, *, limit: int = SEPTETS) -> None:
        self.book, self.facts, self.limit = book, facts, limit
        self.dial()

    def dial(self, *, entry: str = "", ahead: tuple[str, ...] = ()) -> "Player":
        turn = start(self.book, self.facts, entry=entry, ahead=ahead, limit=self.limit)
        self.run, self.shown, self.events = turn.state, turn.screen, turn.events
        return self

    def keys(self, *keyed: str) -> "Player":
        for each in keyed:
            turn = resume(self.book, self.run, each, self.facts, limit=self.limit)
            self.run, self.shown, self.events = turn.state, turn.screen, turn.events
        return self

    @property
    def screen(self) -> str:
        return self.shown.text

    @property
    def first_line(self) -> str:
        return self.screen.split("\n", maxsplit=1)[0]

    def said(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


def unpress(pressed: str, lists: Mapping[str, tuple[Option, ...]]) -> FlowSet:
    """Returns the flow set that is stored in the text `pressed`."""
    unpressing = deserialise(pressed, lists, {})
    while True:
        try:
            next(unpressing)
        except StopIteration as end:
            done: LoadedFlowSet = end.value
            return done.flow_set
