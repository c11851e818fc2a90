"""Provides the hotline of the tests of editing."""

from tests.editing.changing import desk

__all__ = ["desk"]
