"""Limits the number of files and folders that a request can reach. No commit may raise a limit."""

from pathlib import Path

import pytest

from tests.architecture.journey import Place, entries, journey

MOST = {"hop": (70, 15), "sms": (77, 15), "close": (46, 10), "screen": (35, 9)}
"""For each kind of request, the largest allowed number of files and of folders. The goal is 70 files and 14 folders
for a hop, 80 and 15 for an SMS, 55 and 10 for closing a case, and 35 and 7 for a screen."""
WEB = """from a.work import Kept, act as run
from a import rules

LIMIT = rules.unused()
wrapped = rules.wrap(LIMIT)

@wrapped
def view(act: "RetainedTip", other: rules.Note) -> None:
    run(Kept.of(act))
    other.save()
"""
WORK = """from a.base import Base

class Kept(Base):
    @classmethod
    def of(cls): ...

    def save(self):
        from a.far import far
        far()

def act(one):
    rules = one
    rules.unused()
"""
BASE = """class Base:
    def __init__(self):
        self.start()

    def start(self):
        from a.near import near
        near()
"""
RULES = """class Note: ...

def wrap(one): ...

def unused():
    from a.far import far
    far()
"""


@pytest.mark.parametrize("name", MOST)
def test_a_journey_is_no_longer_than_its_bound(name: str) -> None:
    found = journey(entries()[name])
    files, folders = MOST[name]
    assert len(found["files"]) <= files, found["files"]
    assert len(found["folders"]) <= folders, found["folders"]


def test_every_entry_has_a_bound() -> None:
    assert entries().keys() == MOST.keys()


def test_names_are_followed_but_annotations_and_constants_are_not(tmp_path: Path) -> None:
    far, near = "def far(): ...\n", "def near(): ...\n"
    sources = {"web": WEB, "work": WORK, "base": BASE, "rules": RULES, "far": far, "near": near}
    (tmp_path / "a").mkdir()
    for name, source in sources.items():
        (tmp_path / f"a/{name}.py").write_text(source, encoding="utf-8")
    found = journey(Place(tmp_path, "a.web", "view"))
    assert found == {
        "files": ["a/near.py", "a/rules.py", "a/web.py", "a/work.py"],
        "folders": ["a"],
    }
