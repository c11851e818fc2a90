"""When one more like tip rings its people again, and when they read "more was told" instead. Pure.

Nobody is turned away: every tip is kept, and is a case of its own with clocks of its own. What changes is how often the
same people are rung for what looks alike: the same phone, place, kind and official answer, or the same typed words.
The limits are those of the threat model. Danger is never delayed: it rings, or its text goes out at once.

How a person learns that a tip of a cluster is marked: by which of her names, and never twice. Pure.

Like tips are one ring (`clusters.py`), and one mark. Who read "more was told" knows a later tip by the first one's
name, and so she learns of its mark by that. Who was rung for the later tip itself knows its own name.

Likely duplicates: which earlier tip a new one is probably about, and which tips are one situation. Pure.

A link merges nothing: each tip stays a case with clocks of its own. A cluster (`clusters.py`) is another question: how
often the same people are rung within a day. Who joins a cluster is linked as well, and most that are linked join none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hotline.domain.referrals.case_events import Purpose
from hotline.domain.referrals.coming import Care, Coming
from hotline.domain.sms.keywords import spelled
from hotline.domain.sms.sms_tip import WORDS
from hotline.domain.tip import Urgency, is_district
from hotline.domain.wording import Template

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AN_HOUR = 3
A_DAY = 8
"""Like tips of one phone that ring as if each came alone."""
DANGERS = 2
"""Like dangers of one phone within an hour that ring so."""
ANEW = timedelta(minutes=30)
"""So long after its last ring a cluster of dangers rings again."""
SAME_WORDS = 4
"""Equal typed texts that ring so, over all phones."""
WORDS_WITHIN = timedelta(minutes=10)
LEAST_LETTERS = 12
"""A shorter typed text is equal by chance too often."""
TYPED = (WORDS, "landmark")
"""Answers in words of her own. What is chosen from a menu is equal by design, and counts for nothing here."""


class LikeTip(NamedTuple):
    """A tip that is told of, or was within a day, by what it is compared. Keys are digests.

    `category` and `who_key` are None while nobody answered.
    """

    tip_id: int
    at: datetime
    urgency: int
    category: str | None
    place: str
    official: str
    contact_key: str
    words_key: str | None
    """Of what was typed."""
    who_key: str | None
    """Of the answer to "Who needs help?"."""
    leader_id: int | None = None
    """The tip whose people heard that more was told; None where this one rang by itself."""


@dataclass(frozen=True, slots=True)
class Following:
    """The new tip joins a cluster."""

    leader_id: int
    """The first tip of the cluster: its people are the cluster's."""
    announced: bool
    """Whether they have read already that more was told, since the cluster rang last."""


def typed_text(answers: Mapping[str, str]) -> str | None:
    """What was typed, without accents, case and spacing; None where it is too short to be equal by intent."""
    said = "".join(word for name in TYPED for word in spelled(answers.get(name, "")))
    return said if len(said) >= LEAST_LETTERS else None


def followed(new: LikeTip, earlier: Sequence[LikeTip]) -> Following | None:
    """The cluster that a new tip joins; None where it rings by itself.

    `earlier` are open tips of the last day, the oldest first, of the same place and official answer.
    """
    like = [one for one in earlier if one.at <= new.at and _alike(new, one)]
    same = [one for one in like if one.contact_key == new.contact_key]
    words = [one for one in like if _says_the_same(new, one) and new.at - one.at <= WORDS_WITHIN]
    if new.urgency == Urgency.DANGER:
        cluster = _danger_cluster(new, same) or _words_cluster(new, words)
    else:
        cluster = _contact_cluster(new, same) or _words_cluster(new, words)
    rings = [one for one in cluster if one.leader_id is None]
    if not rings:
        # The tips that rang are closed, or older than a day: this one rings, and begins a cluster.
        return None
    announced = any(one.leader_id is not None and one.at >= rings[-1].at for one in cluster)
    return Following(rings[0].tip_id, announced)


def _alike(new: LikeTip, one: LikeTip) -> bool:
    """An unknown kind is like any: danger is told before the kind is asked, and judged again once it is answered."""
    if _says_the_same(new, one):
        return True
    return new.category is None or one.category is None or new.category == one.category


def _says_the_same(new: LikeTip, one: LikeTip) -> bool:
    return new.words_key is not None and new.words_key == one.words_key


def _contact_cluster(new: LikeTip, same: Sequence[LikeTip]) -> Sequence[LikeTip]:
    lately = [one for one in same if new.at - one.at < HOUR]
    if len(lately) >= AN_HOUR:
        return _with_a_ring(lately, same)
    return same if len(same) >= A_DAY else ()


def _danger_cluster(new: LikeTip, same: Sequence[LikeTip]) -> Sequence[LikeTip]:
    """The dangers of the last hour, unless another person is named or the cluster has been quiet for long."""
    lately = [one for one in same if one.urgency == Urgency.DANGER and new.at - one.at < HOUR]
    if len(lately) < DANGERS:
        return ()
    named = {one.who_key for one in lately if one.who_key is not None}
    if new.who_key is not None and named and new.who_key not in named:
        return ()
    return () if _quiet(new, lately) else _with_a_ring(lately, same)


def _words_cluster(new: LikeTip, words: Sequence[LikeTip]) -> Sequence[LikeTip]:
    if len(words) < SAME_WORDS:
        return ()
    if new.urgency == Urgency.DANGER and _quiet(new, words):
        return ()
    return words


def _quiet(new: LikeTip, cluster: Sequence[LikeTip]) -> bool:
    """Whether the cluster rang last so long ago that a danger rings again."""
    return all(new.at - one.at >= ANEW for one in cluster if one.leader_id is None)


def _with_a_ring(lately: Sequence[LikeTip], same: Sequence[LikeTip]) -> Sequence[LikeTip]:
    """The cluster of the last hour; where all of it followed, with what it followed."""
    return lately if any(one.leader_id is None for one in lately) else same


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


CONTACT_WITHIN = timedelta(days=30)
"""So long the same phone is looked for; its pseudonym is another one each week, which ends it sooner."""
WITHIN = timedelta(hours=24)
"""So long the same place and kind, and the same typed words, are."""


class LinkReason(StrEnum):
    """Why two tips are linked, the surest first."""

    SAID = "said"
    """A person of a desk says so."""
    CONTACT = "contact"
    WORDS = "words"
    PLACE_TIME = "place_time"


@dataclass(frozen=True, slots=True)
class TipTraits:
    """By what a tip is compared. Keys are digests."""

    tip_id: int
    at: datetime
    place: str
    sector: str | None
    category: str | None
    contact_key: str
    words_key: str | None = None


@dataclass(frozen=True, slots=True)
class LikelyPair:
    """An earlier tip and a later one."""

    a: int
    b: int
    why: LinkReason


def likely(new: TipTraits, earlier: Iterable[TipTraits]) -> Sequence[LikelyPair]:
    """For each reason the newest earlier tip that it holds for; one pair for each earlier tip, by its surest reason."""
    before = sorted(
        (one for one in earlier if one.tip_id < new.tip_id), key=lambda one: -one.tip_id
    )
    found: dict[int, LikelyPair] = {}
    for why in (LinkReason.CONTACT, LinkReason.WORDS, LinkReason.PLACE_TIME):
        one = next((one for one in before if _holds(why, new, one)), None)
        if one is not None:
            found.setdefault(one.tip_id, LikelyPair(one.tip_id, new.tip_id, why))
    return [*found.values()]


def situations(links: Iterable[tuple[int, int]]) -> Mapping[int, int]:
    """Of each linked tip, the first tip of its situation: those that are linked, however far."""
    first: dict[int, int] = {}

    def of(tip_id: int) -> int:
        while (other := first.get(tip_id, tip_id)) != tip_id:
            tip_id = other
        return tip_id

    for a, b in links:
        lower, higher = sorted((of(a), of(b)))
        first[higher] = lower
        first.setdefault(lower, lower)
    return {tip_id: of(tip_id) for tip_id in first}


def _holds(why: LinkReason, new: TipTraits, one: TipTraits) -> bool:
    apart = new.at - one.at
    if why is LinkReason.CONTACT:
        return new.contact_key == one.contact_key != "" and apart <= CONTACT_WITHIN
    if apart > WITHIN:
        return False
    if why is LinkReason.WORDS:
        return new.words_key is not None and new.words_key == one.words_key
    return _same_place(new, one) and new.category is not None and new.category == one.category


def _same_place(new: TipTraits, one: TipTraits) -> bool:
    """The same district; where both told a sector, the same one."""
    if not is_district(new.place) or new.place != one.place:
        return False
    return None in (new.sector, one.sector) or new.sector == one.sector
