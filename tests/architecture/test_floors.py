"""Tests that a package imports only packages that are lower in the order in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import pytest
from grimp import ImportGraph

from tests.architecture.kinds import Kinds
from tests.architecture.tree import ROOT


def test_imports_only_go_down() -> None:
    checked = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("importers", "forbidden", "error"),
    [
        (r"a\.pages", [r"a\.queries"], None),
        (r"a\.pages", [r"a\.queries", r"a\.tables"], "a.pages imports a.tables"),
        (r"a\.pages", [r"a\.queries", r"a\.table"], r"a\.table matches no module."),
        (r"a\.page", [r"a\.queries"], r"a\.page matches no module."),
    ],
)
def test_a_kind_of_file_is_refused_an_import_and_a_pattern_must_match(
    importers: str, forbidden: list[str], error: str | None
) -> None:
    graph = ImportGraph()
    graph.add_module("a.queries")
    graph.add_import(importer="a.pages", imported="a.tables")
    checked = Kinds("", {}, {"importers": importers, "forbidden": forbidden}).check(graph, False)
    assert (checked.kept, checked.metadata["errors"]) == (error is None, [error] if error else [])
