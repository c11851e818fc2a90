"""`hotline evidence dictionary`: what each figure is, to read and for a program."""

import json

import pytest
from click.testing import CliRunner

from hotline.cli.evidence.evidence import evidence


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "said yes to help"), ("fr", "ont dit oui"), ("rw", "abemeye ubufasha")],
)
def test_the_dictionary_is_read_in_three_languages(language: str, says: str) -> None:
    told = CliRunner().invoke(evidence, ["dictionary", "--language", language])
    assert told.exit_code == 0
    assert says in told.stdout
    assert "counts: identified persons who said yes to help, of identified" in told.stdout
    assert "refused_... (offers)" in told.stdout
    assert ("draft" in told.stderr) is (language != "en")


def test_a_program_reads_all_of_it() -> None:
    told = CliRunner().invoke(evidence, ["dictionary", "--json"])
    figures = {one["name"]: one for one in json.loads(told.stdout)["figures"]}
    assert figures["arrived"]["denominator"] == "identified"
    assert {*figures["tip"]["says"]} == {"rw", "en", "fr"}


def test_the_codes_of_the_standards_are_read_and_handed_to_a_program() -> None:
    told = CliRunner().invoke(evidence, ["codes"])
    assert "HTCDS 2.0, table 1: mapped by name" in told.stdout
    assert "  sex              vic_TypeOfExploitation = SexualExploitation\n" in told.stdout
    assert "  thirty" not in told.stdout
    assert "none: HTCDS has no urgency" in told.stdout
    document = json.loads(CliRunner().invoke(evidence, ["codes", "--json"]).stdout)
    assert document["ictip"]["how"].startswith("mapped to its elements")
    labour = {"list": "form", "code": "labour", "element": "event", "part": "purpose", "note": ""}
    assert labour in document["ictip"]["codes"]
