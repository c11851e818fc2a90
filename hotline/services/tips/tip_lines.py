"""A page of tips as an account of the console sees it, and those that wait longer than was promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain import trial
from hotline.domain.accounts.account import SignedIn
from hotline.domain.cases.following import FollowKind
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.domain.referrals.coming import Coming
from hotline.domain.tip import Basis, Matter, TipState, Urgency
from hotline.domain.tips.promises import Asked, TipFilter, Wait, wait_of
from hotline.ports import ConsoleKit
from hotline.services import weekly_keys
from hotline.services.referrals.case_standing import coming_of
from hotline.services.tips.desk_viewer import is_national, viewer_of
from hotline.store.database import Session
from hotline.store.outbox import health
from hotline.store.people import responders
from hotline.store.referrals import retention
from hotline.store.referrals.desk_pages import tip_pages
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import Viewer

ROWS = 50
"""Of one page."""
MOST_LATE = 200
"""So many that wait are looked at: behind them nobody counts any more."""


@dataclass(frozen=True, slots=True)
class TipLine:
    """A tip in clear, for a row of the list and the head of its page."""

    id: int
    matter: str
    place: str
    within: str | None
    sector: str | None
    category: str | None
    urgency: int
    official: str
    is_child: bool
    is_fragment: bool
    is_exercise: bool
    language: str
    """In which it was told."""
    filed_at: datetime | None
    coming: Coming
    manner: str | None
    wait: Wait | None
    """How long it waited to be taken; None of a fragment, and of what was closed untaken."""
    is_taken: bool
    """A responder holds it, and no one else is asked to take it."""
    taken_by: str
    """The holder, also while people are asked to take it; empty where there is none."""
    asked: Asked | None
    """Why people are asked to take it while a responder holds it."""
    is_helped: bool
    closed_at: datetime | None
    outcome: str | None
    end_wanted: str | None
    closure_requested_at: datetime | None
    closure_age: timedelta | None
    """How long its closure has waited for a second person; None where none was requested."""
    linked: int
    question: str
    is_red: bool
    is_held: bool
    erase_wanted_at: datetime | None
    erased_at: datetime | None
    goes_at: datetime
    """When its words go, unless somebody holds them."""
    warned: bool
    owed: frozenset[FollowKind]
    """What somebody was asked about a person of it, and nobody has said yet."""


OF_TIP = (
    *("id", "matter", "place", "within", "sector", "category", "urgency", "official", "language"),
    *("filed_at", "manner", "closed_at", "outcome", "closure_requested_at"),
    *("erase_wanted_at", "erased_at"),
)
"""What a line says as the tip's row has it."""


@dataclass(frozen=True, slots=True)
class TipList:
    lines: Sequence[TipLine]
    before: int | None
    """The older ones lie below this id; None where these are the oldest."""
    opens: bool
    """Whether any desk's key was sealed to this account."""
    is_national: bool


@dataclass(frozen=True, slots=True)
class LateTip:
    id: int
    place: str
    within: str | None
    wait: Wait
    passed_by: str
    """The holder who passed it on; empty where no one did."""


@dataclass(frozen=True, slots=True)
class OwingTip:
    """Something is owed to a person of it."""

    id: int
    place: str
    within: str | None


@dataclass(frozen=True, slots=True)
class UntakenTips:
    late: Sequence[LateTip]
    """Who waits longest at the head."""
    in_time: int
    """How many more wait, within what was promised."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside the tips of a page, by their ids."""

    takes: Mapping[int, datetime]
    asked: Mapping[int, Asked]
    questions: Mapping[int, str]
    held: frozenset[int]
    linked: Mapping[int, int]
    names: Mapping[int, str]
    red: frozenset[int]
    owed: Mapping[int, frozenset[FollowKind]]


def listed(kit: ConsoleKit, by: SignedIn, wanted: TipFilter, *, before: int | None) -> TipList:
    """Returns one page of the newest: what waits and is late first, then what is urgent. Raises StoreUnavailable.

    A page is cut by the numbers of tips, so the order holds within it. Today names what is late on any page.
    """
    weekly_keys.forget(kit)
    with kit.database.reading() as session:
        viewer = viewer_of(session, by)
        found = tip_pages.page(session, viewer, wanted, before=before, limit=ROWS + 1)
        lines = lines_of(session, viewer, found[:ROWS], kit.now())
    older = found[ROWS - 1].id if len(found) > ROWS else None
    return TipList(sorted(lines, key=_order), older, bool(viewer.desks), is_national(viewer))


def _order(line: TipLine) -> tuple[bool, int, int]:
    """Late, then urgent, then newest. What waits for nobody stands behind, by its number alone."""
    waits = line.closed_at is None and not line.is_taken and not line.is_fragment
    is_late = waits and line.wait is not None and line.wait.is_late
    asks = waits or line.closure_age is not None
    return not is_late, line.urgency if asks else Urgency.HEARD + 1, -line.id


def untaken(kit: ConsoleKit, by: SignedIn) -> UntakenTips:
    """What nobody has taken yet, and what of it waits longer than was promised."""
    at = kit.now()
    with kit.database.reading() as session:
        viewer = viewer_of(session, by)
        rows = tip_pages.waiting(session, viewer, MOST_LATE) if viewer.desks else ()
        passed = _passed_by(session, rows)
    waits = [(tip, wait) for tip in rows if (wait := _wait(tip, None, at)) is not None]
    late = [
        LateTip(tip.id, tip.place, tip.within, wait, passed.get(tip.id, ""))
        for tip, wait in waits
        if wait.is_late
    ]
    return UntakenTips(late, len(waits) - len(late))


def _passed_by(session: Session, tips: Sequence[Tip]) -> Mapping[int, str]:
    """Returns the name of the holder who passed each of these on."""
    asked = health.asked_beside_holder(session, [tip.id for tip in tips if tip.holder_id])
    if Asked.PASSED_ON not in asked.values():
        return {}
    names = responders.names(session)
    passed = [tip for tip in tips if asked.get(tip.id) is Asked.PASSED_ON]
    return {tip.id: names.get(tip.holder_id or 0, "") for tip in passed}


def owing(kit: ConsoleKit, by: SignedIn) -> Sequence[OwingTip]:
    """Those in which something is owed to a person, the oldest first; of very many the first."""
    with kit.database.reading() as session:
        viewer = viewer_of(session, by)
        found = tip_pages.owing(session, viewer, MOST_LATE) if viewer.desks else ()
    return [OwingTip(tip.id, tip.place, tip.within) for tip in found]


def lines_of(
    session: Session, viewer: Viewer, found: Sequence[Tip], at: datetime
) -> Sequence[TipLine]:
    """Everything that a row says besides what stands in the tip itself is asked once for the page."""
    ids = [tip.id for tip in found]
    clocks = tip_pages.clocks(session, ids)
    beside = _Beside(
        takes=tip_pages.takes(session, ids),
        asked=health.asked_beside_holder(session, ids),
        questions=tip_pages.questions(session, ids),
        held=tip_pages.held(session, ids),
        linked=tip_pages.linked_counts(session, viewer, found),
        names=responders.names(session) if ids else {},
        red=frozenset(tip for tip, kind, _ in clocks if kind == DeadlineKind.RED),
        owed=tip_pages.owed(session, ids),
    )
    return [_line(tip, beside, at) for tip in found]


def _line(tip: Tip, beside: _Beside, at: datetime) -> TipLine:
    taken_at, asked = beside.takes.get(tip.id), beside.asked.get(tip.id)
    is_taken = tip.holder_id is not None and asked is None
    ended_untaken = tip.closed_at is not None or is_taken
    return TipLine(
        **{name: getattr(tip, name) for name in OF_TIP},
        is_child=tip.basis == Basis.VITAL_INTEREST_CHILD,
        is_fragment=tip.state == TipState.FRAGMENT,
        is_exercise=tip.channel == trial.DRILL,
        coming=coming_of(tip),
        wait=None if ended_untaken and taken_at is None else _wait(tip, taken_at, at),
        is_taken=is_taken,
        taken_by=beside.names.get(tip.holder_id, "") if tip.holder_id is not None else "",
        asked=asked,
        is_helped=tip.helped_at is not None,
        end_wanted=tip.end_wanted if tip.end_wanted_by else None,
        closure_age=_closure_age(tip, at),
        linked=beside.linked.get(tip.id, 0),
        question=beside.questions.get(tip.id, ""),
        is_red=tip.id in beside.red,
        is_held=tip.id in beside.held,
        goes_at=retention.term_of(tip, held=tip.id in beside.held).goes_at,
        warned=tip.warned_at is not None,
        owed=beside.owed.get(tip.id, frozenset()),
    )


def _closure_age(tip: Tip, at: datetime) -> timedelta | None:
    if tip.closure_requested_at is None or tip.closed_at is not None:
        return None
    return max(at - tip.closure_requested_at, timedelta())


def _wait(tip: Tip, taken_at: datetime | None, at: datetime) -> Wait | None:
    if tip.filed_at is None or tip.state == TipState.FRAGMENT or tip.matter != Matter.TIP:
        return None
    if tip.channel == trial.DRILL:
        return None
    return wait_of(tip.urgency, tip.filed_at, ended_at=taken_at or tip.closed_at, now=at)
