"""The counters of answers that are counted by district: one for each value of an answer. Pure."""

BEGINS = "answer "
"""How the names of these counters begin, and of no others."""


def measure_of(answer: str, value: str) -> str:
    return f"{BEGINS}{answer}: {value}"
