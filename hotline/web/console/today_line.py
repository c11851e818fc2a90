"""A sentence on Today, or in a red bar."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Weight(IntEnum):
    """How much a line hurts. The heaviest stand first."""

    BAD = 2
    WARN = 1
    PLAIN = 0


@dataclass(frozen=True, slots=True)
class TodayLine:
    weight: Weight
    phrase: str
    """English, with placeholders: the reader's language says it."""
    values: Mapping[str, str] = field(default_factory=dict)
    endpoint: str = ""
    """The page that the line leads to."""
    part: Mapping[str, int | str] = field(default_factory=dict)
    """What stands in that page's address."""
    says: str = ""
    """A phrase with the same placeholders that stands within the line, as `{says}`."""
