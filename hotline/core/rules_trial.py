"""Marks the hotline's own test calls, so that statistics do not count them. Pure.

No network assigns the number of the test handset. A system that calls from it must know the secret of the hooks.
"""

CALLER = "+250000000000"
CHANNEL = "trial"
"""The channel of a test call's session and report. It replaces `ussd`."""
DRILL = "drill"
"""The channel of the tip of a drill. No caller reported such a tip (`alerts/rules_drills.py`)."""
UNCOUNTED = frozenset({CHANNEL, DRILL, "invented"})
"""The channels that are not real cases and that no statistics count: test calls, drills, and a year of sample data.

Code that counts must exclude all of them. Code that excludes only `CHANNEL` must give a reason
(`tests/counters/test_uncounted.py`).
"""


LEVEL = "trial"
"""The level of the test handset in the table of responders. It is not an escalation level."""
KEYS = ("5", "1", "2", "1", "1")
"""The keys that send a tip with the shipped flows: a problem, danger, no official, first province, first district."""


def channel_of(caller: str, channel: str) -> str:
    return CHANNEL if caller == CALLER else channel
