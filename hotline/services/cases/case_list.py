"""How cases stand, for whoever runs the line: what entries and clocks say, and nothing of a person but a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.cases.fold import CaseStage, stage
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.services.cases import line_of_time
from hotline.services.cases.line_of_time import CaseMoment
from hotline.store.cases import case_log, case_overview
from hotline.store.cases.case_overview import CaseOverview
from hotline.store.tips import links
from hotline.store.tips.links import LinkedTip
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import THE_LINE

FOLLOW_UP = "follow-up"
"""A clock that runs for a person. Which of them it is, is not said here: it would tell what was answered."""


@dataclass(frozen=True, slots=True)
class ListedCase:
    case: CaseOverview
    stage: CaseStage
    is_red: bool
    """Nobody was left to tell, and the national desk is told until one of it takes it."""
    clocks: Sequence[tuple[datetime, str]]
    """When each that runs is due, the first first."""


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """One case whole."""

    listed: ListedCase
    links: Sequence[LinkedTip]
    moments: Sequence[CaseMoment]


def sheet(kit: Kit, name: str) -> CaseSheet:
    """By a tip's id or any responder's reference. Raises NotFound."""
    with kit.database.reading() as session:
        found = case_log.tip_named(session, name)
        tip = None if found is None else session.get(Tip, found)
        if tip is None:
            raise NotFound(f"no case {name}: `hotline tips list` says which there are")
        (case,) = case_overview.of_tips(session, [tip])
        linked = links.of_tip(session, tip.id, THE_LINE)
        return CaseSheet(_listed(case), linked, line_of_time.of_tip(session, tip.id))


def _listed(case: CaseOverview) -> ListedCase:
    follow = [(case.follow_due, FOLLOW_UP)] if case.follow_due is not None else []
    is_red = any(kind == DeadlineKind.RED for _, kind in case.clocks)
    return ListedCase(case, stage(case.entries), is_red, sorted((*case.clocks, *follow)))
