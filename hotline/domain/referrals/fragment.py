"""What follows of a fragment: a telling that ended at a province. Pure.

Nobody can act on a province. The national desk is told once, somebody else of it where a phone is off, and no clock
runs, so that it is never red.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hotline.domain.referrals import manner
from hotline.domain.referrals.case_events import (
    CaseStanding,
    Decision,
    Event,
    Happened,
    Purpose,
    tells,
)
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.domain.referrals.referral import Candidate, Reason, next_told

KEEPS = frozenset({Happened.END_WANTED, Happened.CLOSED, Happened.DECIDED, Happened.DUE})
"""As with any case: an end that a person wants is judged by another."""
GIVES_UP = frozenset({Happened.LEFT, Happened.DOUBTED, Happened.PASSED})
"""Who holds it holds it no more."""


def concerns(s: CaseStanding, e: Event) -> bool:
    """Whether an event of this case leads to less than with a whole one."""
    return s.case.once and e.what not in KEEPS


def follows(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    if e.what is Happened.MARKED:
        return replace(manner.marked(s, roster, e, at), set={})
    if e.what is Happened.TAKEN:
        return Decision(holder=s.holder or e.by)
    if e.what is Happened.REFUSED:
        return Decision(close=frozenset({DeadlineKind.JUDGE}), holder=s.holder or e.by)
    holder = None if e.what in GIVES_UP and e.by == s.holder else s.holder
    if e.what not in (Happened.UNREACHED, Happened.LEFT) or s.holder is not None:
        return Decision(holder=holder)
    who = next_told(s.case, roster, s.told, Reason.UNREACHED)
    return Decision(tells((who, Purpose.ALERT)), holder=holder)
