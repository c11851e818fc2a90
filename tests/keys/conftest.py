"""Provides a reader process next to a hotline, and a responder who was alerted about a case."""

from tests.support.reading import beside, own_case

__all__ = ["beside", "own_case"]
