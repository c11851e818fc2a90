"""Reads the id of a row from what a person typed."""

MOST = 2**63 - 1
"""No database keeps a larger number."""


def row_id_in(written: str) -> int | None:
    """Returns the id, or None where the text is no id that a row can have."""
    if not written.isdecimal() or len(written) > len(str(MOST)):
        return None
    number = int(written)
    return number if number <= MOST else None
