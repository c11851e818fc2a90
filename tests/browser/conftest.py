"""`pytest tests/browser --save-pictures` takes the README's picture anew, out of the story that is tested."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--save-pictures", action="store_true", help="take docs/handsets.png anew")
