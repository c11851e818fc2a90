"""Keeps compiled flow sets in memory, by revision. Asks the database for the live revision once a second at most.

Converts a compiled flow set to text and back, so that a new process does not have to compile it. Each flow is one line
of this text. A process builds the flow of each line only once, because most lines are the same in two revisions. In a
line, each object is a list `[kind, field, field, ...]`, in the order of the fields of its class. The list leaves out
default values at its end. In a mapping, either all values are texts or no value is a text. The process does not read a
stored text without the current `MARK`, because another version of the code wrote this text.
"""

import hashlib
import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping
from dataclasses import MISSING, fields
from datetime import date
from typing import Any, NamedTuple

from hotline.core.contexts import FlowSets
from hotline.core.database import Database
from hotline.core.wording import ALWAYS_SHIPPED, Template
from hotline.flows import tables
from hotline.flows.conversation import Option
from hotline.flows.flow import (
    Arm,
    BranchNode,
    CallNode,
    Choice,
    Condition,
    EndNode,
    Evidence,
    Flow,
    FlowSet,
    Lead,
    MenuNode,
    MessageNode,
    Number,
    QuestionNode,
    TextApproval,
)
from hotline.text.errors import HotlineError, NotFound, NotReady

CLASSES = (
    Arm,
    QuestionNode,
    BranchNode,
    CallNode,
    Choice,
    Condition,
    EndNode,
    Flow,
    Lead,
    MenuNode,
    MessageNode,
    TextApproval,
    Number,
)
"""The classes whose objects are in the stored text. The position of a class in this list, from 1, is its number in the
stored text."""
PARTS = ("names of flows", "front", "entries", "numbers", "phrases", "a line a flow")
"""The parts of a flow set that are stored, in order. The first line of the stored text contains all parts except the
last part. Each other line contains one flow."""
_FIELDS = (
    f"{kind.__name__} {field.name} {'' if field.default is MISSING else repr(field.default)}"
    for kind in CLASSES
    for field in fields(kind)
)
MARK = hashlib.sha256("\n".join((*PARTS, *_FIELDS)).encode()).hexdigest()

_TUPLE = 0
_KINDS: dict[type, int] = {kind: number for number, kind in enumerate(CLASSES, 1)}
_MAKERS: tuple[Callable[..., object], ...] = (
    lambda *items: items,
    *CLASSES[:-2],
    lambda by, on, digest: TextApproval(by, date.fromisoformat(on), digest),
    lambda digits, evidence, by, on: Number(
        digits, Evidence(evidence), by, date.fromisoformat(on) if on else None
    ),
)


class LoadedFlowSet(NamedTuple):
    flow_set: FlowSet
    lines: Mapping[str, Flow]
    """The flows of the set. Each key is the line of text from which the flow was built."""


def serialise(flow_set: FlowSet) -> str:
    """Returns the parts of a flow set that `PARTS` names, as text. The text does not contain the lists of places,
    because these lists ship with the code."""
    head = [
        [*flow_set.flows],
        flow_set.front,
        dict(flow_set.entries),
        [*map(_press, flow_set.numbers.values())],
        {language: dict(words) for language, words in flow_set.phrases.items()},
    ]
    # JSON writes a line end as `\n`, so each flow stays on one line.
    return "\n".join(
        json.dumps(part, ensure_ascii=False, separators=(",", ":"))
        for part in (head, *map(_press, flow_set.flows.values()))
    )


def deserialise(
    pressed: str, lists: Mapping[str, tuple[Option, ...]], cache: dict[str, Flow]
) -> Generator[None, None, LoadedFlowSet]:
    """Builds the flow set from the stored text, flow by flow. Yields before it builds each flow that `cache` does not
    contain. So other work can run first. Adds each new flow to `cache`, so that another thread can use the flow.
    """
    first, *lines = pressed.split("\n")
    names, front, entries, rows, phrases = json.loads(first)
    for line in lines:
        if line not in cache:
            yield
            cache[line] = _unpress(json.loads(line))
    numbers = {number.digits: number for number in map(_unpress, rows)}
    flows = {name: cache[line] for name, line in zip(names, lines, strict=True)}
    by_line = {line: cache[line] for line in lines}
    return LoadedFlowSet(FlowSet(flows, front, lists, entries, numbers, phrases), by_line)


def _press(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_TUPLE, *map(_press, value)]
    if isinstance(value, Mapping):
        return {name: _press(item) for name, item in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    kind = _KINDS.get(type(value))
    if kind is None:
        return value
    pressed = [getattr(value, field.name) for field in fields(value)]
    for field in reversed(fields(value)):
        if pressed[-1] is not field.default and pressed[-1] != field.default:
            break
        pressed.pop()
    return [kind, *map(_press, pressed)]


def _unpress(value: Any) -> Any:
    if type(value) is list:
        return _MAKERS[value[0]](
            *[_unpress(item) if type(item) in _NESTED else item for item in value[1:]]
        )
    if type(next(iter(value.values()), "")) is str:
        return value
    return {name: _unpress(item) for name, item in value.items()}


_NESTED = frozenset({list, dict})


logger = logging.getLogger(__name__)

KEPT = 8
"""The maximum number of flow sets in memory: the live one, and older ones that sessions still use."""
LIVE_SECONDS = 1.0
LATE_SECONDS = 10.0
"""The seconds during which new sessions may start on the previous flow set while the new flow set loads."""
PAUSE = 0.002
"""The pause in seconds after each flow that loads in the background. During the pause, the processor can first handle
the requests of callers."""

Begin = Callable[[Callable[[], None]], object]
"""A function that starts some work in the background."""


class _Live(NamedTuple):
    revision_id: int
    until: float


def start_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="book", daemon=True).start()


class SqlFlowSets:
    """The cache of flow sets in one process. The class implements `FlowSets` of `core.contexts`. Several threads may
    share one object of this class.

    If a new revision contains an unchanged flow, the cache uses the compiled flow of the old revision. If `behind` is
    given, a new published flow set loads in the background. New sessions use the previous flow set until the new flow
    set is loaded, for `LATE_SECONDS` at most.
    """

    def __init__(
        self,
        database: Database,
        lists: Mapping[str, tuple[Option, ...]],
        *,
        behind: Begin | None = None,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._lists = lists
        self._behind = behind
        self._elapsed = elapsed
        self._flow_sets: OrderedDict[int, FlowSet] = OrderedDict()
        self._lines: dict[str, Flow] = {}
        self._live: _Live | None = None
        self._loading: int | None = None
        self._late: float | None = None
        self._lock = threading.Lock()

    def live(self) -> int:
        now, cached = self._elapsed(), self._live
        if cached is not None and now < cached.until:
            return cached.revision_id

        with self._database.reading() as session:
            newest_id = tables.live_id(session)
        if newest_id is None:
            raise NotReady(
                "no flows are published: run `hotline upgrade` to publish this version's flows"
            )
        revision_id = self._at_hand(newest_id, cached, now)
        self._live = _Live(revision_id, now + LIVE_SECONDS)
        return revision_id

    def get(self, revision_id: int) -> FlowSet:
        with self._lock:
            if revision_id in self._flow_sets:
                self._flow_sets.move_to_end(revision_id)
                return self._flow_sets[revision_id]

        loading = self._load(revision_id)
        while True:
            try:
                next(loading)
            except StopIteration as end:
                book: FlowSet = end.value
                return book

    def _at_hand(self, newest_id: int, cached: _Live | None, now: float) -> int:
        """Returns the revision for new sessions. This is the newest revision, or the previous revision while the newest
        revision loads."""
        behind = self._behind
        with self._lock:
            if behind is None or cached is None or newest_id in self._flow_sets:
                self._late = None
                return newest_id
            if cached.revision_id not in self._flow_sets:
                return newest_id
            self._late = now + LATE_SECONDS if self._late is None else self._late
            if now >= self._late:
                self._late = None
                return newest_id
            must_load, self._loading = self._loading != newest_id, newest_id
        if must_load:
            behind(lambda: self._load_behind(newest_id))
        return cached.revision_id

    def _load_behind(self, revision_id: int) -> None:
        try:
            for _ in self._load(revision_id):
                time.sleep(PAUSE)
            with self._lock:
                if self._loading == revision_id:
                    self._live = _Live(revision_id, self._elapsed() + LIVE_SECONDS)
                    self._late = None
        except HotlineError as broken:
            logger.warning(
                "cannot load the newly published flows yet, so callers still see the earlier flows: %s",
                type(broken).__name__,
            )
        finally:
            with self._lock:
                if self._loading == revision_id:
                    self._loading = None

    def _load(self, revision_id: int) -> Generator[None, None, FlowSet]:
        """Loads a revision's flow set into memory. Yields before each flow that it must compile, so that other work
        can go first."""
        loaded = yield from self._compiled(revision_id)
        with self._lock:
            self._flow_sets[revision_id] = loaded.flow_set
            while len(self._flow_sets) > KEPT:
                self._flow_sets.popitem(last=False)
            self._lines = {**loaded.lines}
        return loaded.flow_set

    def _compiled(self, revision_id: int) -> Generator[None, None, LoadedFlowSet]:
        with self._database.reading() as session:
            pressed = tables.compiled_of(session, revision_id, MARK)
            document = None if pressed else tables.stored_document(session, revision_id)
        if pressed is not None:
            return (yield from deserialise(pressed, self._lists, self._lines))
        if document is None:
            raise NotFound(f"revision {revision_id}")
        # Only this function needs pydantic, to compile a document that has no compiled text for this version of the
        # code.
        from hotline.flows.document import compile as compile_book

        return LoadedFlowSet(compile_book(document, self._lists), {})


# The class below finds the phrases that have a different text in the live revision than in the shipped catalogues.

PATIENCE = 10.0
"""After a failed attempt to read the flow sets, the number of seconds until the next attempt. An alert must not wait
for a database that does not answer."""
NAMES = {template.value: template.name for template in Template}


class LivePhrases:
    """The phrases of the live revision. A look-up never raises an error. If no live revision is known, the phrases that
    ship with the code apply."""

    def __init__(self, sets: FlowSets, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._sets = sets
        self._elapsed = elapsed
        self._known: FlowSet | None = None
        self._not_before = 0.0

    def __call__(self, language: str, phrase: str) -> str | None:
        if phrase in ALWAYS_SHIPPED:
            return None
        book = self._live()
        if book is None:
            return None
        return book.phrases.get(language, {}).get(NAMES.get(phrase, ""))

    def _live(self) -> FlowSet | None:
        """Returns the live flow set. While the flow sets cannot be read, returns the last known flow set."""
        if self._elapsed() >= self._not_before:
            try:
                self._known = self._sets.get(self._sets.live())
            except HotlineError:
                self._not_before = self._elapsed() + PATIENCE
        return self._known
