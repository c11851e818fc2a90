"""Which screens sessions were shown and answered, where they were left, and how far reports came: raw. Pure.

Screens and flows are told of by rows that are no parts of anything: one session is in many, and no sum of them is told.
So each screen is a count by itself, and a flow is shown where enough sessions are in it, and its part where enough are
in the part and outside of it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hotline.domain.evidence.answered.networks import ROWS, network_row
from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.raw import Measured, Raw, RawTable, by_row, steps
from hotline.domain.evidence.screens.revision_weeks import RevisionWeeks
from hotline.domain.evidence.tables import ALL, CountTable
from hotline.domain.reach.screens import ScreenMeasure, WalkedAt
from hotline.text.languages import CODES

SCREEN, QUESTION, FLOW = "screen", "question", "flow"
"""What is listed of the live flows: their screens, those of these that can be answered, and themselves."""
STAYED, STOPPED = "stayed", "stopped"
"""Sessions that were not left, and those that did not answer a screen: told of to nobody."""
PARTS = (ScreenMeasure.ANSWERED.value, STOPPED)
Totals = Mapping[ScreenMeasure, Mapping[str, int]]
"""By what is counted and its name."""
Walks = Mapping[ScreenMeasure, Mapping[str, Mapping[WalkedAt, int]]]
"""By what is counted and the screen: when it was, in which language, and of which revision."""


@dataclass(frozen=True, slots=True)
class LiveScreens:
    """What callers can come to: each is a row, so that no row tells that somebody was there."""

    screens: Collection[str]
    questions: Collection[str]
    """The screens that can be answered, or read on from."""
    flows: Collection[str]
    weeks: RevisionWeeks = field(default_factory=lambda: RevisionWeeks({}, {}))
    """When each revision was live."""
    front: str = "front"
    """The flow that a plain dial shows."""


def of_screens(totals: Totals, live: LiveScreens, walks: Walks | None = None) -> Sequence[Raw]:
    """Of a month."""
    return [
        *_screens(walks or {}, live),
        *_flows(totals, live),
        _networks(totals),
        _reports(totals),
    ]


def of_seconds(totals: Totals) -> Sequence[Measured]:
    """The middle of all, of a period of any length."""
    found = {int(name): number for name, number in _of(totals, ScreenMeasure.SECONDS).items()}
    whole, seen, middle = sum(found.values()), 0, 0
    for seconds in sorted(found):
        seen += found[seconds]
        if 2 * seen >= whole:
            middle = seconds
            break
    return [Measured(ScreenMeasure.SECONDS, ALL, middle, whole, ScreenMeasure.FILED)]


def _screens(walks: Walks, live: LiveScreens) -> Iterator[RawTable]:
    asked = {*live.questions}
    for screen in live.screens:
        yield _screen(walks, screen, live.weeks, is_asked=screen in asked)


def _screen(walks: Walks, screen: str, weeks: RevisionWeeks, *, is_asked: bool) -> RawTable:
    """A count by itself: by language; by weeks within revisions, a tree, since both divide one month; each in parts."""
    shown, answered = (
        walks.get(one, {}).get(screen, {}) for one in (ScreenMeasure.SHOWN, ScreenMeasure.ANSWERED)
    )
    walked = {at: max(0, number) for at, number in shown.items()}
    parts = {at: max(0, min(number, answered.get(at, 0))) for at, number in walked.items()}
    by: Sequence[tuple[Sequence[str], Mapping[str, str], Callable[[WalkedAt], str]]] = (
        ([f"language:{one}" for one in CODES], {}, lambda at: f"language:{at.language}"),
        ([*weeks.within], weeks.within, lambda at: weeks.counted_at(at.week, at.revision_id) or ""),
    )
    whole, went = sum(walked.values()), sum(parts.values())
    told = [
        CountTable({(ALL, ALL): whole}, ()),
        *(CountTable(_added(walked, rows, row), rows, (), within) for rows, within, row in by),
    ]
    if not is_asked:
        return RawTable(ScreenMeasure.SHOWN, told, at=f"{SCREEN}:{screen}")
    told.append(by_row(dict(zip(PARTS, (went, whole - went), strict=True))))
    for rows, within, row in by:
        every, yes = (_added(one, rows, row) for one in (walked, parts))
        cells = {
            (of, part): number
            for (of, _), count in every.items()
            for part, number in zip(PARTS, (yes[of, ALL], count - yes[of, ALL]), strict=True)
        }
        told.append(CountTable(cells, rows, PARTS, within))
    figures = frozenset({ScreenMeasure.ANSWERED})
    return RawTable(ScreenMeasure.SHOWN, told, figures, at=f"{SCREEN}:{screen}")


def _added(
    walked: Mapping[WalkedAt, int], rows: Collection[str], row: Callable[[WalkedAt], str]
) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for at, number in walked.items():
        if row(at) in rows:
            found[row(at), ALL] += number
    return found


def _flows(totals: Totals, live: LiveScreens) -> Iterator[Raw]:
    """Not how many were left at the front: all that were left less these would be those of the other flows."""
    for flow in live.flows:
        row = f"{FLOW}:{flow}"
        begun = _number(totals, ScreenMeasure.BEGUN, flow)
        yield Measured(ScreenMeasure.BEGUN, row, begun, begun)
        if flow != live.front:
            yield _part(
                ScreenMeasure.FLOW_LEFT, row, _number(totals, ScreenMeasure.FLOW_LEFT, flow), begun
            )


def _part(figure: str, row: str, part: int, whole: int) -> Measured:
    part = min(part, whole)
    return Measured(figure, row, part, min(part, whole - part))


def _networks(totals: Totals) -> RawTable:
    found: Counter[tuple[str, str]] = Counter()
    for measure in (ScreenMeasure.SESSION, ScreenMeasure.LEFT):
        for code, number in _of(totals, measure).items():
            found[measure, network_row(code)] += number
    cells: dict[tuple[str, str], int] = {}
    for row in ROWS:
        whole = max(0, found[ScreenMeasure.SESSION, row])
        left = max(0, min(whole, found[ScreenMeasure.LEFT, row]))
        cells |= {(row, ScreenMeasure.LEFT): left, (row, STAYED): whole - left}
    columns = (ScreenMeasure.LEFT, STAYED)
    told = by_row({row: sum(cells[row, one] for one in columns) for row in ROWS})
    tables = [told, CountTable(cells, ROWS, columns)]
    return RawTable(ScreenMeasure.SESSION, tables, frozenset({ScreenMeasure.LEFT}))


def _reports(totals: Totals) -> RawTable:
    entered, filed, saved = (
        _number(totals, one, "")
        for one in (ScreenMeasure.ENTERED, ScreenMeasure.FILED, ScreenMeasure.SAVED)
    )
    filed = min(filed, entered)
    told = (ScreenMeasure.FILED, filed), (ScreenMeasure.SAVED, min(saved, filed))
    return steps(ScreenMeasure.ENTERED, *told, whole=entered)


def _of(totals: Totals, measure: ScreenMeasure) -> Mapping[str, int]:
    return totals.get(measure, {})


def _number(totals: Totals, measure: ScreenMeasure, name: str) -> int:
    return max(0, _of(totals, measure).get(name, 0))
