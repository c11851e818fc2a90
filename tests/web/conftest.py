"""Provides the servers of the tests."""

from tests.support.servers import embedded

__all__ = ["embedded"]
