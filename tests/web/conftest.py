"""Provides the hooks in two ways, before Flask and through Flask, so that each test checks both ways."""

from pathlib import Path

import pytest

from hotline.core.database import Database
from tests.support.callers import Line, Way, make_ready
from tests.support.clock import Clock
from tests.support.servers import embedded

__all__ = ["embedded"]


@pytest.fixture(params=list(Way))
def way(request: pytest.FixtureRequest) -> Way:
    assert isinstance(request.param, Way)
    return request.param


@pytest.fixture
def line(database: Database, tmp_path: Path, clock: Clock, way: Way) -> Line:
    return make_ready(database, tmp_path, clock, way=way)
