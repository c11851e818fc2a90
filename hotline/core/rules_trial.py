"""Marks the hotline's own test calls, so that statistics do not count them. Pure.

The hotline makes test calls from a phone number that no network assigns to a phone. The web addresses that the gateway
calls contain a secret. Only a system that knows this secret can make calls from the test number.
"""

CALLER = "+250000000000"
CHANNEL = "trial"
"""The channel of a test call's session and report, instead of `ussd`."""
DRILL = "drill"
"""The channel of a tip in a drill. No caller reported a tip with this channel (`alerts/rules_escalation.py`)."""
UNCOUNTED = frozenset({CHANNEL, DRILL, "invented"})
"""The channels of tips and sessions that are not real: test calls, drills, and sample data. Code that counts for
statistics must exclude all these channels. Code that excludes only the channel `CHANNEL` must give a reason
(`tests/counters/test_uncounted.py`).
"""


LEVEL = "trial"
"""The level of the test handset in the table of responders. This level is not an escalation level."""
KEYS = ("5", "1", "2", "1", "1")
"""The keys with which a test call reports a tip in the shipped flows: report a problem, in danger, no official, first
province, first district."""


def channel_of(caller: str, channel: str) -> str:
    return CHANNEL if caller == CALLER else channel
