"""The handset beside the form: a draft played by the line's own engine, from keys that the page remembers. Pure.

It keeps nothing, sends nothing and counts nothing: whoever asks says all keys again, and the screens are made anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from hotline.engine import turn, walk
from hotline.engine.check.parts import conditions
from hotline.engine.check.situations import listings, situations
from hotline.engine.flow import Ask, Book, Finish, Flow, Node, numbers_shown
from hotline.engine.page_cache import screen_of
from hotline.engine.placeholders import WIDEST
from hotline.engine.run import Facts, Place, Run
from hotline.engine.screen import DEFAULT_LIMIT, Layout, Screen, paginate
from hotline.engine.view import Waiting, node_at, view

MOST_KEYS = 60
"""Keys that one preview plays; later ones are not heard."""


@dataclass(frozen=True, slots=True)
class Supposed:
    """What a preview is told of the caller: answers she gave before, and flags of her session."""

    answers: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Previewed:
    screens: tuple[Screen, ...]
    """One for each key that was heard, after the first; none where the first node cannot be played."""
    place: Place | None
    """Where she stands now; none where it ended, or could not go on."""
    stuck: Place | None
    """The node that cannot be played yet, where a key led to it."""
    expects: str
    """`words`, `number`, `place` or `pin` where that is asked here; empty elsewhere."""
    language: str
    """Keys may have changed it."""
    answers: Mapping[str, str] = field(repr=False)

    @property
    def screen(self) -> Screen | None:
        return self.screens[-1] if self.screens else None


@dataclass(frozen=True, slots=True)
class Supposition:
    """An answer or a flag on which something of a node depends, for "as if"."""

    name: str
    is_flag: bool
    values: tuple[str, ...]
    """What an answer may be; `yes` and `no` of a flag are nobody's to list."""


def played(
    book: Book,
    keys: Sequence[str] = (),
    *,
    flow: str = "",
    node: str = "",
    language: str,
    today: date,
    supposed: Supposed | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Previewed:
    """What keys lead to from a node of a flow, or from the dial where no flow is named.

    `book` holds the draft already: `drafting.put_in`. A node that is not there is where it stops, never the front.
    """
    told = supposed or Supposed()
    facts = Facts(flags={**numbers_shown(book, today), **told.flags}, words=WIDEST)
    began = (Place(flow, node or _start(book, flow)),) if flow else walk.front(book)
    walked = walk.settle(book, facts, Run(language, began, answers=told.answers))
    run, screens = walked.run, list[Screen]()
    stuck = _missing(book, walked.passed)
    if stuck is None:
        screens.append(turn.render(book, run, facts, limit=limit))
    for keyed in keys[:MOST_KEYS]:
        if stuck is not None or run.finished:
            break
        following = turn.resume(book, run, keyed, facts, limit=limit)
        stuck = _missing(book, following.passed)
        if stuck is None:
            run = following.run
            screens.append(following.screen)

    here = run.calls[-1] if run.calls and stuck is None and not run.finished else None
    asked = node_at(book, here) if here else None
    expects = asked.kind if isinstance(asked, Ask) else ""
    return Previewed(tuple(screens), here, stuck, expects, run.language, run.answers)


def suppositions(node: Node) -> tuple[Supposition, ...]:
    """All that decides what a node shows or where it leads, each once."""
    found: dict[tuple[str, bool], dict[str, None]] = {}
    for condition in conditions(node):
        name = condition.answer or condition.flag or ""
        values = found.setdefault((name, condition.flag is not None), {})
        values.update(dict.fromkeys(condition.values))
    return tuple(Supposition(name, is_flag, tuple(v)) for (name, is_flag), v in found.items())


def screens_of(
    book: Book, place: Place, language: str, *, limit: int = DEFAULT_LIMIT
) -> tuple[Screen, ...]:
    """A node's screens as most callers meet them, page by page: for reading, before and after a change.

    Words that stand only sometimes stand, and a list is its first one. Nothing where the node shows nothing.
    """
    node = node_at(book, place)
    if not isinstance(node, Waiting | Finish) or (isinstance(node, Finish) and node.text is None):
        return ()
    run, facts = _fullest(book, node, Run(language, (place,)))
    pages = paginate(view(book, node, run, facts).layout, limit)
    return tuple(screen_of(page.text, ends=isinstance(node, Finish)) for page in pages)


def _fullest(book: Book, node: Waiting | Finish, run: Run) -> tuple[Run, Facts]:
    """The situation in which most of the node stands."""
    named: Mapping[str, str] = {}
    if not isinstance(node, Finish):
        _, named = next(listings(book, node))
    told = (
        (replace(r, answers={**r.answers, **named}), facts) for r, facts in situations(node, run)
    )
    return max(told, key=lambda each: _said(view(book, node, *each).layout))


def _said(layout: Layout) -> int:
    """The letters of a screen's words and choices."""
    return len(layout.text) + sum(len(button.label) for button in layout.buttons)


def _start(book: Book, flow: str) -> str:
    found: Flow | None = book.flows.get(flow)
    return found.start if found else ""


def _missing(book: Book, passed: Sequence[Place]) -> Place | None:
    missing: Iterator[Place] = (place for place in passed if node_at(book, place) is None)
    return next(missing, None)
