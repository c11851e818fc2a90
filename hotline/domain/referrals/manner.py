"""The ladder's steps about how to go: somebody asked not to be visited, and the national desk decides. Pure.

Like tips are one mark as they are one ring: whoever was told of one of a cluster is told, and the desk is asked once.

No step here closes another clock, changes who holds the case, or keeps anybody from taking it.
"""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.referrals import clocks
from hotline.domain.referrals.case_events import CaseStanding, Decision, Event, Purpose, tells
from hotline.domain.referrals.clocks import Clock, DeadlineKind
from hotline.domain.referrals.coming import Care
from hotline.domain.referrals.ladder_steps import national
from hotline.domain.referrals.moving import living
from hotline.domain.referrals.referral import Candidate, Reason, next_told, of_the_nation


def asked(at: datetime) -> dict[DeadlineKind, Clock]:
    """The national desk says within this time how to go."""
    return {DeadlineKind.MANNER: Clock(at + clocks.MANNER_WITHIN)}


def marked(s: CaseStanding, roster: Sequence[Candidate], _e: Event, at: datetime) -> Decision:
    """Everybody who was told learns it. With danger the national desk is asked how to go."""
    who = concerned(s, roster)
    if s.care is not Care.CAREFUL:
        return Decision(tells((who, Purpose.CARE)), holder=s.holder)
    desk = of_the_nation(roster)
    deciding = tuple(one for one in who if one in desk) or national(roster, 0, but=None)
    others = tuple(one for one in who if one not in desk)
    orders = tells((others, Purpose.CARE), (deciding, Purpose.HOW))
    return Decision(orders, asked(at), holder=s.holder)


def unheard(s: CaseStanding, roster: Sequence[Candidate], _e: Event, _at: datetime) -> Decision:
    """Somebody who was not told yet learns of the case and its mark, while its holder's telephone is off."""
    who = next_told(s.case, roster, s.told, Reason.UNREACHED)
    return Decision(tells((who, Purpose.ALERT)), holder=s.holder)


def decided(s: CaseStanding, roster: Sequence[Candidate], _e: Event, _at: datetime) -> Decision:
    """The national desk has said how: everybody who was told learns it."""
    orders = tells((concerned(s, roster), Purpose.CARE))
    return Decision(orders, close=frozenset({DeadlineKind.MANNER}), holder=s.holder)


def due(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """No word from the national desk: those who go learn it once, and the desk is asked again, by turns.

    Where it was asked of another tip of the cluster, that one speaks for both.
    """
    again = {DeadlineKind.MANNER: Clock(at + clocks.AGAIN, e.nth + 1)}
    if s.asked_beside > e.nth:
        return Decision((), again, holder=s.holder)
    desk = of_the_nation(roster)
    going = tuple(one for one in concerned(s, roster) if one not in desk) if e.nth == 0 else ()
    deciding = national(roster, e.nth + 1, but=None)
    return Decision(
        tells((going, Purpose.UNANSWERED), (deciding, Purpose.HOW)), again, holder=s.holder
    )


def concerned(s: CaseStanding, roster: Sequence[Candidate]) -> tuple[int, ...]:
    """The living who were told of it, or of another tip of its cluster, each once."""
    alive = {one.id for one in roster}
    beside = (one for one in s.company if one in alive)
    return tuple(dict.fromkeys((*living(s, roster), *beside)))
