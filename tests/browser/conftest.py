"""`pytest tests/browser --save-pictures` takes the pictures in docs/ anew, out of the stories that are tested."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--save-pictures", action="store_true", help="take the pictures in docs/ anew")
