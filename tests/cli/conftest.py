"""Runs the tests of commands with the embedded database and Redis."""

from tests.support.servers import embedded

__all__ = ["embedded"]
