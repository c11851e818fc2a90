"""Every finding of docs/findings.md names what proves its mend, and that is there."""

import re

from tests.floorplan.proofs import NAMED, is_there
from tests.floorplan.tree import ROOT

ROW = re.compile(
    r"^\| (?!what|-)(?P<what>[^|]+) \| (?P<proofs>[^|]+) \| (?P<commits>[^|]+) \|$", re.M
)
COMMITS = re.compile(r"[0-9a-f]{7}( [0-9a-f]{7})*")
FINDINGS = 30
"""At least so many stand in the table."""


def test_every_finding_names_a_test_that_is_there_and_a_commit() -> None:
    rows = [*ROW.finditer((ROOT / "docs" / "findings.md").read_text(encoding="utf-8"))]
    assert len(rows) >= FINDINGS
    faults = [row["what"] for row in rows if not COMMITS.fullmatch(row["commits"].strip())]
    for row in rows:
        named = NAMED.findall(row["proofs"])
        faults += [f"{row['what']}: names nothing"] * (not named)
        faults += [f"{row['what']}: {proof}" for proof in named if not is_there(proof)]
    assert faults == []
