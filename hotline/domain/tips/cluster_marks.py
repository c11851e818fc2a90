"""How a person learns that a tip of a cluster is marked: by which of her names, and never twice. Pure.

Like tips are one ring (`clusters.py`), and one mark. Who read "more was told" knows a later tip by the first one's
name, and so she learns of its mark by that. Who was rung for the later tip itself knows its own name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hotline.domain.referrals.case_events import Purpose
from hotline.domain.referrals.coming import Care, Coming
from hotline.domain.tip import Urgency
from hotline.domain.wording import Template


class HowRead(StrEnum):
    """What a message says about how to go."""

    NOTHING = "nothing"
    STAY_AWAY = "stay_away"
    CAREFUL = "careful"
    SILENT = "silent"
    """The national desk has not said how."""
    UNSEEN = "unseen"
    OPENLY = "openly"


OF_CARE = {
    Care.STAY_AWAY: HowRead.STAY_AWAY,
    Care.CAREFUL: HowRead.CAREFUL,
    Care.UNSEEN: HowRead.UNSEEN,
    Care.NONE: HowRead.OPENLY,
}
OF_TEMPLATE = {
    Template.STAY_AWAY.name: HowRead.STAY_AWAY,
    Template.CAREFUL.name: HowRead.CAREFUL,
    Template.CAREFUL_ALONE.name: HowRead.CAREFUL,
    Template.HOW_REPLY.name: HowRead.CAREFUL,
    Template.HOW_DIAL.name: HowRead.CAREFUL,
    Template.MANNER_SILENT.name: HowRead.SILENT,
    Template.GO_UNSEEN.name: HowRead.UNSEEN,
    Template.GO_OPENLY.name: HowRead.OPENLY,
}
COVERED = {
    HowRead.STAY_AWAY: (HowRead.STAY_AWAY, HowRead.CAREFUL, HowRead.SILENT, HowRead.UNSEEN),
    HowRead.CAREFUL: (HowRead.CAREFUL, HowRead.SILENT, HowRead.UNSEEN),
    HowRead.SILENT: (HowRead.SILENT, HowRead.UNSEEN),
    HowRead.UNSEEN: (HowRead.UNSEEN,),
    HowRead.OPENLY: (HowRead.OPENLY,),
}
"""What she need not read where she read one of these last."""
DECISIONS = (HowRead.UNSEEN, HowRead.OPENLY)
STRICTEST = (Care.NONE, Care.STAY_AWAY, Care.UNSEEN, Care.CAREFUL)


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name by which a person knows a tip of a cluster: a message of hers was about it."""

    tip_id: int
    urgency: int
    referral_id: int
    reference: str
    read: HowRead = HowRead.NOTHING
    """What she read last under it."""


def read_by(purpose: Purpose, care: Care) -> HowRead:
    """What a message for this purpose says."""
    if purpose is Purpose.UNANSWERED:
        return HowRead.SILENT
    return HowRead.CAREFUL if purpose is Purpose.HOW else OF_CARE[care]


def names_for(
    known: Sequence[KnownName], tip_id: int, first: int, says: HowRead, *, again: bool = False
) -> tuple[KnownName, ...]:
    """The names by which she is told it of a tip whose cluster begins with `first`. None where she knows it already.

    What was decided is told under each name that she read something of. `again`: the desk is asked once more.
    """
    own = name_for(known, tip_id, first)
    if says in DECISIONS:
        some = [one for one in known if one.read in (*COVERED[HowRead.CAREFUL], HowRead.OPENLY)]
        return tuple(one for one in some or [own] if one.read not in COVERED[says])
    return () if own.read in COVERED[says] and not again else (own,)


def name_for(known: Sequence[KnownName], tip_id: int, first: int) -> KnownName:
    """Its own name where she was rung for it, else the first tip's, else the newest one that she knows."""
    by_tip = {one.tip_id: one for one in known}
    return by_tip.get(tip_id) or by_tip.get(first) or known[-1]


def under(name: KnownName, care: Care) -> Care:
    """The care that is told under a name. With danger a mark changes the manner, and calls nobody off."""
    danger = name.urgency == Urgency.DANGER
    return Care.CAREFUL if danger and care is Care.STAY_AWAY else care


def strictest(cares: Iterable[Care]) -> Care:
    """What somebody must know who is told of one tip of a cluster."""
    return max(cares, key=STRICTEST.index, default=Care.NONE)


def strictest_coming(own: Coming, others: Iterable[Coming]) -> Coming:
    """What who takes a tip of a cluster is answered by: that of the tip that asks most of her."""
    return max((own, *others), key=lambda one: STRICTEST.index(one.care))
