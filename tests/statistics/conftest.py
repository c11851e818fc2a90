"""Provides the fixtures of statistics: a console, and both pairs of servers where a test asks for them."""

from tests.callers import line
from tests.console.conftest import desk, make_desk
from tests.servers import pair

__all__ = ["desk", "line", "make_desk", "pair"]
