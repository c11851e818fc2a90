"""References that are written with a slip: which of hers they are near to. Pure."""

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from hotline.domain.referrals.reference import TWINS
from hotline.domain.sms.reply_pieces import STUCK


def near(letters: str, hers: Sequence[str]) -> list[tuple[str, str]]:
    """Those of hers that differ by one letter: wrong, lost, doubled or exchanged; with a digit that sticks to it."""
    for digits in (False, True):
        found = [
            (one, stuck)
            for meant, stuck in unstuck(letters)
            for one in hers
            if bool(stuck) is digits and _one_slip(meant.translate(TWINS), one)
        ]
        if found:
            return found
    return []


def unstuck(letters: str) -> list[tuple[str, str]]:
    found = [(letters, "")]
    if letters[0] in STUCK:
        found.append((letters[1:], letters[0].translate(_ONES)))
    if letters[-1] in STUCK:
        found.append((letters[:-1], letters[-1].translate(_ONES)))
    return found


_ONES = str.maketrans("IL", "11")


def _one_slip(typed: str, meant: str) -> bool:
    """A letter too many is a slip only where it stands twice: a longer reference may be another one."""
    if len(typed) > len(meant):
        return any(
            typed[at] == typed[at - 1] and typed[:at] + typed[at + 1 :] == meant
            for at in range(1, len(typed))
        )
    return OSA.distance(typed, meant, score_cutoff=1) == 1
