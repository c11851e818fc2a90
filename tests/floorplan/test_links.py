"""Every link of a page leads somewhere in the repository: a reader at night has no time for a dead one."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.floorplan.tree import kept_files, said

LINK = re.compile(r"\]\((?!https?://|#)(?P<path>[^)#\s]+)(#[^)]*)?\)")


def dead(document: Path) -> Iterator[str]:
    for found in LINK.finditer(document.read_text(encoding="utf-8")):
        if not (document.parent / found["path"]).exists():
            yield f"{said(document)}: {found['path']}"


def test_every_link_leads_somewhere() -> None:
    documents = [path for path in kept_files() if path.suffix == ".md"]
    assert len(documents) > 10
    assert [link for document in documents for link in dead(document)] == []
