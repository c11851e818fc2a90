"""Defines what every layer may know about this machine: the project's folder, the git commit, and the prefix of
environment variables."""

import subprocess
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
"""The project's folder. This folder contains the flows, the translations and the documentation."""
PREFIX = "HOTLINE_"
OWNER_ONLY = 0o077
"""The umask of every process of the hotline. Other accounts of the system cannot read files that these processes
write."""
NOT_SETTINGS = frozenset(PREFIX + name for name in ("TESTING", "TEST_LONG", "TEST_SEED"))
"""The environment variables with the prefix `HOTLINE_` that are not settings. Only tests use these variables."""
YES = frozenset({"yes", "true", "on", "1"})
NO = frozenset({"no", "false", "off", "0"})
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def commit() -> str:
    """Returns the git commit of this code, or "unknown" if no commit is known. Adds `-dirty` if files in the checkout
    differ from the commit. If the code comes from an archive, `git archive` has written the commit into `commit.txt`.
    In a checkout, the function asks git for the commit."""
    archived = Path(__file__).with_name("commit.txt").read_text(encoding="ascii").strip()
    if not archived.startswith("$"):
        return archived
    argv = ["git", "-c", "safe.directory=*", "-C", str(CHECKOUT), "describe", "--always"]
    described = ""
    with suppress(OSError):
        argv += ["--dirty", "--abbrev=40", "--exclude=*"]
        described = subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()
    return described if described and (CHECKOUT / ".git").exists() else "unknown"


def is_yes(value: str) -> bool:
    return value.strip().casefold() in YES


def did_you_mean(word: str, words: Iterable[str], *, prefix: str = "") -> str:
    """Returns the last sentence of an error message. This sentence suggests the known word that is most similar to
    `word`. The result is empty if no word is similar."""
    matches = get_close_matches(word, sorted(words), n=1)
    return f". Did you mean {prefix}{matches[0]}?" if matches else ""
