from tests.servers import pair
from tests.valkey import valkey

__all__ = ["pair", "valkey"]
