"""Converts a page of docs/ to an HTML page for printing. Pure.

The module supports only the parts that such a page uses: headings, paragraphs, lists, tables, pictures, **bold** and
`quotes`. The module leaves out HTML comments.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape

COMMENT = re.compile(r"<!--.*?-->\n*", re.S)
RULE = re.compile(r"\|(?:-+\|)+")
MARK = re.compile(
    r"!\[(?P<told>(?:[^\]\\]|\\.)*)\]\((?P<file>[^)]+)\)|\[(?P<link>[^\]]+)\]\([^)]+\)"
    r"|`(?P<quote>[^`]+)`|\*\*(?P<bold>.+?)\*\*|\*(?P<leaning>[^*]+)\*"
)
ITEMS = (("ul", re.compile(r"- ")), ("ol", re.compile(r"\d+\. ")))
STYLE = """
@page { size: A4; margin: 12mm 14mm; }
* { box-sizing: border-box; }
body { max-width: 182mm; margin: 0 auto; color: #000; font: 9.6pt/1.25 "DejaVu Sans", Arial, sans-serif; }
h1 { margin: 0 0 2mm; font-size: 19pt; line-height: 1.15; }
h2 { margin: 2.6mm 0 1mm; font-size: 12.5pt; break-after: avoid; }
p, ul, ol, table { margin: 0 0 1.6mm; }
ul, ol { padding-left: 6mm; }
table:not(.pictures), tr, li { break-inside: avoid; }
table { width: 100%; border-collapse: collapse; }
td, th { padding: 0.6mm 2mm; border: 1px solid #666; text-align: left; vertical-align: top; }
td:empty { height: 8mm; }
table.pictures td { width: 33%; border: 0; padding: 0.5mm; text-align: center; }
svg { width: 100%; max-width: 36mm; height: auto; }
code { font: 1em "DejaVu Sans Mono", Consolas, monospace; }
"""

ReadPicture = Callable[[str], str]
"""A function that takes the name by which a page refers to a picture, and returns the picture as SVG."""


def printed_page(page: str, language: str, picture: ReadPicture) -> str:
    """Returns the page as a single HTML file that loads no other file."""
    blocks = [block for block in COMMENT.sub("", page).split("\n\n") if block.strip()]
    body = "\n".join(_block(block.strip("\n").split("\n"), picture) for block in blocks)
    title = next((block[2:] for block in blocks if block.startswith("# ")), "")
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _block(lines: Sequence[str], picture: ReadPicture) -> str:
    sign, _, heading = lines[0].partition(" ")
    if sign in {"#", "##", "###"}:
        return f"<h{len(sign)}>{_words(heading, picture)}</h{len(sign)}>"
    if lines[0].startswith("|"):
        return "\n".join(_table(lines, picture))
    for tag, mark in ITEMS:
        if mark.match(lines[0]):
            items = re.split(rf"\n(?={mark.pattern})", "\n".join(lines))
            rows = "\n".join(f"<li>{_words(mark.sub('', item, 1), picture)}</li>" for item in items)
            begin = f' start="{int(lines[0].split(".")[0])}"' if tag == "ol" else ""
            return f"<{tag}{begin}>\n{rows}\n</{tag}>"
    return f"<p>{_words(' '.join(lines), picture)}</p>"


def _table(lines: Sequence[str], picture: ReadPicture) -> Iterator[str]:
    has_pictures = "![" in lines[0]
    yield '<table class="pictures">' if has_pictures else "<table>"
    for at, line in enumerate(line for line in lines if not RULE.fullmatch(line)):
        tag = "th" if at == 0 and not has_pictures else "td"
        cells = [_words(cell.strip(), picture) for cell in line.strip("|").split("|")]
        yield f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"
    yield "</table>"


def _words(words: str, picture: ReadPicture) -> str:
    parts, at = [], 0
    for mark in MARK.finditer(words):
        parts += [escape(words[at : mark.start()], quote=False), _marked(mark, picture)]
        at = mark.end()
    return "".join([*parts, escape(words[at:], quote=False)])


def _marked(mark: re.Match[str], picture: ReadPicture) -> str:
    if mark["file"]:
        return picture(mark["file"])
    if mark["bold"]:
        return f"<strong>{_words(mark['bold'], picture)}</strong>"
    if mark["quote"]:
        return f"<code>{escape(mark['quote'], quote=False)}</code>"
    return f"<em>{escape(mark['leaning'], quote=False)}</em>" if mark["leaning"] else mark["link"]
