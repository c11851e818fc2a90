"""Groups similar tips: decides who is alerted of a further one, which mark applies, and which are duplicates. Pure.

Every tip is kept as a case of its own with its own clocks. A cluster only limits how often the same people are alerted
of similar tips. Tips are similar if phone, place, category and official answer agree, or the typed text. The threat
model sets the limits. Danger is never delayed: its people are alerted, or notified at once of the addition.

A cluster shares its mark about visits, and no responder is notified of it twice. A responder who was only notified of
an addition knows the later tip by the first one's reference. A responder who was alerted of the later tip knows its own
reference.

A link says that two tips are probably about one situation. It merges nothing. A tip that joins a cluster is linked as
well. Most linked tips join no cluster.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hotline.core.wording import Template
from hotline.text.codes import is_district
from hotline.text.keywords import spelled
from hotline.tips.rules import WORDS, Urgency
from hotline.tips.rules_events import Purpose
from hotline.tips.rules_visit_safety import Care, Coming

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AN_HOUR = 3
A_DAY = 8
"""Similar tips of one phone, in an hour and in a day, that alert people as if each came alone."""
DANGERS = 2
"""Similar dangers of one phone within an hour that alert people as if each came alone."""
ANEW = timedelta(minutes=30)
"""Time after its last alert from which a cluster of dangers alerts again."""
SAME_WORDS = 4
"""Tips with equal typed text that alert people as if each came alone, over all phones."""
WORDS_WITHIN = timedelta(minutes=10)
LEAST_LETTERS = 12
"""Letters of the shortest typed text compared. A shorter one is too often equal by chance."""
TYPED = (WORDS, "landmark")
"""Answers in the caller's own words. Menu choices are equal by design, so they are not compared."""


class LikeTip(NamedTuple):
    """The facts by which a recent tip is compared. Keys are digests.

    `category` and `who_key` are None while the caller has not answered.
    """

    tip_id: int
    at: datetime
    urgency: int
    category: str | None
    place: str
    official: str
    contact_key: str
    words_key: str | None
    """The digest of the typed text."""
    who_key: str | None
    """The digest of the answer to "Who needs help?"."""
    leader_id: int | None = None
    """The tip whose people were notified of this one as an addition. None if this tip had its own alert."""


@dataclass(frozen=True, slots=True)
class Following:
    """The cluster that a new tip joins."""

    leader_id: int
    """The first tip of the cluster. Its people are the cluster's."""
    announced: bool
    """True if they were already notified of an addition since the cluster's last alert."""


def typed_text(answers: Mapping[str, str]) -> str | None:
    """Returns the typed text without accents, case and spacing. Returns None if it is too short to be compared."""
    said = "".join(word for name in TYPED for word in spelled(answers.get(name, "")))
    return said if len(said) >= LEAST_LETTERS else None


def followed(new: LikeTip, earlier: Sequence[LikeTip]) -> Following | None:
    """Returns the cluster that a new tip joins. Returns None if it gets its own alert.

    `earlier` holds open tips of the last day with the same place and official answer, oldest first.
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
        # The alerted tips are closed, or older than a day. This one gets its own alert and begins a cluster.
        return None
    announced = any(one.leader_id is not None and one.at >= rings[-1].at for one in cluster)
    return Following(rings[0].tip_id, announced)


def _alike(new: LikeTip, one: LikeTip) -> bool:
    """Returns True if two tips are similar.

    An unknown category matches every other. A danger is compared before its category is known, and again after that.
    """
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
    """Returns the dangers of the last hour. Returns none for another victim, or after a long time without an alert."""
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
    """Returns True if the cluster's last alert was so long ago that a danger alerts again."""
    return all(new.at - one.at >= ANEW for one in cluster if one.leader_id is None)


def _with_a_ring(lately: Sequence[LikeTip], same: Sequence[LikeTip]) -> Sequence[LikeTip]:
    """Returns the tips of the last hour. If none of them had its own alert, returns all tips of the phone."""
    return lately if any(one.leader_id is None for one in lately) else same


class HowRead(StrEnum):
    """The instruction that a message gives about visits."""

    NOTHING = "nothing"
    STAY_AWAY = "stay_away"
    CAREFUL = "careful"
    SILENT = "silent"
    """The national desk has not said how to go."""
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
"""For each instruction, those that make it needless if a responder read one of them last."""
DECISIONS = (HowRead.UNSEEN, HowRead.OPENLY)
STRICTEST = (Care.NONE, Care.STAY_AWAY, Care.UNSEEN, Care.CAREFUL)


@dataclass(frozen=True, slots=True)
class KnownName:
    """A reference by which a responder knows a tip of a cluster, because a message was about it."""

    tip_id: int
    urgency: int
    referral_id: int
    reference: str
    read: HowRead = HowRead.NOTHING
    """The instruction that the responder read last under it."""


def read_by(purpose: Purpose, care: Care) -> HowRead:
    """Returns the instruction that a message for this purpose gives."""
    if purpose is Purpose.UNANSWERED:
        return HowRead.SILENT
    return HowRead.CAREFUL if purpose is Purpose.HOW else OF_CARE[care]


def names_for(
    known: Sequence[KnownName], tip_id: int, first: int, says: HowRead, *, again: bool = False
) -> tuple[KnownName, ...]:
    """Returns the references under which a responder is notified. Returns none if they know it already.

    `first` is the first tip of the cluster. A decision is sent under each reference that had an instruction before.
    `again` is True if the desk is asked once more.
    """
    own = name_for(known, tip_id, first)
    if says in DECISIONS:
        some = [one for one in known if one.read in (*COVERED[HowRead.CAREFUL], HowRead.OPENLY)]
        return tuple(one for one in some or [own] if one.read not in COVERED[says])
    return () if own.read in COVERED[says] and not again else (own,)


def name_for(known: Sequence[KnownName], tip_id: int, first: int) -> KnownName:
    """Returns the tip's own reference if the responder knows it, else the first tip's, else the newest one known."""
    by_tip = {one.tip_id: one for one in known}
    return by_tip.get(tip_id) or by_tip.get(first) or known[-1]


def under(name: KnownName, care: Care) -> Care:
    """Returns the visit safety that is said under a reference. With danger it is never "stay away"."""
    danger = name.urgency == Urgency.DANGER
    return Care.CAREFUL if danger and care is Care.STAY_AWAY else care


def strictest(cares: Iterable[Care]) -> Care:
    """Returns the visit safety for a responder who was alerted of one tip of a cluster: the strictest of all."""
    return max(cares, key=STRICTEST.index, default=Care.NONE)


def strictest_coming(own: Coming, others: Iterable[Coming]) -> Coming:
    """Returns the facts about visits for the answer to a take: those of the strictest tip of the cluster."""
    return max((own, *others), key=lambda one: STRICTEST.index(one.care))


CONTACT_WITHIN = timedelta(days=30)
"""Time in which the same phone is compared. Its pseudonym changes each week, which ends it sooner."""
WITHIN = timedelta(hours=24)
"""Time in which the same place and category, and the same typed text, are compared."""


class LinkReason(StrEnum):
    """The reason why two tips are linked, the surest first."""

    SAID = "said"
    """A person of a desk says so."""
    CONTACT = "contact"
    WORDS = "words"
    PLACE_TIME = "place_time"


@dataclass(frozen=True, slots=True)
class TipTraits:
    """The facts by which duplicates are found. Keys are digests."""

    tip_id: int
    at: datetime
    place: str
    sector: str | None
    category: str | None
    contact_key: str
    words_key: str | None = None


@dataclass(frozen=True, slots=True)
class LikelyPair:
    """An earlier tip and a later one that are probably about the same situation."""

    a: int
    b: int
    why: LinkReason


def likely(new: TipTraits, earlier: Iterable[TipTraits]) -> Sequence[LikelyPair]:
    """Returns the newest earlier tip for each reason. An earlier tip appears once, with its surest reason."""
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
    """Returns the first tip of the situation of each linked tip. Links over several tips count."""
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
    """Returns True for the same district. If both tips name a sector, it must be the same too."""
    if not is_district(new.place) or new.place != one.place:
        return False
    return None in (new.sector, one.sector) or new.sector == one.sector
