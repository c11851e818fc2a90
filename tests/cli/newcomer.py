"""Simulates a new user of a running demo, who has only the README.

The simulated user types the commands of the README's first walk exactly as they are printed.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from hotline.flows import document as documents
from hotline.flows.flow import MenuNode, QuestionNode, text_in
from hotline.flows.service_authoring import read_folder
from hotline.flows.service_check import place_lists
from hotline.text.places import place_name
from tests.architecture.tree import ROOT
from tests.support.callers import FLOWS

ACTIVATE = ". .venv/bin/activate"
FRONT = {"rw": "5", "en": "75", "fr": "85"}
"""For each language, the digits that lead from the first screen to the report, as the README describes this screen."""
SEEN = {"official": "no", "kind": "labour", "who": "adult", "visit": "unsure"}
TOLD = {
    "rw": {"danger": "yes", "province": "1", "district": "12", "sector": "1201"},
    "en": {"danger": "no", "province": "2", "district": "24", "sector": "2401"},
    "fr": {"danger": "no", "province": "3", "district": "36", "sector": "3601"},
}
ORDER = ("danger", "official", "province", "district", "sector", "kind", "who", "visit")
ALL_DONE = "last"
"""The name of the node whose text says goodbye."""
PROMPT = b"> "
MORE = "9"


def named_commands() -> list[str]:
    """Returns the commands of the README's first walk, without their comments."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("### A first walk")[1].split("```sh\n")[1].split("```")[0]
    return [re.sub(r"\s+#.*", "", line) for line in block.splitlines()]


def first_walk(folder: Path) -> None:
    """Reports one tip in each language in the demo's folder. After the reports, the newcomer lists the tips, reads one,
    and requests its closure."""
    activate, dial, listing, read, show, close, doctor = named_commands()
    assert activate == ACTIVATE
    for language in TOLD:
        tells(folder, dial, language)

    listed = [line.split()[0] for line in typed(folder, listing).splitlines()]
    assert listed[:3] == ["1527", "1526", "1525"]
    assert re.search(r"Is someone in danger now\? +Yes", typed(folder, read))
    assert "clock" in typed(folder, show)
    assert "tip 1525: not closed yet. YOU requested closure: trial." in typed(folder, close)
    assert "YOU says trial" in typed(folder, listing).splitlines()[2]
    assert re.search(r"ok +gateway:", typed(folder, doctor))


def typed(folder: Path, command: str) -> str:
    """Runs a command in the folder in which the demo was started. Returns the command's output."""
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


def tells(folder: Path, command: str, language: str) -> None:
    """Reads each screen of the handset in the terminal, and presses the key in front of the wanted label."""
    phone = subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environ(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert phone.stdin is not None
    assert phone.stdout is not None
    with phone.stdin, phone.stdout:
        screen = _screen(phone)
        for digit in FRONT[language]:
            screen = _press(phone, digit)
        for label in _labels(language):
            while (key := _key_of(label, screen)) is None:
                screen = _press(phone, MORE)
            screen = _press(phone, key)
    assert "Success" in screen
    assert phone.wait(30) == 0


def environ() -> dict[str, str]:
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def _press(phone: "subprocess.Popen[bytes]", key: str) -> str:
    assert phone.stdin is not None
    phone.stdin.write(f"{key}\n".encode())
    phone.stdin.flush()
    return _screen(phone)


def _screen(phone: "subprocess.Popen[bytes]") -> str:
    """Reads the output up to the next prompt or the end. Returns the output as one line."""
    assert phone.stdout is not None
    seen = b""
    while not seen.endswith(PROMPT):
        piece = os.read(phone.stdout.fileno(), 4096)
        if not piece:
            break
        seen += piece
    return " ".join(re.sub(r"[|+]|-{3,}", " ", seen.decode()).split())


def _key_of(label: str, screen: str) -> str | None:
    found = re.search(rf"(\d+) {re.escape(label)}", screen)
    if found is None and f"{MORE} " not in screen:
        raise AssertionError(f"{label!r} is not on {screen!r}")
    return found[1] if found else None


def _labels(language: str) -> Iterator[str]:
    """Yields for each screen of the report the label that the newcomer chooses, as the shipped flows write it."""
    book = documents.compile(read_folder(FLOWS), place_lists())
    nodes = [
        one
        for one in book.flows["report"].nodes.values()
        if isinstance(one, MenuNode | QuestionNode)
    ]
    answers = TOLD[language] | SEEN
    for name in ORDER:
        labels = [
            text_in(choice.label, language)
            for node in nodes
            for choice in node.choices
            if node.saves == name and choice.value == answers[name]
        ]
        yield labels[0] if labels else place_name(answers[name], language)
    done = (choice for node in nodes for choice in node.choices if choice.goes == ALL_DONE)
    yield text_in(next(done).label, language)
