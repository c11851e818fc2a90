"""Tests the printed papers for responders: the card has one page, and the guide has four pages."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

from hotline.cli.main import main
from hotline.text.languages import CODES

pytestmark = pytest.mark.browser

PAGE = re.compile(rb"/Type /Page\b(?!s)")
PAGES = {"first-ten-minutes": 1, "responder": 4}


@pytest.mark.parametrize("language", CODES)
def test_the_card_is_one_page_and_the_guide_four(
    chromium: Browser, tmp_path: Path, language: str
) -> None:
    sheet = chromium.new_page()
    printed = {}
    for paper in PAGES:
        out = tmp_path / f"{paper}.html"
        asked = ["guide", paper, "--language", language, "--out", str(out)]
        assert CliRunner().invoke(main, asked).exit_code == 0
        sheet.set_content(out.read_text(encoding="utf-8"))
        printed[paper] = len(PAGE.findall(sheet.pdf(prefer_css_page_size=True)))
    sheet.close()
    assert printed == PAGES
