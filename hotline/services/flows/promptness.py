"""What the checker of flows cannot know: which answers alert somebody. Danger must have alerted after four (C8)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from hotline.domain import tip
from hotline.domain.tip import Matter, TipState
from hotline.domain.tips import complaint
from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import leads_to
from hotline.engine.flow import Ask, Book, Branch, Flow, Menu, Node
from hotline.engine.run import Facts, Place, Run
from hotline.engine.view import holds, list_name
from hotline.text.remark import remark

MOST_ANSWERS = 4


@dataclass(frozen=True, slots=True)
class _Pressing:
    """The answer that may not wait, and how far answers have brought what is told."""

    answer: str
    value: str
    stage: Callable[[Mapping[str, str]], TipState | None]

    def alerted(self, answers: Mapping[str, str]) -> bool:
        if answers.get(self.answer, self.value) != self.value:
            return True
        return self.stage(answers) is TipState.FILED


PRESSING = {
    Matter.TIP: _Pressing("danger", "yes", tip.stage),
    Matter.COMPLAINT: _Pressing(complaint.WRONG, complaint.Wrong.HURT, complaint.stage),
}


@dataclass(frozen=True, slots=True)
class _Way:
    """Where somebody in danger stands, and what she has answered."""

    place: Place
    answers: tuple[tuple[str, str], ...] = ()

    def saved(self, name: str | None, value: str, place: Place) -> "_Way":
        if name is None or not value:
            return _Way(place, self.answers)
        return _Way(place, tuple({**dict(self.answers), name: value}.items()))


def late_alerts(book: Book) -> Iterator[Finding]:
    """The screens on which she may stand after four answers while nobody has been alerted."""
    for flow in book.flows.values():
        if flow.gathers not in set(Matter) or flow.start not in flow.nodes:
            continue
        pressing = PRESSING[Matter(flow.gathers)]
        ways = [way for way in _after(book, flow) if not pressing.alerted(dict(way.answers))]
        for place in dict.fromkeys(way.place for way in ways):
            message = remark(
                "after {count} answers {answer} ({value}) has alerted nobody",
                count=MOST_ANSWERS,
                answer=pressing.answer,
                value=pressing.value,
            )
            fix = remark(
                "ask for {answer} and the district first, and save them under these names",
                answer=pressing.answer,
            )
            yield Finding(place.flow, place.node, Code.ALERT_LATE, message, fix)


def _after(book: Book, flow: Flow) -> Iterable[_Way]:
    ways = _questions(book, [_Way(Place(flow.name, flow.start))])
    for _ in range(MOST_ANSWERS):
        ways = _questions(book, (after for way in ways for after in _answered(book, way)))
    return ways


def _questions(book: Book, ways: Iterable[_Way]) -> Iterable[_Way]:
    """The next question on each way; a way that ends asks nothing more."""
    waiting = list(ways)
    seen, found = set(waiting), dict[_Way, None]()
    while waiting:
        way = waiting.pop()
        node = book.flows[way.place.flow].nodes[way.place.node]
        if isinstance(node, Menu | Ask):
            found[way] = None
            continue
        following = [_Way(place, way.answers) for place in _silent(book, way, node)]
        waiting += [after for after in following if after not in seen]
        seen.update(following)
    return found


def _silent(book: Book, way: _Way, node: Node) -> Iterator[Place]:
    """Where a node leads that asks nothing. A flag may be set or not."""
    if not isinstance(node, Branch):
        yield from leads_to(book, way.place)
        return
    run = Run("", (way.place,), answers=dict(way.answers))
    for arm in node.arms:
        if arm.when is None or arm.when.flag is not None or holds(arm.when, run, Facts()):
            if arm.goes in book.flows[way.place.flow].nodes:
                yield Place(way.place.flow, arm.goes)
            if arm.when is None or arm.when.flag is None:
                return


def _answered(book: Book, way: _Way) -> Iterator[_Way]:
    """The way after each answer; of a list its first place, since all of a list lead alike."""
    node = book.flows[way.place.flow].nodes[way.place.node]
    assert isinstance(node, Menu | Ask)
    options = [(choice.value, choice.goes or node.goes) for choice in node.choices]
    if isinstance(node, Ask):
        options.append((_first(book, node, dict(way.answers)), node.goes))
    for value, goes in options:
        if goes is not None and goes in book.flows[way.place.flow].nodes:
            yield way.saved(node.saves, value, Place(way.place.flow, goes))


def _first(book: Book, node: Ask, answers: dict[str, str]) -> str:
    if node.list is None:
        return "any"
    options = book.lists.get(list_name(node.list, answers), ())
    return options[0].value if options else ""
