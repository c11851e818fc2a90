from tests.district import district
from tests.servers import pair
from tests.valkey import valkey

__all__ = ["district", "pair", "valkey"]
