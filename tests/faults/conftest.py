from tests.callers import line
from tests.district import district
from tests.servers import pair
from tests.valkey import valkey

__all__ = ["district", "line", "pair", "valkey"]
