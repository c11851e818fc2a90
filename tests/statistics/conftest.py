"""Provides the fixtures of statistics: a console."""

from tests.console.conftest import desk, make_desk

__all__ = ["desk", "make_desk"]
