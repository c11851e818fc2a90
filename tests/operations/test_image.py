"""Tests the hotline's container image: it contains no key, and runs under its own account."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

pytestmark = [
    pytest.mark.slow(reason="makes a Debian root and builds an image from it"),
    pytest.mark.timeout(1800),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a Debian root"),
]
BASE = f"localhost/hotline-test-base-{os.getpid()}"
IMAGE = f"localhost/hotline-test-{os.getpid()}"
"""The name of the image. The name contains the process id, so that two test runs at the same time do not remove each
other's image."""
STORE = {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "vfs"}
PLANTED = (
    "keys/workers/relay.key",
    "var/demo/keys/reader/pepper.key",
    "relay.key",
    ".env",
    "line.db",
)
"""Files that may be in a checkout and that must not be in an image."""
HOST = ("/etc/pip.conf", "/etc/xdg/pip", "/etc/ssl/certs")
"""The files with which this machine reaches its package registry. Building an image needs the registry."""
WEB = """
set -e
hotline=.venv/bin/hotline
printf 'a long passphrase of a test\n' >/tmp/passphrase
$hotline init --passphrase-file /tmp/passphrase >/dev/null
deploy/process web & web=$!
for try in $(seq 60); do deploy/healthy 8000/healthz 2>/dev/null && break; sleep 0.5; done
deploy/healthy 8000/healthz
id -un; ls -l /var/lib/hotline/keys/hooks | grep -c relay.pub
kill $web
"""


def limits() -> list[str]:
    """Returns options that keep the limits of this process for open files and child processes. A program that builds
    images asks for higher limits, and a sandbox refuses them."""
    kinds = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
    of_now = {name: resource.getrlimit(kind) for name, kind in kinds.items()}
    return [f"--ulimit={name}={soft}:{hard}" for name, (soft, hard) in of_now.items()]


def ran(*words: str, cwd: Path | None = None) -> str:
    done = subprocess.run(
        words, cwd=cwd, env={**os.environ, **STORE}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Builds a minimal Debian from this machine's package sources."""
    for program, package in (("mmdebstrap", "mmdebstrap"), ("buildah", "buildah")):
        if shutil.which(program) is None:
            ran("apt-get", "install", "--yes", "--no-install-recommends", package)
    file = tmp_path_factory.mktemp("root") / "root.tar"
    options = [f"--aptopt={one}" for one in Path("/etc/apt/apt.conf.d").glob("9*")]
    sources = [str(one) for one in Path("/etc/apt/sources.list.d").glob("debian.sources")]
    include = "--include=python3-venv,ca-certificates"
    ran("mmdebstrap", "--variant=minbase", include, *options, "trixie", str(file), *sources)
    return file


@pytest.fixture(scope="module")
def image(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Builds the image from a checkout that contains keys."""
    folder = tmp_path_factory.mktemp("checkout")
    files = ran("git", "ls-files", "-z", cwd=ROOT).split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for name in PLANTED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("PLANTED", encoding="utf-8")
    base = ran("buildah", "from", "scratch").strip()
    ran("buildah", "add", base, str(root), "/")
    ran("buildah", "commit", "--rm", base, BASE)
    mounted = [f"--volume={one}:{one}:ro" for one in HOST if Path(one).exists()]
    words = ("--network=host", *limits(), f"--build-arg=BASE={BASE}", *mounted, "--tag", IMAGE)
    ran("buildah", "build", *words, "--file", "deploy/Containerfile", ".", cwd=folder)
    yield IMAGE
    ran("buildah", "rmi", "--force", IMAGE, BASE)


@pytest.fixture
def container(image: str) -> Iterator[str]:
    name = ran("buildah", "from", *limits(), image).strip()
    yield name
    ran("buildah", "rm", name)


def test_no_key_that_lies_in_the_folder_gets_into_the_image(container: str) -> None:
    looks = "grep -rl PLANTED /opt /keys /var/lib || :"
    assert ran("buildah", "run", container, "--", "sh", "-c", looks) == ""


def test_its_account_makes_the_keys_and_the_web_process_is_well(container: str) -> None:
    words = ("--network=host", "--user=hotline", container, "--", "sh", "-c", WEB)
    assert ran("buildah", "run", *words).split()[-2:] == ["hotline", "1"]
