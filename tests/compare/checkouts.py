"""Prepares two checkouts: the working tree, and a commit in its own folder."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.compare.line import Checkout, LineBroken

ROOT = Path(__file__).resolve().parents[2]
SAME = ("requirements.lock", "requirements-test.lock", "pyproject.toml")
"""The files that name the Python packages of a checkout. If these files are equal in both checkouts, the same Python
environment can run both.
"""


def tree() -> Checkout:
    """Returns the working tree, with the Python environment that runs this program."""
    return Checkout("the working tree", ROOT, ROOT / ".venv" / "bin")


def of_tree(folder: Path) -> Checkout:
    """Copies the working tree, so that later edits do not change the comparison."""
    root = folder / "tree"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    return replace(tree(), root=root)


def of_commit(commit: str, folder: Path, say: Callable[[str], None]) -> Checkout:
    """Writes the files of a commit into a folder. If the commit needs other packages, the function creates a Python
    environment for it."""
    root = folder / "checkout"
    root.mkdir()
    asked = ["git", "archive", commit]
    archive = subprocess.run(asked, cwd=ROOT, capture_output=True, check=False)
    if archive.returncode != 0:
        raise LineBroken(f"git does not know {commit}")
    subprocess.run(["tar", "-x", "-C", str(root)], input=archive.stdout, check=True)
    if all((root / name).read_bytes() == (ROOT / name).read_bytes() for name in SAME):
        return Checkout(commit, root, ROOT / ".venv" / "bin")
    say(f"{commit} needs other packages: making an environment for it")
    words = ". bin/environment.sh; environment requirements.lock"
    subprocess.run(["sh", "-c", words], cwd=root, check=True)
    return Checkout(commit, root, root / ".venv" / "bin")
