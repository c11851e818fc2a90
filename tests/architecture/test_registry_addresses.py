"""Tests that the repository contains no address of a package registry, and no path of a folder on the machine of a
developer.
"""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, kept_files, path_of

REGISTRIES = re.compile(
    rb"pypi\.(org|io)|pythonhosted\.|npmjs\.(org|com)|proxy\.golang|crates\.io|(deb|security)\.debian\.org",
    re.I,
)
FOLDERS = re.compile(rb"(?<![\w.$}-])/(home/\w+|Users/\w+|root|work|workspace)/[\w.]")
EXCEPT = frozenset({"tests/architecture/test_registry_addresses.py"})


@pytest.mark.parametrize("pattern", [REGISTRIES, FOLDERS], ids=["registries", "folders"])
def test_no_file_names_one(pattern: re.Pattern[bytes]) -> None:
    found = [
        f"{path_of(path)}: {hit.group().decode()}"
        for path in kept_files()
        if path_of(path) not in EXCEPT
        for hit in [pattern.search(path.read_bytes())]
        if hit
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-test.lock", "requirements-docs.lock"]
)
def test_every_pin_of_a_lock_has_its_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
    bare = [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert not bare
    assert all(re.match(r"[a-z0-9.-]+==", entry) for entry in entries)


def _pins(lock: Path) -> set[str]:
    return set(re.findall(r"^(\S+==\S+)", lock.read_text(encoding="utf-8"), re.M))


def test_what_is_tested_is_what_runs() -> None:
    assert _pins(ROOT / "requirements.lock") <= _pins(ROOT / "requirements-test.lock")
