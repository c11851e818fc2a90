"""Tests that a release states its version and commit, its parts and their digests."""

import hashlib
import json
import os
import subprocess
import sysconfig
import tarfile
import venv
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from hotline.cli.main import main
from hotline.core.environment import CHECKOUT, commit
from tools.sbom import bill

LOCK = (CHECKOUT / "requirements.lock").read_text(encoding="utf-8")
VERSION, TEST_LOCK = metadata.version("hotline"), "requirements-test.lock"


def git(folder: Path, *words: str) -> str:
    argv = ["git", "-C", str(folder), *words]
    return subprocess.run(argv, capture_output=True, check=True, text=True).stdout.strip()


def make_environment(checkout: Path) -> None:
    """Makes the environment of a checkout, with the packages of this test's environment. The stamp says that they are
    the packages of the lock, so that `bin/release` installs nothing, and never into this test's environment."""
    venv.create(checkout / ".venv", symlinks=True)
    (site,) = (checkout / ".venv").glob("lib/python*/site-packages")
    (site / "shared.pth").write_text(sysconfig.get_path("purelib"))
    locked = b"".join((checkout / name).read_bytes() for name in (TEST_LOCK, "pyproject.toml"))
    stamp = subprocess.run(["cksum"], input=locked, capture_output=True, check=True).stdout
    (checkout / ".venv" / f".made-of-{TEST_LOCK}").write_bytes(stamp)


@pytest.mark.row("P8")
def test_the_bill_of_materials_follows_the_published_schema() -> None:
    document = bill(LOCK)
    broken = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(document))
    assert broken is None, broken
    assert bill(LOCK) == document


def test_the_bill_has_each_locked_package_with_its_digests_and_licence() -> None:
    document = bill(LOCK)
    parts = {part["name"]: part for part in document["components"]}
    pinned = [line.partition("==")[0] for line in LOCK.splitlines() if "==" in line.split(" ")[0]]
    assert sorted(parts) == sorted(pinned)
    digests = sum(len(part["hashes"]) for part in parts.values())
    assert digests == LOCK.count("--hash=sha256:")
    assert parts["pynacl"]["licenses"] == [{"license": {"name": "Apache Software License"}}]
    needs = {one["ref"]: one["dependsOn"] for one in document["dependencies"]}
    assert parts["pyrage"]["purl"] in needs["hotline"]
    assert parts["alembic"]["purl"] in needs["hotline"]
    assert parts["sqlalchemy"]["purl"] in needs[parts["alembic"]["purl"]]


def test_the_command_names_version_and_commit() -> None:
    said = CliRunner().invoke(main, ["--version"]).output
    assert said == f"hotline {VERSION}, commit {commit()}\n"
    if (CHECKOUT / ".git").exists():
        assert commit().startswith(git(CHECKOUT, "rev-parse", "HEAD"))


def test_a_copy_of_the_code_without_git_says_that_it_does_not_know(tmp_path: Path) -> None:
    """A folder inside another repository must not state that repository's commit."""
    git(tmp_path, "init", "--quiet")
    copied = tmp_path / "line" / "hotline" / "core"
    copied.mkdir(parents=True)
    for name in ("environment.py", "commit.txt"):
        (copied / name).write_bytes((CHECKOUT / "hotline" / "core" / name).read_bytes())
    argv = ["python", "-c", "import environment; print(environment.commit())"]
    said = subprocess.run(argv, cwd=copied, capture_output=True, text=True, check=True).stdout
    assert said == "unknown\n"


def test_bin_release_writes_source_bill_and_digests(tmp_path: Path) -> None:
    made, to = tmp_path / "checkout", tmp_path / "release"
    git(tmp_path, "clone", "--quiet", str(CHECKOUT), str(made))
    make_environment(made)
    head = git(made, "rev-parse", "HEAD")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    subprocess.run([made / "bin" / "release", to], env=environ, check=True, capture_output=True)

    names = {f"hotline-{VERSION}.tar.gz", f"hotline-{VERSION}.cdx.json"}
    said = {f"{hashlib.sha256((to / name).read_bytes()).hexdigest()}  {name}" for name in names}
    assert set((to / "SHA256SUMS").read_text(encoding="utf-8").splitlines()) == said
    with tarfile.open(to / f"hotline-{VERSION}.tar.gz") as source:
        file = source.extractfile(f"hotline-{VERSION}/hotline/core/commit.txt")
        assert file is not None
        assert file.read().decode().strip() == head

    (made / "README.md").write_text("changed\n")
    refused = subprocess.run(
        [made / "bin" / "release", to], env=environ, check=False, capture_output=True
    )
    assert refused.returncode == 1
    assert b"git status" in refused.stderr
