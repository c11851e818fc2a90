"""Tests that the screen about privacy explains how the phone's number is stored."""

from pathlib import Path

import pytest
import yaml

from hotline.text.languages import CODES

FLOWS = Path(__file__).parents[2] / "flows"
CALL = {"rw": "guhamagarwa", "fr": "appel", "en": "call"}


@pytest.mark.parametrize("code", CODES)
def test_it_says_that_a_number_is_kept_for_a_call_and_for_an_answer_by_sms(code: str) -> None:
    document = yaml.safe_load((FLOWS / "privacy.yaml").read_text(encoding="utf-8"))
    said = document["nodes"]["known"]["say"]["text"][code]
    assert CALL[code] in said
    assert "SMS" in said
