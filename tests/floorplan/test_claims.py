"""Every promise of the README and of the threat model names what proves it, or says that it is a goal."""

import re

from tests.floorplan.proofs import NAMED, is_there
from tests.floorplan.tree import ROOT

ROW = re.compile(r"^\| (?!claim|adversary|-)(?P<claim>[^|]+) \| (?P<proofs>[^|]+) \|$", re.M)
CLAIMS = 49
"""At least so many stand in the tables."""
ADVERSARIES = 14


def test_every_claim_names_a_proof_that_is_there_or_is_a_goal() -> None:
    claims, _, _ = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8").partition("## Figures")
    rows = [*ROW.finditer(claims)]
    assert len(rows) >= CLAIMS
    faults = []
    for row in rows:
        named = NAMED.findall(row["proofs"])
        if not named and not row["proofs"].startswith(("goal: ", "figure: `hotline ")):
            faults.append(f"{row['claim']}: names nothing")
        faults += [f"{row['claim']}: {proof}" for proof in named if not is_there(proof)]
    assert faults == []


def test_every_adversary_of_the_threat_model_has_a_row() -> None:
    pages = {
        name: (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
        for name in ("claims", "threat-model")
    }
    _, _, table = pages["threat-model"].partition("## From whom\n")
    named = re.findall(r"^\| (?!adversary|-)([^|]+) \|", table.partition("\n## ")[0], re.M)
    assert len(named) >= ADVERSARIES
    assert [one for one in named if f"| {one} | " not in pages["claims"]] == []
