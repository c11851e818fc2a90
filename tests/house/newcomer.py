"""A newcomer beside a running demo, with the README alone: what its first walk names is typed, word for word."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.floorplan.tree import ROOT

ACTIVATE = ". .venv/bin/activate"
KEYS = {
    "rw": ("5", "1", "2", "1", "1", "1", "1", "3", "3", "1"),
    "en": ("7", "5", "2", "2", "2", "1", "1", "1", "4", "3", "1"),
    "fr": ("8", "5", "2", "2", "3", "1", "1", "1", "4", "3", "1"),
}
"""In Kinyarwanda danger in Kigali; in English and French what was only heard, in the South and in the West."""
GOODBYE = {"rw": "Murakoze. Murabeho.", "en": "Thank you. Goodbye.", "fr": "Merci. Au revoir."}


def named_commands() -> list[str]:
    """The commands of the README's first walk, without what it says of them."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("### A first walk")[1].split("```sh\n")[1].split("```")[0]
    return [re.sub(r"\s+#.*", "", line) for line in block.splitlines()]


def first_walk(folder: Path) -> None:
    """In the demo's folder: one tip in each language, all listed, one read, and that one closed by two people."""
    activate, dial, listing, read, close, judge, reach, doctor = named_commands()
    assert activate == ACTIVATE
    for language, keys in KEYS.items():
        assert GOODBYE[language] in typed(folder, dial, "\n".join(keys))

    assert [line.split()[0] for line in typed(folder, listing).splitlines()] == ["3", "2", "1"]
    assert "Is someone in danger now?                        Yes" in typed(folder, read)
    assert "hotline tips judge 1 --agree" in typed(folder, close)
    assert "tip 1: closed" in typed(folder, judge)
    assert re.search(r"\bclosed\b.*outcome: trial", typed(folder, listing).splitlines()[-1])
    assert "sessions" in typed(folder, reach)
    assert re.search(r"ok +gateway:", typed(folder, doctor))


def typed(folder: Path, command: str, keys: str = "") -> str:
    """What a command says when its words are typed in the folder where the demo was started."""
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        input=f"{keys}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout
