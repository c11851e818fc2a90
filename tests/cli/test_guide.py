"""Tests `hotline guide`: it prints the papers that a responder keeps."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.cli.main import main
from hotline.cli.people import DOCS, PAPERS, WRITTEN


@pytest.mark.parametrize("paper", PAPERS)
def test_a_printed_paper_says_what_this_line_is_dialled_by(paper: str, tmp_path: Path) -> None:
    page = (DOCS / f"{PAPERS[paper]}.rw.md").read_text(encoding="utf-8")
    out = tmp_path / "paper.html"
    env = {"HOTLINE_SERVICE_CODE": "*801#"}
    done = CliRunner().invoke(
        main, ["guide", paper, "--language", "rw", "--out", str(out)], env=env
    )
    assert done.exit_code == 0, done.output
    printed = out.read_text(encoding="utf-8")
    assert WRITTEN not in printed
    assert ("*801*90#" in printed) == (WRITTEN in page)
    assert printed.count("<svg ") == page.count("![")
    assert "http" not in printed.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"[`|]|\*\*|!\[", printed.partition("<body>")[2])


def test_a_list_goes_on_counting_after_a_heading(tmp_path: Path) -> None:
    out = tmp_path / "card.html"
    asked = ["guide", "first-ten-minutes", "--language", "en", "--out", str(out)]
    assert CliRunner().invoke(main, asked).exit_code == 0
    printed = out.read_text(encoding="utf-8")
    assert re.findall(r'<ol start="(\d+)">', printed) == ["1", "4", "10"]
