"""Draws the screen of a basic phone as an SVG image. The image is simple text, so it is the same on every machine."""

from html import escape

from hotline.flows.screen import wrapped

COLUMNS, LINES = 24, 9
"""The number of letters in a line, and the number of lines on a screen, as on the handsets of the demo. A longer screen
gets more lines."""
LETTER, LINE = 9, 18
EDGE, INNER = 12, 10
FONT = "'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace"


def drawn(words: str) -> str:
    lines = wrapped(words, COLUMNS)
    glass = (COLUMNS * LETTER + 2 * INNER, max(len(lines), LINES) * LINE + 2 * INNER)
    width, height = (side + 2 * EDGE for side in glass)
    rows = [
        f'<text x="{EDGE + INNER}" y="{EDGE + INNER + 13 + at * LINE}">{escape(line)}</text>'
        for at, line in enumerate(lines)
        if line
    ]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" width="{width}">',
        f"<title>{escape(one_line(words))}</title>",
        f'<rect width="{width}" height="{height}" rx="16" fill="#2b3439"/>',
        f'<rect x="{EDGE}" y="{EDGE}" width="{glass[0]}" height="{glass[1]}" rx="5" fill="#eef2e2"/>',
        f'<g font-family="{FONT}" font-size="15" fill="#1b2518">',
        *rows,
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def one_line(words: str) -> str:
    """Returns the same text on one line, for a screen reader."""
    return " / ".join(line for line in words.split("\n") if line)
