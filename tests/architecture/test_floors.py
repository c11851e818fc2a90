"""Tests that a package imports only packages that are lower in the order in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

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
