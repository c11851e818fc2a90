from tests.callers import line

__all__ = ["line"]
