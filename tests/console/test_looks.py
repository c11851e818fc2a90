"""Tests the contrasts and sizes in the stylesheet. Also tests that an old browser and the security policy accept
everything in the stylesheet and the script.
"""

import re

from hotline.console.templating import STATIC

CSS = (STATIC / "console.css").read_text(encoding="utf-8")
SCRIPT = (STATIC / "console.js").read_text(encoding="utf-8")
RULES = re.sub(r"/\*.*?\*/", "", CSS, flags=re.S)
NAMED = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", RULES))
READ = 4.5
"""The contrast that WCAG requires for text. Borders and the focus need a contrast of 3."""


def light(colour: str) -> float:
    """Returns the relative luminance as WCAG 2 defines it."""
    digits = NAMED.get(colour, colour).lstrip("#")
    digits = "".join(one * 2 for one in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


GROUNDS = {
    "paper": "ink soft link bad",
    "sheet": "ink soft link bad",
    "bad-tint": "ink bad",
    "warn-tint": "ink soft warn",
    "good-tint": "ink good",
    "#e6ebe8": "ink soft",
    "brand": "#fff",
    "bar": "#fff",
    "bad": "#fff",
    "#d3debf": "#172013",
    "#262e33": "#c8d3d0",
    "#d7f0dd": "ink",
    "#fbdcd9": "ink",
}
"""Each background with the colours of the texts on it."""


def test_words_can_be_read_on_their_ground_and_edges_and_the_focus_are_seen() -> None:
    pairs = [(words, ground) for ground, many in GROUNDS.items() for words in many.split()]
    assert [pair for pair in pairs if contrast(*pair) < READ] == []
    seen = (("edge", "sheet"), ("edge", "paper"), ("#ffd23f", "ink"), ("#ffd23f", "bar"))
    assert [pair for pair in seen if contrast(*pair) < 3] == []


def test_nothing_is_smaller_than_fourteen_pixels() -> None:
    sizes = [int(size) for size in re.findall(r"font(?:-size)?: (\d+)px", RULES)]
    assert len(sizes) > 5
    assert min(sizes) >= 14


def test_an_old_browser_reads_the_stylesheet_and_nothing_moves_or_is_fetched() -> None:
    for word in ("color-mix", "@import", "url(", "transition", "animation", "&", ":has(", "@layer"):
        assert word not in RULES, word
    assert RULES.count("{") == RULES.count("}")


def test_the_script_writes_no_markup_and_keeps_no_single_letter() -> None:
    markup = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval", "style.")
    assert [word for word in markup if word in SCRIPT] == []
    keys = re.findall(r"event\.key\.toLowerCase\(\) !== \"(\w)\"", SCRIPT)
    assert keys == ["s"]
    assert "event.ctrlKey" in SCRIPT
