from tests.callers import line
from tests.district import district
from tests.servers import pair

__all__ = ["district", "line", "pair"]
