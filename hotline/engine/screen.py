"""What a handset shows: text fitted to the network's limit, page by page. Pure."""

from dataclasses import dataclass

DEFAULT_LIMIT = 156
"""Septets of body. A setting per network: nobody publishes Rwanda's."""


@dataclass(frozen=True, slots=True)
class Screen:
    text: str
    ends: bool
    septets: int
