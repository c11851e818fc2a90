"""Every finding of docs/findings.md names what proves its mend, and that is there."""

import ast
import re

from tests.floorplan.tree import ROOT, parsed

ROW = re.compile(
    r"^\| (?!what|-)(?P<what>[^|]+) \| (?P<proofs>[^|]+) \| (?P<commits>[^|]+) \|$", re.M
)
NAMED = re.compile(r"`(tests/[^`]+)`")
COMMITS = re.compile(r"[0-9a-f]{7}( [0-9a-f]{7})*")
FINDINGS = 30
"""At least so many stand in the table."""


def is_there(proof: str) -> bool:
    """Whether a file of tests is there, and the test that is named in it."""
    name, _, test = proof.partition("::")
    path = ROOT / name
    if not path.is_file():
        return False
    defined = {node.name for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)}
    return test in defined if test else any(one.startswith("test_") for one in defined)


def test_every_finding_names_a_test_that_is_there_and_a_commit() -> None:
    rows = [*ROW.finditer((ROOT / "docs" / "findings.md").read_text(encoding="utf-8"))]
    assert len(rows) >= FINDINGS
    faults = [row["what"] for row in rows if not COMMITS.fullmatch(row["commits"].strip())]
    for row in rows:
        named = NAMED.findall(row["proofs"])
        faults += [f"{row['what']}: names nothing"] * (not named)
        faults += [f"{row['what']}: {proof}" for proof in named if not is_there(proof)]
    assert faults == []
