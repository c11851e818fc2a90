from tests.district import district
from tests.valkey import valkey

__all__ = ["district", "valkey"]
