"""What numbers of different counts have to do with each other: about the same people or calls, in one table. Pure.

No table holds both, so no table's ranges see it. What is told of one bounds the other; of two that differ by a few, one
is not told.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hotline.domain.cases.counting import NATIONALLY
from hotline.domain.cases.counting import STEPS as STEPS_OF_HELP
from hotline.domain.cases.people_codes import MOST_PEOPLE, ServiceAnswer
from hotline.domain.evidence.publishing.cells import Place
from hotline.domain.evidence.publishing.rules import dimension
from hotline.domain.evidence.screens.rates import flow_of
from hotline.domain.evidence.tables import ALL
from hotline.domain.rolls.gathering import MOST_CAME
from hotline.domain.tip import ABROAD, NATIONAL, UNSURE


def of(figure: str, row: str = ALL) -> Place:
    return figure, row, ALL


@dataclass(frozen=True, slots=True)
class Related:
    """These numbers together are no more than those, each taken so many times."""

    less: Sequence[Place]
    more: Sequence[Place]
    times: int = 1
    hides: Place | None = None
    """Which of them is not told where they differ by a few. None: what they differ by is nobody."""


def _part(part: str, whole: str, row: str = ALL, *, hides: str = "") -> Related:
    return Related([of(part)], [of(whole, row)], hides=of(hides or part))


REFUSED = [one for one in ServiceAnswer if one not in (ServiceAnswer.ACCEPTED, ServiceAnswer.NONE)]
STEPS = ("delivered_of", "acknowledged_of", "opened_of", "outcome_of")
PARTS: Sequence[Related] = (
    _part("identified", "met", hides="met"),
    _part("screened", "met"),
    _part("screened_possible", "identified"),
    _part("determined_actual", "identified"),
    Related(
        [of("identified")],
        [of("screened_possible"), of("determined_actual")],
        hides=of("determined_actual"),
    ),
    Related(
        [of("thirty_known"), of("thirty_unknown")], [of("arrived")], hides=of("thirty_unknown")
    ),
    _part("tips_red", "tip"),
    _part("tips_screened", "tip"),
    _part("tips_screened", "tips_acted"),
    _part("tips_with_identified", "tip"),
    _part("on_site_of", "tips_acted"),
    _part("report_filed", "tip"),
    _part("report_filed", "tip", "channel:ussd"),
    _part("report_entered", "ussd_session"),
    _part("ussd_session", "session"),
    _part("ussd_session", "session", "channel:ussd"),
)
"""Parts of each other: what is over is some of the people, tips or sessions."""
MORE_OFTEN: Mapping[Place, Place] = {of("offers"): of("offered")}
"""The first is told only where it is more than the second by k: else each step of who was offered follows from it."""
NEARLY: Mapping[Place, Place] = {of("tips_screened"): of("tips_with_identified")}
"""Nearly the same, and no part of it: the first is not told where they differ by a few."""
ALONG: Sequence[Related] = (
    Related([of("person")], [of("session")]),
    Related([of("offered")], [of("offers")]),
    Related([of("accepted"), *(of(f"refused_{one}") for one in REFUSED)], [of("offers")]),
    Related([of("tips_screened")], [of("screened")]),
    *(
        Related([of(one)], [of(other)])
        for figure in (*STEPS, "tips_answered")
        for one, other in ((figure, "tip"), ("tip", figure))
    ),
)
"""Of different units, or the same number once more: what they differ by is nobody."""
ROWS: Sequence[tuple[str, str, frozenset[str], int]] = (
    ("tips_with_identified", "identified", frozenset({ALL}), 1),
    ("identified", "tips_with_identified", frozenset({ALL}), MOST_PEOPLE),
    ("identified", "tip", frozenset({"district"}), MOST_PEOPLE),
    ("lesson", "lesson_answered", frozenset({ALL, "district"}), 1),
    ("gathering", "gathered", frozenset({ALL, "district", "topic"}), 1),
    ("gathered", "gathering", frozenset({ALL, "district", "topic"}), MOST_CAME),
    ("tip", "session", frozenset({"entry", "channel"}), 1),
)
"""Each row of the first is no more than the same row of the second, taken so many times: a tip holds a person at least,
and 99 at most."""


EACH: Mapping[str, int] = {"lesson": 3}
"""How many of the second there are at least to each of the first: a lesson that ended has three answers."""


OLD_TOPICS = "topic:other"
"""The row of topics that callers come to no more."""


MATTERS = frozenset((*STEPS_OF_HELP, "tip", "session"))
"""What is kept back for another number last of all."""


def related(places: Iterable[Place]) -> Iterator[Related]:
    """What holds between these numbers."""
    found = dict.fromkeys(places)
    for one in (*PARTS, *ALONG, *_of_calls(found), *_of_flows(found)):
        if found.keys() >= {*one.less, *one.more}:
            yield one
    for less, more, dimensions, times in ROWS:
        for figure, row, column in found:
            by = ALL if row == ALL else dimension(row)
            if (figure, column) == (less, ALL) and by in dimensions and of(more, row) in found:
                yield Related([of(less, row)] * EACH.get(less, 1), [of(more, row)], times)


def _of_calls(found: Collection[Place]) -> Iterator[Related]:
    """A session reads each topic once, and answers each question once."""
    rows = [row for figure, row, column in found if (figure, column) == ("topic", ALL)]
    topics = [row for row in rows if dimension(row) == "topic"]
    # Whoever knows that no old topic was read knows more; what does not hold teaches nothing.
    for many in {len(topics) - topics.count(OLD_TOPICS), len(topics)} - {0}:
        yield Related([of("topic")], [of("session", "channel:ussd")], many)
        for row in rows:
            if row == ALL or dimension(row) in ("entry", "channel"):
                yield Related([of("topic", row)], [of("session", row)], many)
    for figure, row, column in found:
        if (figure, dimension(row), column) == ("topic", "topic", ALL):
            # Between the two is how often its flow was begun.
            yield Related([of(figure, row)], [of("ussd_session")], hides=of(figure, row))
        if (figure, dimension(row), column) == ("quiz_asked", "quiz", ALL):
            yield Related([of(figure, row)], [of("ussd_session")])
        if (figure, column) == ("tips_answered", ALL) and row != ALL:
            for step in STEPS:
                yield Related([of(step, row)], [of(figure, row)])
                yield Related([of(figure, row)], [of(step, row)])
    nationally = [of("tip", f"district:{one}") for one in (ABROAD, UNSURE, NATIONAL)]
    yield Related([of("identified", f"district:{NATIONALLY}")], nationally, MOST_PEOPLE)


def _of_flows(found: Collection[Place]) -> Iterator[Related]:
    """Who is shown a screen began its flow; who is left in a flow began it."""
    screens: dict[str, list[Place]] = {}
    for place in found:
        if place[0] == "screen_shown" and place[2] == ALL:
            screens.setdefault(flow_of(place[1]), []).append(place)
    left: list[Place] = []
    for figure, row, _ in found:
        if figure != "flow_begun":
            continue
        begun = of(figure, row)
        yield Related([begun], [of("ussd_session")], hides=begun)
        left.append(of("flow_left", row))
        yield Related([left[-1]], [begun], hides=left[-1])
        shown = sorted(screens.get(flow_of(row), ()))
        if shown:
            yield Related([begun], shown)
        for one in shown:
            yield Related([one], [begun], hides=one)
    report = of("flow_begun", "flow:report")
    for less, more in ((report, of("report_entered")), (of("report_entered"), report)):
        yield Related([less], [more])
    left = [one for one in left if one in found]
    if left:
        yield Related(left, [of("ussd_left")], hides=left[0])


def apart(number: float, other: float, k: int) -> bool:
    """Whether both may be told: equal, or not by a few."""
    return number == other or abs(number - other) >= k
