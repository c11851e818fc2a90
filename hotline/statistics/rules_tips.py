"""Counts tips by urgency, form and place: received, acknowledged, read, and acted on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.statistics.rules_definitions import ALL, CellName, Dimension
from hotline.statistics.rules_rounding import CellSum, sum_keys
from hotline.text.codes import ABROAD, CALLER, MET, OPERATOR, Category, is_district
from hotline.text.places import PROVINCES, districts
from hotline.tips.rules import OUTCOMES, Urgency
from hotline.tips.rules_deadlines import acknowledge_due
from hotline.tips.rules_events import LoggedEvent, TakeProof

ACTED_WITHIN = timedelta(hours=72)
LATE_CLOSURE = timedelta(days=7)
READ_SOON = timedelta(minutes=8)
"""The programme's target time for reading a tip about danger."""
IN_TIME = "in_time"
"""The name of the cell for tips that were acknowledged in time. It is printed only as a share."""
NOT_SAID = "not_said"
"""The value for a place or a form that is unknown or may not be published."""
SMALLEST_MEDIAN = 20
"""The minimum number of tips, as printed, for a median."""
MEDIAN_STEPS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 720, 1440, 2880)
"""The numbers of minutes that a printed median can have. The exact median is rounded up to one of these numbers."""

_ACTS = frozenset(
    {LoggedEvent.ON_SITE, LoggedEvent.SCREENED, LoggedEvent.CONSENT, LoggedEvent.OFFERED}
)
NOT_BELIEVED = frozenset({TakeProof.DOUBTED, TakeProof.PROVISIONAL})
_BY_SMS = frozenset({LoggedEvent.ON_SITE, LoggedEvent.OFFERED})
"""Events that a responder can report by SMS. A forged SMS could report them too."""
_STEP_OF = {
    LoggedEvent.OPENED: "read",
    LoggedEvent.ON_SITE: "on_site",
    LoggedEvent.SCREENED: "screened",
}
_HELPED = frozenset(outcome for outcome, row in OUTCOMES.items() if row.is_help)
COUNTED_EVENTS = frozenset(
    {
        *_ACTS,
        LoggedEvent.ACKNOWLEDGED,
        LoggedEvent.OPENED,
        LoggedEvent.CLOSED,
        LoggedEvent.CLOSURE_DECIDED,
    }
)
"""The case events from which these numbers are computed."""


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One case event with the facts that statistics need."""

    kind: LoggedEvent
    at: datetime
    responder_id: int | None = None
    proof: str = ""
    outcome: str = ""
    waits: bool = False
    """True if a closure waits for an approver."""


@dataclass(frozen=True, slots=True)
class CountedTip:
    """One tip with the facts that statistics need, and its record key."""

    key: int
    urgency: int
    place: str
    within: str | None
    category: str | None
    official: str
    filed_at: datetime
    events: Sequence[CaseEvent] = ()
    source: str = CALLER


TipSteps = Mapping[str, datetime]
"""The time at which a tip first reached each step: acknowledged, read, on_site, screened, acted."""


def steps_of(tip: CountedTip) -> TipSteps:
    """Returns the time at which the tip first reached each step.

    It ignores acknowledgements that are doubted or provisional, and SMS events of the responders who sent them.
    """
    takes, doubted = _takes(tip.events)
    first: dict[str, datetime] = {}
    for event in tip.events:
        if event.kind in _BY_SMS and event.responder_id in doubted:
            continue
        if event.kind in _STEP_OF:
            first.setdefault(_STEP_OF[event.kind], event.at)
        is_help = event.kind is LoggedEvent.CLOSED and not event.waits and event.outcome in _HELPED
        if event.kind in _ACTS or is_help:
            first.setdefault("acted", event.at)
    if takes:
        first["acknowledged"] = min(takes.values())
    return first


def sums(tips: Iterable[CountedTip]) -> Mapping[CellName, CellSum]:
    """Returns the number of records and the sum of their keys, for every cell about tips. It leaves out cells
    without a tip."""
    keys: dict[CellName, list[int]] = defaultdict(list)
    for tip in tips:
        for cell in _cells(tip):
            keys[cell].append(tip.key)
    return {cell: sum_keys(found) for cell, found in keys.items()}


def medians(tips: Iterable[CountedTip]) -> Mapping[CellName, int]:
    """Returns by urgency the median number of minutes until a tip was read. An unread tip counts as infinite.

    The number is rounded up to one of `MEDIAN_STEPS`. An urgency is left out if its median exceeds the longest step.
    """
    waits: dict[int, list[float]] = defaultdict(list)
    for tip in tips:
        read = steps_of(tip).get("read")
        wait = (read - tip.filed_at) / timedelta(minutes=1) if read is not None else float("inf")
        waits[tip.urgency].append(wait)
    found: dict[CellName, int] = {}
    for urgency, minutes in waits.items():
        middle = sorted(minutes)[(len(minutes) - 1) // 2]
        step = next((one for one in MEDIAN_STEPS if middle <= one), None)
        if step is not None:
            found[CellName("minutes_to_read", Dimension.URGENCY, str(urgency))] = step
    return found


def province_of(place: str, within: str | None, official: str) -> str:
    """Returns a province's code, "abroad", or "not_said".

    A tip that may involve an official has no place in statistics.
    """
    if official != "no":
        return NOT_SAID
    if is_district(place):
        return place[0]
    if place == ABROAD:
        return ABROAD
    return within if within is not None and within in PROVINCES else NOT_SAID


def values_of(dimension: Dimension) -> Sequence[str]:
    """Returns every possible value of a dimension of tips, so that a table lists all of them."""
    match dimension:
        case Dimension.URGENCY:
            return [str(one.value) for one in Urgency]
        case Dimension.FORM:
            return [*(one.value for one in Category), NOT_SAID]
        case Dimension.SOURCE:
            return [CALLER, MET, OPERATOR]
        case Dimension.PROVINCE:
            return [*PROVINCES, ABROAD, NOT_SAID]
        case Dimension.DISTRICT:
            return [*(one.code for one in districts()), ABROAD, NOT_SAID]
        case _:
            return [ALL]


def _cells(tip: CountedTip) -> Iterator[CellName]:
    steps = steps_of(tip)
    for name in _reached(tip, steps):
        yield CellName(name)
        yield CellName(name, Dimension.URGENCY, str(tip.urgency))
    for name in _of_nation(tip, steps):
        yield CellName(name)
    yield CellName("tips_by_source", Dimension.SOURCE, tip.source)
    yield CellName("tips_by_form", Dimension.FORM, tip.category or NOT_SAID)
    province = province_of(tip.place, tip.within, tip.official)
    yield CellName("tips_by_province", Dimension.PROVINCE, province)
    is_alerted = is_district(tip.place) and tip.official == "no"
    district = tip.place if is_alerted else ABROAD if province == ABROAD else NOT_SAID
    yield CellName("tips_by_district", Dimension.DISTRICT, district)


def _reached(tip: CountedTip, steps: TipSteps) -> Iterator[str]:
    """Yields the steps that a tip has reached. A tip that was read counts as acknowledged. A tip with a screening
    counts as read."""
    yield "tips"
    is_read = not steps.keys().isdisjoint({"read", "screened"})
    if "acknowledged" in steps or is_read:
        yield "acknowledged"
    if is_read:
        yield "read"
    if "screened" in steps:
        yield "screened"
    if "acted" in steps and steps["acted"] - tip.filed_at <= ACTED_WITHIN:
        yield "acted"
    due = acknowledge_due(tip.urgency, tip.filed_at, step=0)
    if "acknowledged" in steps and steps["acknowledged"] <= due:
        yield IN_TIME


def _of_nation(tip: CountedTip, steps: TipSteps) -> Iterator[str]:
    """Yields the names of cells that are counted only for the whole country."""
    if _is_closure_late(tip.events):
        yield "late_closures"
    if "on_site" in steps:
        yield "on_site"
        if "screened" in steps:
            yield "on_site_screened"
    is_danger = tip.urgency == Urgency.DANGER
    if is_danger and "read" in steps and steps["read"] - tip.filed_at <= READ_SOON:
        yield "danger_read_soon"


def _takes(events: Sequence[CaseEvent]) -> tuple[Mapping[int | None, datetime], set[int | None]]:
    """Returns the acknowledgement time of each responder whose message is accepted as real, and the responders whose
    message is not accepted."""
    takes: dict[int | None, datetime] = {}
    doubted: set[int | None] = set()
    for event in events:
        if event.kind is not LoggedEvent.ACKNOWLEDGED:
            continue
        if event.proof in NOT_BELIEVED:
            takes.pop(event.responder_id, None)
            doubted.add(event.responder_id)
        else:
            takes.setdefault(event.responder_id, event.at)
            doubted.discard(event.responder_id)
    return takes, doubted


def _is_closure_late(events: Sequence[CaseEvent]) -> bool:
    requested: datetime | None = None
    for event in events:
        if event.kind is LoggedEvent.CLOSED and event.waits:
            requested = requested or event.at
        elif event.kind in (LoggedEvent.CLOSED, LoggedEvent.CLOSURE_DECIDED):
            if requested is not None and event.at - requested > LATE_CLOSURE:
                return True
            requested = None
    return False
