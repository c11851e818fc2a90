from tests.callers import line
from tests.district import district

__all__ = ["district", "line"]
