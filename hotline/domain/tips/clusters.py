"""When one more like tip rings its people again, and when they read "more was told" instead. Pure.

Nobody is turned away: every tip is kept, and is a case of its own with clocks of its own. What changes is how often the
same people are rung for what looks alike: the same phone, place, kind and official answer, or the same typed words.
The limits are those of the threat model. Danger is never delayed: it rings, or its text goes out at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.domain.sms.keywords import spelled
from hotline.domain.sms.sms_tip import WORDS
from hotline.domain.tip import Urgency

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


class Likeness(StrEnum):
    """Why two tips are alike."""

    CONTACT = "contact"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class LikeTip:
    """An earlier open tip of the same place and official answer, from the same phone or in the same words."""

    tip_id: int
    at: datetime
    urgency: int
    category: str | None
    who_key: str | None
    why: frozenset[Likeness]
    leader_id: int | None = None
    """The tip whose people heard that more was told; None where this one rang by itself."""


@dataclass(frozen=True, slots=True)
class NewTip:
    """A tip that is about to be told of. `who_key` and `category` are None while nobody answered."""

    at: datetime
    urgency: int
    category: str | None
    who_key: str | None


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


def followed(new: NewTip, earlier: Sequence[LikeTip]) -> Following | None:
    """The cluster that a new tip joins; None where it rings by itself.

    `earlier` are open tips of the last day, the oldest first, of the same place and official answer.
    """
    like = [one for one in earlier if one.at <= new.at and _alike(new, one)]
    same = [one for one in like if Likeness.CONTACT in one.why]
    words = [one for one in like if Likeness.WORDS in one.why and new.at - one.at <= WORDS_WITHIN]
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


def _alike(new: NewTip, one: LikeTip) -> bool:
    """An unknown kind is like any: danger is told before the kind is asked, and judged again once it is answered."""
    if Likeness.WORDS in one.why:
        return True
    return new.category is None or one.category is None or new.category == one.category


def _contact_cluster(new: NewTip, same: Sequence[LikeTip]) -> Sequence[LikeTip]:
    lately = [one for one in same if new.at - one.at < HOUR]
    if len(lately) >= AN_HOUR:
        return _with_a_ring(lately, same)
    return same if len(same) >= A_DAY else ()


def _danger_cluster(new: NewTip, same: Sequence[LikeTip]) -> Sequence[LikeTip]:
    """The dangers of the last hour, unless another person is named or the cluster has been quiet for long."""
    lately = [one for one in same if one.urgency == Urgency.DANGER and new.at - one.at < HOUR]
    if len(lately) < DANGERS:
        return ()
    named = {one.who_key for one in lately if one.who_key is not None}
    if new.who_key is not None and named and new.who_key not in named:
        return ()
    return () if _quiet(new, lately) else _with_a_ring(lately, same)


def _words_cluster(new: NewTip, words: Sequence[LikeTip]) -> Sequence[LikeTip]:
    if len(words) < SAME_WORDS:
        return ()
    if new.urgency == Urgency.DANGER and _quiet(new, words):
        return ()
    return words


def _quiet(new: NewTip, cluster: Sequence[LikeTip]) -> bool:
    """Whether the cluster rang last so long ago that a danger rings again."""
    return all(new.at - one.at >= ANEW for one in cluster if one.leader_id is None)


def _with_a_ring(lately: Sequence[LikeTip], same: Sequence[LikeTip]) -> Sequence[LikeTip]:
    """The cluster of the last hour; where all of it followed, with what it followed."""
    return lately if any(one.leader_id is None for one in lately) else same
