"""Provides a reader next to a line, and a responder who was alerted of a case."""

from tests.support.reading import beside, hers

__all__ = ["beside", "hers"]
