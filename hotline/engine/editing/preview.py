"""The handset beside the form: a draft played by the line's own engine, from keys that the page remembers. Pure.

It keeps nothing, sends nothing and counts nothing: whoever asks says all keys again, and the screens are made anew.

A value of a document as a person reads it: a condition as `danger = yes, unsure`, a tick as yes or no. Pure.

A flow as a list: each screen with its kind, its first words, where it leads and who leads to it. Pure.

How full a screen can get: numbering, ways on and out, and the widest of each placeholder counted. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from hotline.engine import turn, walk
from hotline.engine.check.parts import conditions
from hotline.engine.check.paths import drawings, listings, situations
from hotline.engine.document.kept import Document, Way, derived
from hotline.engine.editing.anatomy import (
    arrows_in,
    called_by,
    first_words,
    kind_of,
    nodes_of,
    value_at,
)
from hotline.engine.editing.comparing import Absent
from hotline.engine.flow import Ask, Book, Finish, Node, Say, numbers_shown
from hotline.engine.page_cache import screen_of
from hotline.engine.run import Facts, Place, Run
from hotline.engine.screen import DEFAULT_LIMIT, Screen, paginate
from hotline.engine.view import WIDEST, Waiting, node_at, view
from hotline.engine.words import HELD_BACK
from hotline.text.gsm7 import septets
from hotline.text.languages import CODES

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


class Supposition(NamedTuple):
    """An answer or a flag on which something of a node depends, for "as if"."""

    name: str
    is_flag: bool
    values: Way
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

    def missing(passed: Sequence[Place]) -> Place | None:
        return next((one for one in passed if node_at(book, one) is None), None)

    told = supposed or Supposed()
    facts = Facts(flags={**numbers_shown(book, today), **told.flags}, words=WIDEST)
    begin = node or (book.flows[flow].start if flow in book.flows else "")
    began = (Place(flow, begin),) if flow else walk.front(book)
    walked = walk.settle(book, facts, Run(language, began, answers=told.answers))
    run, screens = walked.run, list[Screen]()
    stuck = missing(walked.passed)
    if stuck is None:
        screens.append(turn.render(book, run, facts, limit=limit))
    for keyed in keys[:MOST_KEYS]:
        if stuck is not None or run.finished:
            break
        following = turn.resume(book, run, keyed, facts, limit=limit)
        stuck = missing(following.passed)
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
    # The situation in which most of the node stands.
    run = Run(language, (place,))
    named = {} if isinstance(node, Finish) else next(listings(book, node))[1]
    seen = (
        view(book, node, replace(there, answers={**there.answers, **named}), facts).layout
        for there, facts in situations(node, run)
    )
    fullest = max(
        seen, key=lambda one: len(one.text) + sum(len(button.label) for button in one.buttons)
    )
    pages = paginate(fullest, limit)
    return tuple(screen_of(page.text, ends=isinstance(node, Finish)) for page in pages)


def said(value: object) -> str:
    """A value as a person reads it."""
    match value:
        case Absent() | None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(map(said, value))
        case {"not": inner}:
            return f"not ({said(inner)})"
        case {"answer": answer, **rest}:
            return f"{answer} = {said(rest.get('is')) or '*'}"
        case {"flag": flag}:
            return str(flag)
        case Mapping():
            return ", ".join(f"{key} {said(each)}".strip() for key, each in value.items())
    return str(value)


class Arrow(NamedTuple):
    """One way from a field of a node to another node of the flow."""

    node: str
    """Where it begins; empty of the flow's start."""
    field: str
    """`goes`, `choices.2.goes`, `arms.0.goes`, `weak`, `start`."""
    goes: str

    @property
    def key(self) -> str:
        """The name under which a form decides about it."""
        return f"{self.node}.{self.field}"


class OutlineRow(NamedTuple):
    name: str
    kind: str
    """Empty where it is none yet."""
    words: Mapping[str, str]
    leads_to: tuple[Arrow, ...]
    comes_from: tuple[Arrow, ...]
    calls: str
    """The flow that it opens."""
    is_start: bool


def outline(flow: object) -> tuple[OutlineRow, ...]:
    """Every node of the flow, in its own order."""
    arrows, start = arrows_of(flow), start_of(flow)
    return tuple(
        OutlineRow(
            name=name,
            kind=kind_of(node),
            words=first_words(node),
            leads_to=tuple(arrow for arrow in arrows if arrow.node == name),
            comes_from=tuple(arrow for arrow in arrows if arrow.goes == name),
            calls=called_by(node),
            is_start=name == start,
        )
        for name, node in nodes_of(flow).items()
    )


def arrows_of(flow: object) -> tuple[Arrow, ...]:
    """The start, and every arrow between the flow's nodes; also those that lead to no node."""
    start = start_of(flow)
    inner = [Arrow(name, *one) for name, node in nodes_of(flow).items() for one in arrows_in(node)]
    return (*([Arrow("", "start", start)] if start else []), *inner)


def start_of(flow: object) -> str:
    start = value_at(flow, ["start"])
    return start if isinstance(start, str) else ""


def calling_order(flows: Mapping[str, object], begins: Iterable[str]) -> Sequence[Place]:
    """Every node as callers come by it: the first flow from its start, and each flow where it is called first.

    `begins` is the front and what entries open; whatever nothing leads to stands at the end, in its own order.
    """
    ways = {name: derived(_ways, flow) for name, flow in flows.items()}
    found: dict[Place, None] = {}
    for flow in dict.fromkeys((*begins, *flows)):
        for begin in (start_of(flows.get(flow)), *ways.get(flow, ())):
            waiting = [Place(flow, begin)]
            while waiting:
                place = waiting.pop()
                if place in found or place.node not in ways.get(place.flow, ()):
                    continue
                found[place] = None
                called, goes = ways[place.flow][place.node]
                waiting += [Place(place.flow, one) for one in goes]
                if called in flows:
                    waiting.append(Place(called, start_of(flows[called])))
    return [*found]


def _ways(flow: object) -> Mapping[str, tuple[str, Way]]:
    """Of each node the flow that it calls, and the nodes that it leads to, the last first."""
    return {
        name: (called_by(node), tuple(goes for _, goes in reversed([*arrows_in(node)])))
        for name, node in nodes_of(flow).items()
    }


ONE_PAGE = 10**6
"""A limit that no screen reaches."""


class FilledMeter(NamedTuple):
    """A node in one language, in the situation in which it is longest."""

    language: str
    septets: int
    """Of the fullest page."""
    most: int
    """What a page holds."""
    screens: int
    whole: int
    """Septets of all of it on one page, with the shortest ways out: how far it is over where there are two."""

    @property
    def is_over(self) -> bool:
        return self.screens > 1


def meters(
    book: Book, place: Place, document: Document, *, limit: int = DEFAULT_LIMIT
) -> Mapping[str, FilledMeter]:
    """By language. A node that cannot be played yet is measured by its words alone; one without words not at all."""
    node = node_at(book, place)
    if node is None and (words := first_words(document)):
        node = Say(words)
    if not isinstance(node, Waiting | Finish) or (isinstance(node, Finish) and node.text is None):
        return {}
    found = {}
    for code in (code for code in CODES if code in (node.text or {})):
        shown = [*drawings(book, node, Run(code, (place,)), limit)]
        tight = [one.seen.layout._replace(ways=one.seen.layout.ways[-1:]) for one in shown]
        whole = (sum(septets(page.text) for page in paginate(one, ONE_PAGE)) for one in tight)
        found[code] = FilledMeter(
            language=code,
            septets=max(screen.septets for one in shown for screen in one.screens),
            most=limit - HELD_BACK,
            screens=max(len(one.pages) for one in shown),
            whole=max(whole),
        )
    return found
