"""A folder of the house can be read at a glance: fourteen files at most."""

from collections import Counter

from tests.floorplan.tree import python_files, said

MOST = 14
"""Modules; what makes the folder a package is empty, and does not count."""


def test_no_folder_holds_more_than_fourteen_files() -> None:
    files = [path for path in python_files("hotline", "workers") if path.stat().st_size]
    held = Counter(said(path.parent) for path in files if "migrations" not in path.parts)
    assert {folder: number for folder, number in held.items() if number > MOST} == {}
