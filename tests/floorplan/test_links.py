"""Every link of a page leads somewhere in the repository: a reader at night has no time for a dead one."""

import re
from pathlib import Path

import pytest

from tests.floorplan.tree import ROOT, kept_files, said

LINK = re.compile(r"\]\((?!https?://|#)(?P<path>[^)#\s]+)(#[^)]*)?\)")


@pytest.mark.parametrize(
    "document", [path for path in kept_files() if path.suffix == ".md"], ids=said
)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = {found["path"] for found in LINK.finditer(document.read_text(encoding="utf-8"))}
    dead = sorted(link for link in links if not (document.parent / link).exists())
    assert not dead, f"{said(document)}: {dead} of {ROOT.name}"
