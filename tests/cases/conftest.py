"""Provides a hotline with a reader process, and a responder who was alerted of a case."""

from tests.support.reading import beside, own_case

__all__ = ["beside", "own_case"]
