"""Runs the crawler on the embedded pair."""

from tests.support.servers import embedded

__all__ = ["embedded"]
