"""Provides the console for the tests of statistics."""

from tests.console.conftest import desk, make_desk

__all__ = ["desk", "make_desk"]
