"""Tests that the code stays within its size limits. No commit may raise a limit: a commit that makes the code smaller
also lowers the limit.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOT

PRODUCT = ("hotline", "workers", "tools", "bin", "deploy")
BUDGET = {
    "files": 352,
    "lines": 64_413,
    "tokens": 588_766,
    "html": 3_975,
    "js": 1_044,
    "typst": 70,
    "sql": 1_252,
    "data": 5_600,
    "unformatted": 0,
    "tests": 74_494,
}
"""The largest sizes that each part of the project may have. `tests` counts the lines of the tests. `data` counts the
lines of the CSV tables that people read. The count `data` leaves out tables whose content is also in the code.
`unformatted` counts the places that a comment `# fmt: off` excludes from formatting.
"""
LAYOUT = frozenset(
    (
        *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
        tokenize.ENDMARKER,
    )
)

BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""The fields of a statement that contain statements. Expressions, which are most nodes of a tree, contain no
statements."""


@dataclass(frozen=True, slots=True)
class Size:
    """The size of one Python file, without comments, docstrings and layout."""

    lines: int
    tokens: int


def size_of(source: str) -> Size:
    """Counts the lines and tokens of a source. Raises SyntaxError."""
    said = set(_docstrings(ast.parse(source)))
    read = tokenize.generate_tokens(io.StringIO(source).readline)
    kept = [one for one in read if one.type not in LAYOUT and one.start[0] not in said]
    lines = {line for one in kept for line in range(one.start[0], one.end[0] + 1)}
    return Size(len(lines), len(kept))


def _docstrings(tree: ast.AST) -> Iterator[int]:
    """Yields the lines of every string that is a statement of its own, such as a docstring."""
    parts = [tree]
    while parts:
        node = parts.pop()
        for blocks in BLOCKS:
            parts += getattr(node, blocks, ())
        said = node.value if isinstance(node, ast.Expr) else None
        if isinstance(said, ast.Constant) and isinstance(said.value, str):
            yield from range(said.lineno, (said.end_lineno or said.lineno) + 1)


def sources(suffix: str) -> Iterator[str]:
    for folder in PRODUCT:
        for file in sorted((ROOT / folder).rglob(f"*{suffix}")):
            yield file.read_text(encoding="utf-8")


def lines_of(suffix: str) -> int:
    """Counts the non-blank lines in all files with a suffix."""
    return sum(bool(line.strip()) for source in sources(suffix) for line in source.splitlines())


def lines_of_test(file: Path) -> int:
    """Counts the lines of a file like `size_of`, but without the slow tokenizer. For a string of several lines, this
    count may differ from the count of `size_of`."""
    source = file.read_text(encoding="utf-8")
    said = set(_docstrings(ast.parse(source)))
    lines = enumerate(source.splitlines(), 1)
    return sum(number not in said and not re.match(r"\s*(?:#|$)", line) for number, line in lines)


def measured() -> dict[str, int]:
    sizes = [size for source in sources(".py") if (size := size_of(source)).lines]
    found = {
        "files": len(sizes),
        "lines": sum(one.lines for one in sizes),
        "tokens": sum(one.tokens for one in sizes),
        "html": lines_of(".html"),
        "js": lines_of(".js"),
        "sql": lines_of(".sql"),
        "data": sum(map(lines_of, (".csv", ".toml", ".txt"))),
        "typst": lines_of(".typ"),
        "unformatted": sum(source.count("# fmt: off") for source in sources(".py")),
        "tests": sum(lines_of_test(file) for file in (ROOT / "tests").rglob("*.py")),
    }
    sys.stdout.writelines(f"{name}: {size:,} of {BUDGET[name]:,}\n" for name, size in found.items())
    return found


def test_the_line_is_no_larger_than_its_budget() -> None:
    found = measured()
    assert {what: size for what, size in found.items() if size > BUDGET[what]} == {}


def test_comments_docstrings_and_layout_cost_nothing() -> None:
    bare = "def one(a: int) -> int:\n    return a\n"
    told = '"""Says."""\n\n\ndef one(a: int) -> int:\n    """Says.\n\n    More.\n    """\n    # Why.\n    return a\n'
    assert size_of(bare) == size_of(told) == Size(2, 12)
