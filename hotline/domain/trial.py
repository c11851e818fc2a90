"""The line's own calls: how they are told from everybody's, so that no figure counts them. Pure.

The number is one that no network gives: whoever calls from it holds the hooks' secret already.
"""

CALLER = "+250000000000"
CHANNEL = "trial"
"""In place of `ussd`, on the session and on what is told in it."""
DRILL = "drill"
"""In the same place, of a tip that nobody told: an exercise (`domain/referrals/drills/exercise.py`)."""
UNCOUNTED = frozenset({CHANNEL, DRILL, "invented"})
"""Channels of what is no case and stands in no figure: the line's own calls, drills, and an invented year.

Whatever counts asks for all of them; who asks for `CHANNEL` alone says why (`tests/services/test_uncounted.py`).
"""


LEVEL = "trial"
"""The handset's, in the table of responders: no level of the ladder."""
KEYS = ("5", "1", "2", "1", "1")
"""A problem; danger; no official; the first province; its first district: filed, as the shipped flows ask."""


def channel_of(caller: str, channel: str) -> str:
    return CHANNEL if caller == CALLER else channel
