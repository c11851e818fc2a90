"""One person's passage through a flow. A value: small, frozen, and JSON to and from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from hotline.text.languages import FIRST

STACKS = 4096
"""Call stacks whose written form is remembered: many callers stand at few places."""


class Place(NamedTuple):
    """A node of a flow, and the page of its screen, from 0."""

    flow: str
    node: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What the engine is told of the world for the length of one session. Equal facts, equal screens."""

    flags: Mapping[str, bool] = field(default_factory=dict)
    """Read by `when: {flag: ...}`: for example `reporting`."""
    lists: Mapping[str, tuple["Option", ...]] = field(default_factory=dict)
    """Choices that no flow can hold, by list name: for example `my_cases`. They stand beside the book's own lists."""
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What stands in a text's `{receipt}`: `placeholders.py` has the list."""
    language: str = FIRST
    """What a private entry is read in: an enrolled phone has said so. Nobody else's language is known."""
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Answers of an earlier session. A private flow that this turn calls begins with them."""


class Option(NamedTuple):
    """One choice of a list."""

    value: str
    label: Mapping[str, str]
    """By language code."""


@dataclass(frozen=True, slots=True)
class Run:
    language: str
    calls: tuple[Place, ...]
    """The call stack; the last is where the caller stands."""
    trail: tuple[tuple[Place, ...], ...] = ()
    """Call stacks that `0` goes back to, oldest first."""
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the present passage through a gathering flow has answered."""
    passage: int = 0
    """How often a gathering flow was entered in this session."""
    erased: bool = False
    """Whether `000` was keyed since the present passage began."""
    finished: bool = False

    def at(
        self, calls: tuple[Place, ...], *, trail: tuple[tuple[Place, ...], ...] | None = None
    ) -> "Run":
        """The same run at another place. Every hop does this some times: `replace` takes four times as long."""
        return Run(
            self.language,
            calls,
            self.trail if trail is None else trail,
            self.answers,
            self.passage,
            self.erased,
            self.finished,
        )

    def saying(self, answers: Mapping[str, str]) -> "Run":
        """The same run with other answers."""
        where = (self.language, self.calls, self.trail)
        return Run(*where, answers, self.passage, self.erased, self.finished)

    def to_dict(self) -> dict[str, Any]:
        """A small JSON document: short names, no defaults."""
        document: dict[str, Any] = {"l": self.language, "c": _written(self.calls)}
        if self.trail:
            document["t"] = [_written(calls) for calls in self.trail]
        if self.answers:
            document["a"] = dict(self.answers)
        if self.passage:
            document["p"] = self.passage
        if self.erased:
            document["e"] = True
        if self.finished:
            document["f"] = True
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "Run":
        """What `to_dict` made, also after a passage through JSON."""
        return cls(
            language=document["l"],
            calls=_places(document["c"]),
            trail=tuple([_places(calls) for calls in document.get("t", ())]),
            answers=dict(document.get("a", {})),
            passage=document.get("p", 0),
            erased=document.get("e", False),
            finished=document.get("f", False),
        )


@lru_cache(maxsize=STACKS)
def _written(calls: tuple[Place, ...]) -> str:
    """`front.front.0 rights.rights.0`: no name holds a dot or a blank."""
    return " ".join(f"{place.flow}.{place.node}.{place.page}" for place in calls)


@lru_cache(maxsize=STACKS)
def _places(written: str) -> tuple[Place, ...]:
    """Raises ValueError for what `_written` did not write."""
    parts = (place.split(".") for place in written.split())
    return tuple(Place(flow, node, int(page)) for flow, node, page in parts)
