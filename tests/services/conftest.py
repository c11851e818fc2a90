from tests.district import district

__all__ = ["district"]
