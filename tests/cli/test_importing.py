"""Tests that the garbage collector pauses while modules are imported, and is afterwards on or off as before."""

import gc
from collections.abc import Iterator

import pytest

from hotline.core.importing import uncollected


@pytest.fixture
def collecting() -> Iterator[None]:
    yield
    gc.enable()


@pytest.mark.usefixtures("collecting")
@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_rests_and_is_left_as_it_was(collects: bool) -> None:
    (gc.enable if collects else gc.disable)()
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled() is collects


def test_an_import_that_fails_leaves_it_running() -> None:
    with pytest.raises(ImportError), uncollected():
        raise ImportError
    assert gc.isenabled()
