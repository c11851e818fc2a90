"""Runs the tests of the crawler with the embedded database and Redis."""

from tests.support.servers import embedded

__all__ = ["embedded"]
