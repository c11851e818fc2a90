"""The networks that figures are told by. Pure."""

KNOWN = ("63510", "63513", "63514")
"""Codes of Rwanda's: MTN, and both of Airtel's."""
OTHER, NOT_SAID = "other", "not_said"
ROWS = tuple(f"network:{name}" for name in (*KNOWN, OTHER, NOT_SAID))
"""Each row that there is: that one is listed tells nothing."""


def network_row(code: str | None) -> str:
    """Of whatever the gateway named, or of nothing."""
    if not code:
        return f"network:{NOT_SAID}"
    return f"network:{code if code in KNOWN else OTHER}"
