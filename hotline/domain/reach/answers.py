"""The counters of answers that are counted by district: one for each value of an answer. Pure."""

BEGINS = "answer "
"""How the names of these counters begin, and of no others."""


def measure_of(answer: str, value: str) -> str:
    return f"{BEGINS}{answer}: {value}"


def column_of(measure: str) -> str | None:
    """What the counter is called where figures are shown; None of a counter of something else."""
    return measure.removeprefix(BEGINS) if measure.startswith(BEGINS) else None
