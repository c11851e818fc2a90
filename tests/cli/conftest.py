"""Runs the tests of commands on the embedded pair."""

from tests.support.servers import embedded

__all__ = ["embedded"]
