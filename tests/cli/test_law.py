"""Tests `hotline law`. The record that data protection law requires agrees with what the hotline does, and the
command lists the facts that are missing from the record.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

from hotline.tips.rules import COUNTS_AS_CLOSED
from hotline.tips.rules import TEXT_KEPT as WORDS
from tests.cli.homes import hotline

LIVE = "https://api.africastalking.com"


def test_the_record_says_purposes_terms_processors_and_hosting(tmp_path: Path) -> None:
    file = tmp_path / "law.toml"
    file.write_text('controller = "The ministry"\nhosting = "Kigali"\nprocessors = ["A, 2026"]\n')
    told = hotline(tmp_path, "law", "record", HOTLINE_LAW=str(file), HOTLINE_GATEWAY_URL=LIVE)
    for said in (
        "Controller: The ministry",
        "Hosting: Kigali",
        "Processors: A, 2026",
        "Gateway: api.",
    ):
        assert said in told.output
    assert f"{WORDS.days} days" in told.output
    assert f"{(COUNTS_AS_CLOSED + WORDS).days} days" in told.output
    assert "Longer while responders follow the help, or under a legal hold" in told.output
    assert "Registration: not yet" in told.output
    assert "Still required: registration (article 29 to 32)" in told.output

    found = json.loads(hotline(tmp_path, "law", "record", "--json").stdout)
    assert {"controller", "owed", "kept_at", "processing"} == found.keys()
    assert {one["name"] for one in found["processing"]} > {"Tips", "Persons of a case", "Callers"}


def test_the_doctor_names_what_a_ministry_owes_before_it_is_real(tmp_path: Path) -> None:
    def finding(**more: Any) -> dict[str, object]:
        told = hotline(tmp_path, "doctor", "--json", code=1, **more)
        found = json.loads(told.stdout)["findings"]
        return next(one for one in found if one["name"] == "data protection")

    states = [finding()["state"], finding(HOTLINE_GATEWAY_URL=LIVE)["state"]]
    assert states == ["warning", "wrong"]
    assert "impact assessment (article 38)" in str(finding(HOTLINE_GATEWAY_URL=LIVE)["message"])
    wrong = tmp_path / "law.toml"
    wrong.write_text("controller = 7\n")
    broken = finding(HOTLINE_LAW=str(wrong))
    assert (broken["state"], "7" in str(broken["message"])) == ("wrong", False)


def test_the_file_to_fill_in_is_toml_that_the_record_reads(tmp_path: Path) -> None:
    printed = hotline(tmp_path, "law", "facts").output
    assert tomllib.loads(printed)["controller"] == ""
