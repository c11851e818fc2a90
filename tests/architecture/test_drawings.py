"""Tests that the drawings in docs/architecture.md match their text files."""

import pytest

from tools.draw import pictures, read


def test_each_drawing_is_what_its_text_says() -> None:
    drawn = pictures()
    assert len(drawn) == 6
    for path, svg in drawn.items():
        assert path.read_text(encoding="utf-8") == svg, f"run tools/draw.py: {path.name}"


def test_a_line_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown format: circle: x"):
        read("title: x\nband: y\ncircle: x")
