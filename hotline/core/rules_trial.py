"""Marks the line's own test calls, so that statistics do not count them. Pure.

No network gives out this number. A system that calls from it must have the secret of the hooks.
"""

CALLER = "+250000000000"
CHANNEL = "trial"
"""The channel of a test call's session and report, in place of `ussd`."""
DRILL = "drill"
"""The channel of a drill's tip, which no caller reported (`alerts/rules_drills.py`)."""
UNCOUNTED = frozenset({CHANNEL, DRILL, "invented"})
"""Channels that are no case and appear in no statistics: test calls, drills, and a year of sample data.

Code that counts excludes all of them. Code that excludes only `CHANNEL` gives a reason
(`tests/counters/test_uncounted.py`).
"""


LEVEL = "trial"
"""The level of the test handset in the table of responders. It is no escalation level."""
KEYS = ("5", "1", "2", "1", "1")
"""Keys that file a tip in the shipped flows: a problem, danger, no official, first province, first district."""


def channel_of(caller: str, channel: str) -> str:
    return CHANNEL if caller == CALLER else channel
