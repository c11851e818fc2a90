"""What comes of an act on a change: values that a page makes sentences of."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from hotline.engine.check.finding import Finding
from hotline.engine.editing.difference import LeftBehind
from hotline.engine.editing.emergency import HeldBack


class Refusal(StrEnum):
    """Why something was not done."""

    OVER = "over"
    """The change is live, or was dropped."""
    NOTHING_THERE = "nothing_there"
    """It changes nothing of what is live."""
    UNTITLED = "untitled"
    NOT_PROPOSED = "not_proposed"
    OWN_HAND = "own_hand"
    """Whoever proposed it or saved a step of it is not the second person."""
    CHANGED = "changed"
    """It, or what is live, changed while it was read."""
    CLASHES = "clashes"
    """What went live meanwhile changed the same fields; `problems` are the parts."""
    BROKEN = "broken"
    """It cannot be played; `problems` say where."""
    HURTS = "hurts"
    """`findings` hurt, and are new against what is live."""
    LANGUAGES_KEPT = "languages_kept"
    """English says something new, and another language what it said before; `left_behind` says where."""
    ENTRY_MOVED = "entry_moved"
    """What was printed would lead elsewhere, or nowhere."""
    EMERGENCY_NUMBER = "emergency_number"
    """112 would go from the screens."""
    SHORT_REASON = "short_reason"
    BEYOND_WORDS = "beyond_words"
    """More than an emergency may do; `held_back` says what."""
    EMERGENCY_STANDS = "emergency_stands"
    """Words of one person alone are live: a second one confirms them first, or brings back what was before."""
    READ_BY_ONE = "read_by_one"
    """The state holds words that one person published alone, and no second person confirmed."""
    SETTLED = "settled"
    """No emergency waits for a second person."""
    APPOINTED = "appointed"
    """Whoever was appointed by the first person is not the second one."""


class ChangeRefused(NamedTuple):
    why: Refusal
    problems: Sequence[str] = ()
    findings: Sequence[Finding] = ()
    held_back: Sequence[HeldBack] = ()
    left_behind: Sequence[LeftBehind] = ()


class ChangePublished(NamedTuple):
    """What went live."""

    publication_id: int
    revision_id: int
