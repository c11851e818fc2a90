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
from hotline.text.keywords import normalised_words
from hotline.tips.rules import WORDS, Urgency
from hotline.tips.rules_events import Purpose
from hotline.tips.rules_visit_safety import VisitFacts, VisitSafety

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MAX_AN_HOUR = 3
MAX_A_DAY = 8
"""Similar tips of one phone, in an hour and in a day, that alert people as if each came alone."""
MAX_DANGERS = 2
"""Similar dangers of one phone within an hour that alert people as if each came alone."""
ALERT_AGAIN_AFTER = timedelta(minutes=30)
"""Time after its last alert from which a cluster of dangers alerts again."""
MAX_SAME_TEXT = 4
"""Tips with equal typed text that alert people as if each came alone, over all phones."""
SAME_TEXT_WITHIN = timedelta(minutes=10)
MIN_LETTERS = 12
"""Letters of the shortest typed text compared. A shorter one is too often equal by chance."""
TYPED = (WORDS, "landmark")
"""Answers in the caller's own words. Menu choices are equal by design, so they are not compared."""


class ComparedTip(NamedTuple):
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
    said = "".join(word for name in TYPED for word in normalised_words(answers.get(name, "")))
    return said if len(said) >= MIN_LETTERS else None


def cluster_of(new: ComparedTip, earlier: Sequence[ComparedTip]) -> Following | None:
    """Returns the cluster that a new tip joins. Returns None if it gets its own alert.

    `earlier` holds open tips of the last day with the same place and official answer, oldest first.
    """
    like = [one for one in earlier if one.at <= new.at and _alike(new, one)]
    same = [one for one in like if one.contact_key == new.contact_key]
    words = [
        one for one in like if _says_the_same(new, one) and new.at - one.at <= SAME_TEXT_WITHIN
    ]
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


def _alike(new: ComparedTip, one: ComparedTip) -> bool:
    """Returns True if two tips are similar.

    An unknown category matches every other. A danger is compared before its category is known, and again after that.
    """
    if _says_the_same(new, one):
        return True
    return new.category is None or one.category is None or new.category == one.category


def _says_the_same(new: ComparedTip, one: ComparedTip) -> bool:
    return new.words_key is not None and new.words_key == one.words_key


def _contact_cluster(new: ComparedTip, same: Sequence[ComparedTip]) -> Sequence[ComparedTip]:
    lately = [one for one in same if new.at - one.at < HOUR]
    if len(lately) >= MAX_AN_HOUR:
        return _with_a_ring(lately, same)
    return same if len(same) >= MAX_A_DAY else ()


def _danger_cluster(new: ComparedTip, same: Sequence[ComparedTip]) -> Sequence[ComparedTip]:
    """Returns the dangers of the last hour. Returns none for another victim, or after a long time without an alert."""
    lately = [one for one in same if one.urgency == Urgency.DANGER and new.at - one.at < HOUR]
    if len(lately) < MAX_DANGERS:
        return ()
    named = {one.who_key for one in lately if one.who_key is not None}
    if new.who_key is not None and named and new.who_key not in named:
        return ()
    return () if _quiet(new, lately) else _with_a_ring(lately, same)


def _words_cluster(new: ComparedTip, words: Sequence[ComparedTip]) -> Sequence[ComparedTip]:
    if len(words) < MAX_SAME_TEXT:
        return ()
    if new.urgency == Urgency.DANGER and _quiet(new, words):
        return ()
    return words


def _quiet(new: ComparedTip, cluster: Sequence[ComparedTip]) -> bool:
    """Returns True if the cluster's last alert was so long ago that a danger alerts again."""
    return all(new.at - one.at >= ALERT_AGAIN_AFTER for one in cluster if one.leader_id is None)


def _with_a_ring(
    lately: Sequence[ComparedTip], same: Sequence[ComparedTip]
) -> Sequence[ComparedTip]:
    """Returns the tips of the last hour. If none of them had its own alert, returns all tips of the phone."""
    return lately if any(one.leader_id is None for one in lately) else same


class VisitInstruction(StrEnum):
    """The instruction that a message gives about visits."""

    NOTHING = "nothing"
    STAY_AWAY = "stay_away"
    CAREFUL = "careful"
    SILENT = "silent"
    """The national desk has not said how to go."""
    UNSEEN = "unseen"
    OPENLY = "openly"


OF_VISIT_SAFETY = {
    VisitSafety.DO_NOT_VISIT: VisitInstruction.STAY_AWAY,
    VisitSafety.CAREFUL: VisitInstruction.CAREFUL,
    VisitSafety.DISCREET: VisitInstruction.UNSEEN,
    VisitSafety.NONE: VisitInstruction.OPENLY,
}
OF_TEMPLATE = {
    Template.STAY_AWAY.name: VisitInstruction.STAY_AWAY,
    Template.CAREFUL.name: VisitInstruction.CAREFUL,
    Template.CAREFUL_ALONE.name: VisitInstruction.CAREFUL,
    Template.HOW_REPLY.name: VisitInstruction.CAREFUL,
    Template.HOW_DIAL.name: VisitInstruction.CAREFUL,
    Template.MANNER_SILENT.name: VisitInstruction.SILENT,
    Template.GO_UNSEEN.name: VisitInstruction.UNSEEN,
    Template.GO_OPENLY.name: VisitInstruction.OPENLY,
}
COVERED = {
    VisitInstruction.STAY_AWAY: (
        VisitInstruction.STAY_AWAY,
        VisitInstruction.CAREFUL,
        VisitInstruction.SILENT,
        VisitInstruction.UNSEEN,
    ),
    VisitInstruction.CAREFUL: (
        VisitInstruction.CAREFUL,
        VisitInstruction.SILENT,
        VisitInstruction.UNSEEN,
    ),
    VisitInstruction.SILENT: (VisitInstruction.SILENT, VisitInstruction.UNSEEN),
    VisitInstruction.UNSEEN: (VisitInstruction.UNSEEN,),
    VisitInstruction.OPENLY: (VisitInstruction.OPENLY,),
}
"""For each instruction, those that make it needless if a responder read one of them last."""
DECISIONS = (VisitInstruction.UNSEEN, VisitInstruction.OPENLY)
STRICTEST = (VisitSafety.NONE, VisitSafety.DO_NOT_VISIT, VisitSafety.DISCREET, VisitSafety.CAREFUL)


@dataclass(frozen=True, slots=True)
class KnownName:
    """A reference by which a responder knows a tip of a cluster, because a message was about it."""

    tip_id: int
    urgency: int
    assignment_id: int
    reference: str
    read: VisitInstruction = VisitInstruction.NOTHING
    """The instruction that the responder read last under it."""


def instruction_of(purpose: Purpose, care: VisitSafety) -> VisitInstruction:
    """Returns the instruction that a message for this purpose gives."""
    if purpose is Purpose.UNANSWERED:
        return VisitInstruction.SILENT
    return VisitInstruction.CAREFUL if purpose is Purpose.HOW else OF_VISIT_SAFETY[care]


def names_for(
    known: Sequence[KnownName],
    tip_id: int,
    first: int,
    says: VisitInstruction,
    *,
    again: bool = False,
) -> tuple[KnownName, ...]:
    """Returns the references under which a responder is notified. Returns none if they know it already.

    `first` is the first tip of the cluster. A decision is sent under each reference that had an instruction before.
    `again` is True if the desk is asked once more.
    """
    own = name_for(known, tip_id, first)
    if says in DECISIONS:
        some = [
            one
            for one in known
            if one.read in (*COVERED[VisitInstruction.CAREFUL], VisitInstruction.OPENLY)
        ]
        return tuple(one for one in some or [own] if one.read not in COVERED[says])
    return () if own.read in COVERED[says] and not again else (own,)


def name_for(known: Sequence[KnownName], tip_id: int, first: int) -> KnownName:
    """Returns the tip's own reference if the responder knows it, else the first tip's, else the newest one known."""
    by_tip = {one.tip_id: one for one in known}
    return by_tip.get(tip_id) or by_tip.get(first) or known[-1]


def visit_safety_under(name: KnownName, care: VisitSafety) -> VisitSafety:
    """Returns the visit safety that is said under a reference. With danger it is never "stay away"."""
    danger = name.urgency == Urgency.DANGER
    return VisitSafety.CAREFUL if danger and care is VisitSafety.DO_NOT_VISIT else care


def strictest(cares: Iterable[VisitSafety]) -> VisitSafety:
    """Returns the visit safety for a responder who was alerted of one tip of a cluster: the strictest of all."""
    return max(cares, key=STRICTEST.index, default=VisitSafety.NONE)


def strictest_visit(own: VisitFacts, others: Iterable[VisitFacts]) -> VisitFacts:
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


def likely_pairs(new: TipTraits, earlier: Iterable[TipTraits]) -> Sequence[LikelyPair]:
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


def situation_leaders(links: Iterable[tuple[int, int]]) -> Mapping[int, int]:
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
