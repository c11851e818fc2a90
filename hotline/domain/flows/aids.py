"""What a reviewer is told beside a text: the glossary's doubts, and what a careful reader asked. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hotline.domain.flows.glossary import Doubt


@dataclass(frozen=True, slots=True)
class ReviewAids:
    doubts: Sequence[Doubt] = ()
    questions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By place and language."""
