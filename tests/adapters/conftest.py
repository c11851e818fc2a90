from tests.valkey import valkey

__all__ = ["valkey"]
