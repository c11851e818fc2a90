"""Which of her names a person learns a mark by, where like tips are one ring (docs/adr/0051, 0067).

Questions alone: `domain/tips/clusters.py` decides.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hotline.domain.referrals.case_events import Purpose, Tell
from hotline.domain.referrals.coming import Care
from hotline.domain.referrals.ladder import LadderStep
from hotline.domain.tips.clusters import (
    DAY,
    KnownName,
    name_for,
    names_for,
    read_by,
    strictest,
)
from hotline.domain.wording import Template
from hotline.services.referrals.case_standing import coming_of
from hotline.store.database import Session
from hotline.store.referrals import cluster_names, referrals
from hotline.store.referrals.erasures import WishTold
from hotline.store.tips.tips import Tip

HOW_TO_GO = (Purpose.CARE, Purpose.HOW, Purpose.UNANSWERED)
"""What is told once a cluster. All else is told of each tip, by its own name."""


def names(
    session: Session, tip: Tip, order: Tell, care: Care, *, again: bool
) -> Mapping[int, Sequence[KnownName]]:
    """By person, the names by which she is told; none where she knows it already. Who has none is left out."""
    own = {
        who: [KnownName(tip.id, tip.urgency, row.id, row.reference)]
        for who, row in referrals.names_of(session, tip.id).items()
    }
    if order.purpose not in HOW_TO_GO:
        return own
    company = cluster_names.company(session, tip)
    known = cluster_names.known_names(session, company)
    says, first = read_by(order.purpose, care), company[0].id
    again = again and order.purpose is Purpose.HOW
    return own | {
        who: names_for(some, tip.id, first, says, again=again) for who, some in known.items()
    }


def widened(session: Session, steps: Sequence[LadderStep]) -> Sequence[LadderStep]:
    """Steps that ring somebody for a tip of a cluster, with the care of its strictest tip.

    At its first step a tip follows, and rings nobody, or it is alone.
    """
    later = {one.tip_id for one in steps if one.number > 0}
    together = cluster_names.in_company(session, later) if later else set()
    if not together:
        return steps
    cares = {}
    for tip_id in together & later:
        company = cluster_names.company(session, referrals.tip_for_writing(session, tip_id))
        cares[tip_id] = strictest(coming_of(one).care for one in company)
    return [
        one._replace(care=strictest((one.care, cares.get(one.tip_id, Care.NONE)))) for one in steps
    ]


def untold_wishes(
    session: Session, tip: Tip, people: Collection[WishTold], at: datetime
) -> Sequence[WishTold]:
    """Of those who are to be told of a wish, who knows of none of its cluster; each by the name that she knows."""
    company = cluster_names.company(session, tip)
    known = cluster_names.known_names(session, company)
    who = {one.responder_id for one in people}
    told = cluster_names.told_lately(session, who, Template.ERASE_WANTED, at - DAY)
    named = [
        replace(one, reference=name_for(some, tip.id, company[0].id).reference)
        if (some := known.get(one.responder_id))
        else one
        for one in people
    ]
    return [one for one in named if (one.responder_id, one.reference) not in told]
